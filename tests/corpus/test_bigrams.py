"""Counting phrases: what a dict of joined texts would hold, sentence by sentence."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ns2vec.corpus import LineSentence
from ns2vec.corpus._bigrams import FrozenJoiner, PhraseCounts, ScoringJoiner
from ns2vec.corpus._scan import Scanner
from ns2vec.corpus.bigrams import PhraseVocab, count_phrases
from ns2vec.exceptions import CorpusError

WORDS = ["a", "b", "of", "a_b", "_", "a_", "b__a", "é", "日本", ""]
words = st.sampled_from(WORDS)
corpora = st.lists(st.lists(words, max_size=8), max_size=12)
delimiters = st.sampled_from(["_", "__", "", "ab"])
connectors = st.sets(st.sampled_from(["of", "a", "a_b"]))


def counted(sentences, delimiter, connector_words, max_size):
    """The oracle: floor and counts, by joining texts."""
    counts, floor = {}, 1
    for sentence in sentences:
        run = []
        for word in sentence:
            if word in connector_words:
                run += [word] * bool(run)
                continue
            for text in [word] + [delimiter.join([*run, word])] * bool(run):
                counts[text] = counts.get(text, 0) + 1
            run = [word]
        if len(counts) > max_size:
            counts = {text: count for text, count in counts.items() if count >= floor}
            floor += 1
    return floor, counts


@settings(deadline=None)
@given(corpora, delimiters, connectors, st.sampled_from([0, 3, 6, 10**6]))
@example([["a", "b"], ["a_b"], ["a", "of", "b"], ["a", "b_of_a"]], "_", {"of"}, 100)
def test_counts_are_those_of_a_dict_of_joined_texts(sentences, delimiter, connector_words, max_size):
    table = PhraseCounts(delimiter, connector_words, max_size)
    assert not table.fill(iter(sentences), 1000)
    floor, counts = counted(sentences, delimiter, connector_words, max_size)
    assert (list(table.items()), table.floor) == (list(counts.items()), floor)
    assert [table.get(word) for word in WORDS] == [counts.get(word) for word in WORDS]
    assert (table.n_sentences, table.n_words) == (len(sentences), sum(map(len, sentences)))


@settings(deadline=None)
@given(corpora, corpora, delimiters, connectors)
def test_tables_add_up_and_come_back_from_arrays(first, second, delimiter, connector_words):
    table, other, restored = (PhraseCounts(delimiter, connector_words, 10**6) for _ in range(3))
    table.fill(iter(first), 1000)
    other.fill(iter(second), 1000)
    table.merge(other)
    expected = counted(first + second, delimiter, connector_words, 10**6)[1]
    assert list(table.items()) == list(expected.items())
    restored.take_arrays(*table.arrays())
    assert list(restored.items()) == list(expected.items())
    restored.fill(iter(first), 1000)
    assert dict(restored.items()) == counted(first + second + first, delimiter, connector_words, 10**6)[1]


@pytest.mark.parametrize(
    "key",
    [(1 << 32) + 7, (7 << 32) + 1, (((1 << 31) + 3) << 32) + 1, 2**64 - 1],
    ids=["right", "left", "run", "none"],
)
def test_arrays_that_name_what_is_not_there_are_refused(key):
    table = PhraseCounts("_", [], 100)
    with pytest.raises(ValueError, match="not there"):
        table.take_arrays(
            ["a", "b"], np.empty(0, np.uint64), np.array([key], np.uint64), np.array([1], np.int64)
        )


def test_files_are_counted_as_their_sentences(write_text):
    rng = np.random.default_rng(4)
    lines = [" ".join(rng.choice([*WORDS[:-1], "x", "y"], size=rng.integers(0, 40))) for _ in range(2000)]
    path = write_text("\n".join(lines))
    options = {"delimiter": "_", "connector_words": ["of"], "max_size": 10**6, "progress_per": 500}
    from_lists = count_phrases([line.split() for line in lines if line.strip()], **options)
    for source in (
        path,
        LineSentence(path),
        LineSentence(io.BytesIO(path.read_bytes())),
        list(LineSentence(path)),
    ):
        found = count_phrases(source, **options)
        assert list(found.items()) == list(from_lists.items())
        assert (found.n_words, found.n_sentences) == (from_lists.n_words, from_lists.n_sentences)
    long = LineSentence(write_text("a b " * 6000, "long.txt"), max_sentence_length=20_000)
    assert count_phrases(long, **options).get("b_a") == 5999  # no phrase is cut where the scanner cuts


def test_tokens_that_no_count_needs_are_forgotten_with_the_codes_of_the_scanner():
    scanner, table = Scanner(chunk_words=1), PhraseCounts("_", [], 50)
    sentences = [[f"w{number}", "common"] for number in range(80_000)]
    scanner.open()
    scanner.feed("\n".join(map(" ".join, sentences)).encode())
    scanner.close()
    scanner.finish()
    for codes, _, _ in scanner.take():
        table.add_codes(codes, scanner.tokens())
    floor, expected = counted(sentences, "_", (), 50)
    assert (dict(table.items()), table.floor) == (expected, floor)
    assert len(table.arrays()[0]) < 75_000


@pytest.mark.parametrize("sentence", [["a", 5], ["a", None], [b"a", b"b"], [["a"]]], ids=repr)
def test_tokens_that_are_no_text_are_refused(sentence):
    table = PhraseCounts("_", [], 100)
    with pytest.raises(TypeError, match="sentence 1 holds"):
        table.fill(iter([["b"], sentence]), 10)


def test_text_that_is_not_utf8_is_refused(write_text):
    with pytest.raises(CorpusError, match="line 2"):
        count_phrases(
            write_text(b"a b\n\xff b\n"), delimiter="_", connector_words=(), max_size=100, progress_per=10
        )


def test_a_subclass_of_str_is_the_text_it_holds():
    sentence = [np.str_("new"), np.str_("york")]
    table = PhraseCounts("_", [], 100)
    table.fill(iter([tuple(sentence)]), 10)
    assert dict(table.items()) == {"new": 1, "york": 1, "new_york": 1}
    assert FrozenJoiner({"new_york": 1.0}, "_", []).join(sentence) == ["new_york"]


def test_a_token_that_changes_its_sentence_does_no_harm():
    class Sly(str):
        def __hash__(self):
            sentence.clear()
            return hash("sly")

    sentence = ["a", Sly("sly"), "b"]
    table = PhraseCounts("_", [], 100)
    table.fill(iter([sentence]), 10)
    assert dict(table.items()) == {"a": 1, "sly": 1, "a_sly": 1}
    sentence[:] = ["a", Sly("sly"), "b"]
    assert ScoringJoiner(table, None, "default", 1, 0.1, 3).join(sentence) == ["a", "sly", "b"]


def test_tokens_that_are_no_text_are_in_no_phrase():
    joiner = FrozenJoiner({"a_b": 1.0}, "_", ["of"])
    assert joiner.analyze(["a", 5, "b", "a", "b", None]) == [
        ("a", None), (5, None), ("b", None), ("a_b", 1.0), (None, None),
    ]  # fmt: skip
    assert joiner.join([["a"], "a_", 7]) == [["a"], "a_", 7]


def test_the_mapping_does_what_a_dict_does():
    table = PhraseCounts("_", [], 100)
    table.fill(iter([["a", "b"], ["a", "b"], ["b_c"]]), 10)
    vocab, expected = PhraseVocab(table), {"a": 2, "b": 2, "a_b": 2, "b_c": 1}
    assert (vocab, list(vocab), repr(vocab)) == (expected, list(expected), repr(expected))
    assert (list(vocab.items()), list(vocab.values())) == (list(expected.items()), list(expected.values()))
    del vocab["a"], expected["a"]
    vocab["z"] = expected["z"] = 9
    assert (vocab, len(vocab), "a" in vocab, 5 in vocab) == (expected, 4, False, False)
    assert (vocab.pop("a_b"), vocab.get("a_b", 0), vocab.setdefault("b", 5)) == (2, 0, 2)
    for missing in ("a", "a_b", 5):
        with pytest.raises(KeyError):
            vocab[missing]
        with pytest.raises(KeyError):
            del vocab[missing]
