"""Word2Vec: gensim's constructor, attributes and methods over ns2vec's core."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import PathLike, Sentences
from ns2vec.formats.saving import MODELS
from ns2vec.models.deprecations import names_arguments
from ns2vec.models.gensim_door import GensimDoor
from ns2vec.models.stored import named
from ns2vec.sampling import Sampler
from ns2vec.training import inference

if TYPE_CHECKING:
    from typing_extensions import Self


class Word2Vec(GensimDoor):
    """Train word vectors from sentences by negative sampling or hierarchical softmax.

    Parameters
    ----------
    sentences : iterable of token sequences, or path, optional
        Anything that can be iterated `epochs` + 1 times: lists, `LineSentence`, or a path that smart_open
        opens. If it is given, the model is built and trained immediately; otherwise call `build_vocab` and
        `train`.
    corpus_file : path, optional
        Plain text file instead of `sentences`: one sentence per line, words separated by ASCII white space.
    vector_size : int
        D, the number of dimensions of a vector.
    alpha, min_alpha : float
        Learning rate at the start and at the end; it falls linearly.
    window : int
        Words on each side of the centre word. Each window shrinks to a random width, uniform in 1..window,
        unless `shrink_windows` is false.
    min_count : int
        Words with fewer occurrences are left out.
    max_vocab_size : int, optional
        Drop rare words during counting if there are more distinct words than this.
    sample : float or None
        Threshold for subsampling frequent words; 0 and None keep all (Mikolov et al. 2013, section 2.3).
    seed : int or None
        With `workers=1`, or with `shards`, the same seed gives the same bytes; None chooses one at random.
    workers : int
        Training threads.
    sg : {0, 1}
        1 is skip-gram, 0 CBOW.
    hs : {0, 1}
        1 adds hierarchical softmax (set ``negative=0`` to use it alone).
    negative : int
        k, the number of noise words; 0 turns negative sampling off.
    ns_exponent : float
        Noise is drawn in proportion to count ** ns_exponent, which may be negative.
    cbow_mean : {0, 1}
        The input of CBOW is the mean (1) or the sum (0) of the context vectors.
    hashfxn : callable
        Accepted for gensim's sake; initial vectors depend on `seed` alone, as in gensim 4.
    epochs : int
    null_word, trim_rule, sorted_vocab, max_final_vocab, comment
        As in gensim.
    batch_words : int
        Words per chunk, which one thread trains at one learning rate.
    compute_loss : bool
        Sum the exact loss in float64; see `get_latest_training_loss` and `epoch_losses`.
    callbacks : iterable of objects with gensim's four methods, or some of them
    shrink_windows : bool
        False: every window has `window` words on each side.
    objective : str, optional
        Use this objective alone, instead of what `hs` says: ``"negative_sampling"``, ``"nce"``,
        ``"sampled_softmax"``, ``"softmax"``, ``"hierarchical_softmax"`` (`ns2vec.objectives`), or ``"auto"``.
        ``"softmax"`` updates with one thread and leaves the others to BLAS; ``"auto"`` uses it for
        vocabularies of at most `ns2vec.objectives.SOFTMAX_MAX_WORDS` words, otherwise negative sampling.
    sampler : str, Sampler, scipy.LowLevelCallable or callable
        Where negatives come from: a name of `ns2vec.sampling.SAMPLERS` with options
        (``"unigram"``, ``"uniform"``, ``"batch:size=512"``, ``"mixed:unigram=0.8,uniform=0.2"``), a sampler
        object, a function in machine code, or a Python function that fills blocks.
    negative_sharing : {"window", "pair"}
        ``"pair"`` draws a set of negatives for each (context, centre) pair and trains one pair after the
        other, as word2vec.c does. With ``"window"``, which is several times faster, the contexts of a centre
        word share a set (a new one for every 32 of them) and are updated in one step where that is as good:
        up to 10 contexts (``window=5``) while ``alpha * sum |x|^2 / 4 <= 1``, up to 32 while it is at most
        1/4, where x are their rows. Where a step would be longer, where a word occurs so often that its
        copies would overshoot, and in windows of more than 32 contexts, contexts are trained one by one, each
        seeing the changes made by the one before. A step with a negative that was drawn n times takes up to n
        rounds, in CBOW too.
    backend : {"fused", "blas", "gemm"}
        How products are computed: with ns2vec's own kernels, with BLAS row by row, or with three matrix
        products per window (for logistic objectives). Only the first is fast for word vectors.
    cbow_update : {"word2vec", "corrected"}
        How the 1/n of CBOW's mean enters the update; "corrected" is the true gradient (arXiv:2012.15332).
    corpus_memory : int or str
        How much memory encoded text may take ("64MiB"); ids beyond it go to a temporary file. With 0, the
        text is read again in each epoch. A list of lists is also kept during `train`, if no callback might
        change it; a list that takes more memory is read again.
    checkpoint : path, optional
        Folder for the last two checkpoints, which hold everything needed to continue after a crash
        (`resume`).
    checkpoint_every : int or str, optional
        How often to take one: a number of epochs, or a time such as ``"10min"`` (the default), ``"30s"``,
        ``"2h"``. One more is taken at the end and at Ctrl-C.
    progress : bool, optional
        Show a progress bar on stderr; None shows it if stderr is a terminal.
    guard : {None, "stop", "rollback"}
        Check ten times per epoch, and every million words, whether training diverges (rows that are not
        finite, a loss that jumps). Then stop with an error, or go back to a copy of the last good rows and
        continue at half the learning rate. A guard computes the loss, which takes time. Without a guard, rows
        are checked at the end of every epoch.
    shards : int, optional
        Train this many parts of the text at a time, in copies of the weights that are merged after each
        round. The result depends on the seed and on `shards`, but not on `workers`: the same bytes for any
        number of threads (docs/scaling.md). None: all threads change the same weights, so a run with several
        threads cannot be repeated exactly.
    shard_merge : {"sequential", "adasum", "others", "mean", "sum"}
        How changes to the same row are merged; see `ns2vec.training.sharded.merges.MERGES`.

    Attributes
    ----------
    wv : KeyedVectors
        The words and their vectors, ``wv.vectors`` of shape (V, D).
    syn1neg, syn1 : ndarray of shape (V, D), float32
        Output vectors of negative sampling and of hierarchical softmax.
    epoch_losses : list of float
        Loss of each epoch of the last `train` call.

    Raises
    ------
    ConfigError
        If an option has a value that cannot work.
    DivergenceError
        If training diverged.

    Examples
    --------
    >>> from ns2vec import Word2Vec
    >>> sentences = [["the", "cat", "sat"], ["the", "dog", "sat"]] * 50
    >>> model = Word2Vec(sentences, vector_size=16, min_count=1, workers=1)
    >>> model.wv.vectors.shape
    (4, 16)
    """

    KIND = "Word2Vec"

    @names_arguments
    def __init__(
        self, sentences: Sentences | PathLike | None = None, corpus_file: PathLike | None = None,
        vector_size: int = 100, alpha: float = 0.025, window: int = 5, min_count: int = 5,
        max_vocab_size: int | None = None, sample: float | None = 1e-3, seed: int | None = 1,
        workers: int = 3, min_alpha: float = 0.0001, sg: int = 0, hs: int = 0, negative: int = 5,
        ns_exponent: float = 0.75, cbow_mean: int = 1, hashfxn: Callable[..., int] = hash, epochs: int = 5,
        null_word: int = 0, trim_rule: Callable[..., int] | None = None, sorted_vocab: int = 1,
        batch_words: int = 10000, compute_loss: bool = False, callbacks: Iterable[Any] | None = (),
        comment: str | None = None,
        max_final_vocab: int | None = None, shrink_windows: bool = True, *, objective: str | None = None,
        sampler: str | Sampler | Callable[..., Any] = "unigram", negative_sharing: str = "window",
        backend: str = "fused", cbow_update: str = "word2vec", corpus_memory: int | str = "1GiB",
        checkpoint: PathLike | None = None, checkpoint_every: int | str | None = None,
        progress: bool | None = None, guard: str | None = None, shards: int | None = None,
        shard_merge: str = "sequential",
    ) -> None:  # fmt: skip
        self.vector_size = vector_size
        self.alpha, self.min_alpha = alpha, min_alpha
        self.window, self.shrink_windows = window, shrink_windows
        self.min_count, self.max_vocab_size, self.max_final_vocab = min_count, max_vocab_size, max_final_vocab
        self.sample = 0.0 if sample is None else sample
        self.sorted_vocab, self.null_word = sorted_vocab, null_word
        self.seed, self.hashfxn, self.workers, self.batch_words = seed, hashfxn, workers, batch_words
        self.sg, self.hs, self.negative, self.ns_exponent = sg, hs, negative, ns_exponent
        self.cbow_mean, self.compute_loss = cbow_mean, compute_loss
        self.epochs, self.comment = epochs, comment
        self.sampler, self.negative_sharing, self.backend = sampler, negative_sharing, backend
        self.cbow_update, self.corpus_memory, self.progress = cbow_update, corpus_memory, progress
        self.guard, self.shards, self.shard_merge = guard, shards, shard_merge
        self._choose_objective(objective)
        config = self._config()
        self._start_state()
        self.layer1_size = self.vector_size
        self._start_checkpoints(checkpoint, checkpoint_every)
        self.random = np.random.RandomState(config.seed % 2**32)
        if sentences is not None or corpus_file is not None:
            self._build_and_train(sentences, corpus_file, trim_rule, callbacks)
        else:
            self._warn_ignored(trim_rule, callbacks)
            self.add_lifecycle_event("created", logging.DEBUG, params=str(self))

    @classmethod
    def _with_options(cls, options: dict[str, Any]) -> Self:
        made = cls.__new__(cls)  # the constructor of a subclass may have other parameters, or train
        family: Any = next(kind for kind in cls.__mro__ if "KIND" in vars(kind))
        ours = {name: options.pop(name) for name in named(family.__init__) if name in options}
        family.__init__(made, **ours)
        made._take_options(options)
        return made

    # ---- what was learned ------------------------------------------------------------------------

    def relation_score(
        self, word: Any, others: Iterable[Any], *, calibrated: bool = True
    ) -> npt.NDArray[np.float64]:
        """Return how strongly the model relates an input word to others.

        Parameters
        ----------
        word : key
        others : iterable of keys
        calibrated : bool
            Make scores comparable between words of different frequency: log P(other | word) up to a constant.
            Otherwise return the products of input and output vectors, as in training.

        Returns
        -------
        ndarray of shape (n,), float64

        Raises
        ------
        KeyError
            If a word is not in the vocabulary.
        ConfigError
            If the model has no output vectors for words (with hierarchical softmax alone).

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> sentences = [["cat", "sat"], ["dog", "ran"]] * 50
        >>> model = Word2Vec(sentences, vector_size=8, min_count=1, sg=1, epochs=20, seed=1, workers=1)
        >>> with_sat, with_ran = model.relation_score("cat", ["sat", "ran"])
        >>> bool(with_sat > with_ran)
        True
        """
        return inference.relation_scores(self._ready(), word, others, calibrated)

    def predict_proba(self, context_words: Sequence[Any]) -> npt.NDArray[np.float64]:
        """Return the probability of each word of the vocabulary as the centre of `context_words`.

        Probabilities are calibrated: for negative sampling, log Pn is added back. For CBOW the context words
        form one input vector, as in training; for skip-gram each predicts by itself, and the mean of their
        distributions is returned.

        Parameters
        ----------
        context_words : sequence of keys
            Words that are not in the vocabulary are left out.

        Returns
        -------
        ndarray of shape (V,), float64
            In the order of ``wv.index_to_key``; sums to 1.

        Raises
        ------
        VocabularyError
            If no word is in the vocabulary.

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> model = Word2Vec([["sun", "shines"], ["rain", "falls"]] * 300, min_count=1, vector_size=8, sg=1)
        >>> round(float(model.predict_proba(["sun"]).sum()), 6)
        1.0
        """
        return inference.probabilities(self._ready(), context_words)

    def perplexity(self, sentences: Iterable[Sequence[Any]]) -> float:
        """Return the exponential of the mean of -log P(centre | context) over all windows of some sentences.

        Windows have their full width. Skip-gram counts each (context, centre) pair, CBOW each window.

        Parameters
        ----------
        sentences : iterable of token sequences

        Returns
        -------
        float
            1 for a model that is always right; about V for one that knows nothing.

        Raises
        ------
        VocabularyError
            If no window has two known words.

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> sentences = [["cat", "sat"], ["dog", "ran"]] * 50
        >>> model = Word2Vec(sentences, vector_size=8, min_count=1, sg=1, epochs=20, seed=1, workers=1)
        >>> 1.0 <= model.perplexity(sentences[:2]) < 4.0
        True
        """
        return inference.perplexity(self._ready(), sentences)


MODELS.register(Word2Vec.KIND, Word2Vec)
