"""The fuzz targets: each parser of untrusted files, as a function of bytes.

A target returns if the bytes were read or rejected with a FormatError; any other exception, an inconsistent
result, or a message that no user could read is a finding.
"""

from __future__ import annotations

import dataclasses
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from ns2vec import Doc2Vec, Phrases, TaggedDocument
from ns2vec.exceptions import ConfigError, CorpusError, FormatError, VocabularyError
from ns2vec.formats import FORMATS, VectorTable, fasttext_bin, read_vectors
from ns2vec.formats._parse import parse_numbers, scan_records
from ns2vec.formats.container import read_container
from ns2vec.formats.fasttext_model import FastTextArgs, FastTextDictionary, FastTextModel
from ns2vec.formats.fasttext_quantized import QuantizedMatrix
from ns2vec.formats.table import read_counts
from ns2vec.models.phrase_files import StoredPhrases
from ns2vec.recommend import read_interactions

BETWEEN = b"\n=====\n"  # separates the contents of the two files of a format
LONGEST_MESSAGE = 2000
LONGEST_VECTOR = 64
SENTENCE = ["a", "b", "of", "c", "a_b", "unheard"]
#: Second file of a format, and its path relative to the first.
BESIDE = {"projector": "metadata.tsv", "npy": "vectors.vocab"}
SUFFIXES = (".csv", ".tsv", ".txt")  # of tables
_TABLE = (
    b'user_id:token,item_id:token,rating:float,timestamp:float\na,"x",1,5\nb,\xc3\xbc,-1,2020-01-01T00:00Z\n'
)


def _folder() -> Path:
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="ns2vec-fuzz-", dir=memory if memory.is_dir() else None))


FOLDER = _folder()


def _check(table: VectorTable) -> None:
    if len(table.keys) != len(table.vectors) or len(set(table.keys)) != len(table.keys):
        raise AssertionError(f"{len(table.keys)} keys, vectors {table.vectors.shape}")
    float(np.nansum(np.where(np.isfinite(table.vectors), table.vectors, 0).astype(np.float64)))


def _refused(error: Exception) -> None:
    text = str(error)
    if "\n" in text or len(text) > LONGEST_MESSAGE:
        raise AssertionError(f"a message of {len(text)} characters: {text[:200]!r}")


def reader(name: str) -> Callable[[bytes], None]:
    """Return the target of a registered format."""
    path = FOLDER / f"vectors{FORMATS[name].SUFFIXES[0]}"

    def read(content: bytes) -> None:
        if name in BESIDE:
            content, _, beside = content.partition(BETWEEN)
            (FOLDER / BESIDE[name]).write_bytes(beside)
        path.write_bytes(content)
        try:
            _check(read_vectors(path, name))
        except FormatError as error:
            _refused(error)

    return read


def container(content: bytes) -> None:
    """Read the container mapped and unmapped, and compare."""
    path = FOLDER / "container"
    path.write_bytes(content)
    try:
        found = read_container(io.BytesIO(content))
        mapped = read_container(path, mmap="r")
    except FormatError as error:
        _refused(error)
        return
    if found.arrays.keys() != mapped.arrays.keys() or found.metadata != mapped.metadata:
        raise AssertionError("mapping and reading differ")
    for key, array in found.arrays.items():
        if array.tobytes() != mapped.arrays[key].tobytes():
            raise AssertionError(f"mapping and reading differ in {key!r}")


def counts(content: bytes) -> None:
    """Read a vocabulary file."""
    path = FOLDER / "counts"
    path.write_bytes(content)
    try:
        read_counts(path)
    except FormatError as error:
        _refused(error)


def numbers(content: bytes) -> None:
    """Compare the compiled parser of numbers with Python's."""
    out = np.empty(len(content) + 1)
    try:
        found = out[: parse_numbers(content, 0, out)]
    except ValueError:
        return
    expected = [float(field) for field in content.split()]
    if not np.array_equal(found, expected, equal_nan=True):
        raise AssertionError(f"{content!r}: {found.tolist()} instead of {expected}")


def records(content: bytes) -> None:
    """Split bytes into records; all of them must lie within the bytes."""
    n_bytes = 4 * (1 + content[0] % 4) if content else 4
    rows = np.zeros((len(content) // (n_bytes + 1), n_bytes), dtype=np.uint8)
    keys, end = scan_records(content, 0, rows, "latin-1", "strict")
    used = sum(map(len, keys)) + len(keys) * (n_bytes + 1)
    if not used <= end <= len(content):
        raise AssertionError(f"{used} bytes used, end {end} of {len(content)}")


def interactions(content: bytes) -> None:
    """Read a table of users, items, weights and times; the first byte selects the layout."""
    path = FOLDER / f"interactions{SUFFIXES[content[0] % 3 if content else 0]}"
    path.write_bytes(content[1:])
    try:
        found = read_interactions(path, weight=2, time=3)
    except (FormatError, CorpusError) as error:
        _refused(error)
        return
    if not len(found) or "" in found.user_keys or len(set(found.item_keys)) != found.n_items:
        raise AssertionError(f"{len(found)} interactions of {found.user_keys} with {found.item_keys}")


def fasttext(content: bytes) -> None:
    """Read a fastText model; if that succeeds, make vectors, write it, and read it again."""
    path = FOLDER / "model.bin"
    path.write_bytes(content)
    try:
        found = fasttext_bin.read(path)
    except FormatError as error:
        _refused(error)
        return
    words = found.dictionary.words()
    if found.vectors().shape != (len(words), found.args.dim):
        raise AssertionError(f"{len(words)} words, vectors {found.vectors().shape}")
    if found.version and (found.dictionary.pruned is None or "inputs" in found.quantized):
        fasttext_bin.write(path, found)
        if path.read_bytes() != content:
            raise AssertionError("what was read is written differently")


def phrases(content: bytes) -> None:
    """Load phrases of ns2vec or gensim; if that succeeds, join, write them, and load them again."""
    try:
        found = Phrases.load(io.BytesIO(content))
    except FormatError as error:
        _refused(error)
        return
    except AttributeError as error:
        if "can't be loaded by" not in str(error):
            raise
        return
    try:
        joined = found[SENTENCE]
    except ConfigError:  # scored by a function that is not available here
        return
    written = io.BytesIO()
    found.save(written)
    again = Phrases.load(io.BytesIO(written.getvalue()))
    if again[SENTENCE] != joined or again.delimiter != found.delimiter:
        raise AssertionError(f"{joined} became {again[SENTENCE]} when it was written and loaded")


def documents(content: bytes) -> None:
    """Load a Doc2Vec of ns2vec or gensim; if that succeeds, infer, or report what is missing."""
    try:
        found = Doc2Vec.load(io.BytesIO(content))
    except (ConfigError, FormatError) as error:
        _refused(error)
        return
    if not isinstance(found, Doc2Vec) or found.vector_size > LONGEST_VECTOR:
        return
    try:
        vector = found.infer_vector(SENTENCE, epochs=1)
    except (ConfigError, VocabularyError):
        return
    if vector.shape != (found.vector_size,):
        raise AssertionError(f"inferred a vector of shape {vector.shape} in a model of {found.vector_size}")


TARGETS: dict[str, Callable[[bytes], None]] = {
    **{name: reader(name) for name in FORMATS},
    "container": container,
    "counts": counts,
    "documents": documents,
    "fasttext": fasttext,
    "interactions": interactions,
    "numbers": numbers,
    "phrases": phrases,
    "records": records,
}


def _fasttext_seeds() -> Iterator[bytes]:
    """Yield a plain model, and a quantized and pruned classifier."""
    path, words = FOLDER / "model.bin", FastTextDictionary.of(["a", "</s>", "\u00fc\u00e9"], [3, 2, 1])
    rows = np.arange(12, dtype=np.float32).reshape(6, 2)
    fasttext_bin.write(path, FastTextModel(FastTextArgs(dim=2, bucket=3, minn=1), words, rows, rows[:3]))
    yield path.read_bytes()
    pruned = np.array([[2, 1], [0, 0]], dtype=np.int32)
    labelled = dataclasses.replace(words, n_labels=1, pruned=pruned)
    codes = np.array([[1, 2], [3, 4], [5, 6], [7, 8]], dtype=np.uint8)
    lengths = np.arange(256, dtype=np.float32)
    inputs = QuantizedMatrix(codes, np.ones(512, dtype=np.float32), 1, codes[:, 0], lengths)
    arguments = FastTextArgs(dim=2, bucket=3, minn=1, model="supervised")
    quantized = {"inputs": inputs}
    model = FastTextModel(arguments, labelled, inputs.decoded(), rows[:1], quantized=quantized)
    fasttext_bin.write(path, model)
    yield path.read_bytes()


def _saved(model: Doc2Vec | StoredPhrases) -> Iterator[bytes]:
    """Yield the file of a model in ns2vec's format, and in gensim's; short, so without its history."""
    model.lifecycle_events = None
    for save in (model.save, model.save_gensim):
        written = io.BytesIO()
        save(written)
        yield written.getvalue()


def _phrase_seeds() -> Iterator[bytes]:
    """Yield phrases with their counts, phrases without, and phrases saved by gensim 3."""
    sentences = [["a", "b", "of", "c"], ["a", "b", "c"], ["a_b", "of", "c"]]
    for scoring in ("default", "npmi"):
        counted = Phrases(sentences, min_count=1, threshold=0.1, scoring=scoring, connector_words=["of"])
        yield from _saved(counted)
        yield from _saved(counted.freeze())
    # a dict of bytes, as before gensim 4.0
    yield (
        b"\x80\x02cgensim.models.phrases\nPhraser\nq\0)\x81}(X\x09\0\0\0delimiterc_codecs\nencode\n"
        b"X\1\0\0\0_X\6\0\0\0latin1\x86RX\x0b\0\0\0phrasegrams}X\1\0\0\0aX\1\0\0\0b\x86"
        b"K\2G?\xf0\0\0\0\0\0\0\x86sub."
    )


def _document_seeds() -> Iterator[bytes]:
    """Yield models of documents, one for each way of training."""
    documents = [TaggedDocument(["a", "b"], [0, "x"]), TaggedDocument(["c"], [1])]
    for options in ({}, {"dm": 0, "hs": 1, "negative": 0}, {"dm_concat": 1, "window": 1}):
        yield from _saved(Doc2Vec(documents, vector_size=2, min_count=1, epochs=1, workers=1, **options))


def _table_seeds() -> Iterator[bytes]:
    """Yield a table of interactions in each layout."""
    for number, mark in enumerate((b",", b"\t", b"::")):
        yield b"%c" % number + _TABLE.replace(b",", mark)


SEEDS = {
    "documents": _document_seeds,
    "fasttext": _fasttext_seeds,
    "interactions": _table_seeds,
    "phrases": _phrase_seeds,
}


def seeds(name: str) -> Iterator[bytes]:
    """Yield valid files to start with."""
    if name in ("counts", "numbers"):
        yield (
            b"word 12\nother 3\n"
            if name == "counts"
            else b"1 -2.5e-3 nan inf 0.1 123456789012345678901234567890"
        )
        return
    if name in SEEDS:
        yield from SEEDS[name]()
        return
    tables = [
        VectorTable(["a", "bc", "\u00fc"], np.arange(6, dtype=np.float32).reshape(3, 2), np.array([3, 2, 1])),
        VectorTable(["x"], np.array([[1e-30, np.nan, -np.inf]], dtype=np.float64)),
    ]
    format_name = {"container": "native", "records": "word2vec_binary"}.get(name, name)
    for table in tables:
        path = FOLDER / f"vectors{FORMATS[format_name].SUFFIXES[0]}"
        FORMATS[format_name].write(path, table)
        content = path.read_bytes()
        if name in BESIDE:
            content += BETWEEN + (FOLDER / BESIDE[name]).read_bytes()
        yield content
    if name == "native":
        FORMATS[name].write(path, tables[0], datatype="int8")  # type: ignore[call-arg]
        yield path.read_bytes()


def forget() -> None:
    """Remove the folder that the targets write to."""
    for path in FOLDER.iterdir():
        path.unlink()
    os.rmdir(FOLDER)
