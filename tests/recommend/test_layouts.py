"""Published data sets are found by their files, in each of their layouts."""

from __future__ import annotations

import pytest

from ns2vec.exceptions import FormatError
from ns2vec.recommend import by_time, lastfm, movielens

LAYOUTS = {
    "100k": {
        "u.data": "196\t242\t3\t881250949\n186\t302\t5\t891717742\n",
        "u.genre": "unknown|0\nCrime|1\nDrama|2\n\n",
        "u.item": "242|Caf\xe9 (1997)|24-Jan-1997||http://a|0|1|1\n302|L.A. (1997)|01-Jan-1989||http://b|0|1|0\n",
        "u.user": "196|49|M|writer|55105\n186|39|F|executive|00000\n",
    },
    "1m": {
        "ratings.dat": "196::242::3::881250949\n186::302::5::891717742\n",
        "movies.dat": "242::Caf\xe9 (1997)::Crime|Drama\n302::L.A. (1989)::Crime\n",
        "users.dat": "196::M::49::writer::55105\n186::F::39::executive::0\n",
    },
    "csv": {
        "ratings.csv": "userId,movieId,rating,timestamp\n196,242,3,881250949\n186,302,5,891717742\n",
        "movies.csv": 'movieId,title,genres\n242,"Cafe, the (1997)",Crime|Drama\n302,L.A. (1989),Crime\n',
    },
    "recbole": {
        "m.inter": "user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
        "196\t242\t3\t881250949\n186\t302\t5\t891717742\n",
        "m.item": "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
        "242\tCafe\t1997\tCrime Drama\n302\tL.A.\t1989\tCrime\n",
        "m.user": "user_id:token\tage:token\tgender:token\toccupation:token\tzip_code:token\n"
        "196\t49\tM\twriter\t55105\n186\t39\tF\texecutive\t0\n",
    },
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_movielens_in_each_layout(name, tmp_path):
    for file, text in LAYOUTS[name].items():
        (tmp_path / file).write_bytes(text.encode("latin-1" if name in ("100k", "1m") else "utf8"))
    found = movielens(tmp_path)
    data = found.interactions
    assert (data.user_keys, data.item_keys, data.weights) == (["196", "186"], ["242", "302"], None)
    assert data.times.tolist() == [881250949, 891717742]
    assert movielens(tmp_path, ratings=True).interactions.weights.tolist() == [3, 5]
    assert found.item_features.names_of("242") == ["genre=Crime", "genre=Drama", "decade=1990"]
    assert found.item_features.names_of("302") == ["genre=Crime", "decade=1980"]
    if name != "csv":
        assert {"gender=M", "occupation=writer"} < set(found.user_features.names_of("196"))


def test_lastfm_in_both_layouts(tmp_path):
    (tmp_path / "user_artists.dat").write_text("userID\tartistID\tweight\n2\t51\t13883\n2\t52\t11690\n")
    data = lastfm(tmp_path, counts=True).interactions
    assert (data.user_keys, data.item_keys, data.weights.tolist()) == (["2"], ["51", "52"], [13883, 11690])
    (tmp_path / "data1.txt").write_text("424\t4076\t993\n1311\t1574\t957\n")
    (tmp_path / "test1.txt").write_text("424\t121\t57\n")
    found = lastfm(tmp_path)
    assert (len(found.split.train), len(found.split.test), len(found.interactions)) == (2, 1, 3)
    assert found.split.test.item_keys == ["4076", "1574", "121"]


def test_a_folder_of_something_else(tmp_path):
    with pytest.raises(FormatError, match=r"expected a folder with one of \*\.inter, u\.data, ratings\.dat"):
        movielens(tmp_path)


@pytest.mark.data
def test_the_real_files(data_dir):
    films = movielens(data_dir / "recommendation" / "ml-100k")
    assert (len(films.interactions), films.interactions.n_users, films.interactions.n_items) == (
        100000,
        943,
        1682,
    )
    assert len(by_time(films.interactions).test) == 19633
    artists = lastfm(data_dir / "recommendation" / "lastfm")
    assert (len(artists.split.train), len(artists.split.test)) == (42135, 10533)
