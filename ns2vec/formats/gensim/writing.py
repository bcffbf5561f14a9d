"""Model files for gensim 4, written without gensim.

A pickle names classes by their modules, and pickle itself can name only what it can import. So the few
opcodes that create gensim's objects are written here, and pickle writes everything in between: one pickler,
whose memo continues from piece to piece.
"""

from __future__ import annotations

import io
import os
import pickle
from collections import defaultdict
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

import numpy as np

from ns2vec._files import is_remote, strip_compression
from ns2vec._typing import Array, PathLike
from ns2vec.exceptions import ConfigError
from ns2vec.formats.atomic import is_replaceable, open_for_write
from ns2vec.formats.gensim.phrases import PHRASE_KINDS, SCORERS
from ns2vec.formats.gensim.sidefiles import write_npy
from ns2vec.formats.gensim.upgrade import OPTIONS
from ns2vec.formats.keys import n_row_numbers
from ns2vec.formats.state import ModelState, VectorState
from ns2vec.vocab import build_huffman

SEP_LIMIT = 10 * 1024**2
PROTOCOL = 3  # the last protocol without frames, which could not be split
MODULES = {
    "Word2Vec": "gensim.models.word2vec",
    "Doc2Vec": "gensim.models.doc2vec",
    "FastText": "gensim.models.fasttext",
    "FastTextKeyedVectors": "gensim.models.fasttext",
    "KeyedVectors": "gensim.models.keyedvectors",
    **dict.fromkeys((*PHRASE_KINDS, *SCORERS), "gensim.models.phrases"),
}
#: A model -> the class of its vectors.
VECTORS_OF = {"Word2Vec": "KeyedVectors", "Doc2Vec": "KeyedVectors", "FastText": "FastTextKeyedVectors"}


class _Object(NamedTuple):
    """An object of gensim to be written: class name and attributes."""

    name: str
    attributes: dict[str, Any]


class _Named(NamedTuple):
    """A function of gensim to be written: its name."""

    name: str


def write_state(
    target: PathLike | IO[bytes],
    state: ModelState,
    *,
    separately: list[str] | None = None,
    sep_limit: int = SEP_LIMIT,
    ignore: frozenset[str] = frozenset(),
) -> None:
    """Write a model that gensim 4 loads, with or without ns2vec.

    Parameters
    ----------
    target : path, or file object (which then gets all arrays)
    state : ModelState
    separately : list of str, optional
        Attributes that go to their own ``.npy`` files, whatever their size.
    sep_limit : int
        Arrays with at least this many numbers get their own file, which can be mapped.
    ignore : set of str
        Attributes to leave out; gensim then finds None.

    Raises
    ------
    ConfigError
        If arrays are to be written next to a compressed file.
    OSError
        If a file cannot be written.
    """
    path = None if hasattr(target, "write") else os.fspath(target)
    compressed = path is not None and bool(strip_compression(path)[1])
    if compressed and separately:
        raise ConfigError(f"{path}: gensim cannot map the arrays of a compressed file: leave out separately")
    # gensim would look for archives next to a compressed file, and a pipe has no place next to it: one file
    is_alone = compressed or (path is not None and not is_remote(path) and not is_replaceable(path))
    split = _Splitter(None if is_alone else path, separately, sep_limit, ignore)
    if state.kind in PHRASE_KINDS:
        function = next(name for name, short in SCORERS.items() if short == state.attributes["scoring"])
        root = _Object(state.kind, split(state.attributes | {"scoring": _Named(function)}, ""))
        with open_for_write(target) as stream:
            _write_pickle(stream, root)
        return
    if state.attributes.get("hs"):
        _add_paths(state.vectors)
    if state.kind not in MODULES:
        raise ConfigError(f"expected one of {', '.join(MODULES)} to write for gensim, got {state.kind!r}")
    is_model = state.kind in VECTORS_OF
    kind = VECTORS_OF.get(state.kind, state.kind)
    root = inner = _Object(kind, split(_vector_attributes(state.vectors, kind), "wv." * is_model))
    if kind == "FastTextKeyedVectors":
        inner.attributes["__ignoreds"] += ["vectors", "buckets_word"]  # gensim makes these when it loads them
    if is_model:
        keyed = {"wv": inner}
        for name, other in state.others.items():
            keyed[name] = _Object("KeyedVectors", split(_tag_attributes(other), f"{name}."))
        root = _Object(state.kind, split(_model_attributes(state), "") | keyed)
        root.attributes["__recursive_saveloads"] = [*keyed]
    for name, array in split.files.items():
        with open_for_write(f"{path}.{name}.npy") as stream:
            write_npy(stream, array)
    with open_for_write(target) as stream:
        _write_pickle(stream, root)


def _add_paths(state: VectorState) -> None:
    """Add the Huffman tree, which gensim keeps with the words."""
    tree = build_huffman(state.expandos["count"])
    paths = [(tree.code(row), tree.point(row).astype(np.uint32)) for row in range(len(state.keys))]
    for place, name in enumerate(("code", "point")):
        state.expandos[name] = np.empty(len(paths), dtype=object)
        for row, path in enumerate(paths):
            state.expandos[name][row] = path[place]


class _Splitter:
    """Moves large arrays out of attributes, in the form that gensim's loader expects."""

    def __init__(
        self, path: str | None, separately: list[str] | None, sep_limit: int, ignore: frozenset[str]
    ) -> None:
        self.path, self.separately, self.sep_limit, self.ignore = path, separately, sep_limit, ignore
        self.files: dict[str, Array] = {}

    def __call__(self, attributes: dict[str, Any], prefix: str) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        moved, ignored = [], []
        for name, value in attributes.items():
            if name in self.ignore:
                ignored.append(name)
            elif self.path is not None and self._is_large(name, value):
                self.files[prefix + name] = value
                moved.append(name)
            else:
                kept[name] = np.ascontiguousarray(value) if isinstance(value, np.ndarray) else value
        lists = {"__numpys": moved, "__scipys": [], "__ignoreds": ignored, "__recursive_saveloads": []}
        return kept | lists

    def _is_large(self, name: str, value: Any) -> bool:
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "biuf":
            return False
        return value.size >= self.sep_limit if self.separately is None else name in self.separately


def _vector_attributes(state: VectorState, kind: str) -> dict[str, Any]:
    keys = state.read_keys()
    means = {"vectors": np.asarray(state.vectors)} if kind == "KeyedVectors" else {}
    names = ("min_n", "max_n", "bucket", "compatible_hash")
    return (
        means
        | {name: state.attributes[name] for name in names if name in state.attributes}
        | {
            "vector_size": int(state.vectors.shape[1]),
            "index_to_key": list(keys),
            "next_index": int(state.attributes.get("next_index", 0)),
            "key_to_index": {key: row for row, key in enumerate(keys) if key is not None},
            "norms": None,
            "expandos": {name: np.asarray(values) for name, values in state.expandos.items()},
            "mapfile_path": None,
            **{
                name: np.asarray(value)
                for name, value in state.attributes.items()
                if isinstance(value, np.ndarray)
            },
        }
    )


def _tag_attributes(state: VectorState) -> dict[str, Any]:
    """Tags that are row numbers are in no dict."""
    found = _vector_attributes(state, "KeyedVectors")
    n_plain = n_row_numbers(found["index_to_key"])
    found["key_to_index"] = {key: row for key, row in found["key_to_index"].items() if row >= n_plain}
    return found


def _model_attributes(state: ModelState) -> dict[str, Any]:
    found = {name: value for name, value in state.attributes.items() if name in OPTIONS}
    raw_vocab: defaultdict[Any, int] = defaultdict(int)
    raw_vocab.update(found.get("raw_vocab") or {})
    seed = int(found.get("seed") or 0)
    return found | state.arrays | {
        "cum_table": None,  # gensim makes it when it loads a model with negative sampling
        "hashfxn": hash, "random": np.random.RandomState(seed % 2**32), "raw_vocab": raw_vocab,
    }  # fmt: skip


# ---- the pickle -------------------------------------------------------------------------------------


def _write_pickle(stream: IO[bytes], root: _Object) -> None:
    """Write PROTO, the object, STOP."""
    stream.write(b"\x80" + bytes([PROTOCOL]))
    pickler = _Pieces()
    for piece in _object(root, pickler):
        stream.write(piece)
    stream.write(b".")


class _Pieces:
    """Pickles values one after another as parts of one pickle."""

    def __init__(self) -> None:
        self._out = io.BytesIO()
        self._pickler = pickle.Pickler(self._out, PROTOCOL)

    def __call__(self, value: Any) -> bytes:
        self._out.seek(0)
        self._out.truncate()
        self._pickler.dump(value)
        return self._out.getvalue()[2:-1]  # without PROTO and STOP


def _global(name: str) -> bytes:
    return f"c{MODULES[name]}\n{name}\n".encode("ascii")


def _object(thing: _Object, pickled: _Pieces) -> Iterator[bytes]:
    """GLOBAL, EMPTY_TUPLE, NEWOBJ; EMPTY_DICT, MARK, pairs, SETITEMS; BUILD."""
    yield _global(thing.name) + b")\x81}("
    for name, value in thing.attributes.items():
        yield pickled(name)
        if isinstance(value, _Object):
            yield from _object(value, pickled)
        elif isinstance(value, _Named):
            yield _global(value.name)
        else:
            yield pickled(value)
    yield b"ub"
