"""Text without a header, as GloVe writes it."""

from __future__ import annotations

from ns2vec.formats import read_vectors


def test_glove_with_blanks_in_keys(tmp_path):
    path = tmp_path / "glove.840B.300d.txt"
    path.write_bytes(b"the 0.5 1\n. . . 2 3\nat name@domain.com 4 5\n1 2 6 7\n<unk> 8 9\n")
    found = read_vectors(path)
    assert found.keys == ["the", ". . .", "at name@domain.com", "1 2", "<unk>"]
    assert found.vectors.tolist() == [[0.5, 1], [2, 3], [4, 5], [6, 7], [8, 9]]
