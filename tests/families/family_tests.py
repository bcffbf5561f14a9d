"""Tests that hold for every family of models: one class, with a subclass for each family."""

from __future__ import annotations

import contextlib
import copy
import pickle
from typing import Any, ClassVar

import numpy as np
import pytest


def topics(n_sentences: int = 400, n_words: int = 10) -> list[list[str]]:
    """Sentences of two topics, ``fruit`` and ``tool``, whose words never occur together."""
    rng = np.random.default_rng(0)
    words = [[f"{name}{i}" for i in range(n_words)] for name in ("fruit", "tool")]
    return [rng.choice(words[i % 2], size=8).tolist() for i in range(n_sentences)]


class Failing:
    """Examples that raise an exception after `n_left` items, counted over all passes."""

    def __init__(self, examples: list, n_left: int, error: type[BaseException]) -> None:
        self.examples, self.n_left, self.error = examples, n_left, error

    def __iter__(self):
        for example in self.examples:
            self.n_left -= 1
            if self.n_left < 0:
                raise self.error
            yield example


class FamilyTests:
    """The common tests; a subclass named ``Test...`` adds a family and defines how it is made.

    An example is what the family learns from: a sentence, a document with its tags, a pair. The methods
    fit families with gensim's interface; others override them.
    """

    family: ClassVar[type]
    options: ClassVar[dict[str, Any]]
    """Options of the family's constructor, including `epochs`; fit() adds those of a test."""
    bad_options: ClassVar[list[dict[str, Any]]]
    """One option each, with an invalid value."""
    nothing: ClassVar[str]
    """Message for a corpus without examples."""

    # ---- how a model is made and used ----

    def examples(self) -> list:
        """A few hundred examples of a structure that can be learned."""
        raise NotImplementedError

    def more_examples(self) -> list:
        """Some examples of the same kind, with units that are not in `examples`."""
        raise NotImplementedError

    def has_learned(self, model: Any) -> bool:
        """Whether a model has found the structure of `examples`."""
        raise NotImplementedError

    def arrays(self, model: Any) -> dict[str, np.ndarray]:
        """Everything that is learned, by name; each row belongs to a unit, and old units come first."""
        outputs = {name: getattr(model, name, None) for name in ("syn1neg", "syn1")}
        return {
            "vectors": model.wv.vectors,
            **{name: rows for name, rows in outputs.items() if rows is not None},
        }

    def losses(self, model: Any) -> list[float]:
        """The loss of each epoch."""
        return model.epoch_losses

    def fit(self, examples: Any, **options: Any) -> Any:
        """A model that has learned from `examples`; by default with `workers=1` and a seed."""
        common = {"workers": 1, "seed": 3, "compute_loss": True}
        return self.family(examples, **(common | self.options | options))

    def train(self, model: Any, examples: list) -> None:
        """Train one more epoch."""
        model.train(examples, total_examples=len(examples), epochs=1, compute_loss=True)

    def grow(self, model: Any, examples: Any) -> None:
        """Add the units of `examples` that the model lacks, without training them."""
        model.build_vocab(examples, update=True)

    def resume(self, folder: Any, examples: list) -> Any:
        """The model of a run with checkpoints in `folder`, trained to the end."""
        return self.family.resume(folder, examples)

    # ---- tests for every family ----

    def same(self, one: Any, other: Any) -> bool:
        """Whether two models have the same arrays, to the byte."""
        ours, theirs = self.arrays(one), self.arrays(other)
        assert ours.keys() == theirs.keys()
        return all(ours[name].tobytes() == theirs[name].tobytes() for name in ours)

    @pytest.mark.parametrize("workers", [1, 2])
    def test_it_learns(self, workers):
        model = self.fit(self.examples(), workers=workers)
        assert all(np.isfinite(rows).all() for rows in self.arrays(model).values())
        assert self.has_learned(model)

    def test_it_says_what_it_is(self):
        assert " at 0x" not in repr(self.fit(self.examples()[:40], epochs=1))

    def test_the_loss_falls(self):
        losses = self.losses(self.fit(self.examples()))
        assert len(losses) == self.options["epochs"]
        assert losses[-1] < 0.95 * losses[0]

    def test_the_same_seed_gives_the_same_bytes(self):
        model = self.fit(self.examples())
        assert self.same(model, self.fit(self.examples()))
        assert not self.same(model, self.fit(self.examples(), seed=4))

    def test_with_shards_any_number_of_workers_gives_the_same_bytes(self):
        one, three = (self.fit(self.examples(), shards=4, workers=workers) for workers in (1, 3))
        assert self.same(one, three)
        assert self.has_learned(one)
        assert self.losses(one) == self.losses(three)

    @pytest.mark.parametrize("way", ["file", "pickle", "deepcopy"])
    def test_a_saved_model_trains_on_to_the_same_bytes(self, way, tmp_path):
        model = self.fit(self.examples())
        if way == "file":
            model.save(tmp_path / "model")
            found = self.family.load(tmp_path / "model")
        else:
            found = copy.deepcopy(model) if way == "deepcopy" else pickle.loads(pickle.dumps(model))
        assert type(found) is self.family
        assert self.same(found, model)
        for one in (model, found):
            self.grow(one, self.more_examples())
            self.train(one, self.more_examples())
        assert self.same(found, model)

    def test_growth_keeps_old_rows_and_makes_new_ones(self):
        model = self.fit(self.examples())
        before = {name: rows.copy() for name, rows in self.arrays(model).items()}
        self.grow(model, self.more_examples())
        grown = self.arrays(model)
        assert len(grown["vectors"]) > len(before["vectors"])
        for name in before.keys() - {"syn1"}:  # a Huffman tree is built again
            assert grown[name][: len(before[name])].tobytes() == before[name].tobytes(), name
        untrained = grown["vectors"][len(before["vectors"]) :].copy()
        self.train(model, self.more_examples())
        assert (self.arrays(model)["vectors"][-len(untrained) :] != untrained).any(axis=1).all()

    @pytest.mark.parametrize("part", [0.1, 0.5, 0.95])
    def test_a_run_that_was_cut_ends_with_the_bytes_of_a_whole_one(self, part, tmp_path):
        examples = self.examples()
        whole = self.fit(examples)
        n_before = int(len(examples) * (1 + part * self.options["epochs"]))  # one pass counts
        with contextlib.suppress(KeyboardInterrupt):
            cut = Failing(examples, n_before, KeyboardInterrupt)
            self.fit(cut, checkpoint=tmp_path, checkpoint_every="1h")
        resumed = self.resume(tmp_path, examples)
        assert self.same(resumed, whole)
        assert self.losses(resumed) == self.losses(whole)

    def test_an_option_that_cannot_work_is_named(self):
        for options in self.bad_options:
            (name,) = options
            with pytest.raises(ValueError, match=name):
                self.fit(self.examples(), **options)

    def test_without_examples_there_is_no_model(self):
        with pytest.raises((ValueError, RuntimeError), match=self.nothing):
            self.fit([])

    def test_an_error_of_the_examples_reaches_the_caller_and_changes_nothing(self):
        with pytest.raises(ZeroDivisionError):
            self.fit(Failing(self.examples(), 500, ZeroDivisionError))
        model = self.fit(self.examples())
        before = copy.deepcopy(model)
        with pytest.raises(ZeroDivisionError):
            self.grow(model, Failing(self.more_examples(), 5, ZeroDivisionError))
        assert self.same(model, before)
        self.train(model, self.examples())
