"""The names of ``gensim.similarities.annoy``: approximate nearest neighbours with the annoy package."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np

from ns2vec._typing import PathLike
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats import open_for_write
from ns2vec.formats.gensim.unpickling import Plain, looks_like_pickle, unpickle


def _annoy() -> Any:
    try:
        from annoy import AnnoyIndex
    except ImportError:
        raise ImportError("AnnoyIndexer needs the annoy package: pip install 'ns2vec[annoy]'") from None
    return AnnoyIndex


class AnnoyIndexer:
    """An index for `KeyedVectors.most_similar(..., indexer=)`: fast, approximate.

    Parameters
    ----------
    model : Word2Vec or KeyedVectors, optional
        Its vectors are indexed; without it, `load` an index.
    num_trees : int, optional
        More trees find better neighbours and take longer to build.

    Raises
    ------
    ImportError
        If the annoy package is not installed.
    """

    def __init__(self, model: Any = None, num_trees: int | None = None) -> None:
        self.index: Any = None
        self.labels: list[Any] | None = None
        self.model, self.num_trees = model, num_trees
        _annoy()
        if model is not None and num_trees is not None:
            vectors = getattr(model, "wv", model)
            if not hasattr(vectors, "get_normed_vectors"):
                raise ConfigError(f"expected a Word2Vec or KeyedVectors, got {type(model).__name__}")
            self._build(vectors.get_normed_vectors(), vectors.index_to_key, vectors.vector_size)
        elif model is not None or num_trees is not None:
            raise ConfigError("give model and num_trees together, or neither and then load an index")

    def _build(self, vectors: Any, labels: list[Any], num_features: int) -> None:
        self.index = _annoy()(num_features, "angular")
        for row, vector in enumerate(vectors):
            self.index.add_item(row, np.asarray(vector, dtype=np.float64))
        self.index.build(self.num_trees)
        self.labels = list(labels)

    def save(self, fname: PathLike, protocol: int = 4) -> None:
        """Write the index to `fname` and its keys to ``fname.dict`` (JSON; `protocol` is gensim's)."""
        path = os.fspath(fname)
        self.index.save(path)
        found = {"f": self.index.f, "num_trees": self.num_trees, "labels": self.labels}
        with open_for_write(path + ".dict", "w") as out:
            json.dump(found, out)

    def load(self, fname: PathLike) -> None:
        """Read what `save` has written, here or in gensim; both files are needed.

        Raises
        ------
        OSError
            If one of the files is missing.
        FormatError
            If ``fname.dict`` was not written by `save`, or is a pickle of more than numbers and strings.
        """
        path = os.fspath(fname)
        for name in (path, path + ".dict"):
            if not os.path.exists(name):
                raise FileNotFoundError(f"cannot load the index: {name!r} is missing")
        try:
            with open(path + ".dict", "rb") as stream:
                content = stream.read()
            is_gensims = looks_like_pickle(content)
            found = Plain()(unpickle(content, path + ".dict")) if is_gensims else json.loads(content)
            self.num_trees, self.labels, width = found["num_trees"], list(found["labels"]), int(found["f"])
        except FormatError:
            raise
        except (ValueError, KeyError, TypeError) as error:
            raise FormatError(f"{path}.dict: not the keys of an index that ns2vec saved: {error}") from None
        if not 1 <= width <= os.path.getsize(path):
            raise FormatError(f"{path}.dict: vectors of {width} numbers do not fit the index")
        self.index = _annoy()(width, "angular")
        self.index.load(path)

    def most_similar(self, vector: Any, num_neighbors: int) -> list[tuple[Any, float]]:
        """Return (key, cosine) of the nearest keys, nearest first; annoy's distance is sqrt(2 - 2 cosine)."""
        rows, gaps = self.index.get_nns_by_vector(vector, num_neighbors, include_distances=True)
        labels = self.labels or []
        return [(labels[row], 1 - gap**2 / 2) for row, gap in zip(rows, gaps, strict=True)]
