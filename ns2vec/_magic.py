"""Files of another kind than expected: recognised by their first bytes, with what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass

N_BYTES = 512
"""This many of a file's first bytes are enough."""

# no text of words and numbers contains these; the bytes of float32 rarely lack them
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_FOR_VECTORS = "and pass words and matrix to KeyedVectors.add_vectors"


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes
    ----------
    name : str
        ``"gzip"``, ``"npy"`` ...; readers refer by it to the kinds that they can read.
    what : str
        What such a file is called, with its article.
    way : str
        What to do with it.
    start : compiled pattern of bytes
        Matches the first bytes.
    is_bytes : bool
        No text begins like this, as a corpus or anything else.
    is_packed : bool
        The expected content may be inside.
    """

    name: str
    what: str
    way: str
    start: re.Pattern[bytes]
    is_bytes: bool = True
    is_packed: bool = False


def _kind(name: str, what: str, start: bytes, way: str, **options: bool) -> Kind:
    return Kind(name, what, way, re.compile(start, re.DOTALL), **options)


def _packed(name: str, what: str, start: bytes, suffix: str) -> Kind:
    way = f"unpack it, or rename it so that its name ends in {suffix}"
    return _kind(name, what, start, way, is_packed=True)


def _archive(name: str, start: bytes) -> Kind:
    return _kind(name, f"a {name} archive", start, "unpack it, and name the file inside", is_packed=True)


#: In this order: the general kind of archives comes last.
KINDS = (
    _packed("gzip", "a gzip file", rb"\x1f\x8b\x08", ".gz"),
    _packed("bzip2", "a bzip2 file", rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)", ".bz2"),
    _packed("xz", "an xz file", rb"\xfd7zXZ\0", ".xz"),
    _packed("zstandard", "a Zstandard file", rb"\x28\xb5\x2f\xfd", ".zst"),
    _packed("lz4", "an LZ4 file", rb"\x04\x22\x4d\x18", ".lz4"),
    _kind(
        "npz",
        "NumPy's .npz archive",
        rb"PK\x03\x04.{26}[^\0]{1,99}?\.npy",
        "open it with numpy.load, and save the matrix by numpy.save beside a file of its words (.vocab)",
    ),
    _kind(
        "torch",
        "PyTorch's file",
        rb"PK\x03\x04.{26}[^\0]{0,99}/?(?:data\.pkl|byteorder|\.format_version)",
        f"open it with torch.load, {_FOR_VECTORS}",
    ),
    _archive("zip", rb"PK(?:\x03\x04|\x05\x06|\x07\x08)"),
    _archive("tar", rb".{257}ustar"),
    _archive("7z", rb"7z\xbc\xaf\x27\x1c"),
    _archive("rar", rb"Rar!\x1a\x07"),
    _kind(
        "fasttext",
        "fastText's model (.bin)",
        rb"\xba\x16\x4f\x2f",
        "load it with ns2vec.fasttext.load_facebook_model, or load_facebook_vectors",
    ),
    _kind(
        "ns2vec",
        "a model that ns2vec saved",
        rb'.{5}\0{3}\{"__metadata__":\{"format":"ns2vec"',
        "load it with KeyedVectors.load or Word2Vec.load",
    ),
    _kind(
        "safetensors",
        "a safetensors file of another program",
        rb'.{5}\0{3}\{["}]',
        f"open it with safetensors.numpy.load_file, {_FOR_VECTORS}",
    ),
    _kind(
        "npy",
        "NumPy's .npy matrix",
        rb"\x93NUMPY",
        "read it with ns2vec.formats.read_vectors, its words in a .vocab file beside it",
    ),
    _kind(
        "pickle",
        "a pickle",
        rb"\x80[\x02-\x05]",
        "if gensim saved it, load it with KeyedVectors.load or Word2Vec.load; others could run code",
    ),
    _kind("hdf5", "an HDF5 file", rb"\x89HDF\r\n\x1a\n", f"open it with h5py, {_FOR_VECTORS}"),
    _kind(
        "parquet", "a Parquet file", rb"PAR1[\0-\x1f]", f"open it with pandas.read_parquet, {_FOR_VECTORS}"
    ),
    _kind(
        "arrow",
        "an Arrow or Feather file",
        rb"ARROW1\0\0|FEA1\0*[\0-\x1f]",
        f"open it with pyarrow, {_FOR_VECTORS}",
    ),
    _kind(
        "sqlite", "an SQLite database", rb"SQLite format 3\0", f"open it with what wrote it, {_FOR_VECTORS}"
    ),
    _kind("gguf", "a GGUF model", rb"GGUF[\x01-\x09]\0\0\0", "it is a language model, and not read here"),
    _kind("pdf", "a PDF document", rb"%PDF-\d\.\d\s", "take the text out of it first"),
    _kind("utf-16", "UTF-16 text", rb"\xff\xfe|\xfe\xff", "convert it to UTF-8: iconv -f UTF-16 -t UTF-8"),
    _kind(
        "lfs",
        "a Git LFS pointer, not the file itself",
        rb"version https://git-lfs\.github\.com/spec/",
        "fetch it with 'git lfs pull', or download it",
    ),
    _kind(
        "html",
        "a web page",
        rb"(?i:(?:\xef\xbb\xbf)?\s*(?:<!doctype html|<html|<\?xml|<head|<script))",
        "the download went wrong: fetch it again, from the address of the file itself",
        is_bytes=False,
    ),
    _kind(
        "json",
        "JSON",
        rb'\s*(?:\{\s*"|\[\s*[\[{"])',
        f"open it with json.load, {_FOR_VECTORS}",
        is_bytes=False,
    ),
)


def recognized(start: bytes) -> Kind | None:
    r"""Return the kind of file that begins with these bytes, None if it may be what was expected.

    Examples
    --------
    >>> from ns2vec._magic import recognized
    >>> recognized(b"\x1f\x8b\x08\0\0").what
    'a gzip file'
    >>> recognized(b"3 2\nking 0.5 1\n")
    """
    return next((kind for kind in KINDS if kind.start.match(start)), None)


def is_binary(content: bytes) -> bool:
    """Whether there are bytes that no text has."""
    return bool(_CONTROL.search(content))
