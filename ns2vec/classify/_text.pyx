# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The vector of a single text (its words, their rows and those of n-grams, and their mean) and its most probable label.

`ns2vec.classify.features` does it for many lines at once, where the overhead of a call does not matter; it is the
oracle, and `ns2vec.classify.prediction` is the oracle for labels.
"""

from cpython.dict cimport PyDict_GetItem
from cpython.object cimport PyObject
from libc.math cimport exp
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcmp, memcpy

from ns2vec.inputs._words cimport WordTable, Words, ask_for_word, row_of
from ns2vec.inputs._ngrams cimport Rule, add_ngrams, hash_of, is_whole, n_ngrams
from ns2vec.inputs._rows cimport Matrices, describe

cdef extern from "Python.h":
    const char* PyUnicode_AsUTF8AndSize(object text, Py_ssize_t* n_bytes) except NULL

cdef extern from "answer.h" nogil:
    void ns2_ask_for_row(const float* row, Py_ssize_t width)
    void ns2_mean(const float** rows, Py_ssize_t n, Py_ssize_t width, float share, float* out)
    void ns2_products(
        const float* rows, Py_ssize_t n, Py_ssize_t stride, const float* x, Py_ssize_t width, float* out
    )
    double ns2_sum_of_exponentials(const float* scores, Py_ssize_t n, float best, float factor)

cdef extern from *:
    void prefetch "__builtin_prefetch"(const void* address) noexcept nogil

cdef uint64_t FACTOR = 116049371        # of fastText's hash of word n-grams
cdef const char* END_OF_LINE = b"</s>"  # the last token of every line

cdef struct Token:
    const uint8_t* start
    int64_t n_bytes
    int32_t row             # of the word; -1: none
    int32_t n_ngrams
    uint64_t hashed         # signed 32 bits
    uint64_t state          # hash of the words beginning with this one


cdef inline bint is_blank(uint8_t byte) noexcept nogil:
    return byte == b" " or 9 <= byte <= 13


cdef int64_t count_tokens(const uint8_t* text, int64_t n_bytes) noexcept nogil:
    cdef int64_t found = 0, i
    cdef bint was_blank = True
    for i in range(n_bytes):
        found += was_blank and not is_blank(text[i])
        was_blank = is_blank(text[i])
    return found


cdef class TextVectors:
    """Makes vectors of single texts. It keeps its arrays, whose values may change; threads may use it at the same time.

    Parameters
    ----------
    words : WordTable
        The words in the order of their rows.
    rows : ndarray of shape (n_words + n_bucket_rows, D), float32
        Each row is contiguous.
    table : ndarray of shape (bucket,), int32, or None
        One more than the row of each bucket after the words; 0 if it has none. None: there are no n-grams.
    min_n, max_n : int
        Lengths of character n-grams; there are none if `max_n` is 0.
    word_ngrams : int
        Sequences of up to this many words are features.
    skips : bool
        An n-gram without a row does not count in the mean.
    prefix : bytes
        Prefix of labels, which are left out.

    Raises
    ------
    ValueError
        If the arrays do not fit together.
    """

    cdef WordTable table_of_words
    cdef const Words* words
    cdef const float[:, :] rows
    cdef const int32_t[::1] table
    cdef Matrices matrices
    cdef Rule rule
    cdef int64_t word_ngrams, n_rows
    cdef Py_ssize_t width
    cdef bint skips, has_ngrams
    cdef bytes prefix

    def __cinit__(
        self, WordTable words not None, const float[:, :] rows not None, const int32_t[::1] table, *,
        int64_t min_n, int64_t max_n, int64_t word_ngrams, bint skips, bytes prefix not None,
    ):
        cdef int64_t n_words = len(words)
        self.table_of_words, self.words = words, &words.words
        self.rows, self.table, self.width = rows, table, rows.shape[1]
        self.n_rows = describe((rows,), &self.matrices, self.width)
        if self.n_rows < n_words or self.width < 1:
            raise ValueError(
                f"expected a row for each of {n_words} words, got shape ({rows.shape[0]}, {self.width})"
            )
        self.word_ngrams, self.skips, self.prefix = 1, skips, prefix
        self.rule = Rule(min_n, max_n, 0, <int32_t>n_words, NULL, False, 0)
        self.has_ngrams = False
        if table is not None and table.shape[0]:
            self.rule.table, self.rule.bucket = <int32_t*>&table[0], <uint32_t>table.shape[0]
            self.has_ngrams, self.word_ngrams = max_n > 0, word_ngrams

    cdef int64_t read_token(
        self, Token* token, const uint8_t* start, int64_t n_bytes, const char* prefix, int64_t n_prefix
    ) noexcept nogil:
        """Set the position of a token, and its hash; 0: it is a label."""
        if n_bytes >= n_prefix and memcmp(start, prefix, n_prefix) == 0:
            return 0
        token.start, token.n_bytes = start, n_bytes
        token.hashed = <uint64_t><int64_t><int32_t>hash_of(start, n_bytes)
        token.state = token.hashed
        ask_for_word(self.words, <uint32_t>token.hashed)
        return 1

    cdef int64_t read_tokens(
        self, Token* tokens, const uint8_t* text, int64_t n_bytes, const char* prefix, int64_t n_prefix
    ) noexcept nogil:
        """Set the tokens of a text and of its end; return their number without labels."""
        cdef int64_t found = 0, start = 0, at, i
        for at in range(n_bytes + 1):
            if at == n_bytes or is_blank(text[at]):
                if at > start:
                    found += self.read_token(tokens + found, text + start, at - start, prefix, n_prefix)
                start = at + 1
        found += self.read_token(tokens + found, <const uint8_t*>END_OF_LINE, 4, prefix, n_prefix)
        for i in range(found):
            tokens[i].row = row_of(self.words, tokens[i].start, tokens[i].n_bytes, <uint32_t>tokens[i].hashed)
            tokens[i].n_ngrams = 0
            if self.has_ngrams and not is_whole(tokens[i].start, tokens[i].n_bytes):
                tokens[i].n_ngrams = <int32_t>n_ngrams(
                    tokens[i].start, tokens[i].n_bytes, self.rule.min_n, self.rule.max_n
                )
        return found

    cdef int64_t add_features(self, Token* tokens, int64_t n, uint8_t* marked, int32_t* rows) noexcept nogil:
        """Write the rows of all features that have one, in the order of `TextFeatures`; return how many."""
        cdef int64_t found = 0, i, size
        cdef int32_t row
        marked[0] = b"<"
        for i in range(n):
            if tokens[i].row >= 0:
                rows[found] = tokens[i].row
                found += 1
            if tokens[i].n_ngrams:
                memcpy(marked + 1, tokens[i].start, tokens[i].n_bytes)
                marked[tokens[i].n_bytes + 1] = b">"
                found += add_ngrams(&self.rule, marked, tokens[i].n_bytes + 2, rows + found)
        for size in range(1, self.word_ngrams):
            for i in range(n - size):
                tokens[i].state = tokens[i].state * FACTOR + tokens[i + size].hashed
                prefetch(self.rule.table + tokens[i].state % self.rule.bucket)
            for i in range(n - size):
                row = self.rule.table[tokens[i].state % self.rule.bucket]
                rows[found] = self.rule.first_ngram + row - 1
                found += row != 0
        return found

    def write(self, str text not None, float[::1] out not None):
        """Write the mean of a text's rows to `out`, shape (D,); n-grams without a row are zeros, or are skipped.

        Raises
        ------
        UnicodeEncodeError
            If the text has surrogates.
        ValueError
            If `out` has another length, or a row does not exist.
        """
        if out.shape[0] != self.width:
            raise ValueError(f"expected room for {self.width} numbers, got {out.shape[0]}")
        self.write_vector(text, &out[0])

    cdef int write_vector(self, str text, float* out) except -1:
        cdef Py_ssize_t n_bytes
        cdef const uint8_t* content = <const uint8_t*>PyUnicode_AsUTF8AndSize(text, &n_bytes)
        cdef const char* prefix = self.prefix
        cdef int64_t n_prefix = len(self.prefix), n
        cdef Token* tokens
        if n_bytes >= 3 and memcmp(content, b"\xef\xbb\xbf", 3) == 0:  # a byte order mark is not part of a text
            content, n_bytes = content + 3, n_bytes - 3
        tokens = <Token*>malloc((count_tokens(content, n_bytes) + 1) * sizeof(Token))
        if tokens == NULL:
            raise MemoryError
        try:
            with nogil:
                n = self.read_tokens(tokens, content, n_bytes, prefix, n_prefix)
            self.write_mean(tokens, n, out)
        finally:
            free(tokens)
        return 0

    cdef inline const float* row_at(self, int32_t row) noexcept nogil:
        return self.matrices.starts[0] + row * self.matrices.strides[0]

    cdef int write_mean(self, Token* tokens, int64_t n, float* out) except -1:
        cdef int64_t n_features = 0, longest = 0, i, n_rows, bad = -1
        cdef int32_t* rows
        cdef const float** found
        cdef float share
        cdef Py_ssize_t d
        for i in range(n):
            n_features += (tokens[i].row >= 0) + tokens[i].n_ngrams
            longest = max(longest, tokens[i].n_bytes)
        for i in range(1, self.word_ngrams):
            n_features += max(n - i, 0)
        # one more row, which the last n-gram may write although it has none
        found = <const float**>malloc(
            (n_features + 1) * (sizeof(float*) + sizeof(int32_t)) + longest + 2
        )
        if found == NULL:
            raise MemoryError
        rows = <int32_t*>(found + n_features + 1)
        with nogil:
            n_rows = self.add_features(tokens, n, <uint8_t*>(rows + n_features + 1), rows)
            for i in range(n_rows):
                if not 0 <= rows[i] < self.n_rows:
                    bad = i
                    break
                found[i] = self.row_at(rows[i])
                # most of the time is spent waiting for rows from memory: all of them are prefetched
                ns2_ask_for_row(found[i], self.width)
            if bad < 0:
                ns2_mean(found, n_rows, self.width, <float>(1.0 / <double>max(n_rows, 1)), out)
                if n_rows != n_features and not self.skips:
                    share = <float>(<double>n_rows / <double>n_features)
                    for d in range(self.width):
                        out[d] *= share
        if bad >= 0:
            bad = rows[bad]
            free(found)
            raise ValueError(f"a feature has row {bad}, but there are {self.n_rows} rows")
        free(found)
        return 0


cdef class SingleAnswers:
    """The most probable label of a single text, in one call; valid while the model has the attributes it was made from.

    Parameters
    ----------
    vectors : TextVectors
    outputs : ndarray of shape (n_labels, D), float32
        Each row is contiguous.
    labels : list
    is_each : bool
        Each label is decided separately.
    made_of : list of tuple (dict, str, value)
        Attributes, and their values for which the answers are right; None: it is None, or missing.
    words : dict, or None
        The dict of the model, if it has made one; the answers are right if it has as many entries.

    Raises
    ------
    ValueError
        If the arrays do not fit together.
    """

    cdef TextVectors vectors
    cdef const float[:, :] outputs
    cdef list labels, made_of
    cdef dict words
    cdef Py_ssize_t n_labels, n_words, stride
    cdef bint is_each

    def __cinit__(
        self, TextVectors vectors not None, const float[:, :] outputs not None, list labels not None, *,
        bint is_each, list made_of not None, dict words,
    ):
        self.n_labels, self.n_words = len(labels), 0 if words is None else len(words)
        if self.n_labels < 1 or outputs.shape[0] != self.n_labels or outputs.shape[1] != vectors.width:
            raise ValueError(
                f"expected a vector of {vectors.width} numbers for each of {self.n_labels} labels, at least one, "
                f"got shape ({outputs.shape[0]}, {outputs.shape[1]})"
            )
        if outputs.strides[0] % sizeof(float) or vectors.width > 1 and outputs.strides[1] != sizeof(float):
            raise ValueError("expected rows whose numbers are side by side: pass np.ascontiguousarray(outputs)")
        self.vectors, self.outputs, self.labels, self.is_each = vectors, outputs, labels, is_each
        self.made_of, self.words = made_of, words
        self.stride = outputs.strides[0] // <Py_ssize_t>sizeof(float)

    cdef bint is_valid(self):
        cdef tuple each
        cdef PyObject* found
        if self.words is not None and len(self.words) != self.n_words or len(self.labels) != self.n_labels:
            return False
        for each in self.made_of:
            found = PyDict_GetItem(each[0], each[1])
            if found != <PyObject*>each[2] and not (found == NULL and each[2] is None):
                return False
        return True

    cdef Py_ssize_t find(self, object texts, float factor, double* probability) except -2:
        """The place of the most probable label and, unless NULL, its probability; -1: use the path for many texts."""
        cdef object text
        cdef float* hidden
        cdef float* scores
        cdef Py_ssize_t best = 0, i
        if type(texts) is list and len(<list>texts) == 1:
            text = (<list>texts)[0]
        elif type(texts) is tuple and len(<tuple>texts) == 1:
            text = (<tuple>texts)[0]
        else:
            return -1
        if type(text) is not str or not self.is_valid():
            return -1
        hidden = <float*>malloc((self.vectors.width + self.n_labels) * sizeof(float))
        if hidden == NULL:
            raise MemoryError
        scores = hidden + self.vectors.width
        try:
            self.vectors.write_vector(<str>text, hidden)
            with nogil:
                ns2_products(&self.outputs[0, 0], self.n_labels, self.stride, hidden, self.vectors.width, scores)
                for i in range(1, self.n_labels):
                    if scores[i] > scores[best]:
                        best = i
                if probability != NULL and self.is_each:
                    probability[0] = 1.0 / (1.0 + exp(-<double>(factor * scores[best])))
                elif probability != NULL:
                    probability[0] = 1.0 / ns2_sum_of_exponentials(scores, self.n_labels, scores[best], factor)
        except UnicodeEncodeError:
            return -1
        finally:
            free(hidden)
        return best

    def label(self, object texts):
        """Return the most probable label of the only text; None if another path has to find it."""
        cdef Py_ssize_t best = self.find(texts, 1.0, NULL)
        return None if best < 0 else self.labels[best]

    def best(self, object texts, double temperature):
        """Return the most probable label of the only text and its probability; None if another path has to."""
        cdef double probability = 0.0
        cdef Py_ssize_t best = self.find(texts, <float>(1.0 / temperature), &probability)
        return None if best < 0 else (self.labels[best], <double><float>probability)
