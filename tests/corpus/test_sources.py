"""Every kind of input behind `open_corpus`: what is accepted, how often it is read, how it fails."""

from __future__ import annotations

import io
import logging
import os
import threading
import traceback
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest

from ns2vec.corpus import (
    FileCorpus,
    IterableCorpus,
    LineSentence,
    PathLineSentences,
    Text8Corpus,
    open_corpus,
    open_corpus_file,
)
from ns2vec.corpus.opening import BLOCK_BYTES
from ns2vec.exceptions import ConfigError, CorpusError

SENTENCES = [["a", "b", "a"], [], ["c"]]


class Restarting:
    """A stateful iterator with a length, which starts again when it has ended."""

    def __init__(self, sentences):
        self.sentences, self.at, self.n_passes = sentences, 0, 0

    def __len__(self):
        return len(self.sentences)

    def __iter__(self):
        self.n_passes += 1
        return self

    def __next__(self):
        if self.at == len(self.sentences):
            self.at = 0
            raise StopIteration
        self.at += 1
        return self.sentences[self.at - 1]


class OnceOnly(Iterator):
    """An iterator with the __iter__ of its base."""

    def __next__(self):
        raise StopIteration


class Shuffler(LineSentence):
    """A subclass: its own __iter__ must be used."""

    def __iter__(self):
        return iter([["own", "words"]])


def words_of(corpus, rows):
    return [number for chunk in corpus.chunks(rows) for number in chunk.words.tolist()]


@pytest.mark.parametrize(
    "corpus",
    [
        SENTENCES,
        tuple(map(tuple, SENTENCES)),
        [np.array(sentence, dtype="<U5") for sentence in SENTENCES],
        [np.array(sentence, dtype=object) for sentence in SENTENCES],
        [iter(sentence) for sentence in SENTENCES],
        (sentence for sentence in SENTENCES),
        map(list, SENTENCES),
        Restarting(SENTENCES),
        np.array([*SENTENCES, None], dtype=object)[:3],
    ],
    ids=lambda corpus: type(corpus).__name__,
)
def test_iterables_are_counted_in_one_pass(corpus):
    scan = open_corpus(corpus).scan(memory_limit=1 << 20)
    assert (list(scan.tokens), scan.counts.tolist()) == (["a", "b", "c"], [2, 1, 1])
    assert (scan.n_words, scan.n_sentences, scan.encoded) == (4, 3, None)
    assert all(type(token) is str for token in scan.tokens)


def test_iterables_are_encoded_in_one_pass():
    corpus = Restarting(SENTENCES)
    opened = open_corpus(corpus)
    assert corpus.n_passes == 0  # looking at it does not start it
    opened.scan()
    assert words_of(opened, {"a": 5, "c": 6}) == [5, -2, 5, -1, 6, -1]
    assert words_of(opened, {"a": 5, "c": 6}) == [5, -2, 5, -1, 6, -1]
    assert corpus.n_passes == 3


@pytest.mark.parametrize(
    "sentences", [[[1, 2], [2]], np.array([[1, 2], [2, 2]])[:, :2], [np.array([1, 2]), (2,)]]
)
def test_int_tokens(sentences):
    corpus = open_corpus(sentences)
    assert list(corpus.scan().tokens) == [1, 2]
    assert words_of(corpus, {1: 0, 2: 1})[:3] == [0, 1, -1]


def test_any_hashable_token():
    tokens = [("a", 1), frozenset([2]), "", 3.5, b"bytes"]
    corpus = open_corpus([tokens])
    assert corpus.scan().tokens == tokens
    assert words_of(corpus, {token: row for row, token in enumerate(tokens)}) == [0, 1, 2, 3, 4, -1]


@pytest.mark.parametrize(
    "corpus, passes",
    [
        (SENTENCES, None),
        ((s for s in SENTENCES), 1),
        (map(list, SENTENCES), 1),
        (iter(SENTENCES), 1),
        (OnceOnly(), 1),
        (Restarting(SENTENCES), None),
        (io.BytesIO(b"a"), None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_passes(corpus, passes):
    assert open_corpus(corpus).passes == passes


def test_an_iterable_that_is_used_up_is_an_error():
    corpus = open_corpus(s for s in SENTENCES)
    corpus.scan()
    with pytest.raises(
        CorpusError, match="generator yielded 3 sentences in an earlier pass and none in this one"
    ):
        list(corpus.chunks({"a": 0}))


@pytest.mark.parametrize("corpus", [3, None, b"path", 2.5, object()])
def test_what_is_not_iterable_is_a_type_error(corpus):
    with pytest.raises(TypeError, match="expected a corpus"):
        open_corpus(corpus)


@pytest.mark.parametrize("bad", [3, None, np.array(3), 2.5])
@pytest.mark.parametrize("read", [lambda c: c.scan(), lambda c: list(c.chunks({}))])
def test_a_sentence_that_is_not_iterable_is_named_by_number(bad, read):
    with pytest.raises(TypeError, match=r"sentence 2 is .* expected a sequence of tokens"):
        read(open_corpus([["a"], ["b"], bad]))


@pytest.mark.parametrize("read", [lambda c: c.scan(), lambda c: list(c.chunks({}))])
def test_a_token_that_is_not_hashable_is_named_by_its_sentence(read):
    with pytest.raises(TypeError, match=r"sentence 1 holds a token of type list, .* must be hashable"):
        read(open_corpus([["a"], ["b", ["c"]]]))


@pytest.mark.parametrize(
    "read", [lambda c: c.scan(), lambda c: list(c.chunks({})), lambda c: list(c.sentences())]
)
@pytest.mark.parametrize(
    "error", [ZeroDivisionError("mine"), TypeError("mine"), KeyboardInterrupt(), GeneratorExit()]
)
def test_an_exception_of_the_users_iterable_passes_untouched(read, error):
    def broken():
        yield ["a"]
        raise error

    with pytest.raises(type(error)) as caught:
        read(open_corpus(broken()))
    assert caught.value is error
    assert "broken" in {frame.name for frame in traceback.extract_tb(error.__traceback__)}


@pytest.mark.parametrize("read", [lambda c: c.scan(), lambda c: list(c.chunks({}))])
def test_an_exception_of_the_users_tokens_passes_untouched(read):
    class Odd:
        def __hash__(self):
            raise LookupError("no hash today")

    class Lazy:
        def __iter__(self):
            raise TypeError("lazy sentence failed")

    with pytest.raises(LookupError, match="no hash today"):
        read(open_corpus([[Odd()]]))
    with pytest.raises(TypeError, match="lazy sentence failed"):
        read(open_corpus([Lazy()]))


def test_strings_as_sentences_are_warned_about(caplog):
    with caplog.at_level(logging.WARNING):
        scan = open_corpus(["abc", "ab"]).scan()
    assert list(scan.tokens) == ["a", "b", "c"]
    expected = "Each 'sentences' item should be a list of words (usually unicode strings). "
    assert [record.getMessage() for record in caplog.records] == [
        expected + "First item here is instead plain <class 'str'>."
    ]


def test_readers_and_paths_take_the_fast_way_and_subclasses_do_not(write_text, tmp_path):
    path = write_text("a b")
    for corpus in (
        path,
        str(path),
        tmp_path,
        LineSentence(path),
        PathLineSentences(tmp_path),
        Text8Corpus(path),
    ):
        assert isinstance(open_corpus(corpus), FileCorpus)
    opened = open_corpus(Shuffler(path))
    assert isinstance(opened, IterableCorpus)
    assert opened.scan().tokens == ["own", "words"]
    assert open_corpus(opened) is opened


def test_file_scan_counts_like_python(write_text):
    lines = [f"w{i * i % 97} word{i % 13}\n" for i in range(30_000)]  # several blocks
    text = "".join(lines)
    assert len(text) > BLOCK_BYTES
    scan = open_corpus(write_text(text)).scan(memory_limit=1)
    counts = Counter(text.split())
    assert dict(zip(scan.tokens, scan.counts.tolist(), strict=True)) == counts
    assert list(scan.tokens) == list(counts)
    assert (scan.n_words, scan.n_sentences) == (60_000, 30_000)
    assert scan.encoded.n_bytes_on_disk == 4 * 90_000
    scan.encoded.close()


def test_progress_grows_and_ends_at_one(write_text):
    seen = []
    open_corpus(write_text("a b c\n" * 200_000)).scan(on_progress=lambda *now: seen.append(now))
    assert seen == sorted(seen)
    assert seen[-1] == (600_000, 200_000, 1.0)
    assert len(seen) > 3
    seen.clear()
    open_corpus([["a"]] * 25_000).scan(on_progress=lambda *now: seen.append(now))
    assert seen == [(10_000, 10_000, None), (20_000, 20_000, None), (25_000, 25_000, 1.0)]


def test_a_pipe_is_read_once_and_can_be_kept():
    reading, writing = os.pipe()
    writer = threading.Thread(target=lambda: (os.write(writing, b"a b\na\n" * 2000), os.close(writing)))
    writer.start()
    with os.fdopen(reading, "rb") as pipe:
        corpus = open_corpus(pipe)
        assert (corpus.passes, corpus.fingerprint()) == (1, None)
        scan = corpus.scan(memory_limit=1 << 20)
        writer.join()
        assert scan.counts.tolist() == [4000, 2000]
        assert scan.encoded.n_words == 6000
        with pytest.raises(CorpusError, match="can be read only once"):
            list(corpus.chunks({"a": 0}))
        with pytest.raises(CorpusError, match="can be read only once"):
            corpus.sentences()


def test_a_named_pipe_is_read_once(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    corpus = open_corpus(tmp_path / "fifo")
    assert (corpus.passes, corpus.fingerprint()) == (1, None)
    writer = threading.Thread(target=(tmp_path / "fifo").write_text, args=("a b",))
    writer.start()
    assert corpus.scan().n_words == 2
    writer.join()


def test_an_open_file_is_read_from_its_start_each_time(write_text):
    path = write_text("é b\nb")
    with open(path, "rb") as binary, open(path, encoding="utf-8") as text:
        for stream in (binary, text):
            corpus = open_corpus(stream)
            assert list(corpus.scan().tokens) == ["é", "b"]
            assert words_of(corpus, {"é": 0, "b": 1}) == [0, 1, -1, 1, -1]
            assert list(corpus.sentences()) == [["é", "b"], ["b"]]


def test_the_fingerprint_changes_with_the_file_and_the_splitting(write_text, tmp_path):
    path = write_text("a b\nc")
    first = open_corpus(path).fingerprint()
    assert first == open_corpus(LineSentence(str(path))).fingerprint()
    (tmp_path / "link").symlink_to(path)
    assert open_corpus(tmp_path / "link").fingerprint() == first
    others = [
        open_corpus(path, errors="replace"),
        open_corpus(LineSentence(path, limit=1)),
        open_corpus(LineSentence(path, max_sentence_length=5)),
        open_corpus(Text8Corpus(path)),
        open_corpus_file(path),
    ]
    assert len({first, *(other.fingerprint() for other in others)}) == 6
    os.utime(path, ns=(1, 1))
    assert open_corpus(path).fingerprint() != first
    write_text("a b\nc d")
    os.utime(path, ns=(1, 1))
    assert hash(open_corpus(path).fingerprint()) != hash(first)
    assert open_corpus(SENTENCES).fingerprint() is None
    assert open_corpus("s3://bucket/key").fingerprint() is None


def test_errors_of_paths_is_checked_and_used(write_text):
    path = write_text(b"a\xff b")
    assert list(open_corpus(path, errors="ignore").scan().tokens) == ["a", "b"]
    with pytest.raises(ConfigError, match="errors must be one of"):
        open_corpus(path, errors="lenient")


def test_vocabulary_keys_that_no_text_can_hold_are_passed_over(write_text):
    rows = {"a": 0, 7: 1, "\ud800": 2, "": 3, None: 4}
    assert words_of(open_corpus(write_text("a 7")), rows) == [0, -2, -1]


def test_subclasses_of_dict_are_vocabularies(write_text):
    for corpus in (write_text("a b"), [["a", "b"]]):
        assert words_of(open_corpus(corpus), Counter(a=3)) == [3, -2, -1]


@pytest.mark.parametrize("corpus", ["gone.txt", 3, None, "."])
def test_corpus_file_wants_a_file(corpus):
    with pytest.raises(TypeError, match="corpus_file must be the path of a text file"):
        open_corpus_file(corpus)


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz", ".zst"])
def test_corpus_file_refuses_compressed_files(write_text, suffix):
    with pytest.raises(TypeError, match="corpus_file must be uncompressed"):
        open_corpus_file(write_text("a", "corpus" + suffix))


def test_corpus_file_splits_at_ascii_blanks(write_text):
    corpus = open_corpus_file(write_text("\ufeffa\u00a0b\u2003c d\x1ce\r\n\n" + "x " * 10_001))
    expected = [["a\u00a0b\u2003c", "d\x1ce"], ["x"] * 10_000, ["x"]]
    assert list(corpus.sentences()) == expected
    scan = corpus.scan()
    assert list(scan.tokens) == ["a\u00a0b\u2003c", "d\x1ce", "x"]
    assert scan.n_sentences == 3


def test_corpus_file_with_bad_bytes(write_text):
    corpus = open_corpus_file(write_text(b"a\nb\xff\n"))
    for read in (corpus.scan, lambda: list(corpus.sentences())):
        with pytest.raises(CorpusError, match=r"corpus.txt, line 2: not UTF-8 at b'\\xff'"):
            read()


def test_scan_keeps_nothing_open_when_it_fails(write_text):
    path = write_text(b"a b c\n" * 100_000 + b"\xff")
    open_before = set(os.listdir("/proc/self/fd"))
    with pytest.raises(CorpusError, match="line 100001"):
        open_corpus(path).scan(memory_limit=1)
    assert set(os.listdir("/proc/self/fd")) == open_before


def test_chunks_can_be_left_half_way(write_text):
    open_before = set(os.listdir("/proc/self/fd"))
    chunks = open_corpus(write_text("a b c\n" * 200_000)).chunks({"a": 0})
    assert next(chunks).n_words >= 10_000
    chunks.close()
    assert set(os.listdir("/proc/self/fd")) == open_before
