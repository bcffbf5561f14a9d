"""gensim's interface to a trained model: checkpoints, results, old names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import numpy.typing as npt

from ns2vec._options import whole
from ns2vec._typing import Float32Array, PathLike, Sentences
from ns2vec.models import deprecations, resuming
from ns2vec.models.training import GensimTraining
from ns2vec.training import inference

if TYPE_CHECKING:
    from typing_extensions import Self


class GensimDoor(GensimTraining):
    """Methods of gensim's models after training, and for continuing from a checkpoint."""

    # ---- checkpoints -----------------------------------------------------------------------------

    def _start_checkpoints(self, folder: PathLike | None, every: Any) -> None:
        """Store the options of the constructor, and find out now what will not work."""
        resuming.prepare_checkpoints(folder, every)
        self.checkpoint, self.checkpoint_every = folder, every

    @classmethod
    def resume(
        cls, folder: PathLike, corpus_iterable: Sentences | PathLike | None = None,
        corpus_file: PathLike | None = None, *, callbacks: Iterable[Any] = (), strict: bool = True,
        checkpoint_every: Any = None, **settings: Any,
    ) -> Self:  # fmt: skip
        """Continue training from the newest checkpoint in a folder, to the end.

        With ``workers=1``, or with shards, the model is, to the byte, the one that an uninterrupted run would
        have made. More checkpoints are taken as training continues. The checkpoint of a finished run returns
        its model immediately.

        What a sampler has gathered (pools, hardness, ranks) is restored, too. A sampler from another package
        keeps what it gathers if it has `Steering.state` and `Steering.restore`; otherwise it starts again.

        Parameters
        ----------
        folder : path
            The folder that was given as `checkpoint`.
        corpus_iterable, corpus_file
            The text that the run began with, given in the same way. It is read, without being trained, up to
            where training had come. If an iterable yields something new on each pass (walks, shuffled
            sentences), the same amount is skipped; this needs ``strict=False``.
        callbacks : iterable
            Their `on_train_begin`, and `on_epoch_begin` of the current epoch, are called once more.
        strict : bool
            Refuse text that has changed: files with another size or time, other sentences in the part that
            was trained. If false, the change is logged.
        checkpoint_every : optional
            As in the constructor.
        **settings
            Parameters of the constructor. `workers`, `corpus_memory`, `progress` and `comment` replace what
            was saved; any other must have the value it had, and a `sampler` that could not be saved must be
            given again.

        Raises
        ------
        FileNotFoundError
            If there is no checkpoint.
        FormatError
            If none can be read, or the state of the sampler does not fit it.
        ConfigError
            If a setting has a different value.
        CorpusError
            If the text is a different one.

        Examples
        --------
        >>> import tempfile
        >>> from ns2vec import Word2Vec
        >>> sentences = [["the", "cat", "sat"], ["the", "dog", "sat"]] * 50
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model = Word2Vec(sentences, vector_size=8, min_count=1, workers=1, checkpoint=folder)
        ...     again = Word2Vec.resume(folder, sentences)
        >>> bool((again.wv.vectors == model.wv.vectors).all())
        True
        """
        model, go_on = cls.from_checkpoint(folder, checkpoint_every=checkpoint_every, **settings)
        go_on(corpus_iterable, corpus_file, callbacks, strict=strict)
        return model

    @classmethod
    def from_checkpoint(
        cls, folder: PathLike, *, checkpoint_every: Any = None, **settings: Any
    ) -> tuple[Self, Callable[..., tuple[int, int]]]:
        """Read the newest checkpoint without training yet: `resume` in two steps.

        Parameters
        ----------
        folder : path
        checkpoint_every, **settings : optional
            As in `resume`.

        Returns
        -------
        model : Word2Vec
            As it was when the checkpoint was taken.
        go_on : callable
            ``go_on(corpus_iterable=None, corpus_file=None, callbacks=(), *, strict=True)`` trains it to the
            end and returns (words trained, words read) of the whole run, as `train` does.

        Raises
        ------
        FileNotFoundError, FormatError, ConfigError
            As `resume`.

        Examples
        --------
        >>> import tempfile
        >>> from ns2vec import Word2Vec
        >>> sentences = [["cat", "sat"]] * 20
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = Word2Vec(sentences, vector_size=8, min_count=1, checkpoint=folder, checkpoint_every=1)
        ...     model, go_on = Word2Vec.from_checkpoint(folder)
        >>> len(model.wv)
        2
        """
        return resuming.from_checkpoint(cls, folder, checkpoint_every, settings)

    # ---- results ---------------------------------------------------------------------------------

    def get_latest_training_loss(self) -> float:
        """Return the loss summed over the last `train` call (with ``compute_loss=True``), in float64.

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> model = Word2Vec([["cat", "sat"]] * 20, vector_size=8, min_count=1, compute_loss=True)
        >>> model.get_latest_training_loss() > 0
        True
        """
        return self.running_training_loss

    def predict_output_word(self, context_words_list: Sequence[Any], topn: int | None = 10) -> Any:
        """Return gensim's prediction, a softmax of raw scores: it favours rare words; see `predict_proba`.

        Parameters
        ----------
        context_words_list : sequence of keys or int
        topn : int, or None for all

        Returns
        -------
        list of (key, float32), or None
            None, with a warning, if no context word is known.

        Raises
        ------
        RuntimeError
            If the model has no output vectors for words.

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> model = Word2Vec([["cat", "sat"], ["dog", "ran"]] * 50, vector_size=8, min_count=1, epochs=20)
        >>> len(model.predict_output_word(["cat"], topn=2))
        2
        """
        most = None if topn is None else whole("topn", topn)
        return inference.predicted_words(self._ready(), context_words_list, most)

    def score(
        self, sentences: Iterable[Sequence[Any]], total_sentences: int = int(1e6), chunksize: int = 100,
        queue_factor: int = 2, report_delay: float = 1,
    ) -> npt.NDArray[np.float32]:  # fmt: skip
        """Return the log probability of sentences under hierarchical softmax: classification by inversion.

        Windows have their full width; skip-gram sums over (context, centre) pairs, CBOW over windows (Taddy
        2015, "Document classification by inversion of distributed language representations").

        Parameters
        ----------
        sentences : iterable of token sequences
        total_sentences : int
            Score at most this many; a warning says if there are more.
        chunksize, queue_factor, report_delay
            Accepted for gensim's sake.

        Returns
        -------
        ndarray of shape (n,), float32
            0 for a sentence without known words.

        Raises
        ------
        VocabularyError
            If there is no vocabulary, or the model was not trained with ``hs=1``.

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> model = Word2Vec([["a", "b"], ["c", "d"]] * 300, min_count=1, vector_size=8, hs=1, negative=0)
        >>> likely, unlikely = model.score([["a", "b"], ["a", "d"]])
        >>> bool(likely > unlikely)
        True
        """
        return inference.path_scores(self._ready(), sentences, whole("total_sentences", total_sentences))

    def show(self, words: Sequence[Any] | None = None, topn: int = 8) -> Any:
        """Draw words with their neighbours, for a notebook or a file.

        Parameters
        ----------
        words, topn
            As in `ns2vec.KeyedVectors.show`.

        Returns
        -------
        VectorPage

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> Word2Vec([["a", "b"]] * 9, min_count=1, vector_size=4).show(["a"], topn=1).html[:9]
        '<!doctype'
        """
        return self.wv.show(words, topn)

    def __str__(self) -> str:
        return (
            f"{type(self).__name__}<vocab={len(self.wv.index_to_key)}, "
            f"vector_size={self.vector_size}, alpha={self.alpha}>"
        )

    __repr__ = __str__

    # ---- old names -------------------------------------------------------------------------------

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        deprecations.warn_about_hooks(cls)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            deprecations.missing(self, name)

        def __getitem__(self, key: Any) -> NoReturn:
            deprecations.not_subscriptable(self)

        def __contains__(self, key: Any) -> NoReturn:
            deprecations.not_iterable(self)

    def init_sims(self, replace: bool = False) -> None:
        """Deprecated; call `wv.fill_norms` or, to lose the lengths for good, `wv.unit_normalize_all`."""
        deprecations.deprecated("init_sims", "use wv.fill_norms() or wv.unit_normalize_all() instead")
        if replace:
            self.wv.unit_normalize_all()
        else:
            self.wv.fill_norms()

    def seeded_vector(self, seed_string: str, vector_size: int) -> Float32Array:
        """Deprecated; return a small random vector that depends on the text alone, shape (vector_size,).

        Parameters
        ----------
        seed_string : str
        vector_size : int

        Returns
        -------
        ndarray of shape (vector_size,), float32
        """
        deprecations.deprecated("seeded_vector", "initial vectors come from the model's seed")
        return deprecations.seeded_vector(seed_string, vector_size)
