"""Names of gensim 3 say what to write now."""

from __future__ import annotations

import numpy as np
import pytest


def test_old_names_say_what_to_write(kv):
    for name, instead in [
        ("vocab", "key_to_index"),
        ("vectors_norm", "get_normed_vectors"),
        ("index2word", "index_to_key"),
    ]:
        with pytest.raises(AttributeError, match=instead):
            getattr(kv, name)
        assert not hasattr(kv, name)
    kv.vectors_norm = None
    kv.index2entity = list("abcdefgh")
    assert kv.index_to_key == list("abcdefgh")
    with pytest.warns(DeprecationWarning, match="Call to deprecated `word_vec` "):
        assert kv.word_vec("king").shape == (6,)
    with pytest.warns(DeprecationWarning, match="Call to deprecated `init_sims` "):
        kv.init_sims(replace=True)
    np.testing.assert_allclose(np.linalg.norm(kv.vectors, axis=1), 1, rtol=1e-6)


def test_unseen_documents_belong_to_doc2vec(kv):
    with pytest.raises(NotImplementedError, match="Doc2Vec"):
        kv.similarity_unseen_docs(["a"], ["b"])


def test_attributes_of_gensim_3_name_what_to_write_now(kv):
    for name, instead in (("syn0", "use vectors"), ("syn0norm", "get_normed_vectors"), ("wv", "themselves")):
        with pytest.raises(AttributeError, match=f"no attribute '{name}': .*{instead}"):
            getattr(kv, name)
    assert not hasattr(kv, "no_such_name")
