"""Python sentences to counts and to chunks of int32 ids.

`SentenceCounter` and `SentenceEncoder` look up a word in their dict once and cache the result
(`_memo.h`), which is several times faster than a look-up for every token. Chunks are cut with
`_chunker.h`, as `_scan.pyx` does.
"""

from cpython.list cimport PyList_GET_SIZE
from cpython.object cimport PyObject

include "_chunks.pxi"


cdef extern from "Python.h":
    PyObject* PyDict_GetItemWithError(object mapping, object key) except? NULL
    PyObject** PySequence_Fast_ITEMS(object sequence)


cdef extern from "_memo.h":
    ctypedef struct ns2vec_memo:
        pass

    void ns2vec_memo_free(ns2vec_memo* memo)
    int ns2vec_memo_add(ns2vec_memo* memo, PyObject* token, int32_t value)
    Py_ssize_t ns2vec_memo_encode(const ns2vec_memo* memo, ns2vec_chunker* chunker, PyObject** tokens,
                                  Py_ssize_t i, Py_ssize_t n)
    Py_ssize_t ns2vec_memo_count(const ns2vec_memo* memo, int64_t* totals, PyObject** tokens,
                                 Py_ssize_t i, Py_ssize_t n)


# `next` instead of `for`: some iterators start again whenever `iter` is called
cdef object ENDED = object()


def as_tokens(sentence, int64_t number):
    """Return the tokens of sentence `number` as a list; arrays become plain Python str and numbers.

    Raises
    ------
    TypeError
        If `sentence` is not iterable; what its own iteration raises passes unchanged.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.corpus._sentences import as_tokens
    >>> as_tokens(np.array(["a", "b"]), 0)
    ['a', 'b']
    """
    if type(sentence) is list:
        return sentence
    if isinstance(sentence, np.ndarray) and sentence.ndim > 0:
        return sentence.tolist()
    kind = type(sentence)
    if isinstance(sentence, np.ndarray) or not (hasattr(kind, "__iter__") or hasattr(kind, "__getitem__")):
        raise TypeError(
            f"sentence {number} is {sentence!r} of type {kind.__name__}, expected a sequence of tokens: "
            "each item of the corpus must be a list of words"
        )
    return list(sentence)


cdef PyObject* look_up(dict mapping, token, int64_t number) except? NULL:
    """The value of a token of sentence `number` in a dict, NULL if it has none; a clear error if it has no hash."""
    try:
        return PyDict_GetItemWithError(mapping, token)
    except TypeError:
        if is_hashable(token):
            raise
        raise TypeError(
            f"sentence {number} holds a token of type {type(token).__name__}, which cannot be a vocabulary key: "
            "tokens must be hashable (str, int, ...)"
        ) from None


cdef bint is_hashable(token):
    try:
        hash(token)
    except TypeError:
        return False
    return True


cdef class SentenceCounter:
    """Count the tokens of Python sentences, in order of first appearance.

    Parameters
    ----------
    check : callable(token, sentence), optional
        Called with each token that is not a str when it first occurs; raises for what cannot be a word.

    Examples
    --------
    >>> from ns2vec.corpus._sentences import SentenceCounter
    >>> counter = SentenceCounter()
    >>> counter.add(["a", "b"]); counter.add(("b", 7))
    >>> counter.tokens(), counter.counts().tolist(), counter.n_words
    (['a', 'b', 7], [1, 2, 1], 4)
    """

    cdef ns2vec_memo memo
    cdef dict index_of
    cdef object held
    cdef object check
    cdef int64_t[::1] totals
    cdef readonly int64_t n_words
    cdef readonly int64_t n_sentences

    def __cinit__(self, check=None):
        self.index_of = {}
        self.check = check
        self.held = np.zeros(1024, dtype=np.int64)
        self.totals = self.held

    def __dealloc__(self):
        ns2vec_memo_free(&self.memo)

    def add(self, sentence):
        """Count one sentence: a list, tuple, array or other iterable of hashable tokens.

        Raises
        ------
        TypeError
            If `sentence` is not iterable or a token is not hashable; names the sentence by number.
        """
        cdef list tokens = as_tokens(sentence, self.n_sentences)
        cdef Py_ssize_t i = 0
        cdef int64_t at
        # methods of the tokens may change the list during each look-up
        while i < PyList_GET_SIZE(tokens):
            i = ns2vec_memo_count(
                &self.memo, &self.totals[0], PySequence_Fast_ITEMS(tokens), i, PyList_GET_SIZE(tokens)
            )
            if i < PyList_GET_SIZE(tokens):
                at = self.index(tokens[i])
                self.totals[at] += 1
                i += 1
        self.n_words += i
        self.n_sentences += 1

    def fill(self, sentences, int64_t limit):
        """Count the next `limit` sentences of an iterator; False if it has ended."""
        for _ in range(limit):
            sentence = next(sentences, ENDED)
            if sentence is ENDED:
                return False
            self.add(sentence)
        return True

    cdef int64_t index(self, token) except -1:
        """Index of a token that is not cached."""
        cdef PyObject* found = look_up(self.index_of, token, self.n_sentences)
        cdef int64_t at
        if found != NULL:
            at = <object>found
        else:
            if self.check is not None and type(token) is not str:
                self.check(token, self.n_sentences)
            at = len(self.index_of)
            if at == self.totals.shape[0]:
                self.held = np.concatenate([self.held, np.zeros_like(self.held)])
                self.totals = self.held
            self.index_of[token] = at
        check(ns2vec_memo_add(&self.memo, <PyObject*>token, <int32_t>at))
        return at

    def tokens(self):
        """Return the distinct tokens in order of first appearance."""
        return list(self.index_of)

    def counts(self):
        """Return int64 (n_tokens,): occurrences of each token."""
        return self.held[: len(self.index_of)].copy()


cdef class SentenceEncoder:
    """Encode Python sentences with a fixed vocabulary and cut them into chunks.

    Parameters
    ----------
    vocabulary : dict of token -> int
        Other tokens become `UNKNOWN`. It must not change while the encoder is in use.
    chunk_words : int
        A chunk ends with the first sentence that brings it to this many words.
    whole : bool
        Sentences are never split, and empty ones have an end of their own: documents.

    Attributes
    ----------
    all_plain : bool
        Whether all sentences were lists or tuples, of no class that may yield other words the next time.

    Examples
    --------
    >>> from ns2vec.corpus._sentences import SentenceEncoder
    >>> encoder = SentenceEncoder({"a": 0}, chunk_words=2)
    >>> encoder.add(["a", "b"])
    True
    >>> encoder.take()
    [(array([ 0, -2, -1], dtype=int32), 2, 1)]
    """

    cdef ns2vec_memo memo
    cdef ns2vec_chunker chunker
    cdef dict vocabulary
    cdef readonly bint all_plain

    def __cinit__(self, dict vocabulary not None, *, int64_t chunk_words, bint whole=False):
        if chunk_words < 1:
            raise ValueError(f"chunk_words must be >= 1, not {chunk_words}")
        ns2vec_chunker_init(&self.chunker, chunk_words, 0 if whole else INT64_MAX)
        self.vocabulary = vocabulary
        self.all_plain = True

    def __dealloc__(self):
        ns2vec_memo_free(&self.memo)
        ns2vec_chunker_free(&self.chunker)

    @property
    def n_sentences(self):
        """Sentences encoded so far."""
        return self.chunker.total_sentences

    def add(self, sentence):
        """Encode one sentence; True if a chunk is ready to `take`.

        Raises
        ------
        TypeError
            If `sentence` is not iterable or a token is not hashable; names the sentence by number.
        """
        cdef list tokens = as_tokens(sentence, self.chunker.total_sentences)
        cdef Py_ssize_t n = PyList_GET_SIZE(tokens)
        cdef Py_ssize_t i = 0
        if type(sentence) is not list and type(sentence) is not tuple:
            self.all_plain = False
        check(ns2vec_chunker_reserve(&self.chunker, n + 1))
        # methods of the tokens may change the list during each look-up: there is room for n
        while i < min(n, PyList_GET_SIZE(tokens)):
            i = ns2vec_memo_encode(
                &self.memo, &self.chunker, PySequence_Fast_ITEMS(tokens), i, min(n, PyList_GET_SIZE(tokens))
            )
            if i < min(n, PyList_GET_SIZE(tokens)):
                ns2vec_chunker_word(&self.chunker, self.row(tokens[i]))
                i += 1
        ns2vec_chunker_end_sentence(&self.chunker)
        return self.chunker.n_bounds > 0

    def fill(self, sentences):
        """Encode sentences of an iterator until a chunk is ready to `take`; False if it has ended."""
        while (sentence := next(sentences, ENDED)) is not ENDED:
            if self.add(sentence):
                return True
        return False

    cdef int32_t row(self, token) except? -1:
        """Row of a token that is not cached."""
        cdef PyObject* found = look_up(self.vocabulary, token, self.chunker.total_sentences)
        cdef int32_t row = NS2VEC_UNKNOWN
        if found != NULL:
            row = <object>found
        check(ns2vec_memo_add(&self.memo, <PyObject*>token, row))
        return row

    def finish(self):
        """End the corpus: the rest becomes the last chunk."""
        check(ns2vec_chunker_finish(&self.chunker))

    def take(self):
        """Return the finished chunks as (ids, n_words, n_sentences)."""
        return take_chunks(&self.chunker, True)
