"""BLAS keeps to one thread while workers train."""

from __future__ import annotations

import pytest

from ns2vec import Word2Vec
from ns2vec.training.blas import blas_threads

SMALL = {"vector_size": 20, "min_count": 1, "sample": 0, "sg": 1, "epochs": 2, "batch_words": 100}


def blas_settings(threadpoolctl):
    return {
        pool["filepath"]: pool["num_threads"]
        for pool in threadpoolctl.threadpool_info()
        if pool["user_api"] == "blas"
    }


@pytest.mark.parametrize(
    "options",
    [
        {"objective": "softmax", "workers": 2},
        {"objective": "softmax", "workers": 3},  # the default, and more than many machines have processors
        {"objective": "softmax", "workers": 2, "sg": 0},
        {"backend": "blas", "workers": 2},
    ],
    ids=str,
)
def test_blas_has_one_thread_while_training_and_its_own_number_after_it(sentences, options):
    """Its threads spin while they wait for each other, for whole time slices where processors are busy."""
    threadpoolctl = pytest.importorskip("threadpoolctl")
    options = SMALL | options
    Word2Vec(sentences, **options)
    before = blas_settings(threadpoolctl)
    during = []

    class Watching(list):
        def __iter__(self):
            during.append(blas_settings(threadpoolctl))
            return super().__iter__()

    with threadpoolctl.threadpool_limits(3, user_api="blas"):
        Word2Vec(Watching(sentences), **options, corpus_memory=0)
        assert set(blas_settings(threadpoolctl).values()) == {3}
    assert blas_settings(threadpoolctl) == before
    assert set(during[-1].values()) == {1}


def test_libraries_that_are_loaded_later_are_limited_too():
    threadpoolctl = pytest.importorskip("threadpoolctl")
    with blas_threads(1):
        assert set(blas_settings(threadpoolctl).values()) == {1}
