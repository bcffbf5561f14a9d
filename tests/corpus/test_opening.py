"""Compressed, damaged, missing and unreadable files."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import sys

import pytest

from ns2vec.corpus import (
    IterableCorpus,
    LineSentence,
    PathLineSentences,
    Text8Corpus,
    open_corpus,
    open_corpus_file,
)
from ns2vec.corpus.opening import is_seekable, open_binary
from ns2vec.exceptions import CorpusError

TEXT = "a b c\nd e\n" * 1000
PACKERS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


@pytest.mark.parametrize("suffix", PACKERS)
def test_compressed_files_are_read_like_plain_ones(write_text, suffix):
    path = write_text(PACKERS[suffix](TEXT.encode()), "corpus.txt" + suffix)
    fractions = []
    scan = open_corpus(path).scan(memory_limit=1 << 20, on_progress=lambda *seen: fractions.append(seen[2]))
    assert (list(scan.tokens), scan.n_words, scan.n_sentences) == (list("abcde"), 5000, 2000)
    assert fractions[-1] == 1.0
    assert all(0 <= fraction <= 1 for fraction in fractions)
    assert list(LineSentence(path)) == [line.split() for line in TEXT.splitlines()]


@pytest.mark.parametrize("suffix", PACKERS)
@pytest.mark.parametrize(
    "damage", [lambda data: data[: len(data) // 2], lambda data: b"this is plain text\n" * 9]
)
def test_damaged_files_say_so(write_text, suffix, damage):
    path = write_text(damage(PACKERS[suffix](os.urandom(40_000).hex().encode())), "corpus.txt" + suffix)
    with pytest.raises(CorpusError, match=rf"corpus.txt\{suffix}: damaged or not what its suffix says"):
        open_corpus(path).scan()
    with pytest.raises(CorpusError, match="damaged"):
        list(LineSentence(path))


STRANGERS = {
    "gzip": (gzip.compress(TEXT.encode()), "this is a gzip file: unpack it, or rename it so"),
    "xz": (lzma.compress(TEXT.encode()), "this is an xz file: unpack it, or rename it so"),
    "zip": (b"PK\x03\x04" + bytes(26) + b"corpus.txt", "this is a zip archive: unpack it"),
    "pdf": (b"%PDF-1.7\n\xe2\xe3", "this is a PDF document: take the text out of it first"),
    "fastText": (b"\xba\x16\x4f\x2f\x0c\0\0\0", "fastText's model (.bin): a corpus is text, a"),
    "pickle": (b"\x80\x04\x95\x0c\0\0", "this is a pickle: a corpus is text, a sentence a line"),
    "UTF-16": (TEXT.encode("utf-16"), "this is UTF-16 text: convert it to UTF-8"),
}


@pytest.mark.parametrize("name", STRANGERS)
@pytest.mark.parametrize("errors", ["strict", "replace", "ignore"])
def test_what_is_no_text_is_refused_whatever_the_errors(write_text, name, errors):
    content, message = STRANGERS[name]
    path = write_text(content, "corpus.txt")
    sources = [
        lambda: open_corpus(path, errors=errors).scan(),
        lambda: open_corpus(io.BytesIO(content), errors=errors).scan(),
        lambda: list(LineSentence(path, errors=errors)),
        lambda: list(LineSentence(io.BytesIO(content), errors=errors)),
        lambda: list(Text8Corpus(path, errors=errors)),
    ]
    for read in sources:
        with pytest.raises(CorpusError) as caught:
            read()
        assert message in str(caught.value)
        assert "errors=" not in str(caught.value)


def test_a_large_file_is_looked_at_before_its_parts_are(write_text, monkeypatch):
    monkeypatch.setattr("ns2vec.corpus.parts.PART_BYTES", 100)
    path = write_text(gzip.compress(os.urandom(5000)), "corpus.txt")
    with pytest.raises(CorpusError, match="this is a gzip file"):
        open_corpus(path, errors="replace").scan(workers=2)


def test_markup_is_text(write_text):
    assert open_corpus(write_text(b"<html> a </html>\n")).scan().n_words == 3


def test_zst_is_read_or_names_what_to_install(write_text, monkeypatch):
    path = write_text(b"", "corpus.txt.zst")
    for module in ("zstandard", "backports", "backports.zstd", "compression", "compression.zstd"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=r"corpus.txt.zst: .*pip install 'smart_open\[zst\]'"):
        open_corpus(path).scan()


def test_zst_files(write_text):
    zstd = pytest.importorskip("backports.zstd")
    path = write_text(zstd.compress(TEXT.encode()), "corpus.txt.zst")
    assert open_corpus(path).scan().n_words == 5000
    write_text(zstd.compress(TEXT.encode())[:20], "corpus.txt.zst")
    with pytest.raises(CorpusError, match="damaged"):
        open_corpus(path).scan()


@pytest.mark.parametrize("make", [str, LineSentence])
def test_a_missing_file_is_named(tmp_path, make):
    with pytest.raises(FileNotFoundError, match=r"no such corpus file; check the path: .*gone.txt'"):
        open_corpus(make(str(tmp_path / "gone.txt")))
    with pytest.raises(FileNotFoundError, match=r"gone\.txt"):
        list(LineSentence(tmp_path / "gone.txt"))


def test_a_folder_is_no_line_sentence(tmp_path):
    with pytest.raises(IsADirectoryError, match="use PathLineSentences"):
        list(LineSentence(tmp_path))
    with pytest.raises(IsADirectoryError, match="use PathLineSentences"):
        open_corpus(LineSentence(tmp_path)).scan()


def test_a_binary_file_is_no_text_with_a_wrong_encoding(write_text):
    path = write_text(b"a\nb \xff\0\n")
    with pytest.raises(CorpusError, match="line 2: this is a binary file, not text"):
        open_corpus(path).scan()


def test_an_unreadable_file_is_named(write_text):
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    path = write_text("a b")
    path.chmod(0)
    with pytest.raises(PermissionError, match=r"no permission to read the corpus.*corpus.txt"):
        open_corpus(path).scan()


def test_no_permission_is_explained(write_text, monkeypatch):
    path = write_text("a b")

    def refuse(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(PermissionError, match=r"no permission to read the corpus file; check its mode"):
        open_corpus(path).scan()


def test_a_folder_that_cannot_be_listed_is_explained(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.listdir", refuse)
    with pytest.raises(PermissionError, match="no permission to read the folder; check its mode and owner"):
        open_corpus(tmp_path)


@pytest.mark.parametrize("text", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_a_file_without_words_says_so(write_text, text):
    scan = open_corpus(write_text(text)).scan(memory_limit=100)
    assert (scan.n_words, len(scan.counts), scan.encoded.n_words) == (0, 0, 0)
    assert scan.no_words.endswith("corpus.txt: no words in it; expected words separated by spaces")


TEXTS = [
    "word " * 5000,
    "x" * 300,
    "two\nlines",
    "a\0b",
    "one two three four five six seven eight",
    "x/" * 3000,
]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:8])
@pytest.mark.parametrize(
    "read",
    [
        open_corpus,
        lambda text: list(LineSentence(text)),
        PathLineSentences,
        lambda text: list(Text8Corpus(text)),
    ],
    ids=["open_corpus", "LineSentence", "PathLineSentences", "Text8Corpus"],
)
def test_a_text_in_the_place_of_its_path_is_refused_in_one_short_line(read, text):
    with pytest.raises(
        CorpusError, match=rf"^expected sentences or the path of a text, got {len(text):,} char"
    ) as no:
        read(text)
    assert len(str(no.value)) < 250
    assert "\n" not in str(no.value)


@pytest.mark.parametrize("text", ["word " * 5000, b"word " * 5000, 10**300], ids=["str", "bytes", "int"])
def test_other_doors_show_what_came_in_short(text):
    for refused in (
        lambda: open_corpus_file(text),
        lambda: IterableCorpus(text if isinstance(text, bytes) else 5),
    ):
        with pytest.raises(TypeError) as caught:
            refused()
        assert len(str(caught.value)) < 250


def test_a_path_that_is_missing_is_no_text(tmp_path):
    for name in ("no such corpus.txt", "x" * 200, str(tmp_path / "one two three four five six seven eight")):
        with pytest.raises(FileNotFoundError, match="no such corpus file; check the path"):
            open_corpus(name)


def test_an_error_while_reading_is_not_called_damage(write_text):
    path = write_text(gzip.compress(b"a"), "corpus.gz")
    with pytest.raises(OSError, match="lost the disk") as caught, open_binary(path):
        raise OSError(5, "lost the disk")
    assert not isinstance(caught.value, CorpusError)
    with pytest.raises(KeyError), open_binary(path):
        raise KeyError("mine")


def test_pipes_are_not_seekable():
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as pipe, os.fdopen(writing, "wb"):
        assert not is_seekable(pipe)
    assert not is_seekable(object())


def test_remote_text_goes_through_smart_open(write_text):
    path = write_text(gzip.compress(TEXT.encode()), "corpus.txt.gz")
    assert open_corpus(path.as_uri()).scan().n_words == 5000
    with (
        pytest.raises(ImportError, match=r"pip install 'smart_open\[s3\]'"),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setitem(sys.modules, "smart_open", None)
        open_corpus("s3://bucket/key").scan()
