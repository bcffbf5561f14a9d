"""fastText's models: read as the fasttext package reads them, and written to the byte."""

from __future__ import annotations

import dataclasses
import gzip
import json
import os
import struct
import threading
from functools import partial

import numpy as np
import pytest
from fasttext_fields import a_model, a_quantized_model, matrix, numbers, read_file

from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats import fasttext_bin, fasttext_model, fasttext_parts
from ns2vec.formats.fasttext_model import FastTextArgs, FastTextDictionary, FastTextModel
from ns2vec.inputs import mean_rows, word_bags


@pytest.fixture
def reading(tmp_path):
    """Return ``read(content, name="model.bin", **options)``."""
    return partial(read_file, tmp_path)


def written(folder, model, name="written.bin"):
    fasttext_bin.write(folder / name, model)
    return (folder / name).read_bytes()


# ---- what is in a file ----


def test_every_field_is_read(reading):
    found = reading(a_model(loss=1, model=1, minn=2, maxn=5))
    assert found.args == FastTextArgs(4, 5, 7, 1, 8, 1, "hs", "cbow", 3, 2, 5, 100, 1e-3)
    assert found.dictionary.words() == ["the", "größe"]
    assert found.dictionary.counts.tolist() == [10, 9]
    assert found.dictionary.n_tokens == 99
    assert (found.dictionary.pruned, found.dictionary.labels()) == (None, [])
    assert np.array_equal(found.inputs, numbers(5, 4))
    assert np.array_equal(found.outputs, numbers(2, 4, seed=1))
    assert (found.version, found.quantized, found.is_supervised) == (12, {}, False)


def test_classifiers_have_labels_and_as_many_outputs(reading):
    found = reading(
        a_model(model=3, loss=4, labels=["__label__a", "__label__ß", "__label__c"], word_ngrams=2)
    )
    assert (found.args.model, found.args.loss, found.args.word_ngrams) == ("supervised", "ova", 2)
    assert found.dictionary.labels() == ["__label__a", "__label__ß", "__label__c"]
    assert found.dictionary.words() == ["the", "größe"]
    assert found.outputs.shape == (3, 4)
    assert found.is_supervised


def test_classifiers_before_version_12_have_no_ngrams(reading):
    labels = ["__label__a"]
    assert reading(a_model(version=11, model=3, labels=labels)).ngrams.max_n == 0
    assert reading(a_model(version=12, model=3, labels=labels)).ngrams.max_n == 6
    assert reading(a_model(version=11)).ngrams.max_n == 6


def test_files_of_2016_have_no_head_and_no_flags(reading, tmp_path):
    content = a_model(head=b"").replace(struct.pack("<q", -1), b"", 1)
    flag = content.index(matrix(numbers(5, 4)))
    content = content[:flag] + matrix(numbers(5, 4))[1:] + matrix(numbers(2, 4, seed=1))[1:]
    found = reading(content)
    assert found.version == 0
    assert found.args == reading(a_model()).args
    assert np.array_equal(found.outputs, numbers(2, 4, seed=1))
    with pytest.raises(ConfigError, match=r"pass dataclasses\.replace\(model, version=12\)"):
        fasttext_bin.write(tmp_path / "new.bin", found)
    assert written(tmp_path, dataclasses.replace(found, version=12)) == a_model()


@pytest.mark.parametrize("has_lengths", [True, False])
@pytest.mark.parametrize("width", [1, 2, 3, 7])
def test_quantized_rows_are_put_together_from_centroids(reading, tmp_path, width, has_lengths):
    content, codes, length_codes = a_quantized_model(width, has_lengths=has_lengths)
    found = reading(content, "model.ftz")
    centroids = np.split(numbers(256 * 7, seed=3), range(256 * width, 256 * 7, 256 * width))
    expected = np.hstack([piece.reshape(256, -1)[codes[:, i]] for i, piece in enumerate(centroids)])
    if has_lengths:
        expected *= numbers(256, seed=4)[length_codes, None]
    assert np.array_equal(found.inputs, expected)
    assert list(found.quantized) == ["inputs"]
    assert written(tmp_path, found) == content


def test_pruned_buckets_have_their_rows_and_others_are_left_out(reading):
    found = reading(a_quantized_model()[0])
    assert found.dictionary.pruned.tolist() == [[7, 2], [80, 0], [5, 1]]
    assert found.bucket_rows.buckets.tolist() == [80, 5, 7]
    assert found.bags().rows.tolist() == [0, 1]  # "<a>" and "<b>" are in none of them


# ---- words ----


def test_words_that_are_no_utf8_keep_their_bytes(reading, tmp_path):
    content = a_model(words=[b"kter\xec", b"", b"\xff\x80a b", "日本".encode()])
    found = reading(content)
    assert found.dictionary.words() == ["kter\\xec", "", "\\xff\\x80a b", "日本"]
    assert found.dictionary.words("cp852", "strict")[0] == "který"
    with pytest.raises(UnicodeDecodeError):
        found.dictionary.words(errors="strict")
    kept = found.dictionary.words(errors="surrogateescape")
    again = FastTextDictionary.of(kept, found.dictionary.counts, found.dictionary.n_tokens)
    assert written(tmp_path, dataclasses.replace(found, dictionary=again)) == content


def test_encodings_in_which_a_nul_is_no_byte(reading):
    found = reading(a_model(words=["ab".encode("utf-16-le").replace(b"\0", b"\1"), b"\1\1"]))
    assert found.dictionary.words("utf-16-le") == ["\u0161\u0162", "\u0101"]


def test_words_with_a_nul_cannot_be_written(reading, tmp_path):
    found = reading(a_model())
    for words in (["a\0b", "c"], ["c", "\0"]):
        wrong = dataclasses.replace(found, dictionary=FastTextDictionary.of(words, [2, 1]))
        with pytest.raises(FormatError, match="holds a NUL, which this format cannot keep"):
            fasttext_bin.write(tmp_path / "wrong.bin", wrong)
    assert not (tmp_path / "wrong.bin").exists()


# ---- written again ----

WRITTEN = {
    "skip-gram": {},
    "version 11": {"version": 11},
    "labels": {"model": 3, "loss": 3, "labels": ["__label__a", "__label__b"]},
    "no n-grams": {"bucket": 0, "minn": 0, "maxn": 0},
    "no words": {"words": ()},
}


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("case", WRITTEN)
def test_what_is_read_is_written_to_the_byte(reading, tmp_path, case, suffix):
    content = a_model(**WRITTEN[case])
    found = reading(gzip.compress(content) if suffix else content, f"model.bin{suffix}")
    again = written(tmp_path, found, f"written.bin{suffix}")
    assert (gzip.decompress(again) if suffix else again) == content


def test_matrices_of_any_layout_are_written(reading, tmp_path):
    found = reading(a_model())
    for change in (lambda array: np.asfortranarray(array), lambda array: np.repeat(array, 2, axis=1)[:, ::2]):
        changed = {name: change(getattr(found, name)) for name in ("inputs", "outputs")}
        assert written(tmp_path, dataclasses.replace(found, **changed)) == a_model()


def test_what_no_file_can_hold_is_refused(reading, tmp_path):
    with pytest.raises(ConfigError, match="read it with has_outputs=True"):
        fasttext_bin.write(tmp_path / "x.bin", reading(a_model(), has_outputs=False))
    with pytest.raises(ConfigError, match="pruned buckets only with quantized inputs"):
        fasttext_bin.write(
            tmp_path / "x.bin", dataclasses.replace(reading(a_quantized_model()[0]), quantized={})
        )
    with pytest.raises(
        ConfigError, match=r"expected inputs of shape \(5, 4\) for this dictionary, got \(4, 4\)"
    ):
        dataclasses.replace(reading(a_model()), inputs=numbers(4, 4))
    with pytest.raises(ConfigError, match="loss must be one of 'hs', 'ns', 'softmax', 'ova', got 'hinge'"):
        FastTextArgs(loss="hinge")


# ---- ways to read ----


def test_without_outputs_they_are_not_read(reading):
    content = a_model()
    assert reading(content, has_outputs=False).outputs is None
    n_outputs = len(matrix(numbers(2, 4)))
    assert reading(content[:-n_outputs], has_outputs=False).outputs is None


@pytest.mark.parametrize("mode", ["r", "c"])
def test_matrices_on_a_boundary_are_mapped_and_others_read(reading, mode):
    kinds = []
    for length in range(1, 5):
        content = a_model(words=["a" * length, "b"])
        found = reading(content, mmap=mode)
        assert np.array_equal(found.inputs, numbers(5, 4))
        assert np.array_equal(found.outputs, numbers(2, 4, seed=1))
        assert found.inputs.flags.aligned
        kinds.append(isinstance(found.inputs, np.memmap))
    assert sorted(kinds) == [False, False, False, True]
    if mode == "c":
        found.outputs[:] = 7  # does not reach the file
        assert np.array_equal(reading(content).outputs, numbers(2, 4, seed=1))


def test_compressed_files_are_not_mapped(reading):
    with pytest.raises(OSError, match="cannot map a compressed or remote file: unpack it first"):
        reading(gzip.compress(a_model()), "model.bin.gz", mmap="r")
    with pytest.raises(ConfigError, match="expected mmap to be None or one of r, c, got 'w'"):
        reading(a_model(), mmap="w")


def test_a_pipe_is_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(a_model(),))
    writer.start()
    found = fasttext_bin.read(tmp_path / "pipe")
    writer.join()
    assert np.array_equal(found.inputs, numbers(5, 4))


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_dictionaries_and_matrices_in_many_blocks(reading, tmp_path, monkeypatch, suffix):
    monkeypatch.setattr(fasttext_parts, "READ_BYTES", 50)
    monkeypatch.setattr(fasttext_parts, "FIRST_BYTES", 64)
    content = a_model(words=[f"w{i}" * (1 + i % 40) for i in range(300)], bucket=100)
    found = reading(gzip.compress(content) if suffix else content, f"model.bin{suffix}")
    assert found.dictionary.words()[299] == "w299" * 20
    assert written(tmp_path, found) == content


# ---- vectors ----


@pytest.mark.parametrize("block_words", [1, 2, 100])
def test_vectors_are_means_of_a_word_and_its_ngrams(reading, monkeypatch, block_words):
    monkeypatch.setattr(fasttext_model, "BLOCK_WORDS", block_words)
    found = reading(a_model(words=["the", "</s>", "it"], bucket=50, minn=3, maxn=4))
    bags = found.bags()
    rows = np.split(bags.rows, bags.offsets[1:-1])
    expected = [found.inputs[row].mean(axis=0) for row in rows]
    np.testing.assert_allclose(found.vectors(), expected, rtol=1e-6)
    assert np.array_equal(found.vectors()[1], found.inputs[1])


@pytest.mark.parametrize("name", ["fasttext-cbow.bin", "fasttext-pruned.ftz"])
def test_recorded_models_of_the_fasttext_package(request, tmp_path, name):
    """Known and unknown words have the vectors that fasttext 0.9.3 gave; the file comes back to the byte."""
    folder = request.config.rootpath / "tests" / "formats" / "recorded"
    expected = json.loads((folder / "fasttext-vectors.json").read_text("utf-8"))[name]
    found = fasttext_bin.read(folder / name)
    known = dict(zip(found.dictionary.words(), found.vectors(), strict=True))
    n_words = found.dictionary.n_words
    for word, vector in expected.items():
        unknown = word_bags(
            [word], found.ngrams, first_word=None, first_ngram=n_words,
            numbered=found.bucket_rows, is_growing=False,
        )  # fmt: skip
        own = known[word] if word in known else mean_rows(unknown, found.inputs)[0]
        assert own.tobytes() == np.float32(vector).tobytes(), word
    assert written(tmp_path, found) == (folder / name).read_bytes()


@pytest.mark.parity
@pytest.mark.parametrize("options", [(3, 6, 200), (0, 0, 0), (2, 2, 50), (1, 3, 1)])
def test_the_fasttext_package_reads_what_is_written(tmp_path, options):
    fasttext = pytest.importorskip("fasttext", reason="not installed: pip install 'ns2vec[test-fasttext]'")
    minn, maxn, bucket = options
    words = ["the", "größe", "</s>", "日本語", "e\u0301", "cats", "🎉"]
    made = FastTextModel(
        FastTextArgs(dim=6, bucket=bucket, minn=minn, maxn=maxn),
        FastTextDictionary.of(words, np.arange(7, 0, -1)),
        numbers(7 + bucket, 6),
        numbers(7, 6, seed=1),
    )
    content = written(tmp_path, made)
    theirs = fasttext.load_model(str(tmp_path / "written.bin"))
    assert theirs.get_words() == words
    for word, vector in zip(words, made.vectors(), strict=True):
        assert theirs.get_word_vector(word).tobytes() == vector.tobytes()
    assert np.array_equal(theirs.get_input_matrix(), made.inputs)
    assert np.array_equal(theirs.get_output_matrix(), made.outputs)
    theirs.save_model(str(tmp_path / "theirs.bin"))
    assert (tmp_path / "theirs.bin").read_bytes() == content
    assert written(tmp_path, fasttext_bin.read(tmp_path / "theirs.bin")) == content


@pytest.mark.parity
@pytest.mark.parametrize(
    "name", ["crime-and-punishment", "lee_fasttext", "lee_fasttext_new", "non_ascii_fasttext"]
)
def test_vectors_are_those_that_gensim_reads(name):
    models = pytest.importorskip("gensim.models.fasttext", reason="gensim is not installed")
    path = os.path.join(os.path.dirname(models.__file__), "..", "test", "test_data", f"{name}.bin")
    if not os.path.exists(path):
        pytest.skip("gensim came without its test data")
    theirs, found = models.load_facebook_vectors(path), fasttext_bin.read(path)
    words = found.dictionary.words()
    assert words == theirs.index_to_key
    rows = [row for row, word in enumerate(words) if word != "</s>"]  # gensim gives it n-grams
    np.testing.assert_allclose(found.vectors()[rows], theirs.vectors[rows], rtol=1e-5, atol=1e-7)
    assert found.dictionary.counts.tolist() == theirs.expandos["count"].tolist()
