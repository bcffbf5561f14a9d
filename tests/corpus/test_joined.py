"""Text whose phrases are joined: what lists of the same sentences would give, without a str."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ns2vec import FrozenPhrases, LineSentence, Phrases, Word2Vec
from ns2vec.corpus import IterableCorpus, open_corpus
from ns2vec.corpus.joined import JoinedCorpus
from ns2vec.exceptions import CorpusError
from ns2vec.models.phrase_joining import TransformedCorpus

WORDS = ["a", "b", "of", "c", "a_b", "x_", "é"]
texts = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9), min_size=1, max_size=12)


def phrases(sentences, **options):
    return Phrases(sentences, **{"min_count": 1, "threshold": 1e-4, "connector_words": ["of"], **options})


def stream(sentences):
    return LineSentence(io.BytesIO("\n".join(map(" ".join, sentences)).encode()))


def same_chunks(one, other):
    for ours, theirs in zip(one, other, strict=True):
        assert ours.rows().tolist() == theirs.rows().tolist()
        for name in ("index", "n_words", "n_sentences", "words_before", "sentences_before"):
            assert getattr(ours, name) == getattr(theirs, name)


@settings(deadline=None)
@given(texts, st.sampled_from([1, 3, 1000]), st.booleans(), st.sampled_from(["_", ""]))
def test_it_is_what_the_joined_sentences_are(sentences, chunk_words, frozen, delimiter):
    first = phrases(sentences, delimiter=delimiter)
    second = phrases(first[sentences], delimiter=delimiter)
    if frozen and delimiter:
        first, second = first.freeze(), second.freeze()
    expected = [second[first[sentence]] for sentence in sentences]
    joined = second[first[stream(sentences)]]
    corpus = open_corpus(joined)
    assert isinstance(corpus, JoinedCorpus)
    assert list(joined) == list(corpus.sentences()) == expected
    plain = IterableCorpus(expected)
    ours, theirs = corpus.scan(chunk_words=chunk_words), plain.scan()
    assert list(ours.tokens) == theirs.tokens
    assert ours.counts.tolist() == theirs.counts.tolist()
    assert (ours.n_words, ours.n_sentences) == (theirs.n_words, theirs.n_sentences)
    known = {token: 7 * row for row, token in enumerate(theirs.tokens[::2])}
    same_chunks(*(each.chunks(known, chunk_words=chunk_words) for each in (corpus, plain)))


@pytest.fixture
def path(write_text):
    return write_text("new york city\nin new york\nnew york\n" * 3000, "one.txt")


def test_ids_are_kept_while_text_and_phrases_stay_as_they_are(path):
    counted = phrases(LineSentence(path))
    frozen = counted.freeze()
    for made, change in (
        (frozen, lambda: frozen.phrasegrams.update(york_city=1.0)),
        (counted, lambda: counted.add_vocab([["new", "york"]])),
        (counted, lambda: setattr(counted, "threshold", 2e-4)),
        (counted, lambda: counted.vocab.pop("new_york")),
    ):
        marks = [open_corpus(made[LineSentence(path)]).fingerprint() for _ in range(2)]
        change()
        marks.append(open_corpus(made[LineSentence(path)]).fingerprint())
        assert marks[0] == marks[1] != marks[2]
    corpus = open_corpus(frozen[LineSentence(path)])
    scan = corpus.scan(memory_limit=1 << 20, chunk_words=500)
    rows = np.arange(len(scan.tokens), dtype=np.int32)
    known = dict(zip(scan.tokens, rows.tolist(), strict=True))
    kept = (scan.encoded.chunk(number, rows) for number in range(scan.encoded.n_chunks))
    same_chunks(kept, corpus.chunks(known, chunk_words=500))
    assert open_corpus(frozen[stream([["new", "york"]])]).scan(memory_limit=1 << 20).encoded is None


def test_the_same_phrases_join_one_text_after_another(path, write_text):
    other = write_text("york new\nyork new york\n", "other.txt")
    frozen = phrases(LineSentence(path)).freeze()
    assert next(iter(frozen[LineSentence(path)])) == ["new_york", "city"]
    assert list(frozen[LineSentence(other)]) == [["york", "new"], ["york", "new_york"]]
    both = zip(frozen[LineSentence(path)], frozen[LineSentence(other)], strict=False)
    assert list(both) == [(["new_york", "city"], ["york", "new"]), (["in_new", "york"], ["york", "new_york"])]


def test_training_does_not_ask_for_sentences(path, monkeypatch):
    frozen = phrases(LineSentence(path)).freeze()
    options = {"vector_size": 8, "min_count": 1, "workers": 1, "epochs": 2, "batch_words": 300}
    from_lists = Word2Vec(list(frozen[LineSentence(path)]), **options)
    monkeypatch.setattr(JoinedCorpus, "sentences", None)
    for memory in ("1GiB", 0):  # with 0 the text is joined in each epoch
        model = Word2Vec(frozen[LineSentence(path)], corpus_memory=memory, **options)
        assert model.wv.index_to_key == from_lists.wv.index_to_key
        assert np.array_equal(model.wv.vectors, from_lists.wv.vectors)


def test_what_joins_in_python_is_read_as_sentences(path):
    class Own(FrozenPhrases):
        def score_candidate(self, word_a, word_b, in_between):
            return super().score_candidate(word_a, word_b, in_between)

    own = Own(phrases(LineSentence(path)))
    assert isinstance(open_corpus(own[LineSentence(path)]), IterableCorpus)
    long = LineSentence(path, max_sentence_length=20_000)  # the scanner would cut where a phrase may be
    assert isinstance(open_corpus(phrases(long)[long]), IterableCorpus)


def test_a_text_that_was_emptied_or_has_no_words_is_named(path, write_text):
    frozen = phrases(LineSentence(path)).freeze()
    corpus = open_corpus(frozen[LineSentence(path)])
    corpus.scan()
    path.write_text("\n")
    with pytest.raises(CorpusError, match="has it been emptied"):
        list(corpus.chunks({"new_york": 0}))
    assert (
        "one.txt: no words in it"
        in open_corpus(TransformedCorpus(frozen, LineSentence(path))).scan().no_words
    )
