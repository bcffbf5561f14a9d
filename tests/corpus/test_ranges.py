"""Text that is counted and read by ranges: words, counts and chunks are those of a single pass."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ns2vec.corpus import FileCorpus, LineSentence, PathLineSentences, Text8Corpus, open_corpus
from ns2vec.corpus.ranges import SpreadCorpus, can_be_spread
from ns2vec.exceptions import CorpusError

WORDS = st.lists(st.sampled_from(["a", "bb", "é", "ccc", "d"]), max_size=9).map(" ".join)
TEXTS = st.tuples(st.lists(WORDS, max_size=12), st.sampled_from(["\n", "\r\n"]), st.booleans())


def written(folder, texts):
    """Files of lines, with a mark of the byte order here and there, and with or without a last newline."""
    for number, (lines, newline, is_odd) in enumerate(texts):
        text = newline.join(lines) + ("" if is_odd else newline)
        (folder / f"{number}.txt").write_bytes(("\ufeff" * is_odd + text).encode())
    return folder


def assert_alike(whole: FileCorpus, spread: SpreadCorpus, chunk_words: int):
    one, other = whole.scan(chunk_words=chunk_words), spread.scan(chunk_words=chunk_words)
    assert list(one.tokens) == list(other.tokens)
    assert one.counts.tolist() == other.counts.tolist()
    assert (one.n_words, one.n_sentences) == (other.n_words, other.n_sentences)
    vocabulary = {word: row for row, word in enumerate(sorted(one.tokens)[::2])}
    chunks = [*whole.chunks(vocabulary, chunk_words=chunk_words)]
    placed = [*spread.chunks(vocabulary, chunk_words=chunk_words)]
    assert len(chunks) == len(placed)
    for chunk, place in zip(chunks, placed, strict=True):
        assert chunk.rows().tolist() == place.rows().tolist()
        for name in ("index", "n_words", "n_sentences", "words_before", "sentences_before"):
            assert getattr(chunk, name) == getattr(place, name)


@given(st.lists(TEXTS, min_size=1, max_size=3), st.integers(1, 40), st.sampled_from([1, 3, 10, 1000]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_ranges_give_what_a_single_pass_gives(tmp_path_factory, texts, range_bytes, chunk_words):
    folder = written(tmp_path_factory.mktemp("texts"), texts)
    whole = open_corpus(PathLineSentences(folder))
    assert_alike(whole, SpreadCorpus(whole, map, range_bytes), chunk_words)


@pytest.mark.parametrize("limit", [7, 10_000])
def test_long_lines_are_cut_where_a_single_pass_cuts_them(tmp_path, limit):
    path = tmp_path / "long.txt"
    path.write_text("a b\n" + "c d " * (3 * limit) + "\ne\n\nf")
    whole = open_corpus(LineSentence(path, max_sentence_length=limit))
    assert_alike(whole, SpreadCorpus(whole, map, 100), 2 * limit)


def test_what_is_behind_an_address_is_read_by_ranges(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("a b\nc a\n" * 20)
    whole = open_corpus(f"file://{path}")
    assert_alike(whole, SpreadCorpus(whole, map, 30), 10)


def test_a_reader_reads_a_chunk_once_and_in_any_process(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("a b\nb a\n" * 4)
    corpus = SpreadCorpus(open_corpus(path), map)
    chunks = [chunk.alone() for chunk in corpus.chunks({"a": 0}, chunk_words=4)]
    reader = pickle.loads(pickle.dumps(corpus.reader_for({"a": 0}, memory=50)))
    found = [reader.read(pickle.loads(pickle.dumps(chunk))).tolist() for chunk in chunks]
    assert found == [[0, -2, -1, -2, 0, -1]] * 4
    path.write_text("a b\n")
    assert [reader.read(chunk).tolist() for chunk in chunks[:2]] == found[:2]  # two fit into 50 bytes
    with pytest.raises(CorpusError, match="changed while it was being trained on"):
        reader.read(chunks[2])
    with pytest.raises(RuntimeError, match="has no reader"):
        chunks[0].rows()


def test_a_file_that_has_changed_is_counted_again(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("a b\n" * 4)
    corpus = SpreadCorpus(open_corpus(path), map)
    corpus.scan(chunk_words=2)
    path.write_text("a b c\n" * 5)
    assert len([*corpus.chunks({"a": 0}, chunk_words=2)]) == 5
    path.write_text("")
    with pytest.raises(CorpusError, match="but there are none now: has it been emptied"):
        corpus.chunks({"a": 0}, chunk_words=2)


def test_bytes_that_are_no_text_are_named_with_their_range(tmp_path):
    path = tmp_path / "text.txt"
    path.write_bytes(b"a b\n" * 9 + b"c \xff\n")
    with pytest.raises(CorpusError, match=r"text.txt from byte 36, line 1: not UTF-8"):
        SpreadCorpus(open_corpus(path), map, 36).scan()
    path.write_bytes(b"%PDF-1.7\n")
    with pytest.raises(CorpusError, match="this is a PDF"):
        SpreadCorpus(open_corpus(path), map).scan()


def test_only_plain_files_with_a_sentence_a_line_are_read_so(tmp_path):
    path, packed = tmp_path / "text.txt", tmp_path / "text.txt.gz"
    path.write_text("a\n")
    packed.write_bytes(b"")
    assert can_be_spread(open_corpus(path))
    with open(path, "rb") as stream:
        others = [Text8Corpus(path), LineSentence(path, limit=3), packed, stream, [["a"]]]
        assert not any(can_be_spread(open_corpus(other)) for other in others)
