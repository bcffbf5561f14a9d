"""The tables of docs/benchmarks.md and the README's chart, generated from the committed JSON.

python -m benchmarks table                      write the tables between the page's markers, and the chart
python -m benchmarks table --check              exit code 1 if the page or the chart differs
python -m benchmarks table --reason threads-sg "why it misses its target"
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.chart import chart
from benchmarks.processes import ROOT
from benchmarks.rows import ROWS
from benchmarks.shared import RESULTS, save_json
from benchmarks.summary import summarise

BEGIN = "<!-- benchmarks: begin, written by `python -m benchmarks table` -->"
END = "<!-- benchmarks: end -->"
SHARES = ("threads", "fma")
HEADER = ["what", "against", "ns2vec (words/s or s)", "ratio", "rounds", "must", "aim", "verdict"]


def number(value: float | None, kind: str, targets: tuple[float | None, ...] = ()) -> str:
    """A ratio as `12.3 x`, a share as `.93`, nothing as a dash; more digits if rounding would hide a miss."""
    if value is None:
        return "-"
    digits = 2 if kind in SHARES else 1
    while any(target is not None and value < target <= round(value, digits) for target in targets):
        digits += 1
    return f"{value:.{digits}f}".lstrip("0") if kind in SHARES else f"{value:.{digits}f} x"


def target(value: float | None, kind: str) -> str:
    """The target, in the same unit, without padding."""
    if value is None or kind in SHARES:
        return number(value, kind)
    return f"{value:g} x"


def speed(row: dict[str, Any]) -> str:
    """Our speed in millions of words, or our seconds."""
    arms = row["summary"]["arms"].values()
    ours = [arm for arm in arms if arm.get("program") == "ns2vec" and "speed" in arm]
    if not ours:
        return "-"
    best = max(ours, key=lambda arm: arm["speed"])
    if "raw_words_per_second" in best:
        return f"{best['raw_words_per_second'] / 1e6:.2f} M"
    return f"{best['measured_seconds']:.3g} s"


def spread(name: str, row: dict[str, Any]) -> str:
    """Lowest and highest value of a single round, which shows the effect of other work on the machine."""
    values = [summarise(ROWS[name], [measured])["value"] for measured in row["rounds"]]
    found = [value for value in values if value is not None]
    if not found:
        return "-"
    low, high = (number(value, row["kind"]).removesuffix(" x") for value in (min(found), max(found)))
    return f"{low} to {high}"


def against(row: dict[str, Any]) -> str:
    """The peer, and the length of its text if that is shorter than ours."""
    arms = row["summary"]["arms"].values()
    lengths = {arm["corpus_bytes"] for arm in arms if "corpus_bytes" in arm}
    prefix = f", on {min(lengths):,} bytes" if len(lengths) > 1 else ""
    return f"{row['against']}{prefix}"


def cells(name: str, row: dict[str, Any]) -> list[str]:
    """One row of the table."""
    summary, kind = row["summary"], row["kind"]
    verdict = summary["verdict"]
    if summary["reasons"]:
        verdict += f" ({'; '.join(summary['reasons'])})"
    reason = row.get("reason")
    if reason:
        verdict += f" ({reason})"
    return [
        row["what"],
        against(row),
        speed(row),
        number(summary["value"], kind, (summary["must"], summary["aim"])),
        spread(name, row),
        target(summary["must"], kind),
        target(summary["aim"], kind),
        verdict,
    ]


def markdown(record: dict[str, Any]) -> str:
    """All rows as a markdown table."""
    lines = [cells(name, row) for name, row in record["rows"].items()]
    return as_markdown([HEADER, ["---"] * len(HEADER), *lines])


def as_markdown(lines: list[list[str]]) -> str:
    """Cells as rows of a markdown table."""
    return "".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |\n" for line in lines)


def conditions(record: dict[str, Any]) -> str:
    """One sentence: machine, builds, text."""
    rows = list(record["rows"].values())
    arms = [arm for row in rows for arm in row["summary"]["arms"].values()]
    peers = sorted({f"{arm['program']} {arm['version']}" for arm in arms if "version" in arm})
    compilers = sorted({arm["compiler"] for arm in arms if "compiler" in arm})
    isas = sorted({arm["isa"] for arm in arms if "isa" in arm})
    commits = sorted({row["machine"]["commit"] for row in rows})
    n_bytes = sorted({f"{row['corpus']['bytes']:,}" for row in rows})
    return (
        f"{record['machine']['processor']}, {record['machine']['n_cores']} cores, {', '.join(isas)}, "
        f"{', '.join(compilers)}; {', '.join(peers)}; commit {', '.join(commits)}; "
        f"text of {', '.join(n_bytes)} bytes; medians of "
        f"{min(row['summary']['n_rounds'] for row in rows)} or more rounds, then lowest and highest round.\n"
    )


def quality_table(record: dict[str, Any]) -> str:
    """Mean scores of both programs over the seeds, the difference, and its one-sided bound."""
    header = ["variant", "score", "ns2vec", "gensim", "difference", "90 % bound", "seeds"]
    lines = [header, ["---"] * len(header)]
    for variant, summary in record["summary"].get("variants", {}).items():
        for metric, row in summary.items():
            figures = [f"{row[name]:.3f}" for name in ("ns2vec", "gensim")]
            figures += [f"{row[name]:+.3f}" for name in ("difference", "bound")]
            lines.append([variant, metric, *figures, str(row["n_seeds"])])
    return as_markdown(lines)


def generated(table: Path, quality: Path) -> str:
    """The text between the markers."""
    parts = []
    if table.exists():
        record = json.loads(table.read_text(encoding="utf-8"))
        if record["rows"]:
            parts += [conditions(record), markdown(record)]
    if quality.exists():
        parts.append(quality_table(json.loads(quality.read_text(encoding="utf-8"))))
    return "\n".join(parts)


def replace_between(text: str, new: str) -> str:
    """`text` with `new` between its markers; ValueError without markers."""
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"expected one line {BEGIN!r} and one line {END!r} in the document")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{new}{END}{after}"


def give_reason(path: Path, name: str, reason: str) -> None:
    """Record in the JSON why a row misses its target; ValueError for an unknown row."""
    record = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"rows": {}}
    if name not in record["rows"]:
        known = ", ".join(record["rows"]) or "nothing"
        raise ValueError(f"no row {name!r} in {path.name}: it has {known}; measure the row first")
    record["rows"][name]["reason"] = reason
    save_json(path, record)
    path.with_suffix(".md").write_text(markdown(record), encoding="utf-8")


def main(argv: list[str]) -> int:
    """Return 0, or 1 if --check finds a different table or there are no markers."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks table",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--results", type=Path, default=RESULTS / "table.json")
    parser.add_argument("--quality", type=Path, default=RESULTS / "quality.json")
    parser.add_argument("--document", type=Path, default=ROOT / "docs" / "benchmarks.md")
    parser.add_argument("--chart", type=Path, default=RESULTS / "speed.svg")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--reason", nargs=2, metavar=("ROW", "TEXT"), help="why a row misses its target")
    arguments = parser.parse_args(argv)
    text = arguments.document.read_text(encoding="utf-8")
    try:
        if arguments.reason:
            give_reason(arguments.results, *arguments.reason)
        table = replace_between(text, generated(arguments.results, arguments.quality))
        drawn = chart(json.loads(arguments.results.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        print(f"table: {error}", file=sys.stderr)
        return 1
    wanted = {arguments.document: table, arguments.chart: drawn}
    if not arguments.check:
        for path, content in wanted.items():
            path.write_text(content, encoding="utf-8")
        return 0
    old = [path for path in wanted if not path.exists() or path.read_text("utf-8") != wanted[path]]
    for path in old:
        print(f"{path.name} is not what the JSON says: run python -m benchmarks table", file=sys.stderr)
    return int(bool(old))
