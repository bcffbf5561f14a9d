"""Trained on the facts corpus, gensim and ns2vec answer the questions equally well."""

from __future__ import annotations

from typing import Any

import pytest

from ns2vec import Word2Vec
from ns2vec.evaluation import evaluate_all, facts_corpus
from ns2vec.evaluation.facts import DEMO_PARAMETERS

FLOOR = 0.90
LARGEST_LOSS = 0.05


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Text, analogy questions and similarity judgements of half the default corpus.

    As many sentences show each word as in the whole one, on which `make eval` and the demo are tested.
    """
    corpus = facts_corpus(n_types=1250, n_words=500_000)
    folder = tmp_path_factory.mktemp("facts")
    corpus.write_corpus(folder / "corpus.txt")
    corpus.write_analogies(folder / "questions.txt")
    corpus.write_similarity(folder / "similarity.tsv")
    return folder


def scores(word2vec: Any, files: Any, **options: Any) -> dict[str, float]:
    """Train with the demo's settings; accuracy of all questions, of those apart, and Spearman's rho."""
    model = word2vec(corpus_file=str(files / "corpus.txt"), seed=1, workers=2, **DEMO_PARAMETERS, **options)
    report = evaluate_all(model.wv, files / "questions.txt", files / "similarity.tsv")
    apart = [section for section in report.analogies[0].sections if section.name.endswith("-apart")]
    share_apart = sum(section.n_correct for section in apart) / sum(section.n_asked for section in apart)
    return {**report.scores(), "apart": share_apart}


@pytest.fixture(scope="module")
def gensim_scores(files):
    models = pytest.importorskip("gensim.models", reason="gensim is not installed")
    return scores(models.Word2Vec, files)


@pytest.mark.slow
@pytest.mark.parity
@pytest.mark.parametrize("negative_sharing", ["window", "pair"])
def test_both_learn_the_facts(files, gensim_scores, negative_sharing):
    found = scores(Word2Vec, files, negative_sharing=negative_sharing)
    assert found["questions"] >= FLOOR
    assert gensim_scores["questions"] >= FLOOR
    for metric, theirs in gensim_scores.items():
        assert found[metric] >= theirs - LARGEST_LOSS


@pytest.mark.slow
@pytest.mark.parametrize("options", [{"sg": 0, "alpha": 0.05}, {"hs": 1, "negative": 0}], ids=["cbow", "hs"])
def test_the_other_models_learn_them_too(files, options):
    model = Word2Vec(
        corpus_file=str(files / "corpus.txt"), seed=1, workers=2, **{**DEMO_PARAMETERS, **options}
    )
    report = evaluate_all(model.wv, files / "questions.txt")
    assert report.analogies[0].accuracy >= FLOOR
