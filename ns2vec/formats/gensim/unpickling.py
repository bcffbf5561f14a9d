"""Unpickling that cannot run anything: every name in the pickle becomes an inert record, or an error.

There are three barriers. `check_pickle` accepts only opcodes, lengths and tuples that occur in models.
`find_class` maps the names in `KNOWN` to classes that only store their arguments, made again for each file,
so that nothing in the file reaches the process. `Plain` then makes numbers, texts, lists and arrays from the
records; an array's shape and dtype are trusted only if they match its bytes.
"""

from __future__ import annotations

import io
import math
import pickle
import re
from typing import Any

import numpy as np

from ns2vec._typing import Array
from ns2vec.exceptions import FormatError
from ns2vec.formats._opcodes import check_pickle

GENSIM_CLASSES = {
    "gensim.models.word2vec": ("Word2Vec", "Vocab", "Word2VecVocab", "Word2VecTrainables"),
    "gensim.models.keyedvectors": (
        "KeyedVectors", "Word2VecKeyedVectors", "EuclideanKeyedVectors", "Doc2VecKeyedVectors",
        "FastTextKeyedVectors", "BaseKeyedVectors", "WordEmbeddingsKeyedVectors", "Vocab", "CompatVocab",
    ),
    "gensim.models.doc2vec": ("Doc2Vec", "Doctag", "DocvecsArray", "Doc2VecVocab", "Doc2VecTrainables"),
    "gensim.models.fasttext": ("FastText", "FastTextVocab", "FastTextTrainables", "FastTextKeyedVectors"),
    "gensim.models.phrases": ("Phrases", "FrozenPhrases", "Phraser", "original_scorer", "npmi_scorer"),
    "gensim.models.wrappers.fasttext": ("FastText", "FastTextKeyedVectors"),
    "gensim.utils": ("call_on_class_only", "SaveLoad"),
}  # fmt: skip
MULTIARRAY = ("numpy.core.multiarray", "numpy._core.multiarray")
NUMERIC = ("numpy.core.numeric", "numpy._core.numeric")
BUILTINS = ("builtins", "__builtin__")

# name -> a record of this kind
KNOWN = {
    **{(module, name): name for module, names in GENSIM_CLASSES.items() for name in names},
    **{(module, "_reconstruct"): "array" for module in MULTIARRAY},
    **{(module, "scalar"): "scalar" for module in MULTIARRAY},
    **{(module, "_frombuffer"): "frombuffer" for module in NUMERIC},
    **{(module, "memmap"): "ndarray" for module in ("numpy", "numpy.core.memmap", "numpy._core.memmap")},
    ("numpy", "ndarray"): "ndarray",
    ("numpy", "dtype"): "dtype",
    ("_codecs", "encode"): "bytes",
    **{(module, name): name for module in BUILTINS for name in ("hash", "int", "float", "str")},
    **{(module, name): "frozenset" for module in BUILTINS for name in ("set", "frozenset")},
    ("__builtin__", "bytes"): "bytes",  # protocol 2's spelling of empty bytes
    ("__builtin__", "long"): "int",
    ("__builtin__", "unicode"): "str",
    **{("collections", name): "mapping" for name in ("defaultdict", "Counter", "OrderedDict")},
    ("UserString", "defaultdict"): "mapping",  # Python 3's spelling for Python 2
    **{
        (module, name): "generator"
        for module, names in {
            "numpy.random": ("__RandomState_ctor",),
            "numpy.random._pickle": ("__randomstate_ctor", "__bit_generator_ctor"),
            "numpy.random._mt19937": ("MT19937",),
            "numpy.random.mtrand": ("RandomState",),
        }.items()
        for name in names
    },
}  # fmt: skip

DTYPE = re.compile(r"[<>=|]?(?:b1|\?|O4|O8|O|[iuf][1248])")
CALLABLES = {"hash": hash, "int": int, "float": float, "str": str}
PLAIN = (str, int, float, bool, type(None), bytes)


class RefusedGlobalError(FormatError):
    """A pickle names a class or function that no saved model needs."""


class Record:
    """An object that a pickle makes from a name: its arguments and its state, nothing else."""

    __slots__ = ("args", "state")
    args: tuple[Any, ...]
    state: Any
    kind = ""

    def __new__(cls, *args: Any) -> Record:
        """Store the arguments."""
        record = object.__new__(cls)
        record.args = args
        record.state = None
        return record

    def __init__(self, *args: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        self.state = state


class Mapping(dict[Any, Any]):
    """A defaultdict, Counter or OrderedDict of the pickle: its pairs."""

    kind = "mapping"

    def __init__(self, *args: Any) -> None:
        super().__init__(args[0] if args and isinstance(args[0], dict | list) else ())

    def __setstate__(self, state: Any) -> None:
        pass


class _Unpickler(pickle.Unpickler):
    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data), encoding="latin1")
        self._made: dict[str, Any] = {}

    def find_class(self, module: str, name: str) -> Any:
        kind = KNOWN.get((module, name))
        if kind is None:
            raise RefusedGlobalError(
                f"refused to load the global '{module}.{name}', which no model needs; "
                "a file that names it may have been made to run code"
            )
        if kind not in self._made:
            base = Mapping if kind == "mapping" else Record
            self._made[kind] = type(kind, (base,), {"kind": kind, "__slots__": ()})
        return self._made[kind]

    def persistent_load(self, pid: Any) -> Any:
        raise RefusedGlobalError(f"refused the persistent id {str(pid)[:40]!r}")


def looks_like_pickle(start: bytes) -> bool:
    """Whether a file with these first bytes can be a pickle of protocol 2 to 5."""
    return len(start) >= 2 and start[0] == 0x80 and 2 <= start[1] <= 5


def unpickle(data: bytes, name: Any) -> Any:
    """Return what a pickle holds, as plain values and records.

    Parameters
    ----------
    data : bytes
    name : of the file, for messages

    Raises
    ------
    RefusedGlobalError
        If it names something that models do not need.
    FormatError
        If it is damaged.
    """
    try:
        check_pickle(data)
        return _Unpickler(data).load()
    except RefusedGlobalError as error:
        raise RefusedGlobalError(f"{name}: {error}") from None
    except MemoryError:
        raise
    except Exception as error:  # the unpickler raises whatever the data makes its parts raise
        raise FormatError(f"{name}: not a pickle of a model: {type(error).__name__}: {error}") from None


class Plain:
    """Makes plain values from the result of `unpickle`; a shared value is converted once.

    Raises
    ------
    ValueError
        If an array does not match its record.
    """

    def __init__(self) -> None:
        self._done: dict[int, Any] = {}
        self._open: set[int] = set()

    def __call__(self, value: Any) -> Any:
        """Return the plain form of a value; records of classes stay records, with a plain state."""
        if type(value) in PLAIN:
            return value
        key = id(value)
        if key in self._done:
            return self._done[key]
        if key in self._open:
            raise ValueError("a value contains itself")
        self._open.add(key)
        self._done[key] = found = self._convert(value)
        self._open.discard(key)
        return found

    def _convert(self, value: Any) -> Any:
        if isinstance(value, (list, tuple, set, frozenset)):
            found = [entry if type(entry) in PLAIN else self(entry) for entry in value]
            return found if isinstance(value, list) else type(value)(found)
        if isinstance(value, dict):
            return {self(key): entry if type(entry) in PLAIN else self(entry) for key, entry in value.items()}
        if isinstance(value, type):
            return CALLABLES.get(getattr(value, "kind", ""))
        if isinstance(value, bytearray):
            return bytes(value)
        convert = getattr(self, f"_{value.kind}", None) if isinstance(value, Record) else None
        if convert is not None:
            return convert(value)
        return value

    def _generator(self, record: Record) -> None:
        return None

    def _frozenset(self, record: Record) -> frozenset[Any]:
        return frozenset(self(record.args[0]) if record.args else ())

    def _bytes(self, record: Record) -> bytes:
        text, encoding = record.args or ("", "latin1")
        if encoding != "latin1" or not isinstance(text, str):
            raise ValueError(f"expected text to be encoded as latin1, found {encoding!r}")
        return text.encode("latin1")

    def _raw(self, value: Any) -> bytes:
        raw = self(value)
        raw = raw.encode("latin1") if isinstance(raw, str) else raw
        if not isinstance(raw, bytes):
            raise ValueError(f"expected the bytes of an array, found {type(raw).__name__}")
        return raw

    def _dtype(self, record: Record) -> np.dtype[Any]:
        code = record.args[0]
        if not isinstance(code, str) or not DTYPE.fullmatch(code):
            raise ValueError(f"expected the dtype of numbers or objects, found {str(code)[:40]!r}")
        dtype = np.dtype("O" if "O" in code else code)
        order: Any = record.state[1] if isinstance(record.state, tuple) and len(record.state) > 1 else "="
        return dtype.newbyteorder(order) if order in ("<", ">") else dtype

    def _scalar(self, record: Record) -> Any:
        dtype, raw = self._numbers_dtype(record.args[0]), self._raw(record.args[1])
        return np.frombuffer(raw, dtype=dtype, count=1)[0].item()

    def _numbers_dtype(self, value: Any) -> np.dtype[Any]:
        dtype = self(value)
        if not isinstance(dtype, np.dtype) or dtype.kind not in "biuf":
            raise ValueError("expected the dtype of numbers")
        return dtype

    def _frombuffer(self, record: Record) -> Array:
        raw, dtype, shape, order = record.args
        return _numbers(self._raw(raw), self._numbers_dtype(dtype), shape, order == "F")

    def _array(self, record: Record) -> Array:
        *_, shape, dtype, fortran, content = record.state
        dtype = self(dtype)
        if not isinstance(dtype, np.dtype):
            raise ValueError("expected a dtype")
        if dtype.kind != "O":
            return _numbers(self._raw(content), self._numbers_dtype(dtype), shape, bool(fortran))
        values = self(content)
        if not isinstance(values, list) or _size(shape) != len(values):
            raise ValueError("an array of objects does not have the number that its shape gives")
        array = np.empty(len(values), dtype=object)
        for place, entry in enumerate(values):
            if isinstance(entry, Record):
                raise ValueError(f"an array holds an object of class {entry.kind!r}")
            array[place] = entry
        found: Array = array.reshape(shape, order="F" if fortran else "C")
        return found


def _size(shape: Any) -> int:
    if not isinstance(shape, tuple) or len(shape) > 8 or not all(type(n) is int and n >= 0 for n in shape):
        raise ValueError(f"expected a shape, found {str(shape)[:60]}")
    return math.prod(shape)


def _numbers(raw: bytes, dtype: np.dtype[Any], shape: Any, fortran: bool) -> Array:
    n_bytes = _size(shape) * dtype.itemsize
    if n_bytes != len(raw):
        raise ValueError(f"an array of shape {shape} takes {n_bytes} bytes, {len(raw)} are there")
    numbers = np.frombuffer(raw, dtype=dtype).reshape(shape, order="F" if fortran else "C")
    found: Array = numbers.astype(dtype.newbyteorder("="), order="K", copy=True)
    return found
