"""Files read by several threads: nothing may tell it from a reading by one."""

from __future__ import annotations

import os
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ns2vec import Word2Vec
from ns2vec.corpus import PathLineSentences, Text8Corpus, files, open_corpus, open_corpus_file, parts
from ns2vec.corpus._scan import Scanner
from ns2vec.exceptions import CorpusError

BLANKS = [" ", " ", "\n", "\n", "\r\n", "\x1c", "\u3000", "\xa0"]
ALPHABET = ["a", "b", "\xe9", "\u4e2d", "\ufeff", "\0", "w" * 30, *BLANKS]
BROKEN = [b"a", b"b", b"\xff", b"\xe2\x80", b"\xc3", b" ", b" ", b"\n", b"caf\xe9"]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    """Parts of some bytes: every text has many of them."""
    monkeypatch.setattr(parts, "PART_BYTES", 20)
    monkeypatch.setattr(files, "PART_BYTES", 20)


def outcome(corpus, workers, chunk_words=5, **options):
    """All that a scan finds, or its error."""
    try:
        scan = corpus.scan(chunk_words=chunk_words, memory_limit=1 << 20, workers=workers, **options)
    except (CorpusError, OSError) as error:
        return type(error), str(error)
    encoded = scan.encoded
    chunks = [encoded.chunk(i) for i in range(encoded.n_chunks)]
    found = [(c.words.tolist(), c.n_words, c.n_sentences, c.words_before, c.sentences_before) for c in chunks]
    encoded.close()
    return list(scan.tokens), scan.counts.tolist(), scan.n_words, scan.n_sentences, found


def assert_same(corpus, **options):
    expected = outcome(corpus, 1, **options)
    for workers in (2, 3, 8):
        assert outcome(corpus, workers, **options) == expected
    return expected


@pytest.fixture
def n_parts(monkeypatch):
    """How many parts were merged."""
    seen = []

    class Counted(Scanner):
        def merge(self, part):
            seen.append(part)
            super().merge(part)

    monkeypatch.setattr(files, "Scanner", Counted)
    return seen


@given(st.lists(st.sampled_from(ALPHABET), max_size=300).map("".join), st.integers(1, 12))
@settings(max_examples=100, deadline=None)
def test_any_text_gives_the_same_chunks(tmp_path_factory, text, chunk_words):
    path = tmp_path_factory.mktemp("parts") / "text"
    path.write_bytes(text.encode())
    assert_same(open_corpus(path), chunk_words=chunk_words)
    assert_same(open_corpus_file(path), chunk_words=chunk_words)
    assert_same(open_corpus(Text8Corpus(path, max_sentence_length=7)), chunk_words=chunk_words)


@pytest.mark.parametrize("errors", ["strict", "replace", "ignore"])
@given(st.lists(st.sampled_from(BROKEN), max_size=200))
@settings(max_examples=60, deadline=None)
def test_broken_text_gives_the_same_words_or_the_same_error(tmp_path_factory, errors, pieces):
    path = tmp_path_factory.mktemp("parts") / "text"
    path.write_bytes(b"".join(pieces))
    assert_same(open_corpus(path, errors=errors))


def test_several_threads_have_several_parts(write_text, n_parts):
    path = write_text("some words here\n" * 100)
    outcome(open_corpus(path), 2)
    assert len(n_parts) > 50
    n_parts.clear()
    outcome(open_corpus(path), 1)
    assert n_parts == []


def test_the_first_broken_word_of_the_text_is_named(tmp_path):
    path = tmp_path / "text"
    path.write_bytes(b"good words\n" * 40 + b"bad\xff1\n" + b"good words\n" * 40 + b"bad\xfe2\n")
    kind, message = assert_same(open_corpus(path))
    assert kind is CorpusError
    assert "line 41: not UTF-8 at b'\\xff'" in message


def test_an_error_waits_for_the_text_before_it(tmp_path):
    for name in "ab":
        (tmp_path / name).write_bytes(b"fine words\n" * 20)
    corpus = open_corpus(PathLineSentences(tmp_path))
    (tmp_path / "a").write_bytes(b"fine words\n" * 20 + b"bad\xff\n")
    os.chmod(tmp_path / "b", 0)
    kind, message = assert_same(corpus)
    assert kind is CorpusError
    assert "line 21" in message


def test_a_file_that_cannot_be_opened_is_named(tmp_path, monkeypatch):
    for name in "ab":
        (tmp_path / name).write_text("some words\n" * 20)
    corpus = open_corpus(PathLineSentences(tmp_path))
    monkeypatch.setattr(corpus, "_plain_bytes", lambda: 1000)
    (tmp_path / "b").unlink()
    kind, message = assert_same(corpus)
    assert kind is FileNotFoundError
    assert str(tmp_path / "b") in message


def test_files_of_a_folder_keep_their_borders(tmp_path):
    for number, text in enumerate(["\ufeffa b c no newline", "d " * 30 + "\n", "\ufeffe\n" * 20, "\n"]):
        (tmp_path / str(number)).write_text(text, encoding="utf-8")
    tokens, *_, n_sentences, _ = assert_same(open_corpus(PathLineSentences(tmp_path)))
    assert tokens == ["a", "b", "c", "no", "newline", "d", "e", "\ufeffe"]
    assert n_sentences == 22


def test_long_words_and_long_lines_lie_across_parts(write_text):
    long = "x" * 100_000
    tokens, counts, *_ = assert_same(open_corpus(write_text(f"a {long} b\n" + "c " * 25_000 + f"\n{long}")))
    assert (tokens, counts) == (["a", long, "b", "c"], [1, 2, 1, 25_000])


def test_tables_begin_anew_and_nothing_is_lost(write_text, monkeypatch):
    monkeypatch.setattr(parts, "PART_BYTES", 1 << 18)
    words = [f"w{number * 7919 % 300_007}" for number in range(300_000)]
    text = " ".join(words + words[::-1][:100_000])
    tokens, counts, n_words, *_ = assert_same(open_corpus(write_text(text)), chunk_words=10_000)
    assert tokens == words
    assert sum(counts) == n_words == 400_000


def test_a_limit_of_lines_and_compressed_text_are_read_by_one(write_text, n_parts, tmp_path):
    path = write_text("some words here\n" * 100)
    limited = files.FileCorpus([], [path], files.Splitting(line_limit=3))
    assert outcome(limited, 4)[2] == 9
    assert n_parts == []


def test_ids_go_to_disk_as_they_do_for_one(write_text):
    corpus = open_corpus(write_text("some words here\n" * 500))
    sizes = []
    for workers in (1, 4):
        scan = corpus.scan(chunk_words=5, memory_limit=1000, workers=workers)
        sizes.append((scan.encoded.n_bytes_in_memory, scan.encoded.n_bytes_on_disk))
        scan.encoded.close()
    assert sizes[0] == sizes[1]
    assert sizes[0][1] > 0


def test_an_interrupt_while_reading_leaves_no_thread(write_text):
    def interrupt(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_corpus(write_text("some words here\n" * 500)).scan(workers=4, on_progress=interrupt)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ns2vec-ahead")]


def test_a_damaged_order_of_parts_is_refused():
    whole, reader = Scanner(chunk_words=1), Scanner(chunk_words=1, in_parts=True)
    taken = []
    for text in (b"a b", b" c d"):
        reader.open(continued=bool(taken))
        reader.feed(text)
        reader.close()
        taken.append(reader.take_part())
    with pytest.raises(ValueError, match="next part"):
        whole.merge(taken[1])
    with pytest.raises(ValueError, match="without in_parts"):
        reader.merge(taken[0])


def test_vocabularies_of_models_are_the_same(write_text):
    text = "\n".join(" ".join(f"w{(i * k) % 97}" for k in range(1, 8)) for i in range(200))
    path = write_text(text)
    models = [Word2Vec(path, vector_size=4, min_count=1, epochs=1, workers=n) for n in (1, 3)]
    assert models[0].wv.index_to_key == models[1].wv.index_to_key
    assert np.array_equal(models[0].wv.expandos["count"], models[1].wv.expandos["count"])
