"""FastText: gensim's constructor, attributes and methods over units of words and n-grams."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from ns2vec._options import whole
from ns2vec._typing import PathLike, Sentences
from ns2vec.exceptions import ConfigError
from ns2vec.formats.saving import MODELS
from ns2vec.formats.state import ModelState
from ns2vec.inputs import Ngrams
from ns2vec.keyedvectors.subwords import FastTextKeyedVectors
from ns2vec.models import facebook
from ns2vec.models.deprecations import deprecated, names_arguments
from ns2vec.models.subword_units import SubwordUnits
from ns2vec.models.word2vec import Word2Vec
from ns2vec.sampling import Sampler
from ns2vec.training.core import EmbeddingCore


class FastText(Word2Vec):
    """Train vectors of words and of their character n-grams (Bojanowski et al. 2017, arXiv:1607.04606).

    A word's vector is the mean of its own row and the rows of its n-grams, so rare words learn from words
    with a similar spelling, and unknown words have vectors, too. Parameters without a description here are
    those of `Word2Vec`.

    Parameters
    ----------
    sentences, corpus_file, sg, hs, vector_size, alpha, window, min_count, max_vocab_size
        As in `Word2Vec`.
    word_ngrams : {1}
        Other values are for classifiers.
    sample, seed, workers, min_alpha, negative, ns_exponent, cbow_mean, hashfxn, epochs, null_word
        As in `Word2Vec`.
    min_n, max_n : int
        Lengths of n-grams in characters; with ``max_n < min_n`` or ``max_n=0`` there are none.
    sorted_vocab
        As in `Word2Vec`.
    bucket : int
        How many buckets n-grams are hashed into, with the function of the ``fasttext`` package.
    trim_rule, batch_words, callbacks, max_final_vocab, shrink_windows, compute_loss, objective, sampler
        As in `Word2Vec`.
    negative_sharing, backend, cbow_update, corpus_memory, checkpoint, checkpoint_every, progress, guard
        As in `Word2Vec`.
    shards, shard_merge
        As in `Word2Vec`.
    compact : bool
        Keep only the rows of n-grams that occur in some word of the vocabulary. Training would not have
        changed the others: they are made again from the seed when needed, so results are the same. False
        holds ``bucket * vector_size * 4`` bytes.

    Attributes
    ----------
    wv : FastTextKeyedVectors

    Raises
    ------
    ConfigError
        If an option has a value that cannot work.
    NotImplementedError
        If `word_ngrams` is not 1.

    Examples
    --------
    >>> from ns2vec import FastText
    >>> sentences = [["the", "cat", "walked"], ["the", "dog", "walks"]] * 50
    >>> model = FastText(sentences, vector_size=16, min_count=1, bucket=5000, workers=1)
    >>> model.wv.get_vector("walking").shape
    (16,)
    """

    KIND = "FastText"

    min_n: int
    max_n: int
    bucket: int

    @names_arguments
    def __init__(
        self, sentences: Sentences | PathLike | None = None, corpus_file: PathLike | None = None, sg: int = 0,
        hs: int = 0, vector_size: int = 100, alpha: float = 0.025, window: int = 5, min_count: int = 5,
        max_vocab_size: int | None = None, word_ngrams: int = 1, sample: float | None = 1e-3,
        seed: int | None = 1, workers: int = 3, min_alpha: float = 0.0001, negative: int = 5,
        ns_exponent: float = 0.75, cbow_mean: int = 1, hashfxn: Callable[..., int] = hash, epochs: int = 5,
        null_word: int = 0, min_n: int = 3, max_n: int = 6, sorted_vocab: int = 1, bucket: int = 2000000,
        trim_rule: Callable[..., int] | None = None, batch_words: int = 10000,
        callbacks: Iterable[Any] | None = (), max_final_vocab: int | None = None, shrink_windows: bool = True,
        *, compute_loss: bool = False, objective: str | None = None,
        sampler: str | Sampler | Callable[..., Any] = "unigram", negative_sharing: str = "window",
        backend: str = "fused", cbow_update: str = "word2vec", corpus_memory: int | str = "1GiB",
        checkpoint: PathLike | None = None, checkpoint_every: int | str | None = None,
        progress: bool | None = None, guard: str | None = None, shards: int | None = None,
        shard_merge: str = "sequential", compact: bool = True,
    ) -> None:  # fmt: skip
        if word_ngrams != 1:
            raise NotImplementedError("word_ngrams other than 1 is for classifiers: leave it out")
        ngrams = Ngrams(min_n, max_n, bucket)
        self.min_n, self.max_n, self.bucket = ngrams.min_n, ngrams.max_n, ngrams.bucket if ngrams else 0
        self.word_ngrams, self.compact = word_ngrams, bool(compact)
        super().__init__(
            sentences, corpus_file, vector_size=vector_size, alpha=alpha, window=window, min_count=min_count,
            max_vocab_size=max_vocab_size, sample=sample, seed=seed, workers=workers, min_alpha=min_alpha,
            sg=sg, hs=hs, negative=negative, ns_exponent=ns_exponent, cbow_mean=cbow_mean, hashfxn=hashfxn,
            epochs=epochs, null_word=null_word, trim_rule=trim_rule, sorted_vocab=sorted_vocab,
            batch_words=batch_words, compute_loss=compute_loss, callbacks=callbacks,
            max_final_vocab=max_final_vocab, shrink_windows=shrink_windows, objective=objective,
            sampler=sampler, negative_sharing=negative_sharing, backend=backend, cbow_update=cbow_update,
            corpus_memory=corpus_memory, checkpoint=checkpoint, checkpoint_every=checkpoint_every,
            progress=progress, guard=guard, shards=shards, shard_merge=shard_merge,
        )  # fmt: skip

    @cached_property
    def _core(self) -> EmbeddingCore:
        """The spec of the model."""
        wv = FastTextKeyedVectors(self.vector_size, self.min_n, self.max_n, self.bucket)
        return EmbeddingCore(self._config(), SubwordUnits(wv, self.compact))

    def state_for_gensim(self) -> ModelState:
        """Return the model as gensim stores it in files."""
        state = self.to_state()
        state.vectors = self.wv.state_for_gensim().vectors
        return state

    @classmethod
    def load_fasttext_format(cls, model_file: PathLike, encoding: str = "utf8") -> FastText:
        """Deprecated; call `load_facebook_model`."""
        deprecated("load_fasttext_format", "use load_facebook_vectors or load_facebook_model instead")
        return load_facebook_model(model_file, encoding)

    def load_binary_data(self, encoding: str = "utf8") -> None:
        """Deprecated; call `load_facebook_model`. Read the Facebook file at `file_name`."""
        deprecated("load_binary_data", "use load_facebook_vectors or load_facebook_model instead")
        vars(self).update(vars(load_facebook_model(vars(self)["file_name"], encoding)))

    def estimate_memory(
        self, vocab_size: int | None = None, report: dict[str, int] | None = None
    ) -> dict[str, int]:
        """Return the bytes of words, rows and outputs, as gensim counts them, with the full table of n-grams.

        The lists of n-grams (``buckets_word``) are those of the words that the model has.
        """
        n_words = whole("vocab_size", vocab_size or len(self.wv))
        row, report, spec = 4 * self.vector_size, report if report is not None else {}, self._spec
        report["vocab"] = n_words * (700 if spec.has_path else 500)
        report["syn0_vocab"] = n_words * row
        for target in spec.targets:
            report[target.matrix] = n_words * row
        if self.bucket:
            report["syn0_ngrams"] = self.bucket * row
            n_ngrams = len(self.wv.word_bags().rows) - len(self.wv)
            report["buckets_word"] = 64 + 100 * len(self.wv) + 4 * n_ngrams
        report["total"] = sum(size for name, size in report.items() if name != "total")
        return report


def load_facebook_model(path: PathLike, encoding: str = "utf-8") -> FastText:
    """Read a model that fastText saved; it can be trained on.

    Parameters
    ----------
    path : path
        A ``.bin`` file, or a quantized ``.ftz`` file; decompressed by its suffix.
    encoding : str
        Encoding of the words. Invalid bytes are shown as backslashes and numbers, but hashed as they are.

    Returns
    -------
    FastText

    Raises
    ------
    FormatError
        If the file is not what it claims to be.
    NotImplementedError
        If it is a classifier.

    Examples
    --------
    >>> import os, tempfile
    >>> from ns2vec.fasttext import FastText, load_facebook_model, save_facebook_model
    >>> model = FastText([["cats", "sat"]] * 20, vector_size=8, min_count=1, bucket=100, workers=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "model.bin")
    ...     save_facebook_model(model, path)
    ...     load_facebook_model(path).wv.index_to_key == model.wv.index_to_key
    True
    """
    found: FastText = facebook.read_model(FastText, path, encoding)
    return found


def load_facebook_vectors(path: PathLike, encoding: str = "utf-8") -> FastTextKeyedVectors:
    """Read the vectors of a model or classifier that fastText saved, without what only training needs.

    Parameters
    ----------
    path, encoding
        As in `load_facebook_model`.

    Returns
    -------
    FastTextKeyedVectors

    Raises
    ------
    FormatError
        If the file is not what it claims to be.

    Examples
    --------
    >>> import os, tempfile
    >>> from ns2vec.fasttext import FastText, load_facebook_vectors, save_facebook_model
    >>> model = FastText([["cats", "sat"]] * 20, vector_size=8, min_count=1, bucket=100, workers=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "model.bin")
    ...     save_facebook_model(model, path)
    ...     load_facebook_vectors(path)["cat"].shape
    (8,)
    """
    return facebook.read_vectors(path, encoding)


def save_facebook_model(
    model: FastText, path: PathLike, encoding: str = "utf-8", lr_update_rate: int = 100, word_ngrams: int = 1
) -> None:
    """Write a model that the ``fasttext`` package loads, atomically.

    Parameters
    ----------
    model : FastText
    path : path
        Compressed by its suffix.
    encoding : str
        Encoding of the words.
    lr_update_rate, word_ngrams : int
        Written to the file; only fastText's own training uses them.

    Raises
    ------
    ConfigError
        If the model is not a FastText model.
    AttributeError
        If it has no output vectors.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import os, tempfile
    >>> from ns2vec.fasttext import FastText, load_facebook_model, load_facebook_vectors, save_facebook_model
    >>> model = FastText([["cats", "sat"]] * 20, vector_size=8, min_count=1, bucket=100, workers=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "model.bin")
    ...     save_facebook_model(model, path)
    ...     again, vectors = load_facebook_model(path), load_facebook_vectors(path)
    >>> bool((again.wv["cat"] == vectors["cat"]).all())
    True
    """
    if not isinstance(model, FastText):
        raise ConfigError(f"expected a FastText model, got a {type(model).__name__}")
    facebook.write_model(model, path, encoding, lr_update_rate, word_ngrams)


MODELS.register(FastText.KIND, FastText)
