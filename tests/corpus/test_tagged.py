"""Documents of words with tags: from iterables, from texts, and cut into chunks."""

from __future__ import annotations

import gzip
import io
import pickle

import numpy as np
import pytest

from ns2vec.corpus import END, UNKNOWN
from ns2vec.corpus.parts import PART_BYTES
from ns2vec.corpus.tagged import (
    LineDocuments,
    TaggedBrownCorpus,
    TaggedDocument,
    TaggedLineDocument,
    TagTally,
    open_document_file,
    open_documents,
)
from ns2vec.exceptions import CorpusError

LONG = ["w"] * 25_000
TEXTS = [["a", "b"], [], LONG, ["b"], [], ["a"] * 10_000, ["b"], []]
WORDS = {"a": 0, "b": 1}


def documents(texts=TEXTS):
    return [TaggedDocument(words, [number, f"t{number % 2}"]) for number, words in enumerate(texts)]


def as_text(texts=TEXTS, end="\n"):
    return "\n".join(map(" ".join, texts)) + end


def read(corpus, **options):
    """Words and tags of each document, as its chunks have them."""
    found = []
    for chunk in corpus.chunks(WORDS, **options):
        ends = np.flatnonzero(chunk.words == END)
        assert len(ends) == chunk.n_sentences
        parts = [part[part != END].tolist() for part in np.split(chunk.words, ends + 1)[:-1]]
        found += zip(parts, map(list, corpus.tags_of(chunk)), strict=True)
    return found


def ids(words):
    return [WORDS.get(word, UNKNOWN) for word in words]


@pytest.mark.parametrize("chunk_words", [1, 3, 20_000, 10**9])
def test_each_document_is_one_part_of_a_chunk_and_keeps_its_tags(chunk_words):
    expected = [(ids(words), [n, f"t{n % 2}"]) for n, words in enumerate(TEXTS)]
    assert read(open_documents(documents()), chunk_words=chunk_words) == expected


@pytest.mark.parametrize("end", ["\n", ""])
@pytest.mark.parametrize("way", ["path", "gzip", "corpus_file", "file object", "Python"])
def test_a_line_is_a_document_with_its_number(way, end, tmp_path):
    texts = [*TEXTS, ["a"]] if end == "" else TEXTS
    text = as_text(texts, end).encode()
    path = tmp_path / "text.txt"
    path.write_bytes(text)
    if way == "gzip":
        path = tmp_path / "text.gz"
        path.write_bytes(gzip.compress(text))
    corpus = {
        "path": lambda: open_documents(path),
        "gzip": lambda: open_documents(str(path)),
        "corpus_file": lambda: open_document_file(path),
        "file object": lambda: open_documents(TaggedLineDocument(io.BytesIO(text))),
        "Python": lambda: open_documents([*TaggedLineDocument(path)]),
    }[way]()
    assert isinstance(corpus, LineDocuments) == (way != "Python")
    assert read(corpus, chunk_words=7) == [(ids(words), [n]) for n, words in enumerate(texts)]
    scan, tally = corpus.scan_with_tags(corpus.scan)
    assert (scan.n_sentences, tally.largest, tally.documents) == (len(texts), len(texts) - 1, {})
    assert [tuple(found) for found in corpus.documents()] == [(words, [n]) for n, words in enumerate(texts)]


def test_threads_number_the_lines_alike(tmp_path):
    path = tmp_path / "long.txt"
    path.write_bytes(b"a b\n\n\nb\n" * (3 * PART_BYTES // 8) + b"a")
    corpus = open_documents(path)
    alone, together = (corpus.scan(memory_limit=1 << 30, workers=workers) for workers in (1, 2))
    assert alone.n_sentences == together.n_sentences == 4 * (3 * PART_BYTES // 8) + 1
    for number in range(alone.encoded.n_chunks):
        one, other = (scan.encoded.chunk(number) for scan in (alone, together))
        assert np.array_equal(one.words, other.words)
        assert one.n_sentences == other.n_sentences == (one.words == END).sum()


def test_tags_are_counted_in_the_pass_that_counts_words():
    corpus = open_documents([*documents(), TaggedDocument(["a", "b"], ["t0", "t0", np.int64(11)])])
    scan, tally = corpus.scan_with_tags(corpus.scan)
    assert (scan.n_words, scan.n_sentences) == (35_006, 9)
    assert (tally.largest, tally.documents) == (11, {"t0": 6, "t1": 4})
    assert tally.words == {"t0": 2 + 25_000 + 1 + 4, "t1": 1 + 10_000}
    assert not corpus.waiting


@pytest.mark.parametrize("document", [["a", "b"], (["a"], [0]), "a b", None])
def test_what_is_no_document_is_refused(document):
    with pytest.raises(TypeError, match=r"document 1 is .*TaggedDocument\(words, \[tag\]\)"):
        open_documents([TaggedDocument(["a"], [0]), document]).scan()


@pytest.mark.parametrize(
    "tags, error, message",
    [
        (5, TypeError, "has the tags 5, expected a list of them"),
        ([-1], CorpusError, "row numbers, from 0 on"),
        ([2**31], CorpusError, "give str"),
        ([None], CorpusError, "None"),
        ([["a"]], TypeError, "unhashable"),
    ],
)
def test_tags_that_cannot_be_are_named(tags, error, message):
    corpus = open_documents([TaggedDocument(["a"], tags)])
    with pytest.raises(error, match=message):
        corpus.scan_with_tags(corpus.scan)


@pytest.mark.parametrize(
    "tally, n_documents, expected",
    [
        (TagTally(7), 2, "Highest int doctag (7) larger than count of documents (2)"),
        (TagTally(1), 1, "Highest int doctag (1) larger"),
        (TagTally(1), 2, None),
    ],
)
def test_ints_that_leave_rows_unused_are_told(tally, n_documents, expected, caplog):
    tally.warn(n_documents)
    assert (expected is None and not caplog.messages) or expected in caplog.text


def test_a_text_in_place_of_words_is_told_once(caplog):
    corpus = open_documents([TaggedDocument("ab", ["x"]), TaggedDocument("cd", ["y"])])
    corpus.scan()
    corpus.scan()
    assert caplog.text.count("Each 'words' should be a list of words") == 1


def test_tagged_document_prints_and_pickles_as_a_pair():
    document = TaggedDocument(words=["a"], tags=["x", 1])
    assert str(document) == "TaggedDocument<['a'], ['x', 1]>"
    assert repr(document) == "TaggedDocument(words=['a'], tags=['x', 1])"
    assert pickle.loads(pickle.dumps(document)) == document == (["a"], ["x", 1])


def test_sentences_of_the_brown_corpus_are_tagged_with_file_and_number(tmp_path):
    path = tmp_path / "ca01"
    path.write_text("The/at jury/nn said/vbd\n\n./.\nIt/pps\n")
    found = [*TaggedBrownCorpus(tmp_path)]
    assert found == [
        TaggedDocument(["the/at", "jury/nn", "said/vb"], [f"{path}_SENT_0"]),
        TaggedDocument(["it/pp"], [f"{path}_SENT_3"]),
    ]
