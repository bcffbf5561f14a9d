r"""fastText's models (``.bin``, quantized ``.ftz``): read, mapped if possible, and written.

::

    file       = head args dictionary is_quantized inputs is_quantized outputs
    head       = int32 793712314, int32 version (11 or 12)
    args       = int32{12} float64                     (FastTextArgs)
    dictionary = int32 n_entries, n_words, n_labels
                 int64 n_tokens, n_pruned              (-1: all buckets have their row)
                 entry{n_entries} (int32 bucket, int32 row){n_pruned}
    entry      = bytes NUL int64 count, int8 is_label
    inputs     = int64 n_rows, dim; float32{n_rows * dim}, words first; or quantized, see fasttext_quantized
    outputs    = the same
    is_quantized = int8

Numbers are little-endian and nothing is aligned. A file that is read and written again has the same bytes.
Files of 2016 have no head, no n_pruned and no is_quantized; they are only read, as version 0. Every count is
compared with the file's size before memory is allocated; if the size is unknown (compressed, remote), memory
grows as bytes arrive. Bojanowski et al. 2017, "Enriching word vectors with subword information"; Joulin et
al. 2016, "FastText.zip".
"""

from __future__ import annotations

import re
import struct
from dataclasses import asdict, fields
from typing import IO, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float32Array, Int64Array, PathLike
from ns2vec.exceptions import ConfigError
from ns2vec.formats.atomic import open_for_read, open_for_write, plain_size
from ns2vec.formats.fasttext_model import (
    LAST_VERSION,
    LOSSES,
    MODELS,
    FastTextArgs,
    FastTextDictionary,
    FastTextModel,
    n_inputs,
    n_outputs,
)
from ns2vec.formats.fasttext_parts import Parts
from ns2vec.formats.fasttext_quantized import QuantizedMatrix, read_quantized
from ns2vec.formats.table import utf8_keys

MAGIC = 793712314
VERSIONS = (11, LAST_VERSION)
HEAD = struct.Struct("<2i")
ARGS = struct.Struct("<12id")
SIZES = struct.Struct("<3iq")
SHAPE = struct.Struct("<2q")
LONG = struct.Struct("<q")
FLAG = struct.Struct("<?")
FLOAT = np.dtype("<f4")
NUL = re.compile("\0")
ENTRY_BYTES = 9  # after the NUL
WRITE_BYTES = 1 << 22
MAX_NGRAM_BYTES = 1 << 28
MAX_PRUNED_BUCKETS = 1 << 28  # they are looked up in a table of all buckets
MMAP_MODES = ("r", "c")
NUMBERS = {
    option: {name: number for number, name in names.items()}
    for option, names in (("loss", LOSSES), ("model", MODELS))
}

Matrix: TypeAlias = "Float32Array | QuantizedMatrix"


def looks_like(start: bytes) -> bool:
    """Whether a file with these first bytes is a fastText model with a version."""
    return start[:4] == HEAD.pack(MAGIC, 0)[:4]


# ---- reading ----------------------------------------------------------------------------------------


def read(path: PathLike, *, has_outputs: bool = True, mmap: str | None = None) -> FastTextModel:
    """Read a fastText model of any kind, quantized or not.

    Parameters
    ----------
    path : path, address, or ``"-"``; decompressed by its suffix
    has_outputs : bool
        Read the output matrix, too, which looking up vectors does not need.
    mmap : {None, "r", "c"}
        Map the matrices of a plain file instead of reading them; ``"c"`` keeps changes in memory. Matrices
        whose position in the file is not a multiple of four bytes, which depends on the words, are read
        anyway.

    Raises
    ------
    FormatError
        With path and byte offset. TruncatedFileError (also an EOFError) if the file ends too early.
    ConfigError
        If `mmap` is not one of these.
    OSError
        If the file cannot be read, or cannot be mapped because it is compressed or not a regular file.
    """
    if mmap is not None and mmap not in MMAP_MODES:
        raise ConfigError(f"expected mmap to be None or one of {', '.join(MMAP_MODES)}, got {mmap!r}")
    n_bytes = plain_size(path)
    if mmap and n_bytes is None:
        raise OSError(f"{path}: cannot map a compressed or remote file: unpack it first")
    with open_for_read(path, own=("fasttext",)) as stream:
        parts = Parts(path, stream, n_bytes, mmap)
        version, args = _read_args(parts)
        dictionary = _read_dictionary(parts, args, has_pruned=version > 0)
        matrices: dict[str, Matrix] = {}
        shapes = {"inputs": n_inputs(args, dictionary), "outputs": n_outputs(args, dictionary)}
        for name in ("inputs", "outputs")[: 1 + has_outputs]:
            matrices[name] = _read_matrix(parts, name, (shapes[name], args.dim), version)
        if has_outputs:
            parts.check_end()
    quantized = {name: matrix for name, matrix in matrices.items() if isinstance(matrix, QuantizedMatrix)}
    found: dict[str, Any] = {**matrices, **{name: matrix.decoded() for name, matrix in quantized.items()}}
    return FastTextModel(args, dictionary, **found, version=version, quantized=quantized)


def _read_args(parts: Parts) -> tuple[int, FastTextArgs]:
    magic, version = parts.unpack(HEAD, "head")
    if magic != MAGIC:
        # the first version began with dim and ws
        rest = ARGS.unpack(HEAD.pack(magic, version) + parts.take(ARGS.size - HEAD.size, "args"))
        version, numbers = 0, rest
    else:
        if version not in VERSIONS:
            parts.refuse(f"expected version 11 or 12 of fastText's models, found {version}")
        numbers = parts.unpack(ARGS, "args")
    given = dict(zip((field.name for field in fields(FastTextArgs)), numbers, strict=True))
    wrong = [name for name in ("bucket", "minn", "maxn", "word_ngrams") if given[name] < 0]
    if given["dim"] < 1 or given["loss"] not in LOSSES or given["model"] not in MODELS or wrong:
        what = "its args are impossible" if version else f"it does not begin with {MAGIC}"
        parts.refuse(
            f"expected a model of fastText (.bin or .ftz), but {what}: dim {given['dim']}, "
            f"loss {given['loss']}, model {given['model']}, bucket {given['bucket']}; "
            "vectors of word2vec are another format"
        )
    names = {"loss": LOSSES[given["loss"]], "model": MODELS[given["model"]]}
    return version, FastTextArgs(**{**given, **names})


def _read_dictionary(parts: Parts, args: FastTextArgs, *, has_pruned: bool) -> FastTextDictionary:
    n_entries, n_words, n_labels, n_tokens = parts.unpack(SIZES, "dictionary")
    n_pruned = parts.unpack(LONG, "dictionary")[0] if has_pruned else -1
    if min(n_words, n_labels, n_tokens) < 0 or n_entries != n_words + n_labels or n_pruned < -1:
        parts.refuse(
            f"expected a dictionary of words and labels, found {n_entries} entries with {n_words} words and "
            f"{n_labels} labels of {n_tokens} tokens, {n_pruned} of their buckets kept"
        )
    text, offsets, counts, kinds = parts.entries(n_entries)
    if kinds[:n_words].any() or (kinds[n_words:] != 1).any() or (counts < 0).any():
        parts.refuse(f"expected {n_words} words and after them {n_labels} labels, each with a count")
    if args.maxn > 100 and len(text) * args.maxn > MAX_NGRAM_BYTES:
        parts.refuse(f"its words have n-grams of up to {args.maxn} characters: more than memory holds")
    pruned = None
    if n_pruned >= 0:
        pruned = parts.numbers(np.dtype("<i4"), (n_pruned, 2), "pruned buckets")
        _check_pruned(parts, pruned, args.bucket)
    return FastTextDictionary(text, offsets, counts, n_labels, n_tokens, pruned)


def _check_pruned(parts: Parts, pruned: npt.NDArray[np.int32], bucket: int) -> None:
    if bucket > MAX_PRUNED_BUCKETS:
        parts.refuse(f"expected at most {MAX_PRUNED_BUCKETS} buckets when only some are kept, found {bucket}")
    buckets, rows = pruned.T
    is_numbered = np.array_equal(np.sort(rows), np.arange(len(rows)))
    if len(rows) and not (is_numbered and 0 <= buckets.min() <= buckets.max() < bucket):
        parts.refuse(f"expected each of {len(rows)} kept buckets, of {bucket}, to have its own row")
    if len(np.unique(buckets)) != len(buckets):
        parts.refuse("expected one row for each bucket that was kept, but a bucket has two")


def _read_matrix(parts: Parts, name: str, shape: tuple[int, int], version: int) -> Matrix:
    if version and parts.flag(name):
        return read_quantized(parts, name, shape)
    parts.check_shape(name, parts.unpack(SHAPE, name), shape)
    return parts.numbers(FLOAT, shape, name, is_mappable=True)


# ---- writing ----------------------------------------------------------------------------------------


def write(path: PathLike, model: FastTextModel) -> None:
    """Write a fastText model, atomically; a model that was read from a file has the same bytes again.

    Parameters
    ----------
    path : path, address, or ``"-"``; compressed by its suffix
    model : FastTextModel
        With its outputs.

    Raises
    ------
    FormatError
        If a word contains a NUL, which ends words there.
    ConfigError
        If there are no outputs, buckets are pruned without being quantized, or the version is not 11 or 12.
    OSError
        If the file cannot be written.
    """
    if model.outputs is None:
        raise ConfigError(
            "expected a model with outputs, which fastText's files have: read it with has_outputs=True"
        )
    if model.dictionary.pruned is not None and "inputs" not in model.quantized:
        raise ConfigError(
            "fastText reads pruned buckets only with quantized inputs: write the model as it was read"
        )
    if model.version not in VERSIONS:
        raise ConfigError(
            f"expected version 11 or 12, got {model.version}: "
            f"pass dataclasses.replace(model, version={LAST_VERSION})"
        )
    given = asdict(model.args)
    given |= {"loss": NUMBERS["loss"][given["loss"]], "model": NUMBERS["model"][given["model"]]}
    with open_for_write(path) as out:
        out.write(HEAD.pack(MAGIC, model.version) + ARGS.pack(*given.values()))
        _write_dictionary(path, out, model.dictionary)
        for name, matrix in (("inputs", model.inputs), ("outputs", model.outputs)):
            out.write(FLAG.pack(name in model.quantized))
            if name in model.quantized:
                out.write(model.quantized[name].packed())
            else:
                _write_matrix(out, matrix)


def _write_matrix(out: IO[Any], matrix: Float32Array) -> None:
    out.write(SHAPE.pack(*matrix.shape))
    step = max(1, WRITE_BYTES // (4 * matrix.shape[1]))
    for start in range(0, len(matrix), step):
        block = np.ascontiguousarray(matrix[start : start + step], dtype=FLOAT)
        out.write(block.reshape(-1).view(np.uint8).data)


def _write_dictionary(path: PathLike, out: IO[Any], words: FastTextDictionary) -> None:
    n_pruned = -1 if words.pruned is None else len(words.pruned)
    out.write(SIZES.pack(len(words), words.n_words, words.n_labels, words.n_tokens) + LONG.pack(n_pruned))
    nuls, ends = np.flatnonzero(words.text[: words.offsets[-1]] == 0), words.offsets[1:] - 1
    if len(nuls) != len(words):
        row = int(np.argmax(nuls[: len(words)] != ends))
        text = words.text[words.offsets[row] : ends[row]].tobytes().decode("utf-8", "backslashreplace")
        utf8_keys([text], path, NUL, "holds a NUL")
    out.write(_entries(words).data)
    if words.pruned is not None:
        out.write(np.ascontiguousarray(words.pruned, dtype="<i4").tobytes())


def _entries(words: FastTextDictionary) -> npt.NDArray[np.uint8]:
    """Return the entries as bytes: the text, with count and kind after each NUL."""
    tails = np.zeros((len(words), ENTRY_BYTES), dtype=np.uint8)
    tails[:, :8] = words.counts.astype("<i8").view(np.uint8).reshape(-1, 8)
    tails[words.n_words :, 8] = 1
    n_text = int(words.offsets[-1])
    found = np.empty(n_text + tails.size, dtype=np.uint8)
    is_text = np.ones(len(found), dtype=bool)
    starts: Int64Array = words.offsets[1:] + ENTRY_BYTES * np.arange(len(words))
    places = (starts[:, None] + np.arange(ENTRY_BYTES)).reshape(-1)
    is_text[places] = False
    found[places] = tails.reshape(-1)
    found[is_text] = words.text[:n_text]
    return found
