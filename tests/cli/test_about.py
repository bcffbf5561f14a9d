"""What files of vectors tell of themselves."""

from __future__ import annotations

from ns2vec import Word2Vec
from ns2vec.cli.about import UNKNOWN, about_file


def test_a_model_tells_how_it_was_trained(tmp_path):
    model = Word2Vec(
        [["red", "green"]] * 20, min_count=1, vector_size=4, window=3, workers=1, sg=1, negative=7
    )
    path = str(tmp_path / "some.model")
    model.save(path)
    told = about_file(path)
    assert told["format"] == "native"
    assert told["trained"][:4].isdigit()
    assert told["settings"].startswith("skip-gram, negative 7, ")
    assert "window 3" in told["settings"]


def test_vectors_alone_tell_no_settings(tmp_path):
    path = tmp_path / "vectors.txt"
    path.write_text("1 2\nred 1 2\n", "utf-8")
    told = about_file(str(path))
    assert told["settings"] == told["trained"] == UNKNOWN
    assert told["file of"][:2] == "20"


def test_a_pipe_is_not_read():
    assert about_file("-")["file of"] == ""


def test_what_is_no_model_is_no_error(tmp_path):
    path = tmp_path / "broken.ns2v"
    path.write_bytes(b"\x10\0\0\0\0\0\0\0{")
    assert about_file(str(path))["settings"] == UNKNOWN
