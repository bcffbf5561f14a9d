"""GraphSAGE without labels: a node's vector is made from its features and those of its neighbours."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from ns2vec._options import number, whole
from ns2vec._typing import Int32Array, Int64Array
from ns2vec.exceptions import ConfigError, FormatError, VocabularyError
from ns2vec.formats.saving import MODELS, Saveable
from ns2vec.formats.state import ModelState
from ns2vec.graph.graph import Graph
from ns2vec.graph.reading import read_graph
from ns2vec.graph.sage_layers import (
    all_vectors,
    backward,
    forward,
    fresh_layers,
    pair_loss,
    sampled_levels,
)
from ns2vec.graph.walks import WalkPlan
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.sampling.noise import noise_distribution
from ns2vec.training.adam import Adam
from ns2vec.training.callbacks import checked_observers
from ns2vec.training.loop import Tally
from ns2vec.training.observers import Observer
from ns2vec.training.run import LoopRun, Plan

if TYPE_CHECKING:
    from typing_extensions import Self

logger = logging.getLogger(__name__)

SAVED = (
    "hidden_size", "samples", "walk_length", "walks_per_node", "negative", "ns_exponent", "epochs", "alpha",
    "batch_pairs", "seed", "epoch_losses",
)  # fmt: skip


class GraphSAGE(Saveable):
    """Learn to make vectors of nodes from their features (Hamilton et al. 2017, arXiv:1706.02216).

    Nodes that occur on the same short walks get similar vectors, by the mean aggregator and negative
    sampling. The model learns layers, not vectors: `transform` makes vectors for nodes that were not in the
    training graph.

    Parameters
    ----------
    vector_size : int
        D, the number of dimensions of a vector.
    hidden_size : int
        Size of the layers in between; by default `vector_size`.
    samples : sequence of int
        Neighbours that training draws for each node: one number per layer, that of the last layer first.
    walk_length, walks_per_node : int
        The walks that pairs come from (see `DeepWalk`); each node of a walk is paired with the first one.
    negative : int
        Negatives for each pair; all pairs of a batch share them.
    ns_exponent : float
        Negatives are drawn in proportion to the number of edges to this power.
    epochs : int
    alpha : float
        Learning rate of Adam.
    batch_pairs : int
        Pairs per step.
    seed : int

    Attributes
    ----------
    wv : KeyedVectors
        Nodes of the fitted graph, with vectors of length 1.
    layers : list of ndarray of shape (2 n_in, n_out), float32
    epoch_losses : list of float
        Mean loss per pair, for each epoch.

    Raises
    ------
    ConfigError
        If an option has a value that cannot work.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.graph import GraphSAGE
    >>> ring = [(node, (node + 1) % 8) for node in range(8)]
    >>> features = np.random.default_rng(1).random((8, 5), dtype=np.float32)
    >>> model = GraphSAGE(vector_size=4, samples=(2, 2), epochs=2).fit(ring, features)
    >>> model.transform([(0, 1)], features[:2]).vectors.shape
    (2, 4)
    """

    KIND = "GraphSAGE"

    def __init__(
        self, *, vector_size: int = 64, hidden_size: int | None = None, samples: Sequence[int] = (10, 5),
        walk_length: int = 5, walks_per_node: int = 10, negative: int = 20, ns_exponent: float = 0.75,
        epochs: int = 5, alpha: float = 0.01, batch_pairs: int = 512, seed: int = 1,
    ) -> None:  # fmt: skip
        self.vector_size = whole("vector_size", vector_size, 1)
        self.hidden_size = self.vector_size if hidden_size is None else whole("hidden_size", hidden_size, 1)
        self.samples = [whole("samples", n, 1) for n in samples]
        if not self.samples:
            raise ConfigError("samples must have a number for each layer, got none")
        self.walk_length = whole("walk_length", walk_length, 2)
        self.walks_per_node = whole("walks_per_node", walks_per_node, 1)
        self.negative, self.epochs = whole("negative", negative, 1), whole("epochs", epochs, 1)
        self.ns_exponent, self.alpha = number("ns_exponent", ns_exponent), number("alpha", alpha, 0.0)
        self.batch_pairs, self.seed = whole("batch_pairs", batch_pairs, 1), whole("seed", seed)
        self.wv = KeyedVectors(self.vector_size)
        self.layers: list[Any] = []
        self.epoch_losses: list[float] = []

    def fit(self, graph: Any, features: Any, *, callbacks: Iterable[Observer] = ()) -> Self:
        """Learn layers from a graph, and make vectors for its nodes.

        Parameters
        ----------
        graph : Graph, or a source that `read_graph` takes
        features : array_like or scipy.sparse matrix of shape (n_nodes, F)
            Features of the nodes, in the order of ``graph.keys``.
        callbacks : iterable of Observer
            Objects that watch training, such as `ns2vec.ledger.RunLedger`; words are pairs here.

        Returns
        -------
        self

        Raises
        ------
        ConfigError
            If a callback is not an observer, the numbers of features and nodes differ, or features are not
            finite.
        CorpusError, VocabularyError
            If the graph has no edges, or something is not an edge.
        """
        told, found = checked_observers(callbacks), read_graph(graph)
        given = checked_features(features, len(found))
        rng = np.random.default_rng(self.seed)
        between = [self.hidden_size] * (len(self.samples) - 1)
        layers = fresh_layers([given.shape[1], *between, self.vector_size], rng)
        optimizer, noise = Adam(layers), noise_of(found, self.ns_exponent)
        walks, walker = WalkPlan(self.walk_length, self.walks_per_node), found.walker()
        losses: list[float] = []

        def train_epoch(run: LoopRun, tally: Tally) -> None:
            ids = walker.walks(
                0, len(found) * walks.per_node, length=walks.length, per_node=walks.per_node,
                seed=self.seed, epoch=run.epoch,
            )  # fmt: skip
            pairs = pairs_of_walks(ids)
            for batch in self._batches(pairs, rng):
                negatives = np.searchsorted(noise, rng.random(self.negative))
                drawn = np.concatenate([batch[:, 0], batch[:, 1], negatives])
                levels = sampled_levels(found, drawn, self.samples, rng)
                vectors, trace = forward(given, levels, layers)
                loss, grads = pair_loss(vectors, len(batch), self.negative)
                optimizer.step(layers, backward(grads, vectors, trace, layers), self.alpha)
                tally.add(len(batch), len(batch), len(batch), loss * len(batch))
                run.tell("on_chunk", tally)
            losses.append(tally.loss / max(len(pairs), 1))
            logger.info(
                "epoch %d/%d: %d pairs, mean loss %.5f", run.epoch + 1, self.epochs, len(pairs), losses[-1]
            )

        n_pairs = len(found) * walks.per_node * (walks.length - 1)  # without those of a node with itself
        plan = Plan(self.epochs, self.alpha, self.alpha, n_pairs, None)
        nodes = {"nodes": (found.keys, np.diff(found.offsets))}
        LoopRun(plan, told, train_epoch, model=self, sides=nodes, has_loss=True).train()
        self.layers, self.epoch_losses = layers, losses
        self.wv = self.transform(found, given)
        return self

    def _batches(self, pairs: Int64Array, rng: np.random.Generator) -> Iterator[Int64Array]:
        """Pairs of each step, in random order."""
        order = rng.permutation(len(pairs))
        for start in range(0, len(pairs), self.batch_pairs):
            yield pairs[order[start : start + self.batch_pairs]]

    def transform(self, graph: Any, features: Any) -> KeyedVectors:
        """Make vectors for all nodes of a graph, which may be new to the model.

        All neighbours of a node count, not a random sample. The vector of a node without edges comes from its
        own features.

        Parameters
        ----------
        graph : Graph, or a source that `read_graph` takes
        features : array_like or scipy.sparse matrix of shape (n_nodes, F)

        Returns
        -------
        KeyedVectors

        Raises
        ------
        VocabularyError
            If the model has not been fitted.
        ConfigError
            If features have a different shape, or are not finite.
        """
        if not self.layers:
            raise VocabularyError("the model has not been fitted: call fit() first")
        found = read_graph(graph)
        given = checked_features(features, len(found), len(self.layers[0]) // 2)
        made = KeyedVectors(self.vector_size)
        made.add_vectors(found.keys, all_vectors(found, given, self.layers).astype(np.float32))
        return made

    # ---- files ----

    def to_state(self) -> ModelState:
        """Return the model as plain data."""
        attributes = {name: getattr(self, name) for name in SAVED}
        arrays = {f"layer{place}": layer for place, layer in enumerate(self.layers)}
        return ModelState(self.KIND, self.wv.to_state().vectors, attributes, arrays)

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """Make a model from plain data.

        Raises
        ------
        FormatError
            If layers do not match each other.
        """
        options = dict(state.attributes)
        losses = options.pop("epoch_losses", [])
        options.pop("lifecycle_events", None)
        try:
            made = cls(vector_size=state.vectors.vectors.shape[1], **options)
        except TypeError as error:
            raise FormatError(f"{state.name}: not the options of a GraphSAGE: {error}") from None
        made.layers = [np.array(state.arrays[f"layer{place}"]) for place in range(len(state.arrays))]
        sizes = [layer.shape for layer in made.layers]
        joints = pairwise(sizes)
        if sizes and (sizes[-1][1] != made.vector_size or any(a[1] * 2 != b[0] for a, b in joints)):
            raise FormatError(f"{state.name}: layers of shapes {sizes} do not fit each other")
        made.epoch_losses = [float(loss) for loss in losses]
        made.wv = KeyedVectors.from_state(ModelState(KeyedVectors.KIND, state.vectors))
        return made

    def __str__(self) -> str:
        return f"{type(self).__name__}<nodes={len(self.wv)}, vector_size={self.vector_size}>"

    __repr__ = __str__


def checked_features(features: Any, n_nodes: int, n_features: int | None = None) -> Any:
    """Features as float32, an ndarray or a CSR matrix.

    Raises
    ------
    ConfigError
        If they have another shape or are not finite.
    """
    is_sparse = hasattr(features, "tocsr")
    found = features.tocsr().astype(np.float32) if is_sparse else np.asarray(features, dtype=np.float32)
    if found.ndim != 2 or found.shape[0] != n_nodes or n_features not in (None, found.shape[1]):
        expected = "F" if n_features is None else n_features
        raise ConfigError(f"features must have shape ({n_nodes}, {expected}), got {found.shape}")
    if not np.isfinite(found.data if is_sparse else found).all():
        raise ConfigError("features must be finite, found NaN or infinity: fill in what is missing")
    return found


def pairs_of_walks(ids: Int32Array) -> Int64Array:
    """The first node of each walk with each other one that differs from it, shape (n, 2)."""
    ends = np.flatnonzero(ids < 0)
    starts = np.concatenate([[0], ends[:-1] + 1])
    first = np.repeat(ids[starts], ends + 1 - starts)
    kept = (ids >= 0) & (ids != first)
    return np.stack([first[kept], ids[kept]], axis=1).astype(np.int64)


def noise_of(graph: Graph, exponent: float) -> Any:
    """Cumulative probabilities of nodes, by their number of edges to some power, shape (n_nodes,)."""
    cumulated = np.cumsum(noise_distribution(np.diff(graph.offsets), exponent))
    return cumulated / cumulated[-1]


MODELS.register(GraphSAGE.KIND, GraphSAGE)
