"""Parts of a state that do not match each other, as assigning to a model's attributes can leave them.

gensim writes and reads such models; here, parts are cut to fit before anything is written, and after it is
read from a file of gensim, so that files can be read and models can be used.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ns2vec._typing import Array
from ns2vec.exceptions import ConfigError
from ns2vec.formats.keys import StoredKeys
from ns2vec.formats.state import VectorState

logger = logging.getLogger(__name__)


def fit_state(state: VectorState, rows: Callable[[], Mapping[Any, int]] = dict) -> VectorState:
    """Give a state as many keys as vectors, one value of each attribute for each, and no key twice; in place.

    Parts that are too long are cut, and parts that are too short are filled with zeros; each is reported in a
    warning. Keys are not changed if no vectors have been made yet.

    Parameters
    ----------
    state : VectorState
    rows : callable
        Returns the row of each key, for keys with two rows.

    Raises
    ------
    ConfigError
        If there is no matrix of vectors, or a key cannot be looked up.
    """
    if getattr(state.vectors, "ndim", None) != 2:
        found = getattr(state.vectors, "shape", type(state.vectors).__name__)
        raise ConfigError(f"{state.path}: expected vectors of shape (V, D), got {found}")
    n_keys, n_rows = len(state.keys), len(state.vectors)
    if n_rows and n_rows != n_keys:
        n_kept = min(n_keys, n_rows)
        logger.warning(
            "%s: there are %d keys and %d vectors: the first %d of each are kept",
            state.path, n_keys, n_rows, n_kept,
        )  # fmt: skip
        state.keys, state.vectors = state.read_keys()[:n_kept], state.vectors[:n_kept]
        state.norms = None if state.norms is None else state.norms[:n_kept]
    if not isinstance(state.keys, StoredKeys):
        state.keys = _unique(state.keys, rows, state.path)
    n_keys, expandos = len(state.keys), {}
    for name, values in state.expandos.items():
        array = np.asarray(values)
        if array.ndim == 0:
            logger.warning("%s: the attribute %s is left out: it is one value for all keys", state.path, name)
        else:
            expandos[name] = fit_rows(array, n_keys, f"the attribute {name}", state.path)
    state.expandos = expandos
    lock = state.attributes.get("vectors_lockf")
    if isinstance(lock, np.ndarray) and lock.ndim and len(lock) > max(n_keys, 1):
        state.attributes["vectors_lockf"] = fit_rows(lock, n_keys, "vectors_lockf", state.path)
    return state


def fit_rows(array: Array, n_rows: int, what: str, path: Any) -> Array:
    """Return the first rows of an array, filled with zeros if there are too few, with a warning.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.formats.fitting import fit_rows
    >>> fit_rows(np.array([5, 4]), 3, "the attribute count", "file").tolist()
    [5, 4, 0]
    """
    n_found = len(array)
    if n_found == n_rows:
        return array
    how = "the first are kept" if n_found > n_rows else "zeros are put after them"
    logger.warning("%s: %s has %d values for %d keys: %s", path, what, n_found, n_rows, how)
    if n_found > n_rows:
        return array[:n_rows]
    grown = np.zeros((n_rows, *array.shape[1:]), dtype=array.dtype)
    grown[:n_found] = array
    return grown


def _unique(keys: list[Any], rows: Callable[[], Mapping[Any, int]], path: Any) -> list[Any]:
    """Return the keys with None, which marks a free row, for each repeated key."""
    try:
        n_different = len(set(keys) - {None})
    except TypeError as error:
        raise ConfigError(f"{path}: a key cannot be looked up: {error}; keys are text or numbers") from None
    if n_different == len(keys) - keys.count(None):
        return keys
    known = rows()
    # the first row of each key, unless `rows` has another
    chosen = {key: row for row, key in reversed(list(enumerate(keys)))}
    chosen |= {key: known[key] for key in chosen if _is_row(known.get(key), keys, key)}
    freed = [key if chosen[key] == row else None for row, key in enumerate(keys)]
    repeated = next(key for row, key in enumerate(keys) if key is not None and chosen[key] != row)
    logger.warning("%s: rows that repeat a key (the first is %r) are saved without it", path, repeated)
    return freed


def _is_row(row: Any, keys: list[Any], key: Any) -> bool:
    return bool(isinstance(row, (int, np.integer)) and 0 <= row < len(keys) and keys[row] == key)
