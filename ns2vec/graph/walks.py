"""Walks as the jobs of a run: each thread makes the walks that it trains, so that no walk is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ns2vec._options import number, whole
from ns2vec._typing import Float64Array, Int32Array, Int64Array
from ns2vec.graph._walks import Walker
from ns2vec.graph.graph import Graph
from ns2vec.training.pairs import arrays_mark

if TYPE_CHECKING:
    from ns2vec.training.run import Run
    from ns2vec.training.worker import Worker

COUNTED = 10_000  # walks whose visits are counted at a time
LEAST = 1e-9  # of p and q: smaller values leave nothing of the other weights


@dataclass(frozen=True)
class WalkPlan:
    """The options of walks.

    Attributes
    ----------
    length : int
        Nodes per walk.
    per_node : int
        Walks from each node in an epoch.
    p, q : float
        1 / p is the weight of going back, 1 / q that of going away; the weight of going to a node that the
        walk could have gone to before is 1 (Grover & Leskovec 2016, arXiv:1607.00653, section 3.2).

    Raises
    ------
    ConfigError
        If a value cannot work.

    Examples
    --------
    >>> from ns2vec.graph import WalkPlan, read_graph
    >>> plan = WalkPlan(length=10, per_node=2)
    >>> float(plan.expected_visits(read_graph([("a", "b"), ("b", "c")])).sum())
    60.0
    """

    length: int = 40
    per_node: int = 10
    p: float = 1.0
    q: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "length", whole("walk_length", self.length, 1))
        object.__setattr__(self, "per_node", whole("walks_per_node", self.per_node, 1))
        for name in ("p", "q"):
            object.__setattr__(self, name, number(name, getattr(self, name), LEAST, 1 / LEAST))

    def walks(self, graph: Graph, *, seed: int = 1, epoch: int = 0) -> Int32Array:
        """All walks of an epoch at once: rows of the nodes of each, followed by -1.

        Parameters
        ----------
        graph : Graph
        seed, epoch : int
            They determine the walks.

        Returns
        -------
        ndarray of shape (n,), int32

        Raises
        ------
        VocabularyError
            If the graph has no edges.

        Examples
        --------
        >>> from ns2vec.graph import WalkPlan, read_graph
        >>> WalkPlan(length=3, per_node=1).walks(read_graph([("a", "b")])).tolist()
        [0, 1, 0, -1, 1, 0, 1, -1]
        """
        return graph.walker(self.p, self.q).walks(
            0, len(graph) * self.per_node, length=self.length, per_node=self.per_node, seed=seed, epoch=epoch
        )

    def visits(self, graph: Graph, *, seed: int = 1, epoch: int = 0) -> Int64Array:
        """How often the walks of an epoch visit each node, shape (n_nodes,).

        Parameters
        ----------
        graph : Graph
        seed, epoch : int
            They determine the walks.

        Returns
        -------
        ndarray of shape (n_nodes,), int64

        Raises
        ------
        VocabularyError
            If the graph has no edges.

        Examples
        --------
        >>> from ns2vec.graph import WalkPlan, read_graph
        >>> WalkPlan(length=3, per_node=1).visits(read_graph([("a", "b")])).tolist()
        [3, 3]
        """
        walker, n_walks = graph.walker(self.p, self.q), len(graph) * self.per_node
        found = np.zeros(len(graph) + 1, dtype=np.int64)  # the first is for the ends of walks
        for first in range(0, n_walks, COUNTED):
            ids = walker.walks(
                first, min(COUNTED, n_walks - first), length=self.length, per_node=self.per_node,
                seed=seed, epoch=epoch,
            )  # fmt: skip
            found += np.bincount(ids + 1, minlength=len(found))
        return found[1:]

    def expected_visits(self, graph: Graph) -> Float64Array:
        """Expected number of visits to each node in an epoch, shape (n_nodes,), if p and q are 1.

        Noise is computed from it; with other p and q, it is close enough for that.

        Parameters
        ----------
        graph : Graph

        Returns
        -------
        ndarray of shape (n_nodes,), float64
        """
        now = np.full(len(graph), float(self.per_node))
        total, back, strengths = now.copy(), graph.matrix().T.tocsr(), graph.strengths
        share = np.divide(1.0, strengths, out=np.zeros(len(graph)), where=strengths > 0.0)
        for _ in range(self.length - 1):
            now = back @ (now * share)
            total += now
        found: Float64Array = total
        return found


@dataclass(frozen=True)
class WalkJob:
    """Walks that are made and trained together.

    Attributes
    ----------
    index : int
        Number of the job in its epoch, from 0.
    n_sentences, sentences_before : int
        Its walks, and those of this epoch before it.
    words_before : int
        Nodes of the walks before it, if all are of full length.
    mark : int
        Mark of the graph, by which a checkpoint identifies it.
    """

    index: int
    n_sentences: int
    sentences_before: int
    words_before: int
    mark: int


class WalkFeed:
    """Walks over a graph for a run: new ones in each epoch, the same for any number of threads.

    Parameters
    ----------
    graph : Graph
    plan : WalkPlan
    rows : ndarray of shape (n_nodes,), int32, or None
        Row of each node in the model; None: they are the same.
    """

    def __init__(self, graph: Graph, plan: WalkPlan, rows: Int32Array | None = None) -> None:
        self.graph, self.plan, self.rows = graph, plan, rows
        self.walker: Walker = graph.walker(plan.p, plan.q)
        self.n_walks = len(graph) * plan.per_node

    def jobs(self, run: Run) -> Iterator[WalkJob]:
        """The walks of one epoch, about `batch_words` nodes per job."""
        mark, length = graph_mark(self.graph), self.plan.length
        n_together = -(-run.config.batch_words // length)
        for index, start in enumerate(range(0, self.n_walks, n_together)):
            n_walks = min(n_together, self.n_walks - start)
            yield WalkJob(index, n_walks, start, start * length, mark)

    def __reduce__(self) -> Any:
        return WalkFeed, (self.graph, self.plan, self.rows)

    def remote(self, run: Run) -> WalkFeed:
        """The object that walks and trains in another process: this one, with the whole graph."""
        return self

    def job_of(self, run: Run, worker: Worker) -> Callable[[WalkJob], tuple[int, int, float]]:
        """Walk, and train at the learning rate of the place in the run."""
        return partial(self.train, run, worker)

    def train(self, run: Run, worker: Worker, job: WalkJob) -> tuple[int, int, float]:
        """Walk and train; return (nodes trained, nodes walked, loss)."""
        worker.begin(run.progress(job))
        ids = self.walker.walks(
            job.sentences_before, job.n_sentences, length=self.plan.length, per_node=self.plan.per_node,
            seed=run.config.seed % 2**64, epoch=run.core.epochs_trained,
        )  # fmt: skip
        return worker.train(ids, run.rate(job), job.index, self.rows)


def graph_mark(graph: Graph) -> int:
    """CRC-32 of the edges of a graph."""
    return arrays_mark(graph.offsets, graph.neighbours, graph.weights)
