"""The example with spam runs, on messages that it makes up, on real ones, and on reviews."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest


def run(repository, *arguments):
    program = [sys.executable, str(repository / "examples" / "spam.py"), *map(str, arguments)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return {
        name: float(value)
        for name, value in re.findall(
            r"^(accuracy|F1 of \w+|calibration error):? ([\d.]+)", done.stdout, re.M
        )
    }


def test_made_up_messages(repository):
    assert run(repository)["F1 of spam"] > 0.92


@pytest.mark.data
def test_real_messages(repository, data_dir):
    found = run(repository, data_dir / "classification" / "sms_spam.tsv")
    assert found["F1 of spam"] > 0.92
    assert found["calibration error"] < 0.03


@pytest.mark.data
def test_reviews(repository, data_dir, tmp_path):
    lines = [
        f"{name}\t{line}"
        for name in ("pos", "neg")
        for line in (data_dir / "classification" / f"rt-polarity.{name}").read_text("latin-1").splitlines()
    ]
    (tmp_path / "reviews.tsv").write_text("\n".join(lines), "utf-8")
    assert run(repository, tmp_path / "reviews.tsv")["accuracy"] > 0.74
