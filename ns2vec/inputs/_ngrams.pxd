"""N-grams of a word, for modules that process words one at a time."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t


cdef struct Rule:
    int64_t min_n, max_n
    uint32_t bucket
    int32_t first_ngram     # row of the first n-gram
    int32_t* table          # 1 + row of a bucket, counted from there; 0 if it has none. NULL: bucket h has row h
    bint is_growing         # assign a row to every bucket that needs one; otherwise leave those without a row out
    int32_t n_rows          # rows that the table has assigned


cdef uint32_t hash_of(const uint8_t* content, int64_t n_bytes) noexcept nogil
cdef bint is_whole(const uint8_t* word, int64_t n_bytes) noexcept nogil
cdef int64_t n_ngrams(const uint8_t* word, int64_t n_bytes, int64_t min_n, int64_t max_n) noexcept nogil
cdef int64_t add_ngrams(Rule* rule, const uint8_t* marked, int64_t n_bytes, int32_t* rows) noexcept nogil
