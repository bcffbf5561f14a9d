"""item2vec: items as words, and the items of a user or a basket as a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ns2vec._options import number, whole
from ns2vec._typing import Float64Array
from ns2vec.corpus import open_corpus
from ns2vec.formats.saving import MODELS
from ns2vec.formats.state import ModelState, VectorState
from ns2vec.models.word2vec import Word2Vec
from ns2vec.recommend.interactions import Interactions
from ns2vec.recommend.recommender import Recommender
from ns2vec.sampling import make_sampler
from ns2vec.training.checkpoints import Position
from ns2vec.training.encoding import ChunkFeed
from ns2vec.training.observers import Observer
from ns2vec.training.run import Plan, Run

if TYPE_CHECKING:
    from typing_extensions import Self

WORDS = "words"  # name in a file: the Word2Vec


class Item2Vec(Recommender):
    """Vectors of items that occur together (Barkan & Koenigstein 2016, arXiv:1603.04259).

    The items of each user, in order of time, or those of each basket, are a sentence for skip-gram with
    negative sampling. The vector of a user is the sum of the unit vectors of the user's items, divided by the
    square root of their number, so an item's score is how close it is to the history, plus how popular it is.
    ``recommend(history=...)`` scores baskets and sessions that were never trained in the same way.

    Parameters
    ----------
    vector_size : int
    window : int, optional
        Items on each side that count as occurring together; None: the whole basket, whose order then means
        nothing.
    epochs : int
    negatives : int
    ns_exponent : float
        Negatives are drawn in proportion to the frequency of an item to this power. It matters more than it
        does for words, and may be below zero (Caselles-Dupré et al. 2018, arXiv:1804.04212).
    learning_rate : float
        Falls linearly to a hundredth of its initial value.
    sample : float
        Threshold for subsampling frequent items, as for words; 0 keeps all.
    sampler : str or Sampler, optional
        Instead of `ns_exponent`.
    compute_loss : bool
        Keep the mean loss per interaction of each epoch in `epoch_losses`.
    seed, workers : int
        With one worker, the same seed gives the same bytes.
    popularity : float
        Weight, in a score, of the logarithm of how often an item occurs. By similarity alone the rarest items
        would come first: each is close to the few items with which it occurs.
    shards : int, optional
        As in `Word2Vec`: the same seed gives the same bytes for any number of workers.

    Attributes
    ----------
    users, items : KeyedVectors
    item_bias : ndarray of shape (n_items,), float32
    model : Word2Vec
        The trained model, whose words are the rows of items, as text.

    Examples
    --------
    >>> from ns2vec.recommend import Item2Vec, read_interactions
    >>> baskets = [(basket, f"{'ab'[basket % 2]}{item}") for basket in range(40) for item in range(5)]
    >>> model = Item2Vec(vector_size=32).fit(read_interactions(baskets))
    >>> sorted(found.item for found in model.recommend(history=["a0", "a1"], n=3))
    ['a2', 'a3', 'a4']
    """

    KIND = "Item2Vec"

    def __init__(
        self,
        vector_size: int = 64,
        window: int | None = None,
        epochs: int = 20,
        negatives: int = 5,
        ns_exponent: float = -0.5,
        learning_rate: float = 0.05,
        sample: float = 0.0,
        sampler: Any = None,
        compute_loss: bool = False,
        seed: int = 1,
        workers: int = 1,
        popularity: float = 0.3,
        shards: int | None = None,
    ) -> None:
        super().__init__()
        self.vector_size = whole("vector_size", vector_size, 1)
        self.window = None if window is None else whole("window", window, 1)
        self.epochs, self.negatives = whole("epochs", epochs, 1), whole("negatives", negatives, 1)
        self.ns_exponent = number("ns_exponent", ns_exponent)
        self.learning_rate = number("learning_rate", learning_rate, 0.0)
        self.sample, self.sampler = number("sample", sample, 0.0), sampler
        self.seed, self.workers = whole("seed", seed), whole("workers", workers, 1)
        self.compute_loss, self.popularity = compute_loss, number("popularity", popularity)
        self.shards = shards
        make_sampler(self._sampler)

    @property
    def _sampler(self) -> Any:
        return "unigram" if self.sampler is None else self.sampler

    # ---- training ----

    def _start(self) -> None:
        self.model = Word2Vec(
            vector_size=self.vector_size, sg=1, negative=self.negatives, ns_exponent=self.ns_exponent,
            sampler=self._sampler, sample=self.sample, alpha=self.learning_rate,
            min_alpha=self.learning_rate / 100, min_count=1, shrink_windows=False, seed=self.seed,
            workers=self.workers, epochs=self.epochs, compute_loss=self.compute_loss,
            shards=self.shards,
        )  # fmt: skip

    def _grow(self, seen: Interactions, new: Interactions) -> None:
        sentences = baskets(new.positives())
        self.model.window = self.window or max(map(len, sentences))
        self.model.build_vocab(sentences, update=bool(self.model.wv.key_to_index))
        self._take_keys(new)
        self._see(seen)

    def _plan(self, liked: Interactions, epochs: int | None) -> Plan:
        rate = self.learning_rate
        return Plan(epochs or self.epochs, rate, rate / 100, len(liked), None)

    def _make_run(self, liked: Interactions, plan: Plan, at: Position, observers: Sequence[Observer]) -> Run:
        return Run(
            self.model._ready(),
            plan,
            ChunkFeed(open_corpus(baskets(liked))),
            tuple(observers),
            at,
            model=self,
        )

    def _show(self) -> None:
        """Unit vectors of items, zeros for those without interactions; users are sums over histories."""
        self.model.wv.vectors_changed()
        rows = np.zeros((self.seen.n_items, self.vector_size), dtype=np.float32)
        places = np.array([int(key) for key in self.model.wv.index_to_key], dtype=np.int64)
        rows[places] = self.model.wv.get_normed_vectors()
        liked = self.seen.matrix()
        liked.data[:] = 1.0
        scale = 1.0 / np.sqrt(np.maximum(np.diff(liked.indptr), 1))
        users = np.asarray((liked @ rows) * scale[:, np.newaxis], dtype=np.float32)
        for store, vectors in ((self.items, rows), (self.users, users)):
            store.vectors = vectors
            store.vectors_changed()
        n_met = np.asarray(liked.sum(axis=0)).ravel()
        self.item_bias = (self.popularity * np.log1p(n_met)).astype(np.float32)
        self._forget()

    @property
    def _history_map(self) -> Float64Array:
        """The vector of a user is the sum over the history, with no further map."""
        return np.eye(self.vector_size + 1, self.vector_size)

    # ---- files ----

    def to_state(self) -> ModelState:
        """Return the model as plain data."""
        state, words = super().to_state(), self.model.to_state()
        state.others[WORDS] = words.vectors
        state.attributes |= {"sampler": words.attributes["sampler"] if self.sampler is not None else None}
        state.attributes["_words"] = words.attributes
        state.arrays |= {f"words_{name}": array for name, array in words.arrays.items()}
        return state

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """Make a model from plain data.

        Raises
        ------
        FormatError
            If its parts do not match each other.
        """
        attributes = dict(state.attributes)
        about: dict[str, Any] = attributes.pop("_words", {})
        words = state.others.get(WORDS, VectorState([], np.zeros((0, 1), dtype=np.float32)))
        arrays = {
            name.removeprefix("words_"): array
            for name, array in state.arrays.items()
            if name.startswith("words_")
        }
        rest = {name: array for name, array in state.arrays.items() if not name.startswith("words_")}
        made = super().from_state(
            ModelState(state.kind, state.vectors, attributes, rest, state.name, state.others)
        )
        made.model = Word2Vec.from_state(ModelState(Word2Vec.KIND, words, about, arrays, state.name))
        return made


def baskets(data: Interactions) -> list[list[str]]:
    """Return the rows of the items of each user, as text, in order of time; users without items have none.

    Examples
    --------
    >>> from ns2vec.recommend import read_interactions
    >>> from ns2vec.recommend.item2vec import baskets
    >>> baskets(read_interactions([("ann", "tea"), ("bob", "milk"), ("ann", "milk")]))
    [['0', '1'], ['1']]
    """
    order = data.chronological()
    items = [str(row) for row in data.items[order].tolist()]
    ends = np.cumsum(np.bincount(data.users, minlength=data.n_users)).tolist()
    found = [items[first:end] for first, end in zip([0, *ends[:-1]], ends, strict=True)]
    return [basket for basket in found if basket]


MODELS.register(Item2Vec.KIND, Item2Vec)
