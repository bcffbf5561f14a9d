# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Words by their bytes: the row of each, and selections of words, without making Python strings.

Words come as one text, with a byte after each that is not part of it, and the offsets of their first bytes.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy

from ns2vec.inputs._ngrams cimport hash_of

import numpy as np

cdef enum:
    WORDS_AHEAD = 8     # whose slots are prefetched before the look-up


cdef int check_words(const uint8_t[::1] text, const int64_t[::1] offsets) except -1:
    """Raise ValueError unless all words lie in the text."""
    cdef Py_ssize_t i
    if offsets.shape[0] < 1:
        raise ValueError("offsets must have n + 1 entries, got none")
    for i in range(offsets.shape[0] - 1):
        if offsets[i] < 0 or offsets[i + 1] <= offsets[i] or offsets[i + 1] > text.shape[0]:
            raise ValueError(f"word {i} is at {offsets[i]}:{offsets[i + 1]} of {text.shape[0]} bytes")
    return 0


cdef class WordTable:
    """The row of each word, which is its number. It keeps the arrays; threads may use it at the same time.

    Parameters
    ----------
    text, offsets : ndarray, uint8, and ndarray of shape (n_words + 1,), int64
        The words, see `ns2vec.inputs._ngrams.encode_words`. Of equal words, the first has the row.

    Raises
    ------
    ValueError
        If the words do not lie in the text.

    Examples
    --------
    >>> from ns2vec.inputs._words import WordTable
    >>> from ns2vec.inputs._ngrams import encode_words
    >>> table = WordTable(*encode_words(["sea", "salt"]))
    >>> len(table), table.rows(*encode_words(["salt", "sal", "sea"])).tolist()
    (2, [1, -1, 0])
    """

    def __cinit__(self, const uint8_t[::1] text not None, const int64_t[::1] offsets not None):
        cdef int64_t n_words = offsets.shape[0] - 1, n_slots = 16, slot, i
        cdef uint32_t hashed
        check_words(text, offsets)
        if n_words > 0x7FFFFFFF:
            raise ValueError(f"{n_words} words have more than 2**31 - 1 rows")
        # at least half of the slots are empty
        while n_slots < 2 * n_words:
            n_slots *= 2
        self.text, self.offsets = text, offsets
        self.words.slots, self.words.last_slot = <Slot*>calloc(n_slots, sizeof(Slot)), n_slots - 1
        if self.words.slots == NULL:
            raise MemoryError
        self.words.offsets = &offsets[0]
        if text.shape[0]:
            self.words.text = &text[0]
        with nogil:
            for i in range(n_words):
                hashed = hash_of(self.words.text + offsets[i], offsets[i + 1] - offsets[i] - 1)
                slot = hashed & self.words.last_slot
                while self.words.slots[slot].next_row:
                    slot = (slot + 1) & self.words.last_slot
                self.words.slots[slot] = Slot(hashed, <int32_t>(i + 1))

    def __dealloc__(self):
        free(self.words.slots)

    def __len__(self):
        return self.offsets.shape[0] - 1

    def rows(self, const uint8_t[::1] text not None, const int64_t[::1] offsets not None):
        """Return the row of each of some words, given in the same form; -1 for words without a row: int32."""
        cdef Py_ssize_t n = offsets.shape[0] - 1, i, j
        cdef uint32_t[WORDS_AHEAD] hashes
        cdef int32_t[::1] row
        check_words(text, offsets)
        found = np.empty(n, np.int32)
        row = found
        with nogil:
            for i in range(n + WORDS_AHEAD):
                j = i - WORDS_AHEAD
                if j >= 0:
                    row[j] = row_of(
                        &self.words, &text[offsets[j]], offsets[j + 1] - offsets[j] - 1, hashes[j % WORDS_AHEAD]
                    )
                if i < n:
                    hashes[i % WORDS_AHEAD] = hash_of(&text[offsets[i]], offsets[i + 1] - offsets[i] - 1)
                    ask_for_word(&self.words, hashes[i % WORDS_AHEAD])
        return found


def take_words(
    const uint8_t[::1] text not None, const int64_t[::1] offsets not None, const int64_t[::1] places not None
):
    """Return some of the words, in the order of `places`, in the same form: text and offsets.

    Raises
    ------
    ValueError
        If there is no such word.
    """
    cdef Py_ssize_t n = places.shape[0], i
    cdef int64_t size
    cdef uint8_t[::1] to
    cdef int64_t[::1] start
    check_words(text, offsets)
    taken_offsets = np.zeros(n + 1, np.int64)
    start = taken_offsets
    for i in range(n):
        if not 0 <= places[i] < offsets.shape[0] - 1:
            raise ValueError(f"expected words below {offsets.shape[0] - 1}, got {places[i]}")
        start[i + 1] = start[i] + offsets[places[i] + 1] - offsets[places[i]]
    taken = np.empty(start[n], np.uint8)
    to = taken
    with nogil:
        for i in range(n):
            size = start[i + 1] - start[i]
            memcpy(&to[start[i]], &text[offsets[places[i]]], size)
    return taken, taken_offsets
