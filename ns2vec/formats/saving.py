"""`save` and `load` of models, and the log of their lifecycle events."""

from __future__ import annotations

import copy
import io
import logging
import os
import pickle
import platform
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

import numpy.typing as npt

from ns2vec._build_info import __version__
from ns2vec._options import whole
from ns2vec._registry import Registry
from ns2vec._typing import PathLike
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats import gensim, glove, native, open_for_read, open_for_write, word2vec_binary
from ns2vec.formats.atomic import ends_by_itself
from ns2vec.formats.checksums import ChecksumError
from ns2vec.formats.container import looks_like_container
from ns2vec.formats.gensim import RefusedGlobalError
from ns2vec.formats.registry import SNIFF_BYTES
from ns2vec.formats.state import ModelState
from ns2vec.formats.strangers import refuse_stranger

if TYPE_CHECKING:
    from typing_extensions import Self

logger = logging.getLogger(__name__)

WORD2VEC_OPTIONS = ((word2vec_binary, "binary=True"), (glove, "no_header=True"))
# errors from unpickling bytes that are not a pickle, or name something that does not exist
DAMAGED = (
    pickle.UnpicklingError, EOFError, AttributeError, ImportError, LookupError, TypeError, ValueError,
)  # fmt: skip
MODELS: Registry[Any] = Registry("kind of model")


def set_attributes(model: Any, attributes: dict[str, Any]) -> None:
    """Give a model its saved attributes, except those of its class: a file cannot replace a method."""
    for name, value in attributes.items():
        if name.isidentifier() and not name.startswith("__") and not hasattr(type(model), name):
            setattr(model, name, value)
        else:
            logger.warning("the saved attribute %r is not used: the class has its own", name)


class Saveable:
    """Saves a model to one file and loads it, in ns2vec's format; loads and writes gensim's too.

    A class without `to_state` and `from_state` is pickled, as gensim pickles subclasses of ``SaveLoad``.
    """

    KIND = ""
    lifecycle_events: list[dict[str, Any]] | None

    def to_state(self) -> ModelState:
        """Return the model as plain data."""
        raise NotImplementedError(
            f"a {type(self).__name__} cannot be stored as plain data: define to_state and "
            "from_state; save() pickles it"
        )

    def state_for_gensim(self) -> ModelState:
        """Return the model as `save_gensim` writes it."""
        return self.to_state()

    @classmethod
    def _is_foreign(cls) -> bool:
        return cls.to_state is Saveable.to_state

    def _is_pickled(self) -> bool:
        """Whether `save` pickles it."""
        return self._is_foreign()

    @classmethod
    def _may_be_pickled(cls) -> bool:
        return cls._is_foreign() or cls not in MODELS.values()

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """Make a model from plain data."""
        raise NotImplementedError

    def add_lifecycle_event(self, event_name: str, log_level: int = logging.INFO, **event: Any) -> None:
        """Record what happened to the model, with versions and time, in `lifecycle_events`.

        Assign None to `lifecycle_events` to keep no record.

        Parameters
        ----------
        event_name : str
        log_level : int
            Level of the line in the log; false for none.
        **event
            Further plain values to record.

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> model = Word2Vec([["cat", "sat"]] * 20, vector_size=8, min_count=1)
        >>> model.add_lifecycle_event("checked", outcome="good")
        >>> model.lifecycle_events[-1]["outcome"]
        'good'
        """
        logger.log(log_level, "%s: %s", event_name, event)
        if not hasattr(self, "lifecycle_events"):
            self.lifecycle_events = []
        if self.lifecycle_events is not None:
            record = {
                "datetime": datetime.now().isoformat(),
                "ns2vec": __version__,
                "python": sys.version,
                "platform": platform.platform(),
                "event": event_name,
            }
            self.lifecycle_events.append({**event, **record})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the model to one file, atomically; `load` reads it, and can map its arrays.

        Parts of different lengths, for example if `vectors` was shortened and `expandos` was not, are cut to
        fit, with a warning.

        Parameters
        ----------
        fname_or_handle : path, or file object opened for writing bytes
            Exactly this file is written, and no other. A ``.gz``, ``.bz2`` or ``.xz`` suffix compresses.
            Anything other than a regular file, such as a pipe, is written to directly.
        separately, sep_limit, pickle_protocol
            Accepted for gensim's sake: there is one file, whose arrays can be mapped, and no pickle.
        ignore : iterable of str, optional
            Attributes to leave out.
        dtype : "float16", "float32", "float64" or "int8", optional
            How the vectors are stored; by default unchanged. All types except int8 are loaded as they are
            stored, and can be mapped. int8, with a scale for each row, saves space only in the file: it
            becomes float32 on loading, so it cannot be mapped. This is for KeyedVectors, not for a model to
            train on. See `KeyedVectors` for the cost of float16 queries.

        Raises
        ------
        ConfigError
            If a key is of a type that cannot be written, or an option has a value that makes no sense.
        OSError
            If the file cannot be written; the old one is untouched then.

        Examples
        --------
        >>> import os, tempfile
        >>> from ns2vec import KeyedVectors
        >>> wv = KeyedVectors(2)
        >>> wv.add_vectors(["tea", "milk"], [[1.0, 0.0], [0.0, 1.0]])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     wv.save(os.path.join(folder, "vectors.ns2v"))
        ...     os.listdir(folder)
        ['vectors.ns2v']
        """
        _save(self, *args, **kwargs)

    def save_gensim(
        self,
        fname_or_handle: PathLike | IO[bytes],
        separately: list[str] | None = None,
        sep_limit: int = 10 * 1024**2,
        ignore: Iterable[str] = (),
    ) -> None:
        """Write files that gensim 4 loads, whether ns2vec is installed there or not.

        Parameters
        ----------
        fname_or_handle : path, or file object opened for writing bytes
        separately : list of str, optional
            Attributes to write to separate ``.npy`` files next to the path, which gensim can map.
        sep_limit : int
            Without `separately`: arrays with at least this many values get a separate file.
        ignore : iterable of str
            Attributes to leave out.

        Raises
        ------
        OSError
            If a file cannot be written.

        Examples
        --------
        >>> import os, tempfile
        >>> from ns2vec import KeyedVectors
        >>> wv = KeyedVectors(2)
        >>> wv.add_vectors(["tea", "milk"], [[1.0, 0.0], [0.0, 1.0]])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "vectors.kv")
        ...     wv.save_gensim(path)
        ...     KeyedVectors.load(path).index_to_key
        ['tea', 'milk']
        """
        _check_options(separately, sep_limit, ignore)
        gensim.write_state(
            fname_or_handle,
            self.state_for_gensim(),
            separately=separately,
            sep_limit=sep_limit,
            ignore=frozenset(ignore),
        )

    @classmethod
    def load(
        cls, fname: PathLike | IO[bytes], mmap: str | None = None, *, verify: bool = False,
        trust_pickle: bool = False,
    ) -> Any:  # fmt: skip
        """Read a model that ns2vec or gensim (0.12 to 4.4) saved; nothing in the file can run.

        Parameters
        ----------
        fname : path, or file object opened for reading bytes
        mmap : {None, "r", "r+", "c"}
            Map the arrays instead of reading them: ``"r"`` for reading, ``"c"`` to train without changing the
            file. The keys of a mapped file are read when they are first needed. A pickle or a copy of a
            mapped model holds all of its vectors, because the file may have changed when the pickle is read.
            To share a file among processes, let each process load it by its path.
        verify : bool
            Compare each part of an ns2vec file with its sha256 first; this reads all of it.
        trust_pickle : bool
            Unpickle the file, for your own classes, which `save` pickles. This can run any code, so use it
            only on your own files.

        Returns
        -------
        The model in the file, as this class if it fits.

        Raises
        ------
        ConfigError
            If `trust_pickle` is true and `save` does not pickle this class.
        FormatError
            If the file is damaged, holds no model, or (RefusedGlobalError) could run code if unpickled by
            others. ChecksumError if it is not what was written, or cannot be verified.
        OSError
            If it cannot be read or mapped.

        Examples
        --------
        >>> import os, tempfile
        >>> from ns2vec import KeyedVectors
        >>> wv = KeyedVectors(2)
        >>> wv.add_vectors(["tea", "milk"], [[1.0, 0.0], [0.0, 1.0]])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "vectors.ns2v")
        ...     wv.save(path)
        ...     KeyedVectors.load(path)["milk"].tolist()
        [0.0, 1.0]
        """
        if trust_pickle:
            if not cls._may_be_pickled():
                raise ConfigError(f"trust_pickle is for classes that save() pickles, not for {cls.__name__}")
            return _read_trusted(fname, cls)
        try:
            state = _read_state(fname, mmap, verify)
        except RefusedGlobalError as error:
            if not cls._may_be_pickled():
                raise
            raise RefusedGlobalError(
                f"{error}; if the file is your own, {cls.__name__}.load(path, trust_pickle=True) unpickles it"
            ) from None
        if state.kind not in MODELS:
            raise FormatError(f"{fname}: holds a {state.kind[:40]!r}; expected one of {', '.join(MODELS)}")
        known: type[Saveable] = MODELS[state.kind]
        chosen = cls if issubclass(cls, known) else known
        model = chosen.from_state(state)
        if not isinstance(getattr(model, "lifecycle_events", None), list | None):
            raise FormatError(f"{fname}: expected a list of lifecycle_events")
        model.add_lifecycle_event(
            "loaded", logging.DEBUG, fname=str(getattr(fname, "name", fname)), mmap=str(mmap)
        )
        return model


def _save(
    model: Saveable,
    fname_or_handle: PathLike | IO[bytes],
    separately: list[str] | None = None,
    sep_limit: int = 10 * 1024**2,
    ignore: Iterable[str] = frozenset(),
    pickle_protocol: int = 4,
    *,
    dtype: npt.DTypeLike | None = None,
) -> None:
    protocol = _check_options(separately, sep_limit, ignore, pickle_protocol)
    left_out = frozenset(ignore)
    if "vectors" in left_out and not model._is_pickled():
        raise ConfigError("cannot ignore 'vectors': a model without them cannot be loaded")
    name = str(getattr(fname_or_handle, "name", fname_or_handle))
    model.add_lifecycle_event("saving", logging.DEBUG, fname_or_handle=name, ignore=sorted(left_out))
    if model._is_pickled():
        _write_pickled(fname_or_handle, model, ignore=left_out, protocol=protocol)
        return
    state = model.to_state()
    for part in (state.attributes, state.arrays, state.vectors.attributes, state.vectors.expandos):
        for attribute in left_out.intersection(part):
            del part[attribute]
    if dtype is not None and state.arrays:
        raise ConfigError("dtype is for vectors only: save model.wv, or leave dtype out")
    native.write_state(fname_or_handle, state, datatype=dtype)
    logger.info("saved %s under %s", model, name)


def _check_options(separately: Any, sep_limit: Any, ignore: Any, pickle_protocol: Any = -1) -> int:
    """Check the options of saving; return the protocol as Python's own number."""
    if separately is not None and (isinstance(separately, str) or not _are_names(separately)):
        raise ConfigError(f"separately must be None or a list of attribute names, got {separately!r}")
    if isinstance(ignore, str) or not _are_names(ignore):
        raise ConfigError(f"ignore must be a list of attribute names, got {ignore!r}")
    whole("sep_limit", sep_limit)
    return whole("pickle_protocol", pickle_protocol, -1, 5)


def _are_names(values: Any) -> bool:
    return isinstance(values, (list, tuple, set, frozenset)) and all(isinstance(name, str) for name in values)


def _read_state(source: PathLike | IO[bytes], mmap: str | None, verify: bool) -> ModelState:
    name = getattr(source, "name", source)
    if isinstance(source, (str, os.PathLike)):
        if os.fspath(source) == "-":
            raise ConfigError("cannot load a model from '-': pass sys.stdin.buffer, or a path")
        with open_for_read(source, own=("ns2vec", "pickle")) as stream:
            start = stream.read(SNIFF_BYTES)
            if not ends_by_itself(source):  # a pipe can be read only once
                source = io.BytesIO(start + stream.read())
    else:
        content = source.read()
        start, source = content[:SNIFF_BYTES], io.BytesIO(content)
    if isinstance(source, io.BytesIO):
        source.name = name
    if looks_like_container(start):
        return native.read_state(source, mmap=mmap, verify=verify)
    if gensim.looks_like_pickle(start):
        if verify:
            raise ChecksumError(f"{name}: cannot be verified: gensim's files hold no checksums")
        return gensim.read_state(source, mmap=mmap)
    refuse_stranger(start, name)
    raise FormatError(f"{name}: this is not a model that ns2vec or gensim saved; {_way_to_vectors(start)}")


def _way_to_vectors(start: bytes) -> str:
    """Return how to load a file with these first bytes that is not a model."""
    options = next((f", {option}" for module, option in WORD2VEC_OPTIONS if module.looks_like(start)), "")
    return f"vectors in word2vec's formats are read by KeyedVectors.load_word2vec_format(path{options})"


# ---- classes that ns2vec does not know ---------------------------------------------------------------
# They are pickled, as in gensim. Writing a pickle is safe; reading one can run any code, so it is
# done only if the user has declared the file as trusted.


def _write_pickled(
    target: PathLike | IO[bytes], thing: Any, *, ignore: frozenset[str], protocol: int
) -> None:
    """Pickle an object; attributes in `ignore` become None in the file.

    Raises
    ------
    ConfigError
        If something in it cannot be pickled.
    OSError
        If the file cannot be written; the old one is then unchanged.
    """
    left_out = ignore & vars(thing).keys()
    if left_out:
        thing = copy.copy(thing)
        vars(thing).update(dict.fromkeys(left_out))
    try:
        content = pickle.dumps(thing, protocol)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        kind = type(thing).__name__
        raise ConfigError(f"cannot save a {kind}: {error}; name the attribute in ignore") from error
    with open_for_write(target) as stream:
        stream.write(content)


def _read_trusted(source: PathLike | IO[bytes], kind: type) -> Any:
    """Unpickle an object of a class, from a file that the user trusts: it can run any code.

    Raises
    ------
    FormatError
        If the file is damaged or holds something else.
    OSError
        If it cannot be read.
    """
    with open_for_read(source) as stream:
        content = stream.read()
    name = getattr(source, "name", source)
    refuse_stranger(content, name, own=("pickle",))
    try:
        found = pickle.loads(content)
    except DAMAGED as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise FormatError(f"{name}: cannot be unpickled: {reason}") from error
    if not isinstance(found, kind):
        raise FormatError(f"{name}: expected a {kind.__name__}, found a {type(found).__name__}")
    return found
