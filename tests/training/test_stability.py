"""The default is right for all windows: as good as exact pairs, with vectors of a sane length."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import Word2Vec

N_ITEMS, N_GROUPS = 60, 6


def baskets(n_baskets, n_items, seed=1):
    """Items of ten a group; four of five in a basket are of one group."""
    rng = np.random.default_rng(seed)
    groups = rng.integers(N_GROUPS, size=n_baskets)
    of_group = groups[:, None] * 10 + rng.integers(10, size=(n_baskets, n_items))
    other = rng.integers(N_ITEMS, size=(n_baskets, n_items))
    items = np.where(rng.random((n_baskets, n_items)) < 0.8, of_group, other)
    return [[str(i) for i in row] for row in items]


def in_group(kv):
    """Share of the 5 nearest items that are of the same group."""
    found = [(int(key), int(other)) for key in kv.index_to_key for other, _ in kv.most_similar(key, topn=5)]
    return float(np.mean([a // 10 == b // 10 for a, b in found]))


def repeated(word, n):
    return [[word] * n + ["rare"]] * 5


def clicks():
    rng = np.random.default_rng(0)
    return [[f"click{i}" for i in rng.choice(11, 30, p=[0.9, *[0.01] * 10])] for _ in range(60)]


def padded():
    rng = np.random.default_rng(0)
    texts = [[f"w{i}" for i in rng.integers(300, size=rng.integers(3, 10))] for _ in range(100)]
    return [text + ["<pad>"] * (20 - len(text)) for text in texts]


CORPORA = {
    "one word over and over": repeated("the", 500),
    "few kinds of clicks": clicks(),
    "padded": padded(),
    "two words in turn": [["a", "b"] * 100] * 10,
    "runs of the same word": [[f"w{i}" for i in range(8) for _ in range(40)]] * 4,
}


@pytest.mark.parametrize("options", [{}, {"objective": "nce"}, {"hs": 1, "negative": 0}])
def test_baskets_are_as_good_as_with_exact_pairs(options):
    """A window that is a whole basket: the default had half of the neighbours wrong, and then NaN."""
    sentences = baskets(60, 90)
    settings = {"vector_size": 16, "window": 1000, "shrink_windows": False, "sg": 1, "sample": 0}
    shares = [
        in_group(Word2Vec(sentences, workers=1, negative_sharing=sharing, **settings, **options).wv)
        for sharing in ("window", "pair")
    ]
    assert shares[0] >= shares[1] - 0.01
    assert shares[1] > 0.9


@pytest.mark.parametrize(("sg", "sharing"), [(1, "window"), (1, "pair"), (0, "window")])
@pytest.mark.parametrize("negative", [5, 100])
@pytest.mark.parametrize("name", CORPORA)
def test_numbers_stay_sane_where_words_repeat(name, negative, sg, sharing):
    model = Word2Vec(
        CORPORA[name], vector_size=20, min_count=1, sample=0, sg=sg, negative=negative, workers=1,
        negative_sharing=sharing, seed=1,
    )  # fmt: skip
    assert max(np.abs(model.wv.vectors).max(), np.abs(model.syn1neg).max()) < 10.0
