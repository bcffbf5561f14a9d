"""Sentences in parts: words, counts and chunks are those of all of them one after the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ns2vec import Word2Vec
from ns2vec.corpus import open_corpus
from ns2vec.corpus.portions import SentenceParts, SpreadParts, parts_of
from ns2vec.exceptions import ConfigError, CorpusError
from ns2vec.training.sharded.fleet import Fleet, using
from ns2vec.training.sharded.transport import InProcess

SENTENCES = st.lists(st.lists(st.sampled_from(["a", "bb", 3, ("x", 1)]), max_size=6), max_size=8)


class Made:
    """Gives parts that were made before."""

    def __init__(self, parts):
        self.parts = parts

    def __call__(self, number):
        return iter(self.parts[number])


def assert_alike(parts, chunk_words):
    whole, spread = open_corpus(parts), SpreadParts(parts, map)
    one, other = whole.scan(), spread.scan()
    assert list(one.tokens) == list(other.tokens)
    assert one.counts.tolist() == other.counts.tolist()
    vocabulary = {token: row for row, token in enumerate([*one.tokens][::2])}
    chunks = [[*corpus.chunks(vocabulary, chunk_words=chunk_words)] for corpus in (whole, spread)]
    assert len(chunks[0]) == len(chunks[1])
    for chunk, part in zip(*chunks, strict=True):
        assert chunk.words.tolist() == part.words.tolist()
        for name in ("n_words", "n_sentences", "words_before", "sentences_before"):
            assert getattr(chunk, name) == getattr(part, name)


@given(st.lists(SENTENCES, min_size=1, max_size=4), st.sampled_from([1, 4, 100]))
def test_any_parts_give_what_the_whole_gives(made, chunk_words):
    assert_alike(SentenceParts(Made(made), len(made)), chunk_words)


def test_long_sentences_are_cut_alike():
    assert_alike(SentenceParts(Made([[["a"] * 25_000, [], ["b"] * 10_000], [["a"] * 3]]), 2), 12_000)


def test_parts_on_a_cluster_give_the_bytes_of_the_sentences():
    made = [[[f"w{i % 7}", f"w{i % (n + 2)}", "x"] for i in range(60)] for n in range(5)]
    options = {"min_count": 1, "vector_size": 8, "shards": 4, "batch_words": 50, "epochs": 2}
    local = Word2Vec([sentence for part in made for sentence in part], **options)
    with using(Fleet(InProcess(lost_at={3, 9}), 2)):
        spread = Word2Vec(SentenceParts(Made(made), 5), **options)
    assert spread.wv.vectors.tobytes() == local.wv.vectors.tobytes()
    assert (
        Word2Vec(SentenceParts(Made(made), 5), **options).wv.vectors.tobytes() == local.wv.vectors.tobytes()
    )
    assert parts_of(open_corpus(made[0])) is None


def test_what_are_no_parts_is_refused():
    with pytest.raises(TypeError, match="expected a function that returns the sentences of part number n"):
        SentenceParts((words for words in [["a"]]), 2)
    with pytest.raises(ConfigError, match=r"make_part\(0\) must return sentences, got 'a b'"):
        [*SentenceParts(lambda number: "a b", 1)]
    with pytest.raises(CorpusError, match="missing value"):
        SpreadParts(SentenceParts(Made([[["a", None]]]), 1), map).scan()
