"""Each example is a program, also those whose `main` the tests call."""

from __future__ import annotations

import pytest

END = ['if __name__ == "__main__":', "    sys.exit(main("]


def test_each_ends_with_a_call_of_main(repository):
    paths = sorted((repository / "examples").glob("*.py"))
    programs = [path for path in paths if path.name != "pictures.py"]
    assert len(programs) > 15
    for path in programs:
        call, last = path.read_text("utf-8").splitlines()[-2:]
        if [call, last[: len(END[1])]] != END:
            pytest.fail(f"{path.name} must end with a call of main: {call!r}, {last!r}")
