"""Classifiers in ns2vec's own files, and as copies."""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING, Any

import numpy as np

from ns2vec.classify.learning import finish_tables
from ns2vec.exceptions import FormatError
from ns2vec.formats.fasttext_quantized import QuantizedMatrix
from ns2vec.formats.saving import Saveable
from ns2vec.formats.state import ModelState
from ns2vec.inputs import BucketRows
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.sampling import make_sampler
from ns2vec.training.matrices import empty_rows

if TYPE_CHECKING:
    from typing_extensions import Self

CHANGED = ("sampler", "class_weight", "pretrained", "freeze")  # options that are stored in another form
STATE = ("temperature", "adds_noise", "epoch_losses")


class StoredClassifier(Saveable):
    """The part of a classifier for files and copies."""

    _core: Any
    loss: str
    sampler: Any
    class_weight: Any
    freeze: bool
    quantized: dict[str, QuantizedMatrix]

    def to_state(self) -> ModelState:
        """Return the model as plain data."""
        core, features = self._core, self._core.inputs.features
        known = vars(self)
        options = {
            name: known[name] if name in known else getattr(core.config, name)
            for name in signature(type(self)).parameters
            if name not in CHANGED
        }
        options["sampler"] = (
            self.sampler if isinstance(self.sampler, str) else make_sampler(self.sampler).state_dict()
        )
        weights = self.class_weight
        options["class_weight"] = [*map(list, weights.items())] if isinstance(weights, dict) else weights
        attributes = {"options": options, "epochs_trained": core.epochs_trained, "skips": features.skips}
        attributes |= {name: known[name] for name in STATE}
        attributes["is_frozen"] = self.freeze
        wv = core.wv.to_state().vectors
        arrays = {"ngrams": np.asarray(core.inputs.ngram_rows)}
        if features.numbered is not None:
            arrays["buckets"] = features.numbered.buckets
        return ModelState(
            self.KIND, wv, attributes, arrays, others={"labels": core.outputs.wv.to_state().vectors}
        )

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """Make a model from plain data.

        Raises
        ------
        FormatError
            If its parts do not fit together.
        """
        attributes = dict(state.attributes)
        options = dict(attributes.pop("options", {}))
        if isinstance(options.get("class_weight"), list):
            options["class_weight"] = dict(options["class_weight"])
        made = cls(**options)
        core: Any = made._core
        made.freeze = bool(attributes.get("is_frozen"))
        core.make_spec = type(core.make_spec)(core.make_spec.func, made.loss, made.freeze)
        core.wv = KeyedVectors.from_state(ModelState("KeyedVectors", state.vectors))
        core.outputs.wv = KeyedVectors.from_state(ModelState("KeyedVectors", state.others["labels"]))
        features = core.inputs.features
        features.skips = bool(attributes.get("skips"))
        ngrams, buckets = state.arrays["ngrams"], state.arrays.get("buckets")
        if buckets is not None:
            features.numbered = BucketRows(features.bucket, buckets)
        if len(ngrams) != features.n_bucket_rows or ngrams.shape[1:] != (core.config.vector_size,):
            raise FormatError(
                f"{state.name}: ngrams of shape {ngrams.shape} do not fit {features.n_bucket_rows} buckets"
            )
        core.inputs.take_rows(core.wv.vectors, ngrams)
        made._take_outputs(core.outputs.wv.vectors)
        core.epochs_trained = attributes.get("epochs_trained", 0)
        for name in STATE:
            setattr(made, name, attributes.get(name, getattr(made, name)))
        return made

    def _take_outputs(self, outputs: Any) -> None:
        """Set the vectors of the labels."""
        core = self._core
        rows = empty_rows(*outputs.shape)
        rows[:] = outputs
        core.matrices["outputs"] = rows
        finish_tables(core)

    def __reduce__(self) -> Any:
        return restored, (type(self), self.to_state())


def restored(kind: type[StoredClassifier], state: ModelState) -> StoredClassifier:
    """A copy of a model, from plain data."""
    return kind.from_state(state)
