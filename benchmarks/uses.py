"""The seven uses of docs/uses.md: the output of each program, and its time.

    python -m benchmarks uses                 all, with real data for programs that use it
    python -m benchmarks uses --only fraud digits

Each program runs in a separate process. Exit code 1: a program did not reach its required result.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.shared import ROOT, describe_machine, protocol, say

RESULTS = Path(__file__).parent / "results" / "uses.json"
FILES = {  # in the folder classification/
    "spam": ("sms_spam.tsv",),
    "sentiment": ("rt-polarity.pos", "rt-polarity.neg"),
    "digits": (),
    "fraud": (),
    "health": (),
    "clicks": (),
    "games": (),
}


def outcome(name: str, data: Path) -> dict[str, Any]:
    """The lines of a program, its seconds, and whether it reached its required result."""
    command = [f"examples/{name}.py", *(str(data / "classification" / file) for file in FILES[name])]
    started = time.perf_counter()
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    seconds = round(time.perf_counter() - started, 1)
    if done.returncode:
        print(f"uses: {name} ended with {done.returncode}\n{done.stdout}{done.stderr}", file=sys.stderr)
    return {"printed": done.stdout.splitlines(), "seconds": seconds, "found": done.returncode == 0}


def main(argv: list[str] | None = None) -> int:
    """Run the programs and write the file; return 1 if one did not reach its required result."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", help="folder with classification/")
    parser.add_argument("--only", nargs="+", choices=FILES, default=[*FILES])
    parser.add_argument("--output", type=Path, default=RESULTS)
    chosen = parser.parse_args(argv)
    data = protocol.data_folder(chosen.data)
    found = {}
    for name in chosen.only:
        say(name)
        found[name] = outcome(name, data)
        print(name, f"{found[name]['seconds']} s", *found[name]["printed"], sep="\n  ", flush=True)
    results = {"machine": describe_machine(), "command": "python -m benchmarks uses", "programs": found}
    chosen.output.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    return int(not all(one["found"] for one in found.values()))


if __name__ == "__main__":
    sys.exit(main())
