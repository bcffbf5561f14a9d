"""Classifier: lines of text to labels, by the mean of the vectors of their words and n-grams."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from ns2vec._options import flag, number, whole
from ns2vec._typing import Float32Array, Int64Array, PathLike
from ns2vec.classify import prediction
from ns2vec.classify.features import LineBags, TextFeatures
from ns2vec.classify.files import StoredClassifier
from ns2vec.classify.lines import LabelLists, TextLines, given_labels, labels_in, read_lines
from ns2vec.classify.observing import BestEpoch, LineLosses
from ns2vec.classify.units import LOSSES, TextUnits, label_tree, spec_of
from ns2vec.exceptions import ConfigError, CorpusError, VocabularyError
from ns2vec.formats.saving import MODELS
from ns2vec.inputs import Bags, Ngrams
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.sampling import make_sampler
from ns2vec.training import EmbeddingCore, Plan, TrainingConfig
from ns2vec.training.observers import EpochLog, Observer, ProgressObserver
from ns2vec.training.pairs import PairFeed, Pairs
from ns2vec.training.units import Units
from ns2vec.vocab import build_vocabulary, grow_vocabulary

logger = logging.getLogger(__name__)

CHUNKS = 50  # of an epoch, at least: each has one learning rate
CHUNK_PAIRS = (20, 2000)


class Classifier(StoredClassifier):
    """Labels of texts (Joulin et al. 2017, "Bag of tricks for efficient text classification").

    A line's vector is the mean of the rows of its words, of their character n-grams and of its word n-grams;
    it meets the vectors of the labels. Features, losses and defaults are those of ``fasttext supervised``.
    Unlike there, lines are shuffled in each epoch, and only n-grams that occur have rows.

    Parameters
    ----------
    loss : {"softmax", "ova", "hs", "ns", "nce", "sampled_softmax"}
        One label of all; each label on its own; a tree of decisions; against sampled labels.
    vector_size, epochs : int
    alpha : float
        Learning rate, which falls to zero.
    min_count : int
        Rarer words are unknown.
    word_ngrams : int
        Pieces of up to so many words are features.
    min_n, max_n : int
        Lengths of character n-grams; none if `max_n` is 0.
    bucket : int
        How many buckets n-grams are hashed into.
    negative : int
    sampler : str, Sampler or callable
        Where the negatives of sampled losses come from; labels are its words.
    ns_exponent : float
        Of the counts of labels in the default sampler.
    class_weight : dict of label -> float, ``"balanced"``, or None
        Factor of the loss of lines with that label; 1 for labels that are not named.
    prefix : str
        What a label begins with in a line.
    pretrained : KeyedVectors, optional
        Vectors to begin with; their words are known, too.
    freeze : bool
        Leave the rows of words and n-grams as they are; those without pretrained vectors are zeros.
    patience : int
        With a validation set, training ends after so many epochs without a better accuracy.
    seed, workers : int
        With one worker, the same seed gives the same bytes.
    shards : int, optional
        Train in rounds of so many parts, so that the same seed gives the same bytes for any number of
        workers; see docs/scaling.md.
    progress : bool, optional
        Show a progress bar; None: on a terminal.

    Attributes
    ----------
    labels : list
        The most frequent one first.
    wv : KeyedVectors
        Vectors of the words.
    temperature : float
        Scores are divided by it; `calibrate` finds it.
    epoch_losses : list of float
        Mean loss of a line, of each epoch of the last call.

    Raises
    ------
    ConfigError
        If an option has a value that cannot work.

    Examples
    --------
    >>> from ns2vec.classify import Classifier
    >>> texts = ["what a good film", "so bad a film", "good fun", "bad taste"] * 25
    >>> model = Classifier(vector_size=8, epochs=10, alpha=0.5).fit(texts, ["+", "-", "+", "-"] * 25)
    >>> model.predict(["good taste", "bad fun", "a good one"])[2]
    '+'
    """

    KIND = "Classifier"

    def __init__(
        self, *, loss: str = "softmax", vector_size: int = 100, epochs: int = 5, alpha: float = 0.1,
        min_count: int = 1, word_ngrams: int = 1, min_n: int = 0, max_n: int = 0, bucket: int = 2_000_000,
        negative: int = 5, sampler: Any = "unigram", ns_exponent: float = 0.5,
        class_weight: Mapping[Any, float] | str | None = None, prefix: str = "__label__",
        pretrained: KeyedVectors | None = None, freeze: bool = False, patience: int = 3, seed: int = 1,
        workers: int = 1, shards: int | None = None, progress: bool | None = None,
    ) -> None:  # fmt: skip
        self.loss, self.class_weight, self.prefix, self.pretrained = loss, class_weight, prefix, pretrained
        self.patience, self.progress = whole("patience", patience, 1), progress
        self.freeze = flag("freeze", freeze)
        self.word_ngrams, self.bucket = whole("word_ngrams", word_ngrams, 1, 20), bucket
        self.min_n, self.max_n, self.sampler = min_n, max_n, sampler
        if LOSSES[loss].outputs == "sampled":
            whole("negative", negative, 1)
        if pretrained is not None and pretrained.vector_size != vector_size:
            raise ConfigError(
                f"vector_size must be that of the pretrained vectors, {pretrained.vector_size}, "
                f"got {vector_size}"
            )
        if freeze and pretrained is None:
            raise ConfigError("freeze=True needs pretrained vectors: pass pretrained=, or leave it out")
        features = TextFeatures(
            Ngrams(min_n, max_n, bucket if max_n else 0), self.word_ngrams, whole("bucket", bucket, 1)
        )
        config = TrainingConfig(
            vector_size=vector_size, epochs=epochs, alpha=alpha, min_alpha=0.0, min_count=min_count,
            negative=negative, sampler=make_sampler(sampler), ns_exponent=ns_exponent, seed=seed,
            workers=workers, shards=shards, sample=0.0, compute_loss=True,
            cbow_update="corrected",
        )  # fmt: skip
        self.temperature, self.adds_noise = 1.0, True
        self.epoch_losses: list[float] = []
        self.lifecycle_events: list[dict[str, Any]] | None = []
        units = TextUnits(KeyedVectors(config.vector_size), features)
        labels = Units(KeyedVectors(config.vector_size), name="labels")
        spec = partial(spec_of, loss, self.freeze)
        self._core = EmbeddingCore(config, units, outputs=labels, spec=spec)

    # ---- what it knows ----

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

    # ---- training ----

    def fit(
        self, texts: PathLike | Iterable[Any], labels: Iterable[Any] | None = None, *,
        sample_weight: npt.ArrayLike | None = None, validation: Any = None,
    ) -> Classifier:  # fmt: skip
        """Learn from lines, anew.

        Parameters
        ----------
        texts : path, or iterable of str or of lists of tokens
            Without `labels` each line holds its labels, as words that begin with `prefix`.
        labels : iterable, optional
            A str or int for each text, or a list of them. Texts without any are left out, with a warning.
        sample_weight : array-like of shape (n,), optional
            Factor of each line's loss.
        validation : tuple (texts, labels), or texts that hold their labels; optional
            The best epoch by accuracy on these is kept, and training ends early when there is no better one.

        Raises
        ------
        CorpusError
            If no line has a label, or texts and labels do not go together.
        ConfigError
            If a weight is negative, or belongs to a label that does not occur.
        """
        lines, lists = self._read(texts, labels)
        self._begin(lines, lists)
        self._train(lines, lists, sample_weight, self._core.config.epochs, validation)
        return self

    def partial_fit(
        self, texts: PathLike | Iterable[Any], labels: Iterable[Any] | None = None, *,
        sample_weight: npt.ArrayLike | None = None, epochs: int = 1,
    ) -> Classifier:  # fmt: skip
        """Learn on from more lines; new words, n-grams and labels get vectors. ``epochs=0`` does just that.

        Parameters
        ----------
        texts, labels, sample_weight
            As in `fit`.
        epochs : int
            The learning rate falls from `alpha` to zero in them.
        """
        lines, lists = self._read(texts, labels)
        if not self.labels:
            self._begin(lines, lists)
        else:
            self._grow(lines, lists)
        if whole("epochs", epochs, 0):
            self._train(lines, lists, sample_weight, epochs, None)
        return self

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
            logger.warning("all lines have the label %r: there is nothing to tell apart", lists.labels[0])
        return words, lists

    def _begin(self, lines: TextLines, lists: LabelLists) -> None:
        """Choose words and labels, and give them fresh vectors."""
        core, features = self._core, self._units.features
        counts = lines.counts()
        known = np.flatnonzero(counts >= max(core.config.min_count, 1))
        tokens, found = [lines.tokens[i] for i in known.tolist()], counts[known]
        if self.pretrained is not None:
            more = [*(self.pretrained.key_to_index.keys() - {*tokens})]
            more.sort(key=self.pretrained.key_to_index.__getitem__)
            tokens, found = tokens + more, np.concatenate([found, np.zeros(len(more), np.int64)])
        core.take_words(build_vocabulary(tokens, found, min_count=0)[0])
        counts = np.bincount(lists.ids, minlength=len(lists.labels)).astype(np.int64)
        core.outputs.take(build_vocabulary(lists.labels, counts, min_count=1)[0])
        features.forget()
        features.encode(lines, self.wv.key_to_index, is_growing=True)
        core.begin(core.config.seed)
        self.temperature, self.adds_noise = 1.0, True
        self._take_pretrained()
        self._finish_tables()

    def _take_pretrained(self) -> None:
        if self.pretrained is None:
            return
        rows = self._units.rows
        if self.freeze:
            rows[:] = 0.0
        places = [self.wv.key_to_index[key] for key in self.pretrained.index_to_key]
        rows[places] = self.pretrained.vectors

    def _grow(self, lines: TextLines, lists: LabelLists) -> None:
        core = self._core
        label_counts = np.bincount(lists.ids, minlength=len(lists.labels)).astype(np.int64)
        for units, tokens, counts, least in (
            (core.inputs, lines.tokens, lines.counts(), core.config.min_count),
            (core.outputs, lists.labels, label_counts, 1),
        ):
            seen = np.flatnonzero(counts)
            tokens = [tokens[i] for i in seen.tolist()]
            options: Any = {"min_count": least, "sample": 0.0}
            units.add(grow_vocabulary(units.wv.key_to_index, units.counts, tokens, counts[seen], **options))
        self._units.features.encode(lines, self.wv.key_to_index, is_growing=True)
        core.extend(core.config.seed)
        self._finish_tables()

    def _finish_tables(self) -> None:
        """The tree of fastText, whose files have no other."""
        labels = self._core.outputs.wv
        labels.vectors = self._core.output("outputs")
        if self._core.spec.has_path:
            self._core.tables.tree = label_tree(self._core.counts)

    def _train(
        self, lines: TextLines, lists: LabelLists, sample_weight: Any, epochs: int, validation: Any
    ) -> None:
        core = self._core
        places = self._places(lists.labels)
        ids = places[lists.ids]
        weights = self._line_weights(lists, ids, sample_weight)
        bags = self._units.features.encode(lines, self.wv.key_to_index)
        pairs = self._pairs(bags, ids, lists.offsets, weights)
        least, most = CHUNK_PAIRS
        core.config = replaced(core.config, batch_words=int(np.clip(len(pairs) // CHUNKS, least, most)))
        observers: list[Observer] = [
            LineLosses(self.epoch_losses),
            EpochLog(),
            ProgressObserver(self.progress),
        ]
        if validation is not None:
            observers.append(BestEpoch(self, *self._held_out(validation), self.patience))
        plan = Plan(epochs, core.config.alpha, 0.0, len(pairs), None)
        try:
            core.fit(PairFeed(pairs), plan, observers)
        finally:
            core.label_sets = None
        core.outputs.wv.vectors = core.output("outputs")

    def _places(self, labels: list[Any]) -> npt.NDArray[np.int32]:
        """Column of each label, -1 of those that are not known."""
        known = self._core.outputs.wv.key_to_index
        return np.array([known.get(label, -1) for label in labels], dtype=np.int32)

    def _line_weights(self, lists: LabelLists, ids: Any, sample_weight: Any) -> Float32Array | None:
        """Factor of each line's loss; None where all are 1."""
        found = None
        n_lines = len(lists.offsets) - 1
        if sample_weight is not None:
            found = np.asarray(sample_weight, dtype=np.float32)
            if found.shape != (n_lines,) or not (np.isfinite(found).all() and (found >= 0).all()):
                raise ConfigError(f"sample_weight must be {n_lines} finite numbers of at least 0, one a line")
        if self.class_weight is None:
            return found
        of_label = np.append(self._label_weights(), 0.0)[ids]
        sums = np.diff(np.concatenate([[0.0], np.cumsum(of_label, dtype=np.float64)])[lists.offsets])
        means = (sums / np.maximum(np.diff(lists.offsets), 1)).astype(np.float32)
        return means if found is None else means * found

    def _label_weights(self) -> Float32Array:
        given, counts = self.class_weight, self._core.counts
        if given == "balanced":
            return np.asarray(counts.sum() / (len(counts) * counts), dtype=np.float32)
        if not isinstance(given, Mapping):
            raise ConfigError(f"class_weight must be a dict, 'balanced' or None, got {given!r:.80}")
        if unknown := [label for label in given if label not in self._core.outputs.wv.key_to_index]:
            raise ConfigError(f"class_weight names the label {unknown[0]!r}, which no line has: leave it out")
        return np.array(
            [number(f"class_weight of {label!r}", given.get(label, 1.0), 0.0) for label in self.labels],
            np.float32,
        )

    def _pairs(self, bags: LineBags, ids: Any, offsets: Int64Array, weights: Any) -> Pairs:
        """Lines with their labels: a set of them where all labels are scored, else a pair for each label."""
        lengths = np.diff(offsets)
        lines = np.flatnonzero((lengths > 0) & (np.diff(bags.offsets) > 0))
        is_single = bool((lengths[lines] == 1).all())
        if is_single:
            outputs = ids[offsets[lines]]
        elif self._core.spec.targets[0].outputs == "labels":
            self._core.label_sets, outputs = label_sets(ids, offsets, lines)
        else:
            shares = (1.0 / np.repeat(lengths[lines], lengths[lines])).astype(np.float32)
            lines = np.repeat(np.arange(len(lengths)), lengths * (np.diff(bags.offsets) > 0))
            outputs = ids[np.repeat(np.diff(bags.offsets) > 0, lengths)]
            return inputs_of(bags, lines, outputs, shares if weights is None else weights[lines] * shares)
        return inputs_of(bags, lines, outputs, None if weights is None else weights[lines])

    def _held_out(self, validation: Any) -> tuple[LineBags, Int64Array, npt.NDArray[np.int32]]:
        """Features, and the labels that are right."""
        texts, labels = validation if isinstance(validation, tuple) else (validation, None)
        lines, lists = self._read(texts, labels)
        bags = self._units.features.encode(lines, self.wv.key_to_index)
        return bags, lists.offsets, self._places(lists.labels)[lists.ids]

    # ---- prediction ----

    def scores(self, texts: Any) -> Float32Array:
        """Scores of labels, shape (n, n_labels): log probabilities up to a constant, or log odds (``ova``).

        Raises
        ------
        VocabularyError
            If the model has not been trained.
        """
        if not self.labels:
            raise VocabularyError("the classifier knows no labels yet: call fit() first")
        words, _ = labels_in(read_lines(texts), self.prefix)
        return self._scores_of(self._units.features.encode(words, self.wv.key_to_index))

    def _scores_of(self, bags: LineBags) -> Float32Array:
        found = prediction.scores(self._core, self._units.rows, bags, self.adds_noise)
        found /= np.float32(self.temperature)
        return found

    @property
    def _is_each(self) -> bool:
        """Whether each label has a probability of its own."""
        return self.loss == "ova" or (self.loss == "ns" and not self.adds_noise)

    def predict_proba(self, texts: Any) -> Float32Array:
        """Probabilities of all labels, in the order of `labels`.

        Parameters
        ----------
        texts : path, or iterable of str or of lists of tokens
            Labels in them are not looked at.

        Returns
        -------
        ndarray of shape (n, n_labels), float32
            Each row sums to 1, but for ``loss="ova"``, where each label is decided on its own.
        """
        return prediction.probabilities(self.scores(texts), self._is_each)

    def predict(self, texts: Any) -> list[Any]:
        """The most probable label of each text; `texts` as in `predict_proba`."""
        names = self.labels
        return [names[i] for i in self.scores(texts).argmax(axis=1).tolist()]

    def top_k(
        self, texts: Any, k: int = 1, threshold: float | Mapping[Any, float] = 0.0
    ) -> list[list[tuple[Any, float]]]:
        """The most probable labels of each text with their probabilities, the most probable first.

        Parameters
        ----------
        texts : as in `predict_proba`
        k : int
            At most so many; -1: all.
        threshold : float, or dict of label -> float
            Only labels that are at least so probable.

        Raises
        ------
        ConfigError
            If a threshold is for a label that is not known, or `k` makes no sense.

        Examples
        --------
        >>> from ns2vec.classify import Classifier
        >>> lines = ["__label__a red", "__label__b blue"] * 20
        >>> model = Classifier(vector_size=4, alpha=0.5).fit(lines)
        >>> [label for label, _ in model.top_k(["red"], k=2)[0]]
        ['a', 'b']
        """
        least = np.full(len(self.labels), 0.0 if isinstance(threshold, Mapping) else threshold)
        if isinstance(threshold, Mapping):
            for label, value in threshold.items():
                if label not in self._core.outputs.wv.key_to_index:
                    raise ConfigError(
                        f"threshold names the label {label!r}, which the classifier does not know"
                    )
                least[self._core.outputs.wv.key_to_index[label]] = value
        found = self.predict_proba(texts)
        return prediction.best(found, self.labels, len(self.labels) if k == -1 else whole("k", k, 1), least)

    def calibrate(self, texts: Any, labels: Iterable[Any] | None = None) -> float:
        """Find the temperature that makes probabilities of held-out texts right (Guo et al. 2017).

        Parameters
        ----------
        texts, labels
            As in `fit`, and not what the model was trained on.

        Returns
        -------
        float
            The temperature, by which scores are divided from now on: above 1 the model was too sure.

        Raises
        ------
        CorpusError
            If no text has a label that the classifier knows.
        """
        bags, offsets, ids = self._held_out((texts, labels))
        self.temperature = 1.0
        self.temperature = prediction.fit_temperature(self._scores_of(bags), offsets, ids, self._is_each)
        return self.temperature


def replaced(config: TrainingConfig, **changes: Any) -> TrainingConfig:
    """A configuration with other values."""
    values = {name: getattr(config, name) for name in TrainingConfig.__dataclass_fields__}
    return TrainingConfig(**(values | changes))


def inputs_of(bags: LineBags, lines: Any, outputs: Any, weights: Float32Array | None) -> Pairs:
    """Pairs of the features of some lines and an output each."""
    known = Pairs(bags.rows, np.zeros(len(bags.n_features), np.int32), None, bags.offsets)
    is_all = len(lines) == len(known) and bool((lines == np.arange(len(known))).all())
    taken = known if is_all else known.take(lines)
    return Pairs(taken.inputs, np.ascontiguousarray(outputs, dtype=np.int32), weights, taken.offsets)


def label_sets(
    ids: npt.NDArray[np.int32], offsets: Int64Array, lines: Any
) -> tuple[Bags, npt.NDArray[np.int32]]:
    """Distinct sets of labels, and which of them each line has."""
    numbers: dict[tuple[int, ...], int] = {}
    listed, starts, ends = ids.tolist(), offsets[lines].tolist(), offsets[lines + 1].tolist()
    found = [
        numbers.setdefault(tuple(sorted(listed[start:end])), len(numbers))
        for start, end in zip(starts, ends, strict=True)
    ]
    rows = np.array([label for each in numbers for label in each], dtype=np.int32)
    sets = Bags(np.concatenate([[0], np.cumsum([*map(len, numbers)])]).astype(np.int64), rows)
    return sets, np.array(found, dtype=np.int32)


MODELS.register(Classifier.KIND, Classifier)
