"""gensim's Doc2Vec files, old and new: read without gensim, and written for it."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from ns2vec import Doc2Vec, TaggedDocument, Word2Vec
from ns2vec.formats.gensim.unpickling import RefusedGlobalError

VERSIONS = [
    "0.12.0", "0.12.1", "0.12.2", "0.12.3", "0.12.4", "0.13.0", "0.13.1", "0.13.2", "0.13.3", "0.13.4",
    "1.0.0", "1.0.1", "2.0.0", "2.1.0", "2.2.0", "2.3.0", "3.0.0", "3.1.0", "3.2.0", "3.3.0", "3.4.0",
]  # fmt: skip
OLD = ["d2v-lee-v0.13.0", "doc2vec_old", "doc2vec_old_sep", "large_tag_doc_10_iter50"]
OLD += [f"old_d2v_models/d2v_{version}.mdl" for version in VERSIONS]
DOCUMENTS = [(["a", "b", "c"], [3]), (["a", "x"], ["s1", 1]), ([], ["s2"]), (["b", "x", "c", "b"], ["s1"])]
SMALL = {"vector_size": 8, "min_count": 1, "epochs": 3, "workers": 1}


def gensims():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("gensim.models.doc2vec", reason="gensim is not installed")


def same(ours, theirs):
    assert str(ours).split("<")[1] == str(theirs).split("<")[1]
    for one, other in ((ours.wv, theirs.wv), (ours.dv, theirs.dv)):
        assert one.index_to_key == other.index_to_key
        assert one.key_to_index == other.key_to_index
        assert np.array_equal(one.vectors, other.vectors)
    for name in ("syn1", "syn1neg"):
        expected = getattr(theirs, name, None)
        assert expected is None or np.array_equal(getattr(ours, name), expected)
    for name in ("word_count", "doc_count"):
        assert np.array_equal(ours.dv.expandos.get(name), theirs.dv.expandos.get(name))


@pytest.mark.parametrize("name", OLD)
def test_old_files_are_read_and_trained_on(wheel_data, name):
    model = Doc2Vec.load(wheel_data / name)
    assert len(model.dv) == len(model.dv.vectors) == model.corpus_count
    assert np.isfinite(model.infer_vector(model.wv.index_to_key[:3])).all()
    before = model.dv.vectors.copy()
    words = model.wv.index_to_key[:3] * 5
    model.train([TaggedDocument(words, [0])], total_examples=1, epochs=1)
    assert (model.dv.vectors != before).any(axis=1)[1:].sum() == 0


@pytest.mark.parity
@pytest.mark.parametrize("name", OLD)
def test_old_files_mean_what_gensim_reads(wheel_data, name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            theirs = gensims().Doc2Vec.load(str(wheel_data / name))
        except AttributeError as error:
            pytest.skip(f"gensim itself does not read it: {error}")
    same(Doc2Vec.load(wheel_data / name), theirs)


@pytest.mark.parity
@pytest.mark.parametrize(
    "options", [{}, {"dm": 0, "dbow_words": 1}, {"hs": 1, "negative": 0, "dm_mean": 0}, {"dm_concat": 1}]
)
@pytest.mark.parametrize("sep_limit", [10**7, 1])
def test_files_go_to_gensim_and_come_back(options, sep_limit, tmp_path):
    module = gensims()
    model = Doc2Vec([TaggedDocument(*pair) for pair in DOCUMENTS], **SMALL, **options)
    model.save_gensim(tmp_path / "ours", sep_limit=sep_limit)
    theirs = module.Doc2Vec.load(str(tmp_path / "ours"))
    same(model, theirs)
    theirs.infer_vector(["a", "b"])
    theirs.train([module.TaggedDocument(*pair) for pair in DOCUMENTS], total_examples=4, epochs=1)
    theirs.save(str(tmp_path / "theirs"), sep_limit=sep_limit)
    same(Doc2Vec.load(tmp_path / "theirs"), theirs)


def test_a_doc2vec_is_no_word2vec(wheel_data, tmp_path):
    with pytest.raises(AttributeError, match="Model of type Word2Vec can't be loaded by Doc2Vec"):
        Doc2Vec.load(wheel_data / "word2vec_3.3")
    assert type(Word2Vec.load(wheel_data / OLD[-1])) is Doc2Vec
    Word2Vec([["a", "b"]], min_count=1).save(tmp_path / "words")
    with pytest.raises(AttributeError, match="can't be loaded by Doc2Vec"):
        Doc2Vec.load(tmp_path / "words")


def test_nothing_of_a_file_runs(wheel_data, tmp_path):
    content = (wheel_data / OLD[-1]).read_bytes()
    path = tmp_path / "evil"
    path.write_bytes(content.replace(b"gensim.models.doc2vec", b"gensim.models.do_evil"))
    with pytest.raises(RefusedGlobalError):
        Doc2Vec.load(path)
