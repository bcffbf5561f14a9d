"""The part of a classifier that predicts: labels, their probabilities, and their calibration."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from ns2vec._options import whole
from ns2vec._typing import Float32Array, Int64Array
from ns2vec.classify import prediction
from ns2vec.classify._text import SingleAnswers
from ns2vec.classify.calibrating import out_of_fold
from ns2vec.classify.features import LineBags
from ns2vec.classify.files import StoredClassifier
from ns2vec.classify.lines import LabelLists, TextLines, given_labels, labels_in, read_lines, without_labels
from ns2vec.classify.single import SingleTexts, only_text
from ns2vec.classify.tree_search import likeliest, search_of
from ns2vec.classify.units import LOSSES, OUTPUTS, TextUnits
from ns2vec.exceptions import CorpusError, VocabularyError
from ns2vec.keyedvectors import KeyedVectors

logger = logging.getLogger(__name__)


class AnsweringClassifier(StoredClassifier):
    """What a classifier does with its vectors; `ns2vec.classify.Classifier` learns them."""

    prefix: str
    temperature: float
    adds_noise: bool
    _kept: SingleTexts | None = None
    _quick: SingleAnswers | None = None
    _search: tuple[Any, Any, Any] | None = None  # a tree, its decisions' vectors, and its search

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}<{self.loss}, labels={len(self.labels)}, words={len(self.wv)}, "
            f"vector_size={self.wv.vector_size}>"
        )

    # ---- vocabulary ----

    @property
    def _units(self) -> TextUnits:
        return cast(TextUnits, self._core.inputs)

    @property
    def wv(self) -> KeyedVectors:
        """Vectors of the words."""
        found: KeyedVectors = self._core.wv
        return found

    @property
    def labels(self) -> list[Any]:
        """The labels, in the order of the columns of `predict_proba`."""
        found: list[Any] = self._core.outputs.wv.index_to_key
        return found

    # ---- input ----

    def _read(self, texts: Any, labels: Any) -> tuple[TextLines, LabelLists]:
        lines = read_lines(texts)
        words, lists = labels_in(lines, self.prefix)
        if labels is not None:
            lists = given_labels(labels, len(lines))
        n_bare = int((np.diff(lists.offsets) == 0).sum())
        if n_bare == len(lines):
            raise CorpusError(
                f"the corpus has no labels in {len(lines)} lines: give labels=, "
                f"or begin them with {self.prefix!r}"
            )
        if n_bare:
            logger.warning("%d of %d lines have no label and are left out", n_bare, len(lines))
        if len(lists.labels) == 1:
            logger.warning("all lines have the label %r: there is nothing to distinguish", lists.labels[0])
        return words, lists

    def _places(self, labels: list[Any]) -> npt.NDArray[np.int32]:
        """Column of each label, -1 for unknown ones."""
        known = self._core.outputs.wv.key_to_index
        return np.array([known.get(label, -1) for label in labels], dtype=np.int32)

    def _held_out(self, validation: Any) -> tuple[LineBags, Int64Array, npt.NDArray[np.int32]]:
        """Features, and the true labels."""
        texts, labels = validation if isinstance(validation, tuple) else (validation, None)
        lines, lists = self._read(texts, labels)
        bags = self._units.features.encode(lines, self._units.words)
        return bags, lists.offsets, self._places(lists.labels)[lists.ids]

    # ---- predictions ----

    def scores(self, texts: Any) -> Float32Array:
        """Return scores, shape (n, n_labels): log probabilities up to a constant, or log odds (``ova``).

        Parameters
        ----------
        texts : path, or iterable of str or of lists of tokens

        Returns
        -------
        ndarray of shape (n, n_labels), float32

        Raises
        ------
        VocabularyError
            If the model has not been trained.

        Examples
        --------
        >>> from ns2vec.classify import Classifier
        >>> texts, labels = ["good fun", "bad taste"] * 20, ["good", "bad"] * 20
        >>> model = Classifier(vector_size=8, epochs=5).fit(texts, labels)
        >>> model.scores(["good fun"]).shape
        (1, 2)
        """
        self._check_labels()
        if (text := only_text(texts)) is None:
            return self._scores_of(self._features(texts))
        found: Float32Array = self._single().scores(text) / np.float32(self.temperature)
        return found

    def _check_labels(self) -> None:
        if not self.labels:
            raise VocabularyError("the classifier knows no labels yet: call fit() first")

    def _features(self, texts: Any) -> LineBags:
        words = without_labels(read_lines(texts), self.prefix)
        return self._units.features.encode(words, self._units.words)

    def _scores_of(self, bags: LineBags) -> Float32Array:
        found = prediction.scores(self._core, self._units.rows, bags, self.adds_noise)
        found /= np.float32(self.temperature)
        return found

    @property
    def _is_each(self) -> bool:
        """Whether each label has a separate probability."""
        return self.loss == "ova" or (self.loss == "ns" and not self.adds_noise)

    def predict_proba(self, texts: Any) -> Float32Array:
        """Return the probabilities of all labels, in the order of `labels`.

        Parameters
        ----------
        texts : path, or iterable of str or of lists of tokens
            Labels in them are ignored.

        Returns
        -------
        ndarray of shape (n, n_labels), float32
            Each row sums to 1, except for ``loss="ova"``, where each label is decided separately.

        Examples
        --------
        >>> from ns2vec.classify import Classifier
        >>> texts, labels = ["good fun", "bad taste"] * 20, ["good", "bad"] * 20
        >>> model = Classifier(vector_size=8, epochs=5).fit(texts, labels)
        >>> model.predict_proba(["good fun", "bad fun"]).sum(axis=1).round(3).tolist()
        [1.0, 1.0]
        """
        return prediction.probabilities(self.scores(texts), self._is_each)

    def predict(self, texts: Any) -> list[Any]:
        """Return the most probable label of each text; `texts` as in `predict_proba`.

        Parameters
        ----------
        texts : path, or iterable of str or of lists of tokens

        Returns
        -------
        list of labels
        """
        if (quick := self._quick) is not None and (found := quick.label(texts)) is not None:
            return [found]
        names = self.labels
        if self._is_tree:
            return [names[i] for i in self._likeliest(texts)[0].tolist()]
        return [names[i] for block in self._parts(texts) for i in block.argmax(axis=1).tolist()]

    def _many(self, texts: Any) -> Iterator[Float32Array]:
        """Scores of labels, for some lines at a time."""
        bags = self._features(texts)
        for block in prediction.score_blocks(self._core, self._units.rows, bags, self.adds_noise):
            yield block / np.float32(self.temperature)

    def _parts(self, texts: Any) -> Iterable[Float32Array]:
        """Scores of labels, for a single text or some lines at a time."""
        self._check_labels()
        if (text := only_text(texts)) is None:
            return self._many(texts)
        found = self._single().scores(text)
        return [found if self.temperature == 1.0 else found / np.float32(self.temperature)]

    def _single(self) -> SingleTexts:
        """The predictor for single texts."""
        known = self._kept
        if known is None or not known.is_of(self._core, self.prefix, self.adds_noise):
            self._kept = known = SingleTexts(self._core, self.prefix, self.adds_noise)
            self._quick = None
        if self._quick is None:
            self._quick = known.answers(self, self._is_each)
        return known

    @property
    def _is_tree(self) -> bool:
        """Whether the best label is found without scoring all labels."""
        return LOSSES[self.loss].outputs == "path" and bool(self.labels)

    def _likeliest(self, texts: Any) -> tuple[Any, Any]:
        text = only_text(texts)
        if text is None:
            hidden = prediction.line_vectors(self._units.rows, self._features(texts))
        else:
            hidden = self._single().vector(text)
        made_of = self._core.huffman(), self._core.output(OUTPUTS)
        search = self._search
        if search is None or search[0] is not made_of[0] or search[1] is not made_of[1]:
            self._search = search = *made_of, search_of(*made_of)
        return likeliest(hidden, search[2])

    def top_k(
        self, texts: Any, k: int = 1, threshold: float | Mapping[Any, float] = 0.0
    ) -> list[list[tuple[Any, float]]]:
        """Return the most probable labels of each text with their probabilities, the most probable first.

        Parameters
        ----------
        texts : as in `predict_proba`
        k : int
            At most this many; -1: all.
        threshold : float, or dict of label -> float
            Only labels that are at least this probable.

        Returns
        -------
        list of lists of (label, float)

        Raises
        ------
        ConfigError
            If a threshold is for an unknown label, or `k` is invalid.

        Examples
        --------
        >>> from ns2vec.classify import Classifier
        >>> model = Classifier(vector_size=4, alpha=0.5).fit(["__label__a red", "__label__b blue"] * 20)
        >>> [label for label, _ in model.top_k(["red"], k=2)[0]]
        ['a', 'b']
        """
        if type(k) is int and k == 1 and isinstance(threshold, float):
            quick = self._quick
            if quick is not None and (best := quick.best(texts, self.temperature)) is not None:
                return [[best] if best[1] >= threshold else []]
        labels = self.labels
        n_most = len(labels) if k == -1 else whole("k", k, 1)
        least: Any = None  # one for all labels
        if n_most > 1 or isinstance(threshold, Mapping):
            least = prediction.thresholds(threshold, self._core.outputs.wv.key_to_index)
        if n_most > 1:
            found = (prediction.probabilities(block, self._is_each) for block in self._parts(texts))
            return [row for block in found for row in prediction.best(block, labels, n_most, least)]
        return [
            [(labels[i], p)] if p >= (threshold if least is None else least[i]) else []
            for places, chances in self._best(texts)
            for i, p in zip(places.tolist(), chances.tolist(), strict=True)
        ]

    def _best(self, texts: Any) -> Iterator[tuple[Any, Any]]:
        """The column of the most probable label of each text, and its probability, some lines at a time."""
        if self._is_tree and self.temperature == 1.0:
            places, logs = self._likeliest(texts)
            yield places, np.exp(logs)
            return
        for block in self._parts(texts):
            yield prediction.likeliest(block, self._is_each)

    def calibrate(self, texts: Any, labels: Iterable[Any] | None = None, *, folds: int = 0) -> float:
        """Find the temperature that calibrates probabilities (Guo et al. 2017).

        Parameters
        ----------
        texts, labels
            As in `fit`, but not the texts that the model was trained on, unless there are `folds`.
        folds : int
            With 5, for example, the texts may be those of `fit`: five models with the same options each score
            one fold and are trained on the others.

        Returns
        -------
        float
            The temperature, by which scores are divided from now on; above 1, the model was overconfident.

        Raises
        ------
        CorpusError
            If no text has a label that the classifier knows.

        Examples
        --------
        >>> from ns2vec.classify import Classifier
        >>> texts, labels = ["good fun", "bad taste"] * 20, ["good", "bad"] * 20
        >>> model = Classifier(vector_size=8, epochs=5, alpha=0.5).fit(texts, labels)
        >>> model.calibrate(texts[:10], labels[:10]) > 0
        True
        """
        if folds:
            scored, offsets, ids = out_of_fold(self, *self._read(texts, labels), whole("folds", folds, 2))
        else:
            bags, offsets, ids = self._held_out((texts, labels))
            scored = self._scores_of(bags) * np.float32(self.temperature)
        self.temperature = prediction.fit_temperature(scored, offsets, ids, self._is_each)
        return self.temperature
