"""Phrases in encoded text; part of _bigrams.pyx."""


cdef class JoinedCodes:
    """Joins the phrases of an encoded text; the joined text has codes of its own.

    Codes are assigned to tokens and phrases in order of first appearance, and chunks end where they would end
    if the joined sentences were lists. No strings are made, except once for each distinct token.

    Parameters
    ----------
    joiner : Joiner
    chunk_words : int
        A chunk ends with the first sentence that brings it to this many words.
    vocabulary : dict of str -> int, optional
        Codes that are already assigned; other tokens are UNKNOWN. It must not change during use.

    Attributes
    ----------
    tokens : list of str
        By code; empty with a vocabulary.
    n_words, n_sentences : int
        So far, in the joined text.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.corpus._bigrams import FrozenJoiner, JoinedCodes
    >>> joined = JoinedCodes(FrozenJoiner({"new_york": 3.5}, "_", []), chunk_words=1000)
    >>> joined.add(np.array([0, 1, 2, -1], dtype=np.int32), ["in", "new", "york"])
    >>> joined.finish()
    >>> joined.take(), joined.tokens, joined.counts().tolist()
    ([(array([ 0,  1, -1], dtype=int32), 2, 1)], ['in', 'new_york'], [1, 1])
    """

    cdef Joiner joiner
    cdef ns2vec_chunker chunker
    cdef dict numbers  # text -> code
    cdef bint fixed  # codes cannot be added
    cdef readonly list tokens
    cdef int64_t[::1] totals
    cdef list spellings  # of the input codes
    cdef int32_t[::1] ids  # of the input codes, in the joiner's table
    cdef int64_t version  # of that table
    cdef int32_t[::1] codes  # of the input codes, here; END if not looked up yet

    def __cinit__(self, Joiner joiner not None, *, int64_t chunk_words, dict vocabulary=None):
        ns2vec_chunker_init(&self.chunker, chunk_words, INT64_MAX)
        self.joiner = joiner
        self.fixed = vocabulary is not None
        self.numbers = vocabulary if self.fixed else {}
        self.tokens, self.spellings = [], []
        self.ids = self.codes = np.empty(0, dtype=np.int32)
        self.totals = np.zeros(1024, dtype=np.int64)

    def __dealloc__(self):
        ns2vec_chunker_free(&self.chunker)

    @property
    def n_words(self):
        return self.chunker.total_words

    @property
    def n_sentences(self):
        return self.chunker.total_sentences

    def add(self, const int32_t[::1] words not None, tokens):
        """Join sentences: codes as a `Scanner` encodes them, END after each sentence.

        Parameters
        ----------
        words : int32 array
        tokens : sequence of str, by code
            It may have grown since the last call, but must belong to the same text.
        """
        cdef int64_t start = 0, i, n_words = words.shape[0]
        cdef Joiner joiner = self.joiner
        joiner.table.tidy()
        self.learn(tokens)
        cdef int32_t[::1] ids = np.empty(2 * n_words + 2, dtype=np.int32)
        cdef int32_t[::1] spans = np.empty(2 * n_words + 2, dtype=np.int32)
        check(ns2vec_chunker_reserve(&self.chunker, n_words))
        joiner.tokens = self.spellings
        try:
            for i in range(n_words):
                if words[i] != NS2VEC_END:
                    ids[i] = self.ids[words[i]]
                    continue
                if i > start:
                    joiner.codes = &words[start]
                    self.sentence(&words[start], &ids[start], i - start, &spans[2 * start])
                ns2vec_chunker_end_sentence(&self.chunker)
                start = i + 1
        finally:
            joiner.codes = NULL  # the words belong to the caller

    cdef int learn(self, tokens) except -1:
        """Get spelling and id of each code."""
        cdef int64_t n = len(tokens), i = len(self.spellings)
        cdef PhraseCounts table = self.joiner.table
        self.spellings.extend(tokens[i:n])
        if self.codes.shape[0] < n:
            ids, codes = (np.full(2 * n, NS2VEC_END, dtype=np.int32) for _ in range(2))
            ids[:i], codes[:i] = self.ids[:i], self.codes[:i]
            self.ids, self.codes = ids, codes
        for i in range(0 if self.version != table.version else i, n):
            self.ids[i] = table.known(self.spellings[i])
        self.version = table.version
        return 0

    cdef int sentence(self, const int32_t* words, const int32_t* ids, Py_ssize_t n, int32_t* spans) except -1:
        cdef list phrases = []
        self.joiner.find(ids, n, spans, phrases, None)
        cdef Py_ssize_t i = 0, k = 0, n_spans = PyList_GET_SIZE(phrases)
        cdef int32_t code
        while i < n:
            if k < n_spans and spans[2 * k] == i:
                code = self.number(phrases[k])
                i = spans[2 * k + 1]
                k += 1
            else:
                code = self.codes[words[i]]
                if code == NS2VEC_END:
                    code = self.codes[words[i]] = self.number(self.spellings[words[i]])
            if not self.fixed:
                self.totals[code] += 1
            ns2vec_chunker_word(&self.chunker, code)
            i += 1
        return 0

    cdef int32_t number(self, token) except? -9:
        """Code of a token of the joined text; a token without a code gets one, or is unknown."""
        cdef PyObject* found = PyDict_GetItemWithError(self.numbers, token)
        if found != NULL:
            return <object>found
        if self.fixed:
            return NS2VEC_UNKNOWN
        cdef int64_t code = len(self.tokens)
        if code == self.totals.shape[0]:
            self.totals = np.concatenate([self.totals, np.zeros_like(self.totals)])
        self.numbers[token] = code
        self.tokens.append(token)
        return <int32_t>code

    def finish(self):
        """End the text: the rest becomes the last chunk."""
        check(ns2vec_chunker_finish(&self.chunker))

    def take(self):
        """Return the finished chunks as (codes, n_words, n_sentences)."""
        return take_chunks(&self.chunker, True)

    def counts(self):
        """Return int64 (n_tokens,): occurrences of each token."""
        return np.array(self.totals[: len(self.tokens)])


def spelled(const int32_t[::1] words not None, list tokens not None):
    """Return the sentences of a chunk as lists of tokens.

    Parameters
    ----------
    words : int32 array
        Codes, END after each sentence.
    tokens : list, by code

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.corpus._bigrams import spelled
    >>> spelled(np.array([0, 1, -1, 1, -1], dtype=np.int32), ["a", "b"])
    [['a', 'b'], ['b']]
    """
    cdef list found = [], sentence
    cdef int64_t start = 0, n_words = words.shape[0], i, k
    for i in range(n_words):
        if words[i] != NS2VEC_END:
            continue
        sentence = PyList_New(i - start)
        for k in range(start, i):
            if k + SLOTS_AHEAD < n_words and words[k + SLOTS_AHEAD] >= 0:
                ns2vec_prefetch(PyList_GET_ITEM(tokens, words[k + SLOTS_AHEAD]))
            Py_INCREF(PyList_GET_ITEM(tokens, words[k]))
            PyList_SET_ITEM(sentence, k - start, PyList_GET_ITEM(tokens, words[k]))
        found.append(sentence)
        start = i + 1
    return found
