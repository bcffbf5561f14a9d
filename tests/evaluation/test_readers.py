"""Question files of all layouts; every malformed line is told with file, line and reason."""

from __future__ import annotations

import math

import pytest

from ns2vec.evaluation._lines import Complaints
from ns2vec.evaluation.readers import READERS, Layout
from ns2vec.exceptions import ConfigError, FormatError

# reader: (lines, what they mean, line and reason of the malformed ones)
CASES = {
    "word_pairs": (
        ["# head", "cat\tdog\t7.5", "", "cat\tdog", "cat\tdog\tmuch", "cat\t\t3", "a\tb\tnan"],
        [("cat", "dog", 7.5)],
        [
            (4, "expected 3 columns, found 2"),
            (5, "expected a finite number, found 'much'"),
            (6, "column 2 is empty"),
            (7, "expected a finite number, found 'nan'"),
        ],
    ),
    "categories": (
        ["cat\tanimal", "car\tvehicle", "cat\tpet", "cat\tanimal", "alone"],
        [("cat", "animal"), ("car", "vehicle")],
        [
            (3, "the word 'cat' has a category already"),
            (4, "the word 'cat' has a category already"),
            (5, "expected 2 columns, found 1"),
        ],
    ),
    "analogies": (
        ["a b c d", ": one", "a b c d", "a b c", ": two", "a b c d/e"],
        [("one", [("d",)]), ("two", [("d", "e")])],
        [(1, "a question before the first ': section' line"), (4, "expected 4 words, found 3")],
    ),
    "word_table": (
        ["cat\tcats/kitties", "dog\tdogs", "lonely"],
        [("<lines>", [("dogs",), ("cats", "kitties")])],
        [(3, "expected 2 columns, found 1")],
    ),
    "outliers": (
        ["pets\tcat\tmember", "pets\tdog\tmember", "pets\tcar\toutlier", "pets\tcow\tperhaps"],
        [("pets", ("cat", "dog"), ("car",))],
        [(4, "expected 'member' or 'outlier', found 'perhaps'")],
    ),
    "relations": (
        ["r\ta\tb\tprototype", "r\tc\td\t5", "r\tc\td\tfive"],
        [("r", "a", "b", None), ("r", "c", "d", 5.0)],
        [(3, "expected a finite number, found 'five'")],
    ),
}


def plain(reader, found):
    """What was read, in the form of `CASES`."""
    if reader in ("analogies", "word_table"):
        return [(section.name, [question.accepted for question in section.questions]) for section in found]
    if reader == "outliers":
        return [(group.name, group.members, group.outliers) for group in found]
    if reader == "relations":
        return [(p.relation, p.left, p.right, None if math.isnan(p.degree) else p.degree) for p in found]
    return found


def test_every_layout_is_tested():
    assert set(CASES) == set(READERS)


@pytest.mark.parametrize("reader", READERS)
def test_lines_are_read_or_complained_about(reader):
    lines, expected, malformed = CASES[reader]
    complaints = Complaints()
    assert plain(reader, READERS[reader]([lines], Layout(), complaints)) == expected
    assert [(line.path, line.line, line.reason) for line in complaints.found] == [
        ("<lines>", number, reason) for number, reason in malformed
    ]


@pytest.mark.parametrize("reader", READERS)
def test_the_first_malformed_line_can_be_refused(reader, write_text):
    lines, _, malformed = CASES[reader]
    path = write_text("\n".join(lines), "questions.txt")
    number, reason = malformed[0]
    with pytest.raises(FormatError) as caught:
        READERS[reader]([path], Layout(), Complaints("refuse"))
    assert str(caught.value).startswith(f"{path}:{number}: {reason}; ")


def test_complaints_are_logged(caplog):
    READERS["word_pairs"]([["x"]], Layout(), Complaints())
    assert "<lines>:1: expected 3 columns, found 1; skipped" in caplog.text


@pytest.mark.parametrize(
    ("layout", "line"),
    [
        (Layout(","), 'cat,"dog",7'),
        (Layout(""), "cat  dog\t7"),
        (Layout("\t", (1, 0, 3)), "dog\tcat\tnoun\t7\tmore"),
        (Layout(",", (1, 2, 3)), "0,cat,dog,7"),
    ],
)
def test_layouts(layout, line):
    complaints = Complaints()
    assert READERS["word_pairs"]([[line]], layout, complaints) == [("cat", "dog", 7.0)]
    assert complaints.found == []


def test_header_lines_and_encodings(write_text):
    path = write_text("word1\tword2\tscore\ncaf\xe9\tbar\t3\n".encode("latin-1"), "pairs.tsv")
    layout = Layout(skip_lines=1, encoding="latin-1")
    assert READERS["word_pairs"]([path], layout, Complaints()) == [("café", "bar", 3.0)]
    with pytest.raises(FormatError, match="expected text in utf8"):
        READERS["word_pairs"]([path], Layout(skip_lines=1), Complaints())


def test_groups_are_patterns_of_section_names():
    layout = Layout(groups={"syntactic": "gram*", "semantic": "*"})
    sections = READERS["analogies"]([[": gram1", "a b c d", ": family"]], layout, Complaints())
    assert [section.group for section in sections] == ["syntactic", "semantic"]
    assert Layout().group_of("gram1") == ""


def test_only_skip_and_refuse():
    with pytest.raises(ConfigError, match="'skip' or 'refuse', got 'ignore'"):
        Complaints("ignore")
