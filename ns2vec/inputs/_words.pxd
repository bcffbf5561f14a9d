"""Words by their bytes, for modules that look up one word at a time."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t
from libc.string cimport memcmp

cdef extern from *:
    void prefetch "__builtin_prefetch"(const void* address) noexcept nogil


cdef struct Slot:
    uint32_t hashed
    int32_t next_row        # one more than the row of the word; 0: the slot is empty


cdef struct Words:
    Slot* slots
    int64_t last_slot
    const uint8_t* text
    const int64_t* offsets  # word i has the bytes from offsets[i] to offsets[i + 1] - 1


cdef inline void ask_for_word(const Words* words, uint32_t hashed) noexcept nogil:
    """Prefetch the slot of a word that is looked up soon."""
    prefetch(words.slots + (hashed & words.last_slot))


cdef inline int32_t row_of(const Words* words, const uint8_t* word, int64_t n_bytes, uint32_t hashed) noexcept nogil:
    """The row of a word, -1 for words without a row."""
    cdef int64_t slot = hashed & words.last_slot, start
    cdef int32_t row = words.slots[slot].next_row - 1
    while row >= 0:
        if words.slots[slot].hashed == hashed:
            start = words.offsets[row]
            if words.offsets[row + 1] - 1 - start == n_bytes and memcmp(words.text + start, word, n_bytes) == 0:
                return row
        slot = (slot + 1) & words.last_slot
        row = words.slots[slot].next_row - 1
    return -1


cdef class WordTable:
    cdef const uint8_t[::1] text
    cdef const int64_t[::1] offsets
    cdef Words words
