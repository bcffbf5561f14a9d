"""Files as fastText writes them."""

from __future__ import annotations

import numpy as np

from ns2vec.formats import guess_format, read_vectors


def test_a_vec_file_as_fasttext_writes_it(tmp_path):
    path = tmp_path / "cc.en.3.vec"
    path.write_bytes(b"3 3\n</s> -0.0069 1e-05 0.12346 \n, 0.5 0.25 -1 \n\xc2\xa0 1 2 3 \n")
    assert guess_format(path) == "fasttext_vec"
    found = read_vectors(path)
    assert found.keys == ["</s>", ",", "\u00a0"]
    assert found.vectors[0].tolist() == np.array([-0.0069, 1e-05, 0.12346], dtype=np.float32).tolist()
