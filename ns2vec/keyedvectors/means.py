"""Means of the vectors of several keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ns2vec import similarity
from ns2vec._typing import Array
from ns2vec.keyedvectors.changes import ChangingVectors


class MeanVectors(ChangingVectors):
    """A store that computes means."""

    def get_mean_vector(
        self,
        keys: Any,
        weights: Any = None,
        pre_normalize: bool = True,
        post_normalize: bool = False,
        ignore_missing: bool = True,
    ) -> Array:
        """Return sum(w v) / sum(abs(w)) over keys and vectors, shape (D,).

        Parameters
        ----------
        keys : list of keys and ndarrays of shape (D,); arrays are taken as they are
        weights : list of numbers, optional
            1 for each key unless given.
        pre_normalize, post_normalize : bool
            Scale the keys' vectors, or the result, to length 1.
        ignore_missing : bool
            Leave unknown keys out instead of raising.

        Returns
        -------
        ndarray of shape (D,), float32

        Raises
        ------
        ValueError
            If there are no keys, or not as many weights as keys.
        KeyError
            If a key is not present and `ignore_missing` is false.
        """
        if len(keys) == 0:
            raise ValueError("cannot compute mean with no input")
        weights = np.ones(len(keys)) if weights is None else np.asarray(weights, dtype=np.float64)
        if len(keys) != len(weights):
            raise ValueError("keys and weights array must have same number of elements")
        rows, used = [], []
        for key, weight in zip(keys, weights, strict=True):
            if isinstance(key, np.ndarray):
                rows.append(key)
            elif key in self:
                rows.append(self.get_vector(key, norm=pre_normalize))
            elif ignore_missing:
                continue
            else:
                raise KeyError(f"Key '{key}' not present in vocabulary")
            used.append(weight)
        if not rows:
            return np.zeros(self.vector_size, dtype=self.vectors.dtype)
        mean = similarity.weighted_mean(np.asarray(rows), used)
        return (similarity.unit(mean) if post_normalize else mean).astype(self.vectors.dtype)

    def get_mean_vectors(
        self,
        texts: Iterable[Sequence[Any]],
        pre_normalize: bool = True,
        post_normalize: bool = False,
        ignore_missing: bool = True,
    ) -> Array:
        """Return `get_mean_vector` for many texts at once, shape (N, D); gensim has no such method.

        Parameters
        ----------
        texts : iterable of lists of keys
        pre_normalize, post_normalize : bool
            Scale the keys' vectors, or the results, to length 1.
        ignore_missing : bool
            Leave unknown keys out instead of raising. A text without a known key becomes zeros.

        Returns
        -------
        ndarray of shape (N, D), float32

        Raises
        ------
        TypeError
            If a text is a str.
        KeyError
            If a key is not present and `ignore_missing` is false.

        Examples
        --------
        >>> from ns2vec import KeyedVectors
        >>> wv = KeyedVectors(2)
        >>> wv.add_vectors(["north", "east"], [[0.0, 2.0], [4.0, 0.0]])
        >>> wv.get_mean_vectors([["north", "east"], ["east", "east", "south"], []]).tolist()
        [[0.5, 0.5], [1.0, 0.0], [0.0, 0.0]]
        """
        from scipy.sparse import csr_matrix  # slow to import

        column_of: dict[Any, int] = {}
        columns, ends = [], [0]
        for text in texts:
            if isinstance(text, str):
                raise TypeError(
                    f"expected lists of keys, got the str {text[:40]!r}: split it into words first"
                )
            for key in text:
                if key in column_of or key in self:
                    columns.append(column_of.setdefault(key, len(column_of)))
                elif not ignore_missing:
                    raise KeyError(f"Key '{key}' not present in vocabulary")
            ends.append(len(columns))
        found = np.zeros((len(ends) - 1, self.vector_size), dtype=self.vectors.dtype)
        if column_of:
            table = np.asarray([self.get_vector(key, norm=pre_normalize) for key in column_of], np.float32)
            n_keys = np.diff(ends)
            each = np.repeat(1 / np.maximum(n_keys, 1), n_keys)
            means = csr_matrix((each, columns, ends), shape=(len(n_keys), len(table))) @ table
            found[...] = similarity.unit_rows(means, similarity.row_norms(means)) if post_normalize else means
        return found
