"""Counting under max_vocab_size, against gensim."""

from __future__ import annotations

import random

import pytest

from ns2vec.corpus import open_corpus


def zipf_sentences(seed):
    numbers = random.Random(seed)
    return [
        [f"w{int(numbers.paretovariate(0.6)) % 5000}" for _ in range(numbers.randrange(30))]
        for _ in range(400)
    ]


def test_without_a_ceiling_it_counts_like_scan():
    sentences = zipf_sentences(0)
    fast, slow = open_corpus(sentences).scan(), open_corpus(sentences).scan_sequential(max_vocab_size=None)
    assert list(slow.tokens) == list(fast.tokens)
    assert slow.counts.tolist() == fast.counts.tolist()
    assert (slow.n_words, slow.n_sentences) == (fast.n_words, fast.n_sentences)


@pytest.mark.parity
@pytest.mark.parametrize("max_vocab_size", [5, 50, 500, 2000])
@pytest.mark.parametrize("keep", [None, "w7"])
def test_pruning_leaves_what_gensim_leaves(max_vocab_size, keep):
    peer = pytest.importorskip("gensim.models.word2vec")
    sentences = zipf_sentences(1)
    rule = None if keep is None else lambda word, count, floor: 2 if word == keep else 0
    model = peer.Word2Vec(max_vocab_size=max_vocab_size, min_count=1)
    n_words, n_sentences = model.scan_vocab(sentences, trim_rule=rule)
    scan = open_corpus(sentences).scan_sequential(max_vocab_size=max_vocab_size, trim_rule=rule)
    assert dict(zip(scan.tokens, scan.counts.tolist(), strict=True)) == dict(model.raw_vocab)
    assert list(scan.tokens) == list(model.raw_vocab)
    assert (scan.n_words, scan.n_sentences) == (n_words, n_sentences)


def test_files_are_pruned_sentence_by_sentence(write_text):
    sentences = [sentence for sentence in zipf_sentences(2) if sentence]
    path = write_text("\n".join(map(" ".join, sentences)))
    mine = open_corpus(path).scan_sequential(max_vocab_size=50)
    other = open_corpus(sentences).scan_sequential(max_vocab_size=50)
    assert list(mine.tokens) == list(other.tokens)
    assert 0 < len(mine.tokens) <= 50
    assert mine.counts.tolist() == other.counts.tolist()


def test_progress_is_reported():
    seen = []
    open_corpus([["a"]] * 20_000).scan_sequential(
        max_vocab_size=None, on_progress=lambda *now: seen.append(now)
    )
    assert seen == [(10_000, 10_000, None), (20_000, 20_000, None)]
