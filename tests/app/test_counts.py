"""Words and counts as people type them."""

from __future__ import annotations

import pytest

from ns2vec.app.counts import parse_counts
from ns2vec.exceptions import ConfigError


def test_blanks_tabs_and_commas_separate():
    assert parse_counts("the 3\ncat,2\n\nnew york\t1\n") == {"the": 3, "cat": 2, "new york": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("the", "counts must have a word and its count in line 1, got 'the'"),
        ("the 1\n5", "line 2"),
        ("the -1", "line 1"),
        ("the 1.5", "line 1"),
        (f"the {2**60}", "line 1"),
        ("the 1\nthe 2", "'the' is repeated in line 2"),
        ("the 0", "a count above 0"),
        ("", "a count above 0"),
    ],
)
def test_other_lines_are_refused_by_number(text, message):
    with pytest.raises(ConfigError, match=message):
        parse_counts(text)
