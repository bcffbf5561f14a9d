"""Rewrite the tables of docs/choosing-a-sampler.md from the JSON files with their figures.

    python scripts/guide_tables.py            rewrite the guide
    python scripts/guide_tables.py --check    exit code 1 if the guide differs from the files

A table is between ``<!-- table: FILE KIND -->`` and ``<!-- end -->``; FILE is in docs/data, KIND is
``candidates``, ``speeds``, ``growth``, ``command``, or ``notes``.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ns2vec.cli.compare import read_record
from ns2vec.comparison.remarks import remarks
from ns2vec.comparison.results import Comparison
from ns2vec.comparison.text_report import growth_rows, rows
from ns2vec.reports.tables import markdown_table

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "choosing-a-sampler.md"
DATA = ROOT / "docs" / "data"
BASE = "negative_sampling/unigram"
PLACE = re.compile(r"(<!-- table: (\S+) (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def speed_rows(found: Comparison) -> list[list[str]]:
    """Words per processor second relative to unigram, held-out loss and scores, ± deviation over seeds."""
    trained = [one for one in found.candidates if one.runs and one.objective != found.reference.objective]
    per_word = {one.name: one.cpu_seconds_per_pair * one.pairs_per_word for one in trained}
    lines = [["candidate", "words/cpu s", "unigram = 1", "loss", *found.suites]]
    for one in trained:
        speed, ratio = 1.0 / per_word[one.name], per_word[BASE] / per_word[one.name]
        scores = [one.loss(), *map(one.score, found.suites)]
        lines.append([one.name, f"{speed:,.0f}", f"{ratio:.3f}", *map(spread, scores)])
    return lines


def spread(score: tuple[float, float]) -> str:
    """Mean and standard deviation; only the mean if there is one seed."""
    mean, deviation = score
    return f"{mean:.3f}" if deviation != deviation else f"{mean:.3f} ± {deviation:.3f}"


def table_of(name: str, kind: str) -> str:
    """Return the text between the markers."""
    command, comparisons = read_record(str(DATA / name))
    if kind == "command":
        return f"```\n{command}\n```"
    if kind == "speeds":
        return "\n\n".join(markdown_table(speed_rows(found)) for found in comparisons)
    if kind == "growth":
        return markdown_table(growth_rows(comparisons))
    if kind == "notes":
        return "\n".join(
            f"- {found.corpus['name']}: {note}" for found in comparisons for note in remarks(found)
        )
    return "\n\n".join(markdown_table(rows(found)) for found in comparisons)


def with_tables(text: str) -> str:
    """Return the guide with all tables regenerated."""
    return PLACE.sub(lambda found: f"{found[1]}{table_of(found[2], found[3])}\n{found[4]}", text)


def main(argv: list[str] | None = None) -> int:
    """Return 0, or 1 if the guide would change under ``--check``."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args(argv)
    before = GUIDE.read_text("utf-8")
    after = with_tables(before)
    if arguments.check:
        return int(after != before)
    GUIDE.write_text(after, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
