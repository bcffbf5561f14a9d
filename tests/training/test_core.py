"""The core by itself: words, matrices and runs without gensim's door."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import KeyedVectors, Word2Vec
from ns2vec.corpus import open_corpus
from ns2vec.exceptions import VocabularyError
from ns2vec.training import EmbeddingCore, Plan, TrainingConfig
from ns2vec.vocab import build_vocabulary, grow_vocabulary

OPTIONS = {"vector_size": 8, "min_count": 1, "workers": 1, "seed": 3, "epochs": 2}


def words_of(corpus):
    scan = open_corpus(corpus).scan()
    return scan.tokens, scan.counts


def core_of(sentences, **options):
    config = TrainingConfig(**(OPTIONS | options))
    core = EmbeddingCore(config, KeyedVectors(config.vector_size))
    core.take_words(build_vocabulary(*words_of(sentences), min_count=1)[0])
    core.begin(config.seed)
    return core


def fit(core, sentences, observers=()):
    config, n_words = core.config, sum(map(len, sentences))
    plan = Plan(config.epochs, config.alpha, config.min_alpha, n_words, len(sentences))
    return core.fit(open_corpus(sentences), plan, observers)


@pytest.mark.parametrize("options", [{}, {"hs": True}, {"sg": True, "objective": "nce"}], ids=str)
def test_it_trains_what_the_model_trains(sentences, options):
    core = core_of(sentences, **options)
    model = Word2Vec(sentences, **(OPTIONS | options))
    assert fit(core, sentences)[1] == 2 * model.corpus_total_words
    assert np.array_equal(core.wv.vectors, model.wv.vectors)
    assert set(core.matrices) == {target.matrix for target in core.spec.targets}


def test_it_grows_and_trains_on(sentences):
    core, more = core_of(sentences, hs=True), [["kiwi", "fruit1"]] * 20
    fit(core, sentences)
    before = core.wv.vectors.copy()
    core.add_words(
        grow_vocabulary(core.wv.key_to_index, core.counts, *words_of(more), min_count=1, sample=1e-3)
    )
    core.extend(seed=3)
    assert np.array_equal(core.wv.vectors[:20], before)
    assert {name: len(array) for name, array in core.matrices.items()} == {"syn1neg": 21, "syn1": 21}
    fit(core, more)
    assert np.isfinite(core.wv.vectors).all()


def test_without_words_there_is_no_sampler():
    with pytest.raises(VocabularyError, match="the sampler has no words"):
        EmbeddingCore(TrainingConfig(), KeyedVectors(4)).sampler()


def test_a_matrix_that_was_not_made_is_named(sentences):
    with pytest.raises(AttributeError, match="there is no 'syn1' yet"):
        core_of(sentences).output("syn1")
