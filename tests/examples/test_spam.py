"""The example with spam runs, on messages that it makes up and on real ones."""

from __future__ import annotations

import pytest


def test_made_up_messages(figures):
    assert figures("spam.py")["F1 of spam"] > 0.92


@pytest.mark.data
def test_real_messages(figures, data_dir):
    found = figures("spam.py", data_dir / "classification" / "sms_spam.tsv")
    assert found["F1 of spam"] > 0.92
    assert found["calibration error"] < 0.03
