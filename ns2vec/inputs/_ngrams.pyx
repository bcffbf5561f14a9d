# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Character n-grams of words as rows of a matrix: arrays in, arrays out.

Words come as one text, with a NUL after each as in fastText's files, and the offsets of their first bytes. An n-gram
of ``<word>`` is n characters of it: a continuation byte (``10xxxxxx`` in UTF-8) belongs to the character before it,
whether or not that is valid, as in fastText.
The oracle is `ns2vec.reference.subwords`.
"""

from libc.stdint cimport int8_t, int32_t, int64_t, uint8_t, uint32_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcmp, memcpy

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.list cimport PyList_GET_ITEM, PyList_GET_SIZE
from cpython.unicode cimport PyUnicode_AsUTF8String

import numpy as np

cdef extern from "Python.h":
    bint PyUnicode_IS_COMPACT_ASCII(object text)
    void* PyUnicode_DATA(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)

cdef uint32_t FNV_START = 2166136261U
cdef uint32_t FNV_PRIME = 16777619U
cdef const char* END_OF_LINE = b"</s>"    # fastText's word for the end of a line, which has no n-grams


# ---- words to one text -----------------------------------------------------------------------------------------------

cdef bytes encoded(word):
    """The bytes of a word; invalid UTF-8 that was read from a file is restored."""
    if isinstance(word, bytes):
        return word
    if not isinstance(word, str):
        raise TypeError(
            f"expected words as str or bytes, got {word!r} of type {type(word).__name__}: "
            "only text has character n-grams"
        )
    try:
        return PyUnicode_AsUTF8String(word)
    except UnicodeEncodeError:
        pass
    try:
        return word.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return word.encode("utf-8", "surrogatepass")


def encode_words(list words not None):
    """Return words as one text.

    Parameters
    ----------
    words : list of str or bytes

    Returns
    -------
    text : ndarray, uint8
    offsets : ndarray of shape (n + 1,), int64
        Word i has the bytes ``text[offsets[i]:offsets[i + 1] - 1]``.
    """
    cdef Py_ssize_t n = PyList_GET_SIZE(words), i, n_bytes, end = 0
    cdef int64_t[::1] offset
    cdef bytes held = b""
    cdef const char* start
    cdef object word
    offsets = np.zeros(n + 1, dtype=np.int64)
    offset = offsets
    text = bytearray(16 * n + 16)
    for i in range(n):
        word = <object>PyList_GET_ITEM(words, i)
        if isinstance(word, str) and PyUnicode_IS_COMPACT_ASCII(word):
            start, n_bytes = <const char*>PyUnicode_DATA(word), PyUnicode_GET_LENGTH(word)
        else:
            held = encoded(word)
            start, n_bytes = PyBytes_AS_STRING(held), PyBytes_GET_SIZE(held)
        if end + n_bytes >= len(text):
            text.extend(bytes(len(text) + n_bytes))
        memcpy(<char*>text + end, start, n_bytes)
        end += n_bytes + 1
        offset[i + 1] = end
    return np.frombuffer(text, dtype=np.uint8)[:end], offsets


# ---- n-grams of a text's words ---------------------------------------------------------------------------------------

cdef inline bint continues(uint8_t byte) noexcept nogil:
    return (byte & 0xC0) == 0x80


cdef inline uint32_t mixed(uint32_t state, uint8_t byte) noexcept nogil:
    """FNV-1a, with bytes as signed numbers."""
    return (state ^ <uint32_t><int8_t>byte) * FNV_PRIME


def hash_bytes(const uint8_t[::1] content not None):
    """Return fastText's hash of some bytes.

    Examples
    --------
    >>> from ns2vec.inputs._ngrams import hash_bytes
    >>> hash_bytes(b"<ca")
    1066916747
    """
    return hash_of(&content[0] if content.shape[0] else NULL, content.shape[0])


cdef uint32_t hash_of(const uint8_t* content, int64_t n_bytes) noexcept nogil:
    cdef uint32_t state = FNV_START
    cdef int64_t i
    for i in range(n_bytes):
        state = mixed(state, content[i])
    return state


def hash_words(const uint8_t[::1] text not None, const int64_t[::1] offsets not None):
    """Return fastText's hash of each word, shape (n,), uint32; the words are those of `encode_words`."""
    cdef Py_ssize_t n = offsets.shape[0] - 1, i
    cdef uint32_t[::1] found
    check_words(text, offsets)
    hashes = np.empty(n, dtype=np.uint32)
    found = hashes
    for i in range(n):
        found[i] = hash_of(&text[offsets[i]], offsets[i + 1] - offsets[i] - 1)
    return hashes


cdef bint is_whole(const uint8_t* word, int64_t n_bytes) noexcept nogil:
    """Whether it is the word without n-grams."""
    return n_bytes == 4 and memcmp(word, END_OF_LINE, 4) == 0


cdef int64_t n_ngrams(const uint8_t* word, int64_t n_bytes, int64_t min_n, int64_t max_n) noexcept nogil:
    """Number of n-grams of a word with its boundary marks."""
    cdef int64_t n_characters = 2, n, found = 0, i
    for i in range(n_bytes):
        n_characters += not continues(word[i])
    for n in range(max(min_n, 1), min(max_n, n_characters) + 1):
        found += n_characters - n + 1 if n > 1 else n_characters - 2
    return found


cdef inline int64_t add_row(Rule* rule, uint32_t state, int32_t* rows) noexcept nogil:
    """Write the row of an n-gram, if it has one; return how many rows were written."""
    cdef int32_t row = <int32_t>(state % rule.bucket)
    if rule.table != NULL:
        if rule.table[row] == 0:
            if not rule.is_growing:
                return 0
            rule.n_rows += 1
            rule.table[row] = rule.n_rows
        row = rule.table[row] - 1
    rows[0] = rule.first_ngram + row
    return 1


cdef int64_t add_ngrams(Rule* rule, const uint8_t* marked, int64_t n_bytes, int32_t* rows) noexcept nogil:
    """Write the rows of the n-grams of ``<word>``, `n_bytes` long with its marks; return how many."""
    cdef int64_t i, j, n, found = 0
    cdef uint32_t state
    for i in range(n_bytes):
        if continues(marked[i]):
            continue
        state, j, n = FNV_START, i, 1
        while j < n_bytes and n <= rule.max_n:
            state = mixed(state, marked[j])
            j += 1
            while j < n_bytes and continues(marked[j]):
                state = mixed(state, marked[j])
                j += 1
            if n >= rule.min_n and not (n == 1 and (i == 0 or j == n_bytes)):
                found += add_row(rule, state, rows + found)
            n += 1
    return found


cdef int64_t check_words(const uint8_t[::1] text, const int64_t[::1] offsets) except -1:
    """Raise ValueError unless the words lie in the text; return the length of the longest."""
    cdef int64_t longest = 0
    cdef Py_ssize_t i
    if offsets.shape[0] < 1 or offsets[0] < 0:
        raise ValueError("offsets must have n + 1 entries from 0 on")
    for i in range(offsets.shape[0] - 1):
        if offsets[i + 1] <= offsets[i]:
            raise ValueError(f"offsets must rise, got {offsets[i]} and then {offsets[i + 1]}")
        longest = max(longest, offsets[i + 1] - offsets[i])
    if offsets[offsets.shape[0] - 1] > text.shape[0]:
        raise ValueError(f"offsets end at {offsets[offsets.shape[0] - 1]}, the text has {text.shape[0]} bytes")
    return longest


cdef int64_t n_rows_at_most(const Rule* rule, const uint8_t* words, const int64_t[::1] offsets, bint have_own):
    """Number of rows in the bags, if every n-gram has one."""
    cdef Py_ssize_t n = offsets.shape[0] - 1, i
    cdef int64_t found = n if have_own else 0
    if rule.bucket:
        with nogil:
            for i in range(n):
                found += n_ngrams(words + offsets[i], offsets[i + 1] - offsets[i] - 1, rule.min_n, rule.max_n)
    return found


cdef int64_t add_bags(
    Rule* rule, const uint8_t* words, const int64_t* offsets, Py_ssize_t n, int64_t first_word, bint end_is_whole,
    uint8_t* marked, int64_t* bags, int32_t* rows
) noexcept nogil:
    """Write the bags of all words; return how many rows they have. `marked` has room for the longest with its marks."""
    cdef int64_t n_bytes, end = 0
    cdef Py_ssize_t i
    marked[0] = b"<"
    for i in range(n):
        n_bytes = offsets[i + 1] - offsets[i] - 1
        if first_word >= 0:
            rows[end] = <int32_t>(first_word + i)
            end += 1
        if rule.bucket and not (end_is_whole and is_whole(words + offsets[i], n_bytes)):
            memcpy(marked + 1, words + offsets[i], n_bytes)
            marked[n_bytes + 1] = b">"
            end += add_ngrams(rule, marked, n_bytes + 2, rows + end)
        bags[i + 1] = end
    return end


def fill_bags(
    const uint8_t[::1] text not None, const int64_t[::1] offsets not None, int64_t min_n, int64_t max_n,
    int64_t bucket, *, int64_t first_word=-1, int64_t first_ngram=0, int32_t[::1] table=None, int64_t n_rows=0,
    bint is_growing=False, bint end_is_whole=True,
):
    """Return a bag for each word: its own row and those of its n-grams.

    Parameters
    ----------
    text, offsets : ndarray, uint8, and ndarray of shape (n + 1,), int64
        The words, see `encode_words`.
    min_n, max_n, bucket : int
        Lengths of n-grams in characters, and the number of buckets.
    first_word : int
        Word i has the row ``first_word + i``; negative: words have no rows.
    first_ngram : int
        Row of the first n-gram.
    table : ndarray of shape (bucket,), int32, IN and OUT, optional
        One more than an n-gram's row, counted from `first_ngram`; 0: it has none. By default, bucket h has row h.
    n_rows : int
        Number of rows that the table has assigned.
    is_growing : bool
        Assign a row to each bucket without one, in order of first appearance; otherwise leave such n-grams out.
    end_is_whole : bool
        The word ``</s>`` has no n-grams.

    Returns
    -------
    bags : ndarray of shape (n + 1,), int64
    rows : ndarray, int32
        Bag i has the rows ``rows[bags[i]:bags[i + 1]]``.
    n_rows : int
        New number of rows that the table has assigned.
    """
    cdef Py_ssize_t n = offsets.shape[0] - 1
    cdef int64_t longest = check_words(text, offsets), end = 0
    cdef const uint8_t* words = &text[0] if text.shape[0] else NULL
    cdef Rule rule = Rule(min_n, max_n, <uint32_t>bucket, <int32_t>first_ngram, NULL, is_growing, <int32_t>n_rows)
    cdef int64_t[::1] bag
    cdef int32_t[::1] row
    cdef uint8_t* marked
    if not 0 <= bucket <= 0x7FFFFFFF or (table is not None and table.shape[0] != bucket):
        raise ValueError(f"bucket must be 0 to 2**31 - 1 and the length of the table, got {bucket}")
    if first_word + n > 0x7FFFFFFF or first_ngram < 0 or first_ngram + bucket > 0x7FFFFFFF:
        raise ValueError(f"{n} words and {bucket} buckets have more than 2**31 - 1 rows: take fewer buckets")
    if table is not None and bucket:
        rule.table = &table[0]
    bags = np.zeros(n + 1, dtype=np.int64)
    rows = np.empty(n_rows_at_most(&rule, words, offsets, first_word >= 0), dtype=np.int32)
    if len(rows) == 0:
        return bags, rows, n_rows
    bag, row = bags, rows
    marked = <uint8_t*>malloc(longest + 1)
    if marked == NULL:
        raise MemoryError
    with nogil:
        end = add_bags(&rule, words, &offsets[0], n, first_word, end_is_whole, marked, &bag[0], &row[0])
    free(marked)
    return bags, rows[:end] if end == len(rows) else rows[:end].copy(), rule.n_rows
