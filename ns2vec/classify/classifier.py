"""Classifier: labels for lines of text, from the mean of the vectors of their words and n-grams."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import numpy.typing as npt

from ns2vec._options import flag, whole
from ns2vec._platform import give_back_memory
from ns2vec._typing import PathLike
from ns2vec.classify import learning
from ns2vec.classify.answering import AnsweringClassifier
from ns2vec.classify.features import TextFeatures
from ns2vec.classify.lines import LabelLists, TextLines
from ns2vec.classify.observing import BestEpoch, LineLosses
from ns2vec.classify.quantizing import quantized
from ns2vec.classify.units import LOSSES, OUTPUTS, TextUnits, spec_of
from ns2vec.exceptions import ConfigError
from ns2vec.formats.saving import MODELS
from ns2vec.inputs import Ngrams
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.sampling import make_sampler
from ns2vec.training import EmbeddingCore, Plan, TrainingConfig
from ns2vec.training.callbacks import checked_observers
from ns2vec.training.observers import EpochLog, Observer, ProgressObserver
from ns2vec.training.pairs import PairFeed
from ns2vec.training.units import Units


class Classifier(AnsweringClassifier):
    """Predict labels of texts (Joulin et al. 2017, "Bag of tricks for efficient text classification").

    The vector of a line is the mean of the rows of its words, of their character n-grams and of its word
    n-grams; it is compared with the vectors of the labels. Features, losses and defaults are those of
    ``fasttext supervised``. Unlike in fastText, lines are shuffled in each epoch, and only n-grams that occur
    have rows.

    Parameters
    ----------
    loss : {"softmax", "ova", "hs", "ns", "nce", "sampled_softmax"}
        One label out of all (``"softmax"``), each label separately (``"ova"``), a tree of decisions
        (``"hs"``), or comparison with sampled labels (the others).
    vector_size, epochs : int
    alpha : float
        Learning rate, which falls to zero.
    min_count : int
        Words that occur less often are unknown.
    word_ngrams : int
        Sequences of up to this many words are features.
    min_n, max_n : int
        Lengths of character n-grams; none if `max_n` is 0.
    bucket : int
        How many buckets n-grams are hashed into.
    negative, sampler, ns_exponent
        How many negatives sampled losses use, and how they are drawn; labels are the words of the sampler.
    class_weight : dict of label -> float, ``"balanced"``, or None
        Factor for the loss of lines with that label; 1 for labels that are not named.
    prefix : str
        The prefix of labels in a line.
    pretrained : KeyedVectors, optional
        Initial vectors; their words are known, too.
    freeze : bool
        Do not train the rows of words and n-grams; those without pretrained vectors are zeros.
    patience : int
        With a validation set, training ends after this many epochs without a better accuracy.
    seed, workers : int
        With one worker, the same seed gives the same bytes.
    shards : int, optional
        Train in rounds of this many parts, so that the same seed gives the same bytes for any number of
        workers; see docs/scaling.md.
    progress : bool, optional
        Show a progress bar; None: on a terminal.

    Attributes
    ----------
    labels : list
        The labels, the most frequent one first.
    wv : KeyedVectors
        Vectors of the words.
    temperature : float
        Scores are divided by it; `calibrate` finds it.
    epoch_losses : list of float
        Mean loss per line, for each epoch of the last call.

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
        if not prefix:
            raise ConfigError(
                f"prefix must be the str that labels in lines begin with, and not empty, got {prefix!r}"
            )
        self.loss, self.class_weight, self.prefix, self.pretrained = loss, class_weight, prefix, pretrained
        self.patience, self.progress = whole("patience", patience, 1), progress
        self.freeze = flag("freeze", freeze)
        self.word_ngrams, self.bucket = whole("word_ngrams", word_ngrams, 1, 20), bucket
        self.min_n, self.max_n, self.sampler = min_n, max_n, sampler
        if LOSSES[loss].outputs == "sampled":
            whole("negative", negative, 1)
        learning.check_pretrained(pretrained, vector_size, self.freeze)
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
        self.quantized = {}
        self.lifecycle_events: list[dict[str, Any]] | None = []
        units = TextUnits(KeyedVectors(config.vector_size), features, is_packed=shards is None)
        labels = Units(KeyedVectors(config.vector_size), name="labels")
        spec = partial(spec_of, loss, self.freeze)
        self._core = EmbeddingCore(config, units, outputs=labels, spec=spec)

    def fit(
        self, texts: PathLike | Iterable[Any], labels: Iterable[Any] | None = None, *,
        sample_weight: npt.ArrayLike | None = None, validation: Any = None,
        callbacks: Iterable[Observer] = (),
    ) -> Classifier:  # fmt: skip
        """Train on lines, from scratch.

        Parameters
        ----------
        texts : path, or iterable of str or of lists of tokens
            Without `labels`, each line contains its labels, as words that begin with `prefix`.
        labels : iterable, optional
            A str or int for each text, or a list of them. Texts without a label are left out, with a warning.
        sample_weight : array-like of shape (n,), optional
            Factor for each line's loss.
        validation : tuple (texts, labels), or texts that hold their labels; optional
            The epoch with the best accuracy on these texts is kept, and training ends early if none is
            better.
        callbacks : iterable of Observer
            Objects that watch training, such as `ns2vec.ledger.RunLedger`.

        Returns
        -------
        self

        Raises
        ------
        CorpusError
            If no line has a label, or texts and labels do not match.
        ConfigError
            If a weight is negative, or belongs to a label that does not occur.
        """
        told = checked_observers(callbacks)
        # the rows come last: by then lines and labels are freed, except for what the pairs need
        pairs = self._begin(*self._read(texts, labels), sample_weight)
        learning.make_rows(self._core, self.pretrained)
        self._train(pairs, self._core.config.epochs, validation, [EpochLog(), *told])
        return self

    def _fit(
        self, lines: TextLines, lists: LabelLists, observers: Iterable[Observer] | None = None
    ) -> Classifier:
        pairs = self._begin(lines, lists)
        learning.make_rows(self._core, self.pretrained)
        self._train(pairs, self._core.config.epochs, others=observers)
        return self

    def partial_fit(
        self, texts: PathLike | Iterable[Any], labels: Iterable[Any] | None = None, *,
        sample_weight: npt.ArrayLike | None = None, epochs: int = 1, callbacks: Iterable[Observer] = (),
    ) -> Classifier:  # fmt: skip
        """Continue training on more lines; new words, n-grams and labels get vectors.

        Parameters
        ----------
        texts, labels, sample_weight
            As in `fit`.
        epochs : int
            Passes over the lines; the learning rate falls from `alpha` to zero. 0 only adds words, n-grams
            and labels.
        callbacks : iterable of Observer

        Returns
        -------
        self

        Examples
        --------
        >>> from ns2vec.classify import Classifier
        >>> texts, labels = ["good fun", "bad taste"] * 20, ["good", "bad"] * 20
        >>> model = Classifier(vector_size=8, epochs=5).fit(texts, labels)
        >>> model.partial_fit(["dull plot"] * 5 + texts, ["dull"] * 5 + labels).labels[-1]
        'dull'
        """
        told = checked_observers(callbacks)
        lines, lists = self._read(texts, labels)
        if not self.labels:
            self._choose(lines, lists)
            learning.make_rows(self._core, self.pretrained)
        else:
            learning.grow(self._core, lines, lists)
            self.quantized = {}  # the rows are different from now on
        if whole("epochs", epochs, 0):
            self._train(self._pairs(lines, lists, sample_weight), epochs, others=[EpochLog(), *told])
        return self

    def _choose(self, lines: TextLines, lists: LabelLists) -> None:
        learning.choose(self._core, lines, lists, self.pretrained)
        self.temperature, self.adds_noise, self.quantized = 1.0, True, {}

    def _begin(self, lines: TextLines, lists: LabelLists, sample_weight: Any = None) -> learning.LinePairs:
        self._choose(lines, lists)
        try:
            return self._pairs(lines, lists, sample_weight)
        except BaseException:
            learning.make_rows(self._core, self.pretrained)  # the chosen words would have the rows of others
            raise

    def _pairs(self, lines: TextLines, lists: LabelLists, sample_weight: Any) -> learning.LinePairs:
        core = self._core
        ids = self._places(lists.labels)[lists.ids]
        weights = learning.line_weights(core, ids, lists.offsets, sample_weight, self.class_weight)
        rows = self._units.features.rows_of(lines, self._units.words)
        return learning.pairs_of(core, rows, ids, lists.offsets, weights)

    def _train(
        self, pairs: learning.LinePairs, epochs: int, validation: Any = None,
        others: Iterable[Observer] | None = None,
    ) -> None:  # fmt: skip
        core = self._core
        core.config = learning.in_chunks(core.config, len(pairs))
        observers: list[Observer] = [
            LineLosses(self.epoch_losses),
            ProgressObserver(self.progress),
            *([EpochLog()] if others is None else others),
        ]
        if validation is not None:
            observers.append(BestEpoch(self, *self._held_out(validation), self.patience))
        give_back_memory()  # the memory of the pairs
        plan = Plan(epochs, core.config.alpha, 0.0, len(pairs), None)
        try:
            core.fit(PairFeed(pairs), plan, observers, model=self)
        finally:
            core.label_sets = None
        core.outputs.wv.vectors = core.output(OUTPUTS)

    def quantize(
        self, *, keep: int | None = None, width: int = 4, has_lengths: bool = False, outputs: bool = False,
        seed: int = 1,
    ) -> Classifier:  # fmt: skip
        """Make a quantized copy without training; `save_fasttext_classifier` writes it as a small ``.ftz``.

        Rows are rounded by product quantization (Joulin et al. 2016, "FastText.zip"). In the copy, n-grams
        without a row are not features, as in models quantized by fastText. `save` writes its rows at full
        size.

        Parameters
        ----------
        keep : int, optional
            Keep only this many rows of words and n-grams, the longest; None: all.
        width : int
            Components of a row that become one byte.
        has_lengths : bool
            Round the lengths of rows separately, in one more byte each.
        outputs : bool
            Round the vectors of labels, too; useful if there are many.
        seed : int

        Returns
        -------
        Classifier

        Raises
        ------
        VocabularyError
            If the model has not been trained.
        ConfigError
            If `width` is larger than the vectors, or another option has a value that cannot work.

        Examples
        --------
        >>> from ns2vec.classify import Classifier
        >>> model = Classifier(vector_size=4, alpha=0.5).fit(["__label__a red", "__label__b blue"] * 20)
        >>> model.quantize(width=2).predict(["red", "blue"])
        ['a', 'b']
        """
        return quantized(self, keep=keep, width=width, has_lengths=has_lengths, outputs=outputs, seed=seed)


MODELS.register(Classifier.KIND, Classifier)
