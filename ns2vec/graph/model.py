"""The common part of node models: they are fitted to a graph, saved, resumed, and extended by new nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ns2vec._options import shown
from ns2vec._typing import Int32Array, Int64Array, PathLike
from ns2vec.exceptions import CorpusError, VocabularyError
from ns2vec.graph.graph import Graph
from ns2vec.graph.reading import read_graph
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.models import resuming
from ns2vec.models.observers import observers_of
from ns2vec.models.stored import StoredModel
from ns2vec.sampling import Sampler
from ns2vec.training import EmbeddingCore, Plan, Spec, TrainingConfig
from ns2vec.training.callbacks import checked_callbacks
from ns2vec.training.checkpoints import Position
from ns2vec.training.guard import Guard
from ns2vec.training.run import Feed, Run
from ns2vec.vocab import build_vocabulary, grow_vocabulary

if TYPE_CHECKING:
    from typing_extensions import Self

# options of a configuration that node models do not have: every node is kept, and none is left out of walks
FIXED = {
    "sg": 1, "hs": 0, "cbow_mean": 1, "cbow_update": "word2vec", "sample": 0.0, "min_count": 1,
    "null_word": 0, "sorted_vocab": 0, "max_vocab_size": None, "max_final_vocab": None, "corpus_memory": 0,
    "window": 5, "shrink_windows": True,
}  # fmt: skip


class NodeModel(StoredModel):
    """Vectors of the nodes of a graph; the base of `DeepWalk`, `Node2Vec` and `LINE`.

    Parameters
    ----------
    vector_size : int
        D, the number of dimensions of a vector.
    epochs : int
    alpha, min_alpha : float
        Learning rate at the start and at the end; it falls linearly.
    negative : int
        Negatives for each example.
    ns_exponent : float
        Noise is drawn in proportion to how often a node occurs, to this power.
    objective : str, optional
        A name of `ns2vec.objectives`: ``"negative_sampling"`` (the default), ``"hierarchical_softmax"``,
        ``"softmax"``, ``"nce"``, ``"sampled_softmax"``, ``"auto"``.
    sampler : str, Sampler or callable
        Where negatives come from, see `ns2vec.sampling`.
    negative_sharing : {"window", "pair"}
        See `Word2Vec`.
    backend : {"fused", "blas", "gemm"}
    seed : int or None
        With ``workers=1``, or with shards, the same seed gives the same bytes; None chooses one at random.
    workers : int
        Training threads.
    batch_words : int
        Nodes or edges per chunk, which one thread trains at one learning rate.
    compute_loss : bool
        Keep the loss of each epoch in `epoch_losses`.
    guard : {None, "stop", "rollback"}
        See `Word2Vec`.
    shards : int, optional
        Train in rounds, so that the result does not depend on `workers`: see `Word2Vec`.
    shard_merge : {"sequential", "adasum", "others", "mean", "sum"}
        See `Word2Vec`.
    checkpoint : path, optional
        Folder for checkpoints, from which `resume` continues.
    checkpoint_every : int or str, optional
        A number of epochs, or a time such as ``"10min"`` (the default).
    progress : bool, optional
        Show a progress bar on stderr; None shows it if stderr is a terminal.

    Attributes
    ----------
    wv : KeyedVectors
        Nodes and their vectors, ``wv.vectors`` of shape (n_nodes, D), rows in the order of the graph.
    syn1neg, syn1 : ndarray of shape (n_nodes, D), float32
        Output vectors of negative sampling and of hierarchical softmax: nodes as they are predicted.
    epoch_losses : list of float

    Raises
    ------
    ConfigError
        If an option has a value that cannot work, or `checkpoint` holds checkpoints of another run.
    """

    def __init__(
        self, *, vector_size: int = 128, epochs: int = 1, alpha: float = 0.025, min_alpha: float = 0.0001,
        negative: int = 5, ns_exponent: float = 0.75, objective: str | None = None,
        sampler: str | Sampler | Callable[..., Any] = "unigram", negative_sharing: str = "window",
        backend: str = "fused", seed: int | None = 1, workers: int = 1, batch_words: int = 10_000,
        compute_loss: bool = False, guard: str | None = None, shards: int | None = None,
        shard_merge: str = "sequential", checkpoint: PathLike | None = None,
        checkpoint_every: int | str | None = None, progress: bool | None = None,
    ) -> None:  # fmt: skip
        vars(self).update(FIXED)
        self.vector_size, self.epochs = vector_size, epochs
        self.alpha, self.min_alpha = alpha, min_alpha
        self.negative, self.ns_exponent = negative, ns_exponent
        self.sampler, self.negative_sharing, self.backend = sampler, negative_sharing, backend
        self.seed, self.workers, self.batch_words = seed, workers, batch_words
        self.compute_loss, self.guard, self.progress = compute_loss, guard, progress
        self.shards, self.shard_merge = shards, shard_merge
        self.running_training_loss = 0.0
        self.epoch_losses: list[float] = []
        self.min_alpha_yet_reached = alpha
        self._choose_objective(objective)
        self._start_state()
        self.checkpoint, self.checkpoint_every = checkpoint, checkpoint_every
        resuming.prepare_checkpoints(checkpoint, checkpoint_every)

    @classmethod
    def _with_options(cls, options: dict[str, Any]) -> Self:
        made = cls.__new__(cls)
        family: Any = next(kind for kind in cls.__mro__ if "KIND" in vars(kind))
        names = family._option_names()
        family.__init__(made, **{name: options.pop(name) for name in [*options] if name in names})
        made._take_options(options)
        return made

    @cached_property
    def _core(self) -> EmbeddingCore:
        """The spec of the model."""
        return EmbeddingCore(self._config(), KeyedVectors(self.vector_size), spec=self._make_spec)

    # ---- methods of each family ----

    def _make_spec(self, config: TrainingConfig, n_nodes: int) -> Spec:
        """The spec for this many nodes."""
        return config.spec(n_nodes)

    def _counts(self, graph: Graph) -> Int64Array:
        """How often each node of a graph is trained, shape (n_nodes,)."""
        raise NotImplementedError

    def _feed(self, graph: Graph, rows: Int32Array | None) -> Feed:
        """The feed for a graph whose nodes have these rows in the model; None: the same rows."""
        raise NotImplementedError

    def _examples(self, graph: Graph) -> int:
        """Number of examples in an epoch: walks, or edges."""
        raise NotImplementedError

    # ---- fitting ----

    def fit(self, graph: Any, *, callbacks: Iterable[Any] = ()) -> Self:
        """Learn vectors for all nodes of a graph, in `wv`; what was learned before is discarded.

        Parameters
        ----------
        graph : Graph, or a source that `read_graph` takes
        callbacks : iterable of objects with the methods of gensim's callbacks, or some of them

        Returns
        -------
        self

        Raises
        ------
        CorpusError, VocabularyError
            If the graph has no edges, or something is not an edge.
        ConfigError
            If an option has a value that cannot work.
        """
        found, told = read_graph(graph), checked_callbacks(callbacks)
        config = self._config()
        self._start_state()
        core = self._ready()
        vocabulary, _ = build_vocabulary(found.keys, self._counts(found), min_count=0, sorted_vocab=False)
        core.take_words(vocabulary)
        core.begin(config.seed)
        self._train(found, config.epochs, told)
        return self

    def partial_fit(self, graph: Any, *, epochs: int | None = None, callbacks: Iterable[Any] = ()) -> Self:
        """Learn more from a graph; new nodes get vectors, and nodes that are not in it stay as they are.

        Parameters
        ----------
        graph : Graph, or a source that `read_graph` takes
            With the edges to learn from: those of new nodes, or all.
        epochs : int, optional
            Epochs of this call; by default the model's.
        callbacks : iterable

        Returns
        -------
        self

        Raises
        ------
        CorpusError, VocabularyError, ConfigError
            As `fit`.

        Examples
        --------
        >>> from ns2vec.graph import DeepWalk
        >>> model = DeepWalk(vector_size=4, epochs=1).fit([("a", "b"), ("b", "c")])
        >>> model.partial_fit([("c", "d")]).wv.index_to_key
        ['a', 'b', 'c', 'd']
        """
        found, told = read_graph(graph), checked_callbacks(callbacks)
        config = self._config() if epochs is None else self._config(epochs=epochs)
        if not self.wv.key_to_index:
            return self.fit(found, callbacks=callbacks)
        self.grow(found)
        self._train(found, config.epochs, told)
        return self

    def grow(self, graph: Any) -> None:
        """Make room for the nodes of a graph that the model lacks, without learning from it.

        Parameters
        ----------
        graph : Graph, or a source that `read_graph` takes

        Raises
        ------
        VocabularyError
            If the model has not been fitted.
        CorpusError
            As `fit`.

        Examples
        --------
        >>> from ns2vec.graph import DeepWalk
        >>> model = DeepWalk(vector_size=4, epochs=1).fit([("a", "b"), ("b", "c")])
        >>> model.grow([("c", "d")])
        >>> model.wv.index_to_key
        ['a', 'b', 'c', 'd']
        """
        found, core = read_graph(graph), self._ready()
        if not self.wv.key_to_index:
            raise VocabularyError("the model has no nodes yet: call fit() first")
        growth = grow_vocabulary(
            self.wv.key_to_index, core.counts, found.keys, self._counts(found), min_count=0, sample=0.0
        )
        core.add_words(growth)
        core.extend(core.config.seed)

    def _train(self, graph: Graph, epochs: int, callbacks: list[Any]) -> None:
        plan = Plan(epochs, self.alpha, self.min_alpha, None, self._examples(graph))
        self._run(self._open(graph), plan, callbacks)

    def _open(self, graph: Any, corpus_file: None = None, *, passes: int = 1) -> Feed:
        """The feed for a graph all of whose nodes are in the model.

        Raises
        ------
        CorpusError
            If it has other nodes.
        """
        found, known = read_graph(graph), self.wv.key_to_index
        rows = np.array([known.get(key, -1) for key in found.keys], dtype=np.int32)
        if (rows < 0).any():
            key = found.keys[int(np.argmin(rows))]
            raise CorpusError(f"the graph has a node that the model lacks: {shown(key)}; give the same graph")
        is_same = np.array_equal(rows, np.arange(len(known)))
        return self._feed(found, None if is_same else rows)

    def _run(
        self, feed: Any, plan: Plan, callbacks: list[Any], at: Position | None = None, *, strict: bool = True
    ) -> tuple[int, int]:
        """Train all epochs, or the rest after a position; return (examples trained, read)."""
        if at is None:
            self.running_training_loss, self.epoch_losses = 0.0, []
            at = Position(last_alpha=self.alpha)
        observers = observers_of(self, callbacks)
        if self.guard is not None:
            observers.append(Guard.for_corpus(self.guard, plan.total_words, self.batch_words))
        saver = resuming.saver_of(self, feed, plan, at, strict=strict)
        if saver is not None:
            observers.append(saver)
        run = Run(self._ready(), plan, feed, tuple(observers), at, model=self)
        try:
            run.train()
        finally:
            self.wv.vectors_changed()
        if saver is not None:
            saver.finish(run)
        return at.n_trained, at.n_words

    @classmethod
    def resume(
        cls, folder: PathLike, graph: Any, *, callbacks: Iterable[Any] = (), strict: bool = True,
        checkpoint_every: Any = None, **settings: Any,
    ) -> Self:  # fmt: skip
        """Continue training from the newest checkpoint in a folder, to the end.

        Parameters
        ----------
        folder : path
            The folder that was given as `checkpoint`.
        graph : Graph, or a source that `read_graph` takes
            The graph that the run began with.
        callbacks : iterable
        strict : bool
            Refuse a different graph; if false, the difference is logged.
        checkpoint_every : optional
            As in the constructor.
        **settings
            `workers` and `progress` may differ from what they were.

        Raises
        ------
        FileNotFoundError, FormatError
            If there is no checkpoint, or none that can be read.
        ConfigError
            If a setting has a different value.
        CorpusError
            If the graph is a different one.

        Examples
        --------
        >>> import tempfile
        >>> from ns2vec.graph import DeepWalk
        >>> edges = [("a", "b"), ("b", "c")]
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = DeepWalk(vector_size=4, epochs=2, checkpoint=folder, checkpoint_every=1).fit(edges)
        ...     DeepWalk.resume(folder, edges).wv.index_to_key
        ['a', 'b', 'c']
        """
        model, go_on = resuming.from_checkpoint(cls, folder, checkpoint_every, settings)
        go_on(graph, None, callbacks, strict=strict)
        found: Self = model
        return found

    def __str__(self) -> str:
        return f"{type(self).__name__}<nodes={len(self.wv.index_to_key)}, vector_size={self.vector_size}>"

    __repr__ = __str__
