"""LINE: nodes get similar vectors if an edge connects them, or if they have the same neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ns2vec._options import whole
from ns2vec._typing import Int32Array, Int64Array
from ns2vec.exceptions import ConfigError, VocabularyError
from ns2vec.formats.saving import MODELS
from ns2vec.graph.graph import Graph
from ns2vec.graph.model import NodeModel
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.sampling import build_alias_table
from ns2vec.sampling._draws import StaticDraws
from ns2vec.sampling.base import log_float32
from ns2vec.training import Spec, TrainingConfig
from ns2vec.training.pairs import PairChunk, PairFeed, Pairs

PER_WEIGHT = 1000  # counts are whole numbers: this one for an edge of mean weight


class EdgeFeed(PairFeed):
    """Edges as pairs: if the graph has weights, they are drawn by weight; otherwise shuffled in each epoch.

    LINE draws by weight instead of multiplying the learning rate, because a heavy edge would otherwise take
    steps that are too long (Tang et al. 2015, section 4.2).

    Parameters
    ----------
    pairs : Pairs
        Its weights determine how often each pair is drawn.
    """

    def __init__(self, pairs: Pairs) -> None:
        super().__init__(replace(pairs, weights=None))
        weights = pairs.weights
        self.draws = None
        if weights is not None:
            share = weights / weights.sum(dtype=np.float64)
            self.draws = StaticDraws(log_float32(share), build_alias_table(share))

    def jobs(self, run: Any) -> Iterator[PairChunk]:
        """Chunks of one epoch, as many edges as there are."""
        for chunk in super().jobs(run):
            if self.draws is not None:
                place = [run.config.seed, run.core.epochs_trained, chunk.index]
                key = int(np.random.SeedSequence(place).generate_state(1, np.uint64)[0])
                order = self.draws.sample(len(chunk.order), seed=key).astype(np.int64)
                chunk = replace(chunk, order=order)
            yield chunk


class LINE(NodeModel):
    """Train vectors of nodes on edges (Tang et al. 2015, arXiv:1503.03578).

    In the first order, connected nodes get similar vectors (equation 3, with negatives). In the second, nodes
    with the same neighbours do: each node predicts its neighbours, which have separate vectors for this
    (equation 6). The paper concatenates both; see `side_by_side`. Edges are drawn by weight, and loops are
    left out. In the first order, no node is drawn as its own negative, and edges have no direction; the
    second order respects the direction of edges.

    Parameters
    ----------
    order : {1, 2}
    epochs : int
        Each epoch draws as many edges as there are, counting an undirected edge in both directions.
    **options
        Options of `NodeModel`, whose attributes these models have. The first order has no output vectors, and
        needs negatives, so it cannot use hierarchical or full softmax.

    Raises
    ------
    ConfigError
        If the first order has no negatives, or an option has a value that cannot work.

    Examples
    --------
    >>> from ns2vec.graph import LINE
    >>> star = [("hub", f"leaf{number}") for number in range(6)]
    >>> model = LINE(order=2, vector_size=8, epochs=200).fit(star)
    >>> bool(model.wv.similarity("leaf0", "leaf1") > 0.9)
    True
    """

    KIND = "LINE"

    def __init__(self, *, order: int = 2, epochs: int = 50, **options: Any) -> None:
        super().__init__(epochs=epochs, **options)
        self.order = whole("order", order, 1, 2)
        objective = self._make_spec(self._config(), 0).words
        if self.order == 1 and (objective is None or objective.outputs != "sampled"):
            raise ConfigError(
                f"objective={self.objective!r} has no negatives, which order=1 needs: use order=2"
            )

    def _make_spec(self, config: TrainingConfig, n_nodes: int) -> Spec:
        spec = config.spec(n_nodes)
        targets = tuple(replace(target, tied=self.order == 1) for target in spec.targets)
        return replace(spec, targets=targets, reader="pairs", pairs=False)

    def _counts(self, graph: Graph) -> Int64Array:
        strengths = graph.strengths
        if graph.weights is not None:
            strengths *= PER_WEIGHT * graph.n_edges / strengths.sum()
        return np.maximum(np.rint(strengths), 1.0).astype(np.int64)

    def _edges(self, graph: Graph) -> Pairs:
        """Edges that are not loops.

        Raises
        ------
        VocabularyError
            If there are none.
        """
        kept = graph.sources != graph.neighbours
        if not kept.any():
            raise VocabularyError("the graph has no edges except loops: there is nothing to train on")
        weights = None if graph.weights is None else graph.weights[kept]
        return Pairs(graph.sources[kept], graph.neighbours[kept], weights)

    def _feed(self, graph: Graph, rows: Int32Array | None) -> EdgeFeed:
        pairs = self._edges(graph)
        if rows is not None:
            pairs = replace(pairs, inputs=rows[pairs.inputs], outputs=rows[pairs.outputs])
        if self.order == 1:
            self._leave_out_itself()
        return EdgeFeed(pairs)

    def _leave_out_itself(self) -> None:
        """Exclude each node as a negative of itself: inputs and outputs are the same rows.

        If the sampler already excludes nodes, this is left to it.
        """
        core = self._ready()
        if core.sampler().filter is None:
            n_nodes = len(core.wv.index_to_key)
            core.known = np.arange(n_nodes + 1, dtype=np.int64), np.arange(n_nodes, dtype=np.int32)

    def _examples(self, graph: Graph) -> int:
        return len(self._edges(graph))


def side_by_side(first: KeyedVectors, second: KeyedVectors) -> KeyedVectors:
    """Concatenate the vectors of two models, each scaled to length 1, as LINE does with its two orders.

    Parameters
    ----------
    first, second : KeyedVectors
        Vectors of the same keys, in any order.

    Returns
    -------
    KeyedVectors
        Vectors of shape (n, D1 + D2), in the order of `first`.

    Raises
    ------
    KeyError
        If `second` lacks a key.

    Examples
    --------
    >>> from ns2vec.graph import LINE, side_by_side
    >>> edges = [("a", "b"), ("b", "c")]
    >>> models = [LINE(order=order, vector_size=8, epochs=5).fit(edges) for order in (1, 2)]
    >>> side_by_side(models[0].wv, models[1].wv).vectors.shape
    (3, 16)
    """
    keys = list(first.index_to_key)
    rows = [second.key_to_index[key] for key in keys]
    made = KeyedVectors(first.vector_size + second.vector_size)
    made.add_vectors(keys, np.hstack([first.get_normed_vectors(), second.get_normed_vectors()[rows]]))
    return made


MODELS.register(LINE.KIND, LINE)
