"""The common part of all recommenders: they are trained, evaluated, saved, and resumed."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ns2vec._options import whole
from ns2vec._typing import Float32Array, PathLike
from ns2vec.evaluation.ranking import (
    Factors,
    RankingEvaluation,
    RankingSettings,
    evaluate_ranking,
    popularity,
)
from ns2vec.exceptions import ConfigError, CorpusError, FormatError
from ns2vec.formats.saving import Saveable, set_attributes
from ns2vec.formats.state import ModelState
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.models import resuming
from ns2vec.recommend import serving
from ns2vec.recommend.answers import Answers
from ns2vec.recommend.interactions import Interactions
from ns2vec.recommend.reading import read_interactions
from ns2vec.recommend.splits import Split
from ns2vec.training.callbacks import checked_observers
from ns2vec.training.checkpoints import ATTRIBUTE, CheckpointFolder, Position, Saver, parse_interval
from ns2vec.training.guard import advice_on, check_rows
from ns2vec.training.network import Network
from ns2vec.training.observers import EpochLog, EpochTally, Observer, ProgressObserver
from ns2vec.training.run import Epochs, Plan

if TYPE_CHECKING:
    from typing_extensions import Self


class EpochLosses(Observer):
    """Records the mean loss of each epoch in a list."""

    def __init__(self, losses: list[float]) -> None:
        self.losses = losses

    def on_epoch(self, run: Epochs, done: EpochTally) -> None:
        """Record it."""
        if run.has_loss:
            self.losses.append(done.loss / max(1, done.n_words))


class Recommender(Answers, Saveable):
    """Base of the recommenders: how they are trained, evaluated and saved; `Answers` has their queries.

    Attributes
    ----------
    epoch_losses : list of float
        Mean loss per interaction in each epoch, if it is computed.

    Examples
    --------
    >>> from ns2vec.recommend import MatrixFactorization, Recommender, by_time, planted_interactions
    >>> split = by_time(planted_interactions(60, 60, 3, per_user=10).interactions)
    >>> model = MatrixFactorization(vector_size=8, epochs=20).fit(split.train)
    >>> isinstance(model, Recommender)
    True
    >>> sorted(model.evaluate(split, ks=(5,)).scores())
    ['MatrixFactorization', 'popularity']
    >>> users, items, bias = model.factors()  # the score of a user and an item is users @ items.T + bias
    >>> users.shape, items.shape
    ((60, 8), (60, 8))
    >>> model.score("u3", ["i1", "i2"]).shape, model.scores([3]).shape, model.user_row("u3")
    ((2,), (1, 60), 3)
    >>> rows, scores = model.recommend_many(["u3", "u4"], n=5)
    >>> rows.shape, len(model.similar_items("i3", n=2)), len(model.similar_users("u3", n=2))
    ((2, 5), 2, 2)
    >>> model.partial_fit([("u3", "i1"), ("newcomer", "i2")]).users.index_to_key[-1]
    'newcomer'
    """

    OPTIONS: ClassVar[tuple[str, ...]]
    vector_size: int
    progress: bool | None = None
    epoch_losses: list[float]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.OPTIONS = tuple(name for name in inspect.signature(cls.__init__).parameters if name != "self")

    def __init__(self) -> None:
        self.lifecycle_events: list[dict[str, Any]] | None = []
        self.epoch_losses = []

    def __repr__(self) -> str:
        usual = {one.name: one.default for one in inspect.signature(type(self)).parameters.values()}
        given = {name: getattr(self, name) for name in self.OPTIONS if getattr(self, name) != usual[name]}
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in given.items())})"

    # ---- methods of each family ----

    def _start(self) -> None:
        """Reset, without users and items."""
        raise NotImplementedError

    def _grow(self, seen: Interactions, new: Interactions) -> None:
        """Initialize the weights of users and items of `new` that have none; `seen` holds all interactions.

        The keys of both are the same, with existing keys first.
        """
        raise NotImplementedError

    def _plan(self, liked: Interactions, epochs: int | None) -> Plan:
        """The plan of a run; None: as many epochs as `fit` has."""
        raise NotImplementedError

    def _make_run(
        self, liked: Interactions, plan: Plan, at: Position, observers: Sequence[Observer]
    ) -> Epochs:
        """Train interactions from a position on."""
        raise NotImplementedError

    def _show(self) -> None:
        """Set `users`, `items` and `item_bias` to what was trained."""
        raise NotImplementedError

    # ---- training ----

    def fit(
        self, data: Any, *, checkpoint: PathLike | None = None, checkpoint_every: Any = None,
        callbacks: Iterable[Observer] = (),
    ) -> Self:  # fmt: skip
        """Train on interactions; what was learned before is discarded.

        Parameters
        ----------
        data : Interactions, or a source that `read_interactions` takes
            The model learns from interactions with a weight above 0; items of the others are not recommended
            again.
        checkpoint : path, optional
            Folder in which to save the progress of training; see `resume`.
        checkpoint_every : int or str, optional
            A number of epochs, or a time such as ``"10min"``, the default.
        callbacks : iterable of Observer
            Objects that watch training, such as `ns2vec.ledger.RunLedger`.

        Returns
        -------
        self

        Raises
        ------
        ConfigError
            If `checkpoint_every` or a callback is invalid, or the folder holds checkpoints of another run.
        CorpusError
            If there is nothing to learn from.
        DivergenceError
            If vectors have become infinite or NaN: the learning rate is too high.
        """
        resuming.prepare_checkpoints(checkpoint, checkpoint_every)
        told = checked_observers(callbacks)
        found = self._read(data)
        self.users, self.items = KeyedVectors(self.vector_size), KeyedVectors(self.vector_size)
        self.item_bias, self.epoch_losses = None, []
        self._start()
        self._grow(found, found)
        liked = found.positives()
        plan = self._plan(liked, None)
        self._learn(liked, plan, checkpoint=checkpoint, every=checkpoint_every, callbacks=told)
        return self

    def partial_fit(self, data: Any, *, epochs: int = 1, callbacks: Iterable[Observer] = ()) -> Self:
        """Learn from further interactions; new users and items get rows after the old ones.

        Parameters
        ----------
        data : Interactions, or a source that `read_interactions` takes
        epochs : int
            Passes over the new interactions.
        callbacks : iterable of Observer

        Returns
        -------
        self

        Raises
        ------
        CorpusError
            If there is nothing to learn from.
        """
        n_epochs = whole("epochs", epochs, 1)
        if "users" not in vars(self):
            return self.fit(data, callbacks=callbacks)
        told = checked_observers(callbacks)
        new = self._read(data).onto(self.users.index_to_key, self.items.index_to_key)
        self._grow(self.seen.joined(new), new)
        liked = new.positives()
        self._learn(liked, self._plan(liked, n_epochs), callbacks=told)
        return self

    @classmethod
    def resume(
        cls, folder: PathLike, *, checkpoint_every: Any = None, callbacks: Iterable[Observer] = ()
    ) -> Self:
        """Continue a `fit` from the newest checkpoint in a folder, to the end.

        With one thread the model is, to the byte, the one that an uninterrupted run would have made. The
        interactions are in the checkpoint.

        Parameters
        ----------
        folder : path
            The folder that was given to `fit` as `checkpoint`.
        checkpoint_every : int or str, optional
            As in `fit`.
        callbacks : iterable of Observer

        Returns
        -------
        Recommender

        Raises
        ------
        FileNotFoundError
            If there is no checkpoint.
        FormatError
            If none can be read.
        ConfigError
            If `checkpoint_every` is invalid.

        Examples
        --------
        >>> import tempfile
        >>> from ns2vec.recommend import MatrixFactorization
        >>> rows = [("ann", "tea"), ("bob", "milk"), ("ann", "milk")]
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     whole = MatrixFactorization(vector_size=4, epochs=3)
        ...     _ = whole.fit(rows, checkpoint=folder, checkpoint_every=1)
        ...     again = MatrixFactorization.resume(folder)
        >>> bool((again.items.vectors == whole.items.vectors).all())
        True
        """
        parse_interval(checkpoint_every)
        told = checked_observers(callbacks)
        path, state = CheckpointFolder(folder).read()
        plan, at = resuming.plan_and_position(state.attributes.pop(ATTRIBUTE), path)
        model = cls.from_state(state)
        if not at.is_finished:
            liked = model.seen.positives()
            model._learn(
                liked, plan, at, checkpoint=folder, every=checkpoint_every, callbacks=told
            )  # fmt: skip
        return model

    def _read(self, data: Any) -> Interactions:
        """Interactions, or a source of them, some of which are positive."""
        found = data if isinstance(data, Interactions) else read_interactions(data)
        if not len(found.positives()):
            raise CorpusError(
                "there are no interactions with a weight above 0 to train on: expected rows "
                "of a user and an item"
            )
        return found

    def _learn(
        self, liked: Interactions, plan: Plan, at: Position | None = None, *,
        checkpoint: PathLike | None = None, every: Any = None, callbacks: Iterable[Observer] = (),
    ) -> None:  # fmt: skip
        """All epochs of a plan, or the rest after a position."""
        at = Position(last_alpha=plan.start_alpha) if at is None else at
        own = [ProgressObserver(self.progress), EpochLog(), EpochLosses(self.epoch_losses)]
        run, saver = self._make_run(liked, plan, at, [*own, *callbacks]), None
        if checkpoint is not None:
            write = partial(self._write_checkpoint, CheckpointFolder(checkpoint), run)
            saver = Saver(parse_interval(every), write, at)
            run.observers = (*run.observers, saver)
        try:
            run.train()
        finally:
            self._show()
        if saver is not None:
            saver.finish(run)

    def _write_checkpoint(
        self, folder: CheckpointFolder, run: Any, at: Position, network: Network | None
    ) -> str | None:
        """Save the progress of a run; return the path."""
        if network is not None:
            check_rows(network.weights(), at.last_alpha, advice_on(self, at.last_alpha))
            network.write_back()
            run.core.compose()
        self._show()
        state = self.to_state()
        state.attributes[ATTRIBUTE] = {"plan": asdict(run.plan), "position": at.to_plain()}
        state.arrays |= self._run_arrays(run)
        return resuming.keep(folder, state, at)

    def _run_arrays(self, run: Any) -> dict[str, Any]:
        """Arrays that a run needs to continue, besides those of the model."""
        return {}

    def _take_keys(self, data: Interactions) -> None:
        """Set the keys from interactions, in their order."""
        for store, keys in ((self.users, data.user_keys), (self.items, data.item_keys)):
            store.index_to_key = list(keys)
            store.key_to_index = {key: row for row, key in enumerate(keys)}

    # ---- evaluation ----

    def evaluate(self, split: Split, **settings: Any) -> RankingEvaluation:
        """Rank all items for the users of a split, next to popularity: recall, NDCG and more, with intervals.

        The vector of a user who was not trained is computed from the split's history.

        Parameters
        ----------
        split : Split
            The split whose `train` the model was trained on.
        **settings
            Options of `ns2vec.evaluation.ranking.RankingSettings`, such as ``ks=(10, 20)``.

        Returns
        -------
        RankingEvaluation

        Raises
        ------
        ConfigError
            If the keys of the split are not those of the model.
        """
        self._check_fitted()
        n_users, n_items = len(self.users), len(self.items)
        data = split.known.onto(self.users.index_to_key, self.items.index_to_key)
        asked = split.test.onto(self.users.index_to_key, self.items.index_to_key)
        if (data.n_users, data.n_items) != (n_users, n_items) or asked.n_items != n_items:
            raise ConfigError(
                f"the split has {data.n_users} users and {data.n_items} items, of which the model knows "
                f"{n_users} and {n_items}: train it on the split's train"
            )
        vectors, items, bias = self.factors()
        if split.history is not None:
            vectors = self._with_newcomers(vectors, data.known())
        cold = split.cold_items
        rows = None if cold is None else self._item_rows(split.train.item_keys[row] for row in cold)
        known = data.matrix()
        scorers = {type(self).__name__: Factors(vectors, items, bias), "popularity": popularity(known)}
        named = RankingSettings(**{"split": split.name, **settings})
        return evaluate_ranking(scorers, known, asked.matrix(), candidates=rows, settings=named)

    def _with_newcomers(self, vectors: Float32Array, histories: serving.Lists) -> Float32Array:
        """The vectors of users; those who were not trained are folded in."""
        offsets, members = histories
        is_new = (np.diff(self._liked_lists[0]) == 0) & (np.diff(offsets) > 0)
        found = np.array(vectors)
        for row in np.flatnonzero(is_new):
            history = members[offsets[row] : offsets[row + 1]]
            found[row] = serving.fold_in(history, self.items.vectors, self._history_map)
        return found

    # ---- files ----

    @classmethod
    def load(cls, *args: Any, **kwargs: Any) -> Any:
        """Read a saved recommender: see `KeyedVectors.load`.

        Raises
        ------
        FormatError
            If the file is damaged, or holds something else.
        """
        found = super().load(*args, **kwargs)
        if not isinstance(found, cls):
            raise FormatError(f"expected a {cls.__name__}, found a {type(found).__name__}")
        return found

    def to_state(self) -> ModelState:
        """Return the model as plain data."""
        self._check_fitted()
        attributes = {name: getattr(self, name) for name in self.OPTIONS}
        attributes |= {"epoch_losses": self.epoch_losses, "lifecycle_events": self.lifecycle_events}
        columns = ("users", "items", "weights", "times")
        arrays = {f"seen_{name}": getattr(self.seen, name) for name in columns}
        arrays |= {"item_bias": self.item_bias, **self._own_arrays()}
        return ModelState(
            self.KIND,
            self.items.to_state().vectors,
            attributes,
            {name: np.asarray(array) for name, array in arrays.items() if array is not None},
            others={"users": self.users.to_state().vectors},
        )

    def _own_arrays(self) -> dict[str, Any]:
        """Further arrays of a file."""
        return {}

    def _take_arrays(self, arrays: dict[str, Any]) -> None:
        """Restore the result of `_own_arrays`, after everything else."""

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """Make a model from plain data.

        Raises
        ------
        FormatError
            If its parts do not match each other.
        """
        attributes, arrays = dict(state.attributes), dict(state.arrays)
        made = cls._with_saved({name: attributes.pop(name) for name in cls.OPTIONS if name in attributes})
        set_attributes(made, attributes)
        try:
            made.items = KeyedVectors.from_state(ModelState(KeyedVectors.KIND, state.vectors))
            made.users = KeyedVectors.from_state(ModelState(KeyedVectors.KIND, state.others["users"]))
            made.item_bias = arrays.pop("item_bias", None)
            keys = list(made.users.index_to_key), list(made.items.index_to_key)
            pairs = arrays.pop("seen_users"), arrays.pop("seen_items")
            more = arrays.pop("seen_weights", None), arrays.pop("seen_times", None)
            made._see(Interactions(*pairs, *keys, *more))
            made._check_sizes()
            made._take_arrays(arrays)
        except (KeyError, CorpusError) as error:
            raise FormatError(f"{state.name}: a damaged {cls.__name__}: {error}") from None
        return made

    @classmethod
    def _with_saved(cls, options: dict[str, Any]) -> Self:
        """A model with the options from a file."""
        return cls(**options)

    def _check_sizes(self) -> None:
        sizes = {self.users.vector_size, self.items.vector_size}
        n_biases = len(self.items) if self.item_bias is None else len(self.item_bias)
        if len(sizes) > 1 or n_biases != len(self.items):
            raise FormatError(
                f"vectors of users and items have {' and '.join(map(str, sizes))} numbers, "
                f"{len(self.items)} items have {n_biases} biases"
            )
