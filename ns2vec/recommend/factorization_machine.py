"""Factorisation machine: vectors of users and items are sums over their features."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ns2vec._options import shown
from ns2vec._typing import Float64Array, PathLike
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats.saving import MODELS
from ns2vec.formats.state import ModelState
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.models.resuming import padded
from ns2vec.recommend.feature_units import SHARED, FeatureUnits
from ns2vec.recommend.features import Features
from ns2vec.recommend.interactions import Interactions
from ns2vec.recommend.pair_model import LOSSES, PairModel
from ns2vec.sampling import Hard
from ns2vec.training.core import EmbeddingCore
from ns2vec.training.observers import Observer

if TYPE_CHECKING:
    from typing_extensions import Self

SIDES = ("users", "items")


class FactorizationMachine(PairModel):
    """A vector for each feature of users and items, so new ones are known by features (Rendle 2010, ICDM).

    The score is the sum, over each feature of the user and each feature of the item, of the dot products of
    their vectors. Users and items that occur in training are features themselves, and each side has one more
    feature that all share, which acts as the bias of the features on the other side. Products within one
    side, which would be the same for all items of a user or depend on an item alone, are left to the biases.
    The sum is computed as ``(sum of the user's vectors) . (sum of the item's vectors)``, in time proportional
    to the number of features, not of their pairs.

    Parameters
    ----------
    loss : {"bpr", "warp", "logistic", "softmax"}
        ``"logistic"`` is pointwise; the others rank pairs, and ``"bpr"`` suits sums best.
    vector_size, epochs, learning_rate, negatives, sampler, compute_loss, seed, workers, progress, shards
        As in `MatrixFactorization`.
    regularization : float, optional
        As in `MatrixFactorization`; a feature is shrunk at most as often as a user or an item on average.

    Attributes
    ----------
    users, items : KeyedVectors
        The sums of their features' vectors.
    user_features, item_features : Features or None

    Examples
    --------
    >>> from ns2vec.recommend import FactorizationMachine, Features, Interactions
    >>> rows = [(user, item) for user in range(20) for item in range(8) if user % 2 == item % 2]
    >>> users, items = zip(*rows)
    >>> films = Interactions(users, items, [f"u{row}" for row in range(20)], [f"i{row}" for row in range(8)])
    >>> genres = {f"i{row}": [["crime", "drama"][row % 2]] for row in range(8)}
    >>> model = FactorizationMachine(vector_size=8)
    >>> _ = model.fit(films, item_features=Features.of({**genres, "new": ["drama"], "newer": ["crime"]}))
    >>> model.recommend("u3", n=1)[0].item
    'new'
    """

    KIND = "FactorizationMachine"
    BIAS = False
    # all rows of a sum move at once; the rate of WARP was found by experiment
    PACE: ClassVar[dict[str, tuple[float, float]]] = {
        **dict.fromkeys(LOSSES, (1 / 3, 1.0)),
        "warp": (1.0, 0.4),
    }

    user_features: Features | None = None
    item_features: Features | None = None

    # ---- the model ----

    def _check_training(self) -> None:
        super()._check_training()
        check_sampler(self._settings.sampler)

    def _units(self, store: KeyedVectors, side: str) -> FeatureUnits:
        features = self.user_features if side == "users" else self.item_features
        return FeatureUnits(store, features, side)

    def _sides(self, core: EmbeddingCore) -> list[tuple[str, Any]]:
        return [("users", core.inputs), ("items", core.outputs)]

    def _count(self, core: EmbeddingCore) -> None:
        super()._count(core)
        for _, units in self._sides(core):
            units.renew(units.counts > 0)

    def _show(self) -> None:
        core = self._ready()
        core.outputs.matrix = core.output("items")
        for _, units in self._sides(core):
            units.compose()
            units.wv.vectors_changed()
        self.item_bias = None
        self._forget()

    def _begin(self, core: EmbeddingCore) -> None:
        """Initial weights; the shared rows are long enough to learn biases with, and nearly orthogonal."""
        super()._begin(core)
        size = self.vector_size
        even = np.full(size, size**-0.5, dtype=np.float32)
        core.inputs.matrix[SHARED] = even
        core.output("items")[SHARED] = even * np.where(np.arange(size) % 2, -1.0, 1.0) * (size > 1)

    def _touches(self, core: EmbeddingCore, liked: Interactions) -> dict[str, Float64Array]:
        of_keys = super()._touches(core, liked)
        names = {"users": "inputs", "items": "items"}
        return {names[side]: units.rows_touched(of_keys[names[side]]) for side, units in self._sides(core)}

    # ---- training ----

    def fit(
        self,
        data: Any,
        *,
        user_features: Features | None = None,
        item_features: Features | None = None,
        checkpoint: PathLike | None = None,
        checkpoint_every: Any = None,
        callbacks: Iterable[Observer] = (),
    ) -> Self:
        """Train on interactions and features; what was learned before is discarded.

        Parameters
        ----------
        data : Interactions, or a source that `read_interactions` takes
        user_features, item_features : Features, optional
            They may have keys without interactions, which are known by features alone.
        checkpoint, checkpoint_every, callbacks
            As in `MatrixFactorization.fit`.

        Raises
        ------
        ConfigError
            If features are no `Features`, or a loaded model has a sampler that would leave out all items.
        CorpusError
            If there is nothing to learn from.
        """
        self._check_training()
        self.user_features, self.item_features = checked(user_features), checked(item_features)
        known = self._with_keys(self._read(data))
        return super().fit(
            known, checkpoint=checkpoint, checkpoint_every=checkpoint_every, callbacks=callbacks
        )

    def partial_fit(
        self,
        data: Any,
        *,
        epochs: int = 1,
        user_features: Features | None = None,
        item_features: Features | None = None,
        callbacks: Iterable[Observer] = (),
    ) -> Self:
        """Learn from further interactions; new users, items and features get rows after the old ones.

        Parameters
        ----------
        data : Interactions, or a source that `read_interactions` takes
        epochs : int
        user_features, item_features : Features, optional
            Features of new keys, or new features of old keys. Categories that nobody had before become new
            features.
        callbacks : iterable of Observer

        Raises
        ------
        ConfigError
            If features are no `Features`, or a loaded model has a sampler that would leave out all items.
        CorpusError
            If there is nothing to learn from.
        """
        self._check_training()
        found = self._read(data)
        if "users" not in vars(self):
            return self.fit(
                found, user_features=user_features, item_features=item_features, callbacks=callbacks
            )
        core = self._ready()
        self.user_features = merged(self.user_features, checked(user_features))
        self.item_features = merged(self.item_features, checked(item_features))
        of_sides = (self.user_features, self.item_features)
        for (_, units), features in zip(self._sides(core), of_sides, strict=True):
            units.features = features
        return super().partial_fit(self._with_keys(found), epochs=epochs, callbacks=callbacks)

    def _with_keys(self, data: Interactions) -> Interactions:
        """The same interactions with rows for keys that have features but no interactions."""
        keys = [
            [*own, *(() if features is None else features.keys)]
            for own, features in (
                (data.user_keys, self.user_features),
                (data.item_keys, self.item_features),
            )
        ]
        return data.onto(*(list(dict.fromkeys(each)) for each in keys))

    # ---- files ----

    @classmethod
    def _with_saved(cls, options: dict[str, Any]) -> Self:
        """A loaded model can be queried with any sampler; only training is refused."""
        made = super()._with_saved({**options, "sampler": None})
        made.sampler = options.get("sampler")
        vars(made).pop("_settings", None)
        _ = made._settings
        return made

    def to_state(self) -> ModelState:
        """Return the model as plain data."""
        state = super().to_state()
        for side, units in self._sides(self._ready()):
            if units.features is not None:
                state.attributes[f"_features_of_{side}"] = {
                    "keys": units.features.keys,
                    "names": units.features.names,
                    "edges": {name: list(ends) for name, ends in units.features.edges.items()},
                }
        return state

    def _own_arrays(self) -> dict[str, Any]:
        core = self._ready()
        matrices = {"users": core.inputs.matrix, "items": core.output("items")}
        found = {f"{side}_rows": rows for side, rows in matrices.items()}
        for side, units in self._sides(core):
            found |= {f"{side}_{name}": array for name, array in units.arrays().items()}
        return found

    def _take_arrays(self, arrays: dict[str, Any]) -> None:
        for side in SIDES:
            about: Mapping[str, Any] | None = vars(self).pop(f"_features_of_{side}", None)
            features = None
            if about is not None:
                edges = {name: tuple(ends) for name, ends in about["edges"].items()}
                rows = arrays[f"{side}_offsets"], arrays[f"{side}_features"]
                features = Features(list(about["keys"]), *rows, list(about["names"]), edges)
            setattr(self, f"{side[:-1]}_features", features)
        self._held = arrays

    def _take_weights(self, core: EmbeddingCore) -> None:
        arrays = vars(self).pop("_held")
        for side, units in self._sides(core):
            rows = padded(arrays[f"{side}_rows"])
            units.adopt(arrays[f"{side}_own"], arrays[f"{side}_of_feature"], len(rows))
            if units.bags.rows.max(initial=0) >= len(rows):
                raise FormatError(f"a damaged {type(self).__name__}: {side} have rows beyond {len(rows)}")
            units.matrix = rows
        core.matrices["items"] = core.outputs.matrix
        super()._take_weights(core)


def check_sampler(sampler: Any) -> None:
    """Refuse a sampler that leaves out what resembles the positive: all sums include one long shared row.

    Raises
    ------
    ConfigError
        If it would leave out all items.
    """
    if not isinstance(sampler, Hard):
        return
    if sampler.duplicates < 1.0 or (sampler.near == "positive" and sampler.margin > 0.0):
        raise ConfigError(
            f"{sampler!r} leaves out items that resemble the positive, but in a FactorizationMachine all "
            "items do, because of the row that they share: use "
            "'hard:near=input,duplicates=1,base=uniform' or "
            "'dynamic:m=4,base=uniform'"
        )


def checked(features: Any) -> Features | None:
    """Return features, or nothing.

    Raises
    ------
    ConfigError
        If it is of another type.
    """
    if features is not None and not isinstance(features, Features):
        raise ConfigError(
            f"expected Features, got {shown(features)}: read_features(source) or Features.of({{key: [...]}}) "
            "make them"
        )
    return features


def merged(old: Features | None, new: Features | None) -> Features | None:
    """Return both; new keys and features follow after the old ones."""
    if old is None or new is None:
        return old or new
    return old.joined(new)


MODELS.register(FactorizationMachine.KIND, FactorizationMachine)
