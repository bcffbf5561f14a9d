"""Write the tables of docs/choosing-a-sampler.md again from the JSON files that they come from.

    python scripts/guide_tables.py            rewrite the guide
    python scripts/guide_tables.py --check    exit code 1 if the guide is not what the files say

A table stands between ``<!-- table: FILE KIND -->`` and ``<!-- end -->``; FILE is in docs/data, KIND is
``candidates``, ``growth``, ``command``, or ``notes``.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ns2vec.cli.compare import read_record
from ns2vec.comparison.text_report import growth_rows, markdown_table, rows

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "choosing-a-sampler.md"
DATA = ROOT / "docs" / "data"
PLACE = re.compile(r"(<!-- table: (\S+) (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def table_of(name: str, kind: str) -> str:
    """Return what stands between the marks."""
    command, comparisons = read_record(str(DATA / name))
    if kind == "command":
        return f"```\n{command}\n```"
    if kind == "growth":
        return markdown_table(growth_rows(comparisons))
    if kind == "notes":
        return "\n".join(f"- {found.corpus['name']}: {note}" for found in comparisons for note in found.notes)
    return "\n\n".join(markdown_table(rows(found)) for found in comparisons)


def with_tables(text: str) -> str:
    """Return the guide with every table made again."""
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
