"""LightGCN: vectors that are spread over the graph of who met what, and nothing else."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.special import expit

from ns2vec._options import flag, number, whole
from ns2vec._typing import Float32Array, Int64Array
from ns2vec.exceptions import DivergenceError
from ns2vec.formats.saving import MODELS
from ns2vec.formats.state import ModelState
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.recommend import serving
from ns2vec.recommend.interactions import Interactions, joined
from ns2vec.recommend.recommender import Recommender
from ns2vec.recommend.splits import random_per_user
from ns2vec.training.adam import Adam
from ns2vec.training.progress import ProgressBar

if TYPE_CHECKING:
    from typing_extensions import Self

logger = logging.getLogger(__name__)

START = 0.1  # standard deviation of fresh vectors
TRIES = 16  # draws of a negative before a pair goes without
MOST_CELLS = 1 << 26  # of a table of who has chosen what; with more pairs they are looked up in order
LIST = 20  # items of the lists that early stopping looks at


# ---- functions on arrays ----


def graph_of(lists: serving.Lists, n_items: int) -> Any:
    """Return D^-1/2 A D^-1/2 of the graph of users and items, shape (n_users + n_items,) * 2, float32.

    Parameters
    ----------
    lists : tuple of ndarray
        Offsets (n_users + 1,) and rows of the items of each user.
    n_items : int
    """
    offsets, rows = lists
    n_users = len(offsets) - 1
    met = sparse.csr_matrix((np.ones(len(rows), np.float32), rows, offsets), shape=(n_users, n_items))
    both = sparse.bmat([[None, met], [met.T, None]]).tocsr()
    scale = np.maximum(np.diff(both.indptr), 1).astype(np.float64) ** -0.5
    both.data = (scale[np.repeat(np.arange(len(scale)), np.diff(both.indptr))] * scale[both.indices]).astype(
        np.float32
    )
    return both


def spread(vectors: Float32Array, graph: Any, layers: int) -> Float32Array:
    """Return the mean of a vector and what its neighbours up to `layers` steps away hand on (eq. 4 and 8).

    The map is linear and symmetric: gradients go back through the very same function.
    """
    total: Float32Array = vectors.copy()
    layer = vectors
    for _ in range(layers):
        layer = np.asarray(graph @ layer)
        total += layer
    total /= layers + 1
    return total


def bpr_gradient(
    final: Float32Array, users: Int64Array, chosen: Int64Array, others: Int64Array
) -> tuple[float, Float32Array]:
    """Return the mean BPR loss of a batch and its gradient by the vectors as they have been spread.

    Parameters
    ----------
    final : ndarray of shape (n, D), float32
        Of users, then of items.
    users, chosen, others : ndarray of shape (b,), int64
        Rows of `final`: a user, an item that was chosen, and one that was not.
    """
    lead = np.einsum("bd,bd->b", final[users], final[chosen] - final[others])
    push = (-expit(-lead) / len(users)).astype(np.float32)
    rows = np.concatenate([users, users, chosen, others])
    columns = np.concatenate([chosen, others, users, users])
    shape = len(final), len(final)
    pushes = sparse.csr_matrix((np.concatenate([push, -push, push, -push]), (rows, columns)), shape=shape)
    return float(np.logaddexp(0.0, -lead).mean()), pushes @ final


class Negatives:
    """Draws items that a user has not chosen: uniform, or the best of some by score (DNS: Zhang et al. 2013).

    Parameters
    ----------
    lists : tuple of ndarray
        Offsets and rows of the items of each user.
    n_items, candidates : int
    """

    def __init__(self, lists: serving.Lists, n_items: int, candidates: int) -> None:
        offsets, rows = lists
        owners = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
        self.known, self.n_items, self.candidates = owners * n_items + rows, n_items, candidates
        self.table: Any = None
        if (len(offsets) - 1) * n_items <= MOST_CELLS:
            self.table = np.zeros((len(offsets) - 1) * n_items, dtype=bool)
            self.table[self.known] = True

    def is_known(self, users: Any, items: Any) -> Any:
        """Whether users have chosen items."""
        asked = users * self.n_items + items
        if self.table is not None:
            return self.table[asked]
        place = np.minimum(np.searchsorted(self.known, asked), len(self.known) - 1)
        return self.known[place] == asked

    def draw(self, users: Int64Array, scores: Any, rng: np.random.Generator) -> tuple[Any, Any]:
        """Return items, and which of the users have got one.

        Parameters
        ----------
        users : ndarray of shape (b,)
        scores : callable
            ``scores(users, items)`` of shape (b, candidates).
        rng : numpy.random.Generator
        """
        owners = np.repeat(users, self.candidates)
        items = rng.integers(0, self.n_items, len(owners))
        bad = np.flatnonzero(self.is_known(owners, items))
        for _ in range(TRIES):
            if not len(bad):
                break
            items[bad] = rng.integers(0, self.n_items, len(bad))
            bad = bad[self.is_known(owners[bad], items[bad])]
        usable = np.ones(len(items), dtype=bool)
        usable[bad] = False
        drawn, allowed = items.reshape(-1, self.candidates), usable.reshape(-1, self.candidates)
        best = np.zeros(len(users), dtype=np.int64)
        if self.candidates > 1:
            best = np.where(allowed, scores(users, drawn), -np.inf).argmax(axis=1)
        everyone = np.arange(len(users))
        return drawn[everyone, best], allowed[everyone, best]


def hit_rate_of_lists(
    vectors: tuple[Float32Array, Float32Array], known: serving.Lists, wanted: serving.Lists
) -> float:
    """Return the recall in the first 20 items, mean over the users who want something."""
    rows, _ = serving.top_items(*vectors, n=LIST, seen=known)
    offsets, items = wanted
    found = [
        np.isin(items[first:end], best).mean()
        for first, end, best in zip(offsets[:-1], offsets[1:], rows, strict=True)
        if end > first
    ]
    return float(np.mean(found))


# ---- the model ----


class LightGCN(Recommender):
    """Vectors of users and items, each the mean over steps of a walk on the graph (He et al. 2020).

    Nothing but the vectors before they are spread is trained, by BPR and Adam (arXiv:2002.02126): every batch
    of interactions spreads all of them and takes the gradient back the same way. With ``candidates=m`` the
    item that a choice is compared with is the best of m that were drawn, by its score: a list gets good in
    fewer epochs, and worse again when it goes on for too long.

    Parameters
    ----------
    vector_size : int
    layers : int
        Steps of the walk; 0 is matrix factorisation.
    epochs : int
    learning_rate : float
    regularization : float
        Of the squares of the vectors that a batch touches, before they are spread (eq. 15).
    candidates : int
        1: uniform.
    batch_size : int
        Interactions of a step.
    validation : float
        Share of each user's interactions that is held out to end training by: every `check_every` epochs
        recall in the first 20 items is measured; after `patience` times without a better one the best vectors
        are kept. 0: all epochs on all interactions. The finished vectors are spread over the whole graph.
    check_every, patience : int
    compute_loss : bool
        Keep the mean loss of each epoch in `epoch_losses`.
    seed : int
    progress : bool, optional
        Show a bar; None: on a terminal.

    Attributes
    ----------
    users, items : KeyedVectors
        The vectors as they have been spread.
    base : ndarray of shape (n_users + n_items, vector_size), float32
        What is trained.

    Examples
    --------
    >>> from ns2vec.recommend import Interactions, LightGCN
    >>> rows = [(user, item) for user in range(20) for item in range(10) if user % 2 == item % 2]
    >>> users, items = zip(*rows[:-1])
    >>> keys = [f"u{row}" for row in range(20)], [f"i{row}" for row in range(10)]
    >>> model = LightGCN(vector_size=8, epochs=10).fit(Interactions(users, items, *keys))
    >>> model.recommend("u19", n=1)[0].item
    'i9'
    """

    KIND = "LightGCN"

    def __init__(
        self,
        vector_size: int = 64,
        layers: int = 3,
        epochs: int = 50,
        learning_rate: float = 0.005,
        regularization: float = 1e-4,
        candidates: int = 8,
        batch_size: int = 4096,
        validation: float = 0.0,
        check_every: int = 5,
        patience: int = 3,
        compute_loss: bool = False,
        seed: int = 1,
        progress: bool | None = None,
    ) -> None:
        super().__init__()
        self.vector_size, self.layers = whole("vector_size", vector_size, 1), whole("layers", layers)
        self.epochs, self.candidates = whole("epochs", epochs, 1), whole("candidates", candidates, 1)
        self.learning_rate = number("learning_rate", learning_rate, 0.0)
        self.regularization = number("regularization", regularization, 0.0)
        self.batch_size = whole("batch_size", batch_size, 1)
        self.validation = number("validation", validation, 0.0, 0.9)
        self.check_every, self.patience = whole("check_every", check_every, 1), whole("patience", patience, 1)
        self.compute_loss, self.seed = flag("compute_loss", compute_loss), whole("seed", seed)
        self.progress = progress
        self.epochs_trained = 0

    # ---- training ----

    def fit(self, data: Any) -> Self:
        """Train on interactions; what was learned before is forgotten.

        Parameters
        ----------
        data : Interactions, or a source that `read_interactions` takes
            Those of a weight above 0 are learned from; the others are only not recommended again.

        Raises
        ------
        CorpusError
            If there is nothing to learn from.
        DivergenceError
            If vectors have grown beyond numbers: the learning rate is too high.
        """
        found = self._read(data)
        self.users, self.items = KeyedVectors(self.vector_size), KeyedVectors(self.vector_size)
        self.base = np.zeros((0, self.vector_size), dtype=np.float32)
        self.epoch_losses, self.epochs_trained, self.item_bias = [], 0, None
        self._grow(found, found)
        self._train(found.positives(), self.epochs)
        return self

    def partial_fit(self, data: Any, *, epochs: int = 1) -> Self:
        """Learn from further interactions, on the graph of all; new users and items get fresh vectors.

        Parameters
        ----------
        data : Interactions, or a source that `read_interactions` takes
        epochs : int
            Passes over the new interactions.

        Raises
        ------
        CorpusError
            If there is nothing to learn from.
        """
        epochs = whole("epochs", epochs, 1)
        if "users" not in vars(self):
            return self.fit(data)
        new = self._read(data).onto(self.users.index_to_key, self.items.index_to_key)
        self._grow(joined(self.seen, new), new)
        self._train(new.positives(), epochs)
        return self

    def _grow(self, seen: Interactions, new: Interactions) -> None:
        """Give new users and items fresh vectors, and take note of what was met."""
        old = len(self.users.index_to_key), len(self.items.index_to_key)
        parts = []
        for side, n_old, n_new, rows in zip(
            (0, 1), old, (new.n_users, new.n_items), np.split(self.base, [old[0]]), strict=True
        ):
            rng = np.random.default_rng([self.seed, side, n_old])
            fresh = rng.standard_normal((n_new - n_old, self.vector_size), dtype=np.float32) * np.float32(
                START
            )
            parts += [rows, fresh]
        self.base = np.concatenate(parts)
        for store, keys in ((self.users, new.user_keys), (self.items, new.item_keys)):
            store.index_to_key = list(keys)
            store.key_to_index = {key: row for row, key in enumerate(keys)}
        self._see(seen)

    def _train(self, liked: Interactions, epochs: int) -> None:
        """All epochs, or as many as make the lists of what is held out better."""
        held = random_per_user(liked, self.validation, seed=self.seed) if self.validation else None
        trained = liked if held is None else held.train
        lists = self._liked_lists if held is None else trained.known()
        graph = graph_of(lists, self.seen.n_items)
        adam, negatives = Adam([self.base]), Negatives(lists, self.seen.n_items, self.candidates)
        best, kept, n_worse = -1.0, self.base, 0
        with ProgressBar("interactions", epochs * len(trained), show=self.progress) as bar:
            for epoch in range(epochs):
                with np.errstate(over="ignore", invalid="ignore"):  # it is told when the epoch is over
                    loss = self._epoch(trained, graph, adam, negatives)
                bar.update((epoch + 1) * len(trained), f"loss {loss:.4f}")
                if held is None or (epoch + 1) % self.check_every:
                    continue
                found = hit_rate_of_lists(self._spread(graph), lists, held.test.known())
                logger.info("epoch %d: recall@%d of the held-out part %.4f", epoch + 1, LIST, found)
                if found > best:
                    best, kept, n_worse = found, self.base.copy(), 0
                    continue
                n_worse += 1
                if n_worse == self.patience:
                    break
        if held is not None and best >= 0.0:
            self.base = kept
        self._show()

    def _epoch(self, data: Interactions, graph: Any, adam: Adam, negatives: Negatives) -> float:
        """Train one epoch; return the mean loss."""
        rng = np.random.default_rng([self.seed, self.epochs_trained, 7])
        n_users, order, total = self.seen.n_users, rng.permutation(len(data)), 0.0
        users, items = data.users.astype(np.int64), data.items.astype(np.int64)

        for first in range(0, len(order), self.batch_size):
            places = order[first : first + self.batch_size]
            final = spread(self.base, graph, self.layers)

            def scores(owners: Any, drawn: Any, final: Float32Array = final) -> Any:
                return np.matmul(final[n_users + drawn], final[owners][..., np.newaxis])[..., 0]

            others, has_one = negatives.draw(users[places], scores, rng)
            places, others = places[has_one], n_users + others[has_one]
            if not len(places):
                continue
            batch = users[places], n_users + items[places], others
            loss, gradient = bpr_gradient(final, *batch)
            gradient = spread(gradient, graph, self.layers)
            if self.regularization:
                touches = np.bincount(np.concatenate(batch), minlength=len(self.base)) / np.float32(
                    len(places)
                )
                gradient += (self.regularization * touches[:, np.newaxis]).astype(np.float32) * self.base
            adam.step([self.base], [gradient], self.learning_rate)
            total += loss * len(places)
        self.epochs_trained += 1
        if not np.isfinite(self.base).all():
            raise DivergenceError(
                f"training diverged: vectors are no numbers any more; lower learning_rate, it was "
                f"{self.learning_rate:g}"
            )
        if self.compute_loss:
            self.epoch_losses.append(total / len(data))
        return total / len(data)

    def _spread(self, graph: Any) -> tuple[Float32Array, Float32Array]:
        final = spread(self.base, graph, self.layers)
        return final[: self.seen.n_users], final[self.seen.n_users :]

    def _show(self) -> None:
        """Spread the vectors over the whole graph."""
        users, items = self._spread(graph_of(self._liked_lists, self.seen.n_items))
        for store, rows in ((self.users, users), (self.items, items)):
            store.vectors = np.ascontiguousarray(rows)
            store.vectors_changed()
        self._forget()

    # ---- files ----

    def to_state(self) -> ModelState:
        """Return the model as plain data."""
        state = super().to_state()
        state.attributes["epochs_trained"] = self.epochs_trained
        return state

    def _own_arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {"base": self.base}

    def _take_arrays(self, arrays: dict[str, Any]) -> None:
        self.base = np.array(arrays["base"], dtype=np.float32)


MODELS.register(LightGCN.KIND, LightGCN)
