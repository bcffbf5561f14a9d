"""Any source gives the same interactions; what is wrong is refused with its row."""

from __future__ import annotations

import gzip
from datetime import datetime

import numpy as np
import pytest
from scipy import sparse

from ns2vec.exceptions import ConfigError, CorpusError, FormatError
from ns2vec.recommend import read_interactions

ROWS = [("ann", "tea", 2.0, 30), ("bob", "milk", -1.0, 10), ("ann", "tea", 1.0, 20)]
NAMES = ("user", "item", "weight", "time")


def told(data):
    """The keys, weights and times of all interactions."""
    keys = [(data.user_keys[u], data.item_keys[i]) for u, i in zip(data.users, data.items, strict=True)]
    weights = [None] * len(data) if data.weights is None else data.weights.tolist()
    times = [None] * len(data) if data.times is None else data.times.tolist()
    return [(*key, weight, time) for key, weight, time in zip(keys, weights, times, strict=True)]


def lines(separator, head=()):
    return "".join(separator.join(map(str, row)) + "\n" for row in ([head] if head else []) + ROWS)


TYPED = ("user_id:token", "item_id:token", "rating:float", "timestamp:float")
FILES = {
    "a.csv": (lines(",", NAMES), {"weight": "weight", "time": "time"}),
    "b.csv": ("\ufeff" + lines(",", NAMES).replace("\n", "\r\n"), {"weight": 2, "time": 3}),
    "c.tsv": (lines("\t"), {"weight": 2, "time": 3}),
    "d.inter": (lines("\t", TYPED), {"weight": "rating"}),
    "e.dat": (lines("::"), {"weight": 2, "time": 3}),
    "f.txt": (lines(" ") + "\n\n", {"weight": 2, "time": 3}),
    "g.txt": (lines(";", NAMES), {"user": "user", "item": "item", "weight": "weight", "time": "time"}),
}


@pytest.mark.parametrize("name", FILES)
def test_files_in_any_layout(name, write_text):
    text, options = FILES[name]
    assert told(read_interactions(write_text(text, name), **options)) == ROWS


PROSE = (
    "It was the best of times it was the worst of times\nit was the age of wisdom\nand of\nfoolishness too\n"
)
TEXTS = {
    "blanks.txt": (PROSE, "from 2 to 12 fields, such as 'It was the best"),
    "one-line.txt": ("word " * 40, "from 40 to 40 fields, such as 'word word"),
}


@pytest.mark.parametrize("name", ["blanks.txt", "one-line.txt"])
def test_running_text_is_no_table(name, write_text):
    text, seen = TEXTS[name]
    with pytest.raises(
        FormatError, match=f"this looks like running text.*{seen}.*expected a user and an item"
    ):
        read_interactions(write_text(text, name))


def test_uneven_lines_are_read_when_their_columns_are_named(write_text):
    found = read_interactions(write_text(PROSE, "notes.txt"), user=0, item=1)
    assert told(found)[0][:2] == ("It", "was")
    assert len(found) == 4


def test_times_may_be_missing_from_some_lines(write_text):
    found = read_interactions(write_text("ann tea 2 30\nbob milk\nann milk 3\n", "uneven.txt"))
    assert found.user_keys == ["ann", "bob"]


COLUMNS = dict(zip(NAMES, map(list, zip(*ROWS, strict=True)), strict=True))


class DataFrame:
    """As much of one as is asked for."""

    columns = NAMES

    def __getitem__(self, name):
        return np.array(COLUMNS[name])


def test_rows_frames_and_dicts():
    for source in (ROWS, iter(ROWS)):
        assert told(read_interactions(source)) == ROWS
    for source in (COLUMNS, DataFrame()):
        assert told(read_interactions(source, weight="weight", time="time")) == ROWS
        assert told(read_interactions(source))[0] == ("ann", "tea", None, None)  # only what is asked for
    data = read_interactions(ROWS)
    assert read_interactions(data) is data


def test_arrays_and_sparse_matrices():
    array = np.array([[196, 242, 3.0], [186, 302, 1.0]])
    data = read_interactions(array)
    assert (data.user_keys, data.item_keys, data.weights.tolist()) == ([196, 186], [242, 302], [3, 1])
    assert type(data.user_keys[0]) is int
    matrix = sparse.csc_matrix([[0, 2], [0, 0], [-1, 0]])
    data = read_interactions(matrix)
    assert sorted(told(data)) == [(0, 1, 2, None), (2, 0, -1, None)]
    assert (data.n_users, data.n_items) == (3, 2)  # including those without interactions


def test_a_compressed_file_of_another_encoding(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress("user,item\nzoë,thé\n".encode("latin-1")))
    assert read_interactions(path, encoding="latin-1").item_keys == ["thé"]
    with pytest.raises(FormatError, match=r"a\.csv\.gz: expected text in utf8: .* name its encoding"):
        read_interactions(path)


def test_csv_has_quotes_and_tabs_have_none(write_text):
    assert read_interactions(write_text('a,"tea, green"\n', "a.csv")).item_keys == ["tea, green"]
    assert read_interactions(write_text('a\t"tea\n', "a.tsv")).item_keys == ['"tea']


def test_a_column_of_its_own_for_negatives():
    columns = {"user": ["a", "b"], "item": ["x", "x"], "skipped": [0, 1], "seconds": [9, 2]}
    assert read_interactions(columns, negative="skipped").weights.tolist() == [1, -1]
    assert read_interactions(columns, negative="skipped", weight="seconds").weights.tolist() == [9, -2]


def test_times_are_numbers_or_dates():
    dates = ["1970-01-02", "1970-01-01T00:01:00Z", "1970-01-01 01:00:00.500+01:00", datetime(1970, 1, 3), 7.0]
    dated = [("a", "x", 1, date) for date in dates]
    assert read_interactions(dated).times.tolist() == [86400, 60, 0.5, 172800, 7]
    stamps = {"user": ["a"], "item": ["x"], "at": np.array(["1970-01-02"], dtype="datetime64[ns]")}
    times = read_interactions(stamps, time="at").times
    assert (times.dtype, times.tolist()) == (np.int64, [86400])


BAD_ROWS = [
    ([("a", "x", 1), ("a", "y", np.nan)], "the iterable: row 2 has the weight nan; expected a finite number"),
    ([("a", "x", "much")], "row 1 has the weight 'much'"),
    ([("a", "x", 1, "soon")], "row 1 has the time 'soon'; expected a finite number or an ISO 8601 date"),
    ([("a", "x"), (None, "x")], "row 2 has the user None; expected text or a whole number of at least 0"),
    ([("a", -1)], "row 1 has the item -1"),
    ([("a", 1.5)], r"row 1 has the item 1\.5"),
    ([("a", float("nan"))], "row 1 has the item nan"),
    ([(True, "x")], "row 1 has the user True"),
    ([("", "x")], "row 1 has the user ''"),
    ([("a", "x"), ("a", ["x"])], r"row 2 has the item \['x'\]"),
    ([("a", "x"), ("a",)], "row 2 has 1 fields, expected at least 2"),
    ([], "the iterable is empty"),
    (["ab", "cd"], r"expected rows such as \(user, item\), got 'ab'"),
    ({"user": [], "item": []}, "the dict: there are no interactions in it"),
    ({"user": ["a"], "item": ["x", "y"]}, "columns have 1, 2 values; expected the same number"),
    (sparse.csr_matrix((2, 3)), r"sparse matrix of shape \(2, 3\) has no cells"),
    (sparse.csr_matrix([[np.nan]]), "interaction 0 has nan among its weights"),
]


@pytest.mark.parametrize(("rows", "message"), BAD_ROWS, ids=[message[:25] for _, message in BAD_ROWS])
def test_what_is_wrong_is_refused_with_its_row(rows, message):
    with pytest.raises((CorpusError, FormatError), match=message):
        read_interactions(rows)


def test_columns_that_are_not_there(write_text):
    path = write_text("user,item\na,x\n", "a.csv")
    with pytest.raises(FormatError, match=r"a\.csv: no column 'rating'; it has 'user', 'item'"):
        read_interactions(path, weight="rating")
    with pytest.raises(FormatError, match=r"no column 2; it has 'user', 'item'"):
        read_interactions(path, weight=2)
    with pytest.raises(ConfigError, match="users and items cannot both be in column 0"):
        read_interactions(path, user="user", item="user")
    bare = write_text("a\tx\nb\n", "b.tsv")
    with pytest.raises(FormatError, match="row 2 has 1 fields, expected at least 2"):
        read_interactions(bare)
    with pytest.raises(FormatError, match="no column 2; it has 2 columns, counted from 0"):
        read_interactions(bare, weight=2)


def test_what_is_no_table(write_text, tmp_path):
    for content, message in [
        ("", "the file is empty"),
        ("\n \n", "the file is empty"),
        (b"PK\x03\x04" + bytes(60), "zip"),
        ("user,item\n", "there are no interactions in it"),
        ('a,"' + "x\n" * 100_000, "field larger than field limit .*; do all quotes close"),
    ]:
        with pytest.raises((CorpusError, FormatError), match=message):
            read_interactions(write_text(content, "a.csv"))
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_interactions(tmp_path / "none.csv")
    with pytest.raises(ConfigError, match="expected a path, a DataFrame"):
        read_interactions(7)


def test_parquet_needs_its_extra(write_text):
    path = write_text(b"PAR1" + bytes(60), "a.parquet")
    try:
        from pyarrow import parquet, table
    except ImportError:
        with pytest.raises(ImportError, match=r"pip install ns2vec\[arrow\]"):
            read_interactions(path)
        pytest.skip("pyarrow is not installed")
    with pytest.raises(FormatError, match="this is not a Parquet file"):
        read_interactions(path)
    columns = table(COLUMNS)
    parquet.write_table(columns, path)
    for source in (path, columns):
        assert told(read_interactions(source, weight="weight", time="time")) == ROWS


def test_frames_of_pandas():
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.DataFrame(COLUMNS)
    frame["user"] = frame["user"].astype("category")
    frame["time"] = pandas.to_datetime(frame["time"], unit="s")
    assert told(read_interactions(frame, weight="weight", time="time")) == ROWS
