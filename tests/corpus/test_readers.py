"""The readers against plain Python, against gensim, and against their fast twins in C."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ns2vec.corpus import BrownCorpus, LineSentence, PathLineSentences, Text8Corpus, open_corpus, opening
from ns2vec.exceptions import ConfigError, CorpusError

TEXT = "the quick\u00a0fox\n\n  \njumps\tover\r\nthe lazy dog"
SENTENCES = [["the", "quick", "fox"], ["jumps", "over"], ["the", "lazy", "dog"]]


def through_c(reader):
    """The sentences as the C scanner reads them; asserts that it is the one that reads."""
    corpus = open_corpus(reader)
    assert type(corpus).__name__ == "FileCorpus"
    scan = corpus.scan(memory_limit=1 << 30)
    found = [[]]
    for i in range(scan.encoded.n_chunks):
        for number in scan.encoded.chunk(i).words.tolist():
            if number == -1:
                found.append([])
            else:
                found[-1].append(scan.tokens[number])
    assert scan.n_sentences == len(found) - 1
    return found[:-1]


@pytest.mark.parametrize(
    "text, sentences", [(TEXT, SENTENCES), (TEXT + "\n", SENTENCES), ("\ufeffa b", [["a", "b"]])]
)
def test_line_sentence_reads_paths_bytes_and_text(write_text, text, sentences):
    path = write_text(text)
    with open(path, newline="\n", encoding="utf-8") as lines, open(path, "rb") as binary:
        for source in (
            path,
            str(path),
            binary,
            lines,
            io.BytesIO(text.encode()),
            io.StringIO(text, newline="\n"),
        ):
            reader = LineSentence(source)
            assert list(reader) == sentences
            assert list(reader) == sentences  # it starts again
            assert through_c(reader) == sentences


@pytest.mark.parametrize(
    "options", [{"limit": 3}, {"max_sentence_length": 2}, {"max_sentence_length": 1, "limit": 4}]
)
def test_limit_and_length(write_text, options):
    reader = LineSentence(write_text(TEXT), **options)
    lines = TEXT.split("\n")[: options.get("limit")]
    length = options.get("max_sentence_length", 10_000)
    words = [line.split() for line in lines]
    expected = [line[i : i + length] for line in words for i in range(0, len(line), length)]
    assert list(reader) == through_c(reader) == expected


def test_a_source_that_only_yields_lines_is_read_in_python():
    class Lines:
        def seek(self, offset):
            self.rewound = True

        def __iter__(self):
            return iter([b"a b\n", b"c\n"])

    corpus = open_corpus(LineSentence(Lines()))
    assert type(corpus).__name__ == "IterableCorpus"
    assert list(corpus.sentences()) == [["a", "b"], ["c"]]


def test_path_line_sentences_reads_files_by_name_without_subfolders(write_text, tmp_path):
    write_text("second\nfile", "in/b.txt")
    write_text("first file\nnext", "in/a.txt")
    write_text("not read", "in/sub/c.txt")
    reader = PathLineSentences(tmp_path / "in")
    assert reader.input_files == [str(tmp_path / "in" / "a.txt"), str(tmp_path / "in" / "b.txt")]
    expected = [["first", "file"], ["next"], ["second"], ["file"]]
    assert list(reader) == through_c(reader) == through_c(tmp_path / "in") == expected
    limited = PathLineSentences(str(tmp_path / "in"), limit=1)
    assert list(limited) == through_c(limited) == [["first", "file"], ["second"]]
    assert list(PathLineSentences(tmp_path / "in" / "b.txt")) == [["second"], ["file"]]


def test_path_line_sentences_wants_files(tmp_path):
    with pytest.raises(ValueError, match="neither"):
        PathLineSentences(tmp_path / "gone")
    with pytest.raises(CorpusError, match="holds no files"):
        PathLineSentences(tmp_path)
    with pytest.raises(CorpusError, match="holds no files"):
        open_corpus(tmp_path)


@given(
    words=st.lists(st.sampled_from(["a", "bb", "é", "中文", "x" * 30]), max_size=60),
    length=st.integers(1, 9),
    data=st.data(),
)
@settings(max_examples=50, deadline=None)
def test_text8_in_any_blocks(tmp_path_factory, words, length, data):
    path = tmp_path_factory.mktemp("text8") / "text8"
    blanks = data.draw(st.lists(st.sampled_from([" ", "\n", "  "]), min_size=len(words), max_size=len(words)))
    path.write_text("".join(word + blank for word, blank in zip(words, blanks, strict=True)))
    expected = [words[start : start + length] for start in range(0, len(words), length)]
    reader = Text8Corpus(path, max_sentence_length=length)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ns2vec.corpus.readers.BLOCK_BYTES", data.draw(st.integers(1, 40)))
        assert list(reader) == expected
    if words:
        assert through_c(reader) == expected


@pytest.mark.parametrize("reader", [LineSentence, PathLineSentences, Text8Corpus])
def test_bytes_that_are_not_utf8(write_text, reader):
    path = write_text(b"fine\nalso fine\nna\xefve word\n")
    message = r"corpus.txt, line 3: not UTF-8 at b'\\xef' in .*errors='replace' or errors='ignore'"
    with pytest.raises(CorpusError, match=message):
        list(reader(path))
    with pytest.raises(CorpusError, match=message):
        open_corpus(reader(path)).scan()
    with pytest.raises(CorpusError, match=message):
        list(open_corpus(reader(path)).chunks({"fine": 0}))
    for errors, word in [("replace", "na\ufffdve"), ("ignore", "nave")]:
        lenient = reader(path, errors=errors)
        assert [w for s in lenient for w in s] == ["fine", "also", "fine", word, "word"]
        assert list(lenient) == through_c(lenient)


def test_utf16_is_guessed(write_text):
    with pytest.raises(CorpusError, match=r"this is UTF-16 text: convert it to UTF-8"):
        open_corpus(write_text("text".encode("utf-16"))).scan()


@pytest.mark.parametrize("reader", [LineSentence, PathLineSentences, Text8Corpus])
@pytest.mark.parametrize(
    "options", [{"max_sentence_length": 0}, {"max_sentence_length": 1.5}, {"errors": "surrogateescape"}]
)
def test_options_are_checked(write_text, reader, options):
    with pytest.raises(ConfigError, match=next(iter(options))):
        reader(write_text("a"), **options)


@pytest.mark.parametrize("reader", [LineSentence, PathLineSentences])
def test_options_may_be_numbers_of_any_kind(write_text, reader):
    path = write_text("a b c\nd\ne\n")
    assert list(reader(path, np.uint8(2), limit=2.0)) == [["a", "b"], ["c"], ["d"]]


@pytest.mark.parametrize("limit", [-1, 2.5, "3"])
def test_the_limit_is_checked(limit):
    with pytest.raises(ConfigError, match="limit must be a whole number of at least 0, got"):
        LineSentence("any", limit=limit)


@pytest.mark.parity
@pytest.mark.parametrize("text", [TEXT, TEXT * 50, "a b\n" * 3000, "one line of words " * 2000])
@pytest.mark.parametrize("options", [{}, {"max_sentence_length": 7}])
def test_readers_yield_what_gensim_yields(write_text, tmp_path, text, options):
    peer = pytest.importorskip("gensim.models.word2vec")
    path = str(write_text(text, "in/a.txt"))
    write_text("another file\n", "in/b.txt")
    assert list(LineSentence(path, **options)) == list(peer.LineSentence(path, **options))
    assert list(LineSentence(path, limit=2, **options)) == list(peer.LineSentence(path, limit=2, **options))
    folder = str(tmp_path / "in")
    mine, theirs = PathLineSentences(folder, **options), peer.PathLineSentences(folder, **options)
    assert mine.input_files == theirs.input_files
    assert list(mine) == list(theirs)
    # In longer files gensim's Text8Corpus glues two words where a block of 8 KiB ends at a newline.
    if len(text) < 8192 or "\n" not in text:
        assert list(Text8Corpus(path, **options)) == list(peer.Text8Corpus(path, **options))


def test_reader_names():
    assert opening.source_name(io.BytesIO()) == "<BytesIO>"


@pytest.mark.parity
def test_brown_corpus_is_gensims(tmp_path):
    word2vec = pytest.importorskip("gensim.models.word2vec", reason="gensim is not installed")
    lines = ["The/AT-TL Jury/NN said/VBD ,/, ``/`` no/AT", "", "./.", "a/b/c x no/1N Yes/UH"]
    for name in ("ca02", "ca01"):
        (tmp_path / name).write_text("\n".join([name + "/NN", *lines]))
    found = list(BrownCorpus(tmp_path))
    assert found == list(word2vec.BrownCorpus(str(tmp_path)))
    assert found[1] == ["the/AT", "jury/NN", "said/VB", "no/AT"]
