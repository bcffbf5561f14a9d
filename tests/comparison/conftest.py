"""A facts corpus and one comparison on it."""

from __future__ import annotations

import pytest

from ns2vec.comparison import Comparison, compare, make_candidates
from ns2vec.evaluation.facts import facts_corpus


@pytest.fixture(scope="session")
def sentences() -> list[list[str]]:
    return list(facts_corpus(n_types=700, n_words=20_000).sentences())


@pytest.fixture(scope="session")
def found(sentences) -> Comparison:
    """Two seeds of four candidates, without a budget."""
    candidates = make_candidates(["negative_sampling", "hierarchical_softmax"], ["unigram", "uniform"])
    options = {"vector_size": 16, "window": 2, "epochs": 3, "min_count": 1, "workers": 1, "sg": 1}
    with pytest.MonkeyPatch.context() as patched:
        # on a busy machine, the text of slow runs would be split into smaller parts, which adds some words to
        # it
        patched.setattr("ns2vec.comparison.runs.SLICE_SECONDS", float("inf"))
        patched.setattr("ns2vec.comparison.trials.LONGEST_TRIAL", 0.02)
        return compare(
            sentences, candidates, seeds=[1, 2], budget=None, held_out=0.1, price_per_hour=3.6,
            name="planted", alpha=0.05, **options,
        )  # fmt: skip
