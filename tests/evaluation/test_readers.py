"""Question files of all layouts; every malformed line is told with file, line and reason."""

from __future__ import annotations

import math

import pytest

from ns2vec.evaluation._lines import Complaints
from ns2vec.evaluation.readers import EXPECTED, READERS, Layout
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
        [("<lines>", [("d",)]), ("one", [("d",)]), ("two", [("d", "e")])],
        [(4, "expected 4 words, found 3")],
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
    assert set(CASES) == set(READERS) == set(EXPECTED)


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
    complaints = Complaints()
    READERS["word_pairs"]([["x"]], Layout(), complaints)
    assert caplog.text == ""
    complaints.tell()
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


@pytest.mark.parametrize(
    ("lines", "n_remarks"),
    [
        (["cat dog 7.5", "cat  tea 3"], 0),
        (["cat,dog,7.5", "cat,tea,3"], 0),
        (["cat;dog;7.5", "cat;tea;3"], 0),
        (["cat, dog, 7.5", '"cat", tea, 3'], 0),
        (["Word 1,Word 2,Human (mean)", "cat,dog,7.5", "cat,tea,3"], 1),
        (["word1\tword2\tPOS\tSimLex999\tSD", "cat\tdog\tA\t7.5\t1", "cat\ttea\tA\t3\t2"], 2),
        (["cat dog 7.5 8 7", "cat tea 3 3 3"], 1),
        ([",word1,word2,similarity", "0,cat,dog,7.5", "1,cat,tea,3"], 2),
        (["cat\tdog\t7.5\t", "cat\ttea\t3\t"], 1),
    ],
    ids=repr,
)
def test_separators_headers_and_further_columns_are_found_out(lines, n_remarks):
    complaints = Complaints("refuse")
    found = READERS["word_pairs"]([lines], Layout(), complaints)
    assert found == [("cat", "dog", 7.5), ("cat", "tea", 3.0)]
    assert len(complaints.remarks) == n_remarks


@pytest.mark.parametrize(
    ("lines", "number", "reason"),
    [
        (["cat;dog;7,5", "cat;tea;3,0"], 1, "expected a finite number, found '7,5'"),
        (["cat dog 7,5"], 1, "expected a finite number, found '7,5'"),
        (["cat,dog,7.5", "cat tea 3"], 2, "expected 3 columns, found 1"),
        (["cat dog 7.5", "ice cream tea 3"], 2, "expected 3 columns, found 4"),
        (["cat,dog,7.5", "cat,tea,"], 2, "column 3 is empty"),
        (["a,b,c,d", "a,b,c,d"], 1, "expected 3 columns, found 4"),
        (["ice cream\ttea\t3", "New York\tcity"], 2, "expected 3 columns, found 2"),
    ],
    ids=repr,
)
def test_lines_that_do_not_follow_the_others_are_complaints(lines, number, reason):
    complaints = Complaints()
    READERS["word_pairs"]([lines], Layout(), complaints)
    assert [(line.line, line.reason) for line in complaints.found][:1] == [(number, reason)]


@pytest.mark.parametrize("line", ["a b c d", "a\tb\tc\td", "a,b,c,d", "a; b; c; d"])
def test_questions_before_any_section_are_the_section_of_the_files_name(line, write_text):
    path = write_text(f"{line}\n: later\n{line}\n", "my.questions.txt")
    first, later = READERS["analogies"]([path], Layout(), Complaints("refuse"))
    assert (first.name, later.name) == ("my", "later")
    assert first.questions == later.questions
    assert (first.questions[0].a, first.questions[0].accepted) == ("a", ("d",))


def test_words_with_blanks_are_kept_where_something_else_separates():
    lines = ["New York\tUSA\tSao Paulo\tBrazil", "Los Angeles\tUSA\tRio\tBrazil"]
    (section,) = READERS["analogies"]([lines], Layout(), Complaints("refuse"))
    assert [question.a for question in section.questions] == ["New York", "Los Angeles"]
    found = READERS["categories"]([["ice cream,food", "car,vehicle"]], Layout(), Complaints("refuse"))
    assert found == [("ice cream", "food"), ("car", "vehicle")]


def test_a_file_of_malformed_lines_makes_few_warnings(caplog):
    complaints = Complaints()
    READERS["word_pairs"]([["x"] * 500], Layout(), complaints)
    complaints.tell()
    assert len(complaints.found) == 500
    assert len(caplog.records) == 4
    assert "<lines>: 497 more lines that do not fit" in caplog.text


def test_header_lines_and_encodings(write_text):
    path = write_text("word1\tword2\tscore\ncaf\xe9\tbar\t3\n".encode("latin-1"), "pairs.tsv")
    layout = Layout(skip_lines=1, encoding="latin-1")
    assert READERS["word_pairs"]([path], layout, Complaints()) == [("café", "bar", 3.0)]
    with pytest.raises(FormatError, match="expected text in utf8"):
        READERS["word_pairs"]([path], Layout(skip_lines=1), Complaints())


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"PK\x03\x04abc", "a zip archive"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a Git LFS pointer"),
        (b"<!DOCTYPE html>\n<html>", "a web page"),
    ],
)
@pytest.mark.parametrize("reader", READERS)
def test_a_file_of_another_kind_is_named(reader, start, what, tmp_path):
    (tmp_path / "questions.txt").write_bytes(start)
    with pytest.raises(FormatError, match=f"questions.txt: this is {what}"):
        READERS[reader]([tmp_path / "questions.txt"], Layout(), Complaints())


def test_groups_are_patterns_of_section_names():
    layout = Layout(groups={"syntactic": "gram*", "semantic": "*"})
    sections = READERS["analogies"]([[": gram1", "a b c d", ": family"]], layout, Complaints())
    assert [section.group for section in sections] == ["syntactic", "semantic"]
    assert Layout().group_of("gram1") == ""


def test_only_skip_and_refuse():
    with pytest.raises(ConfigError, match="'skip' or 'refuse', got 'ignore'"):
        Complaints("ignore")
