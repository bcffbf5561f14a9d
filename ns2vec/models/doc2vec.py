"""Doc2Vec: vectors of documents, with gensim's constructor, attributes and methods."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from ns2vec._options import number, whole
from ns2vec._typing import Float32Array, PathLike
from ns2vec.exceptions import ConfigError, VocabularyError
from ns2vec.formats.saving import MODELS
from ns2vec.models import deprecations, jobs
from ns2vec.models.doc_door import DocumentDoor, document_spec
from ns2vec.models.doc_inference import OneByOne, Texts, infer
from ns2vec.training.config import TrainingConfig


class Doc2Vec(DocumentDoor):
    """Train vectors of documents, and of words.

    Parameters
    ----------
    documents : iterable of `TaggedDocument`, or path, optional
        Anything with ``words`` and ``tags`` that can be iterated `epochs` + 1 times; or the path of a text
        with one document per line, whose tag is the number of the line. If it is given, the model is built
        and trained immediately.
    corpus_file : path, optional
        Plain text file instead of `documents`: one document per line, words separated by ASCII white space.
    vector_size : int
        D, the number of dimensions of a vector.
    dm_mean : {0, 1}, optional
        PV-DM: the input is the mean (1, the default) or the sum (0) of the vectors of words and tags.
    dm : {0, 1}
        1 is PV-DM: the words around a position and the tags of its document predict the word there. 0 is
        PV-DBOW: the tags alone predict each word of their document.
    dbow_words : {0, 1}
        PV-DBOW: also train word vectors, by skip-gram. Otherwise they keep their initial values.
    dm_concat : {0, 1}
        PV-DM: the vectors of tags and words are concatenated, which preserves the order of words and makes
        output rows ``dm_tag_count + 2 * window`` times as long. Windows do not shrink then.
    dm_tag_count : int
        Number of tags of each document, for `dm_concat`; documents with more or fewer are not trained.
    dv : KeyedVectors, optional
        The object that will hold the vectors of tags.
    dv_mapfile : path, optional
        Accepted for gensim's sake: vectors are kept in memory.
    comment : str, optional
    trim_rule, callbacks, window, epochs, shrink_windows
        As for `Word2Vec`.
    **kwargs
        All other options of `Word2Vec` except `sg`, which follows from `dm`.

    Attributes
    ----------
    dv : KeyedVectors
        Tags and their vectors, ``dv.vectors`` of shape (n_tags, D).
    wv : KeyedVectors
        Words and their vectors.

    Raises
    ------
    ConfigError
        If an option has a value that cannot work.

    Notes
    -----
    gensim ignores `dm_mean`, `comment` and the `trim_rule` of the constructor; here they take effect. A
    document is trained as a whole, while gensim trains only its first 10,000 words.

    In PV-DBOW without words, four successive words of a document share negatives and are trained in one step,
    if that does not overshoot; up to sixteen when a document is inferred. With ``negative_sharing="pair"``
    each word has its own negatives, as in gensim; so it has with samplers and objectives other than negative
    sampling from a fixed distribution.

    References
    ----------
    Le and Mikolov 2014, "Distributed representations of sentences and documents", arXiv:1405.4053.

    Examples
    --------
    >>> from ns2vec import Doc2Vec, TaggedDocument
    >>> texts = ["the cat sat", "the dog sat", "stocks fell today", "stocks rose today"] * 20
    >>> documents = [TaggedDocument(text.split(), [number]) for number, text in enumerate(texts)]
    >>> model = Doc2Vec(documents, vector_size=8, min_count=1, dm=0, workers=1)
    >>> model.dv.vectors.shape, model.infer_vector(["cat", "sat"]).shape
    ((80, 8), (8,))
    """

    KIND = "Doc2Vec"
    _one_by_one: OneByOne | None = None

    def __init__(
        self, documents: Any = None, corpus_file: PathLike | None = None, vector_size: int = 100,
        dm_mean: int | None = None, dm: int = 1, dbow_words: int = 0, dm_concat: int = 0,
        dm_tag_count: int = 1, dv: Any = None, dv_mapfile: PathLike | None = None, comment: str | None = None,
        trim_rule: Callable[..., int] | None = None, callbacks: Iterable[Any] | None = (), window: int = 5,
        epochs: int = 10, shrink_windows: bool = True, **kwargs: Any,
    ) -> None:  # fmt: skip
        given = {"dbow_words": dbow_words, "dm_concat": dm_concat, "dm_tag_count": dm_tag_count}
        self._take_options(given)
        if dm_mean is not None:
            kwargs = {**kwargs, "cbow_mean": dm_mean}
        if dm and dm_concat:
            kwargs = {**kwargs, "null_word": 1}  # for places beyond the document
        has_corpus = documents is not None or corpus_file is not None
        super().__init__(
            sg=(1 + int(dm)) % 2, vector_size=vector_size, window=window, epochs=epochs, comment=comment,
            shrink_windows=shrink_windows, trim_rule=None if has_corpus else trim_rule,
            callbacks=() if has_corpus else callbacks, **kwargs,
        )  # fmt: skip
        self.layer1_size = self.vector_size * self._spec.n_slots
        if dv is not None:
            self.dv = dv
        if has_corpus:
            self.lifecycle_events = []
            self._build_and_train(documents, corpus_file, trim_rule, callbacks)

    @classmethod
    def _option_names(cls) -> set[str]:
        return super()._option_names() - {"documents", "dm", "dm_mean", "dv", "dv_mapfile"}

    def _clear_post_train(self) -> None:
        super()._clear_post_train()
        self._one_by_one = None

    @property
    def docvecs(self) -> Any:
        """Deprecated name of `dv`."""
        deprecations.deprecated("docvecs", "The `docvecs` property has been renamed `dv`.")
        return self.dv

    @docvecs.setter
    def docvecs(self, dv: Any) -> None:
        deprecations.deprecated("docvecs", "The `docvecs` property has been renamed `dv`.")
        self.dv = dv

    @property
    def dm(self) -> bool:
        """Whether this is PV-DM."""
        return not self.sg

    @property
    def dbow(self) -> bool:
        """Whether this is PV-DBOW."""
        return bool(self.sg)

    def __getitem__(self, tag: Any) -> Any:
        """Vector of a tag, or of a word that is no tag.

        Raises
        ------
        KeyError
            If it is neither.
        """
        try:
            return self.dv[tag]
        except KeyError:
            return self.wv[tag]

    def __str__(self) -> str:
        """Short name of the model, with the options that matter."""
        parts = [f'"{self.comment}"'] if self.comment else []
        if self.dm:
            parts.append("dm/c" if self.dm_concat else "dm/m" if self.cbow_mean else "dm/s")
        else:
            parts.append("dbow+w" if self.dbow_words else "dbow")
        parts.append(f"d{self.vector_size}")
        parts += [f"n{self.negative}"] if self.negative else []
        parts += ["hs"] if self.hs else []
        parts += [f"w{self.window}"] if self.dm or self.dbow_words else []
        parts += [f"mc{self.min_count}"] if self.min_count > 1 else []
        parts += [f"s{self.sample:g}"] if self.sample > 0 else []
        parts += [f"t{self.workers}"] if self.workers > 1 else []
        return f"{type(self).__name__}<{','.join(parts)}>"

    __repr__ = __str__

    def _config(self, **changes: Any) -> TrainingConfig:
        """Current options; PV-DBOW without words has no window, which clients write as 0."""
        if self.window == 0 and not self.dm and not self.dbow_words:
            changes.setdefault("window", 1)
        return super()._config(**changes)

    # ---- other documents -------------------------------------------------------------------------

    def infer_vector(
        self, doc_words: Sequence[Any], alpha: float | None = None, min_alpha: float | None = None,
        epochs: int | None = None,
    ) -> Float32Array:  # fmt: skip
        """Return the vector of a document that the model was not trained on.

        A document always gets the same vector: the same words give the same bytes, in any process.

        Parameters
        ----------
        doc_words : list of str
            Words that are not in the vocabulary are left out.
        alpha, min_alpha : float, optional
            Learning rate at the start and at the end, instead of the model's.
        epochs : int, optional
            Instead of the model's.

        Returns
        -------
        ndarray of shape (D,), float32
            A random one if no word is known.

        Raises
        ------
        TypeError
            If the document is a str and not a list of words.
        VocabularyError
            If the model has no words.
        """
        if isinstance(doc_words, str):
            raise TypeError(
                "Parameter doc_words of infer_vector() must be a list of strings (not a single string): "
                "split the text into words"
            )
        found: Float32Array = self.infer_vectors(
            [doc_words], alpha=alpha, min_alpha=min_alpha, epochs=epochs, workers=1
        )[0]
        return found

    def infer_vectors(
        self, documents: Iterable[Any], *, alpha: float | None = None, min_alpha: float | None = None,
        epochs: int | None = None, workers: int | None = None,
    ) -> Float32Array:  # fmt: skip
        """Return the vectors of many documents, as `infer_vector` gives them, using several threads.

        Parameters
        ----------
        documents : iterable of lists of str, or of objects with ``words``
        alpha, min_alpha, epochs
            As for `infer_vector`.
        workers : int, optional
            Threads, instead of the model's `workers`; the vectors do not depend on it.

        Returns
        -------
        ndarray of shape (n_documents, D), float32

        Raises
        ------
        TypeError, VocabularyError
            As `infer_vector`.
        ConfigError
            If more than one tag is concatenated.

        Examples
        --------
        >>> from ns2vec import Doc2Vec, TaggedDocument
        >>> documents = [TaggedDocument(["a", "b", "c"], [0]), TaggedDocument(["d", "e"], [1])] * 20
        >>> model = Doc2Vec(documents, vector_size=8, min_count=1)
        >>> found = model.infer_vectors([["a", "c"], ["e"], ["b", "d"]])
        >>> found.shape, bool((found[1] == model.infer_vector(["e"])).all())
        ((3, 8), True)
        """
        core = self._ready()
        start = core.config.alpha if alpha is None else number("alpha", alpha, 0)
        end = core.config.min_alpha if min_alpha is None else number("min_alpha", min_alpha, 0)
        n_epochs = core.config.epochs if epochs is None else whole("epochs", epochs, 1)
        n_workers = core.config.workers if workers is None else whole("workers", workers, 1)
        if not self.wv.key_to_index or not len(self.wv.vectors):
            raise VocabularyError(
                "the model has no words to infer from: call build_vocab() and train() first"
            )
        found = (getattr(document, "words", document) for document in documents)
        ids = jobs.encode_batch(map(refuse_text, found), self.wv.key_to_index, whole=True)
        texts = Texts.from_chunk(ids)
        if self._n_concat > 1:
            raise ConfigError(
                f"a document is inferred with one tag, but the model has dm_tag_count={self.dm_tag_count}: "
                "train with one tag for each document"
            )
        spec = document_spec(core.config, len(self.wv), with_words=False, concat=self._n_concat)
        if not spec.targets:
            self._check_objective()
        alphas = np.linspace(start, end, n_epochs)
        if len(texts) == 1:
            if self._one_by_one is None or not self._one_by_one.is_of(core, spec):
                self._one_by_one = OneByOne(core, spec)
            if self._one_by_one.can_be_kept:
                return self._one_by_one.infer(texts, alphas)
        return infer(core, texts, alphas, spec, n_workers)

    def similarity_unseen_docs(
        self, doc_words1: Sequence[Any], doc_words2: Sequence[Any], alpha: float | None = None,
        min_alpha: float | None = None, epochs: int | None = None,
    ) -> Any:  # fmt: skip
        """Return the cosine of the inferred vectors of two documents; see `infer_vector`.

        Parameters
        ----------
        doc_words1, doc_words2 : sequence of str
        alpha, min_alpha, epochs : optional
            As in `infer_vector`.

        Returns
        -------
        float32

        Examples
        --------
        >>> from ns2vec import Doc2Vec, TaggedDocument
        >>> model = Doc2Vec([TaggedDocument(["cat", "sat"], [0])] * 20, vector_size=8, min_count=1)
        >>> round(float(model.similarity_unseen_docs(["cat"], ["cat"])), 3)
        1.0
        """
        pair = [self.infer_vector(words, alpha, min_alpha, epochs) for words in (doc_words1, doc_words2)]
        one, other = (vector / np.linalg.norm(vector) for vector in pair)
        return np.dot(one, other)

    # ---- files, and old names --------------------------------------------------------------------

    def save_word2vec_format(
        self, fname: PathLike, doctag_vec: bool = False, word_vec: bool = True, prefix: str = "*dt_",
        fvocab: PathLike | None = None, binary: bool = False,
    ) -> None:  # fmt: skip
        """Write vectors of words, of tags, or of both one after the other, in word2vec's format.

        Parameters
        ----------
        fname : path
        doctag_vec, word_vec : bool
            Whether to write the vectors of tags, and of words.
        prefix : str
            Put before each tag, to distinguish it from words.
        fvocab : path, optional
            Also write words and their counts to this file.
        binary : bool

        Examples
        --------
        >>> import os, tempfile
        >>> from ns2vec import Doc2Vec, KeyedVectors, TaggedDocument
        >>> model = Doc2Vec([TaggedDocument(["cat", "sat"], ["first"])] * 20, vector_size=8, min_count=1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "tags.txt")
        ...     model.save_word2vec_format(path, doctag_vec=True, word_vec=False)
        ...     KeyedVectors.load_word2vec_format(path).index_to_key
        ['*dt_first']
        """
        n_tags = len(self.dv) if doctag_vec else 0
        n_words = len(self.wv) if word_vec else 0
        if word_vec:
            self.wv.save_word2vec_format(
                fname, fvocab=fvocab, binary=binary, total_vec=n_words + n_tags,
            )  # fmt: skip
        if doctag_vec:
            self.dv.save_word2vec_format(
                fname, prefix=prefix, fvocab=fvocab, binary=binary, total_vec=n_words + n_tags,
                append=word_vec, write_header=not word_vec, sort_attr="doc_count",
            )  # fmt: skip

    def init_sims(self, replace: bool = False) -> None:
        """Deprecated; call `dv.fill_norms` or, to lose the lengths for good, `dv.unit_normalize_all`."""
        deprecations.deprecated("init_sims", "use dv.fill_norms() or dv.unit_normalize_all() instead")
        if replace:
            self.dv.unit_normalize_all()
        else:
            self.dv.fill_norms()

    @classmethod
    def _get_offsets_and_start_doctags_for_corpusfile(
        cls, corpus_file: PathLike, workers: int
    ) -> tuple[list[int], list[int]]:
        """Where each of several workers would begin to read a text: bytes, and numbers of lines."""
        return starts_of_parts(corpus_file, workers)


def refuse_text(words: Any) -> Any:
    """The words of a document.

    Raises
    ------
    TypeError
        If they are a str.
    """
    if isinstance(words, str):
        raise TypeError(f"expected lists of words, got the text {words[:40]!r}: split it into words")
    return words


def starts_of_parts(path: PathLike, n_parts: int) -> tuple[list[int], list[int]]:
    """Split a text at lines into parts of about the same size: first bytes, and first lines."""
    size = os.path.getsize(path) // n_parts
    offsets, lines = [0], [0]
    end = 0
    with open(path, "rb") as text:
        for number, line in enumerate(text):
            start, end = end, end + len(line)
            while len(offsets) < n_parts and len(offsets) * size < end:
                offsets.append(start)
                lines.append(number)
    return offsets, lines


MODELS.register(Doc2Vec.KIND, Doc2Vec)
