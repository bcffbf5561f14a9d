"""Tokens as bytes, for modules that read them."""

from libc.stdint cimport int64_t, uint8_t, uint32_t


cdef inline int64_t size_of(uint32_t token) noexcept nogil:
    cdef int64_t found = 1
    while token >= 128:
        token >>= 7
        found += 1
    return found


cdef inline int64_t write_token(uint32_t token, uint8_t* to) noexcept nogil:
    """Write a token; return its number of bytes."""
    cdef int64_t found = 0
    while token >= 128:
        to[found] = <uint8_t>(token & 127) | 128
        token >>= 7
        found += 1
    to[found] = <uint8_t>token
    return found + 1


cdef inline const uint8_t* read_token(const uint8_t* at, uint32_t* token) noexcept nogil:
    cdef uint32_t found = at[0] & 127
    cdef int shift = 7
    while at[0] & 128:
        at += 1
        found |= <uint32_t>(at[0] & 127) << shift
        shift += 7
    token[0] = found
    return at + 1


cdef int check_codes(const uint8_t[::1] codes, const int64_t[::1] ends) except -1
cpdef object count(const uint8_t[::1] codes, int64_t n_distinct)
