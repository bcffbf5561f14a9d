# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Tokens of lines as bytes: arrays in, arrays out.

The number of a token is written in base 128, low digits first; all bytes but the last have the high bit set.
Tokens are numbered in order of first appearance, so that frequent ones usually take one or two bytes.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t

import numpy as np


def pack(list chunks not None, int32_t end, int32_t end_token):
    """Return the tokens of lines as bytes.

    Parameters
    ----------
    chunks : list of ndarray, int32
        Tokens of all lines, one after another, numbered from 0, and the marker of the end of a line.
    end : int
        This marker, which is negative.
    end_token : int
        The token that replaces it.

    Returns
    -------
    codes : ndarray, uint8
    ends : ndarray of shape (n_lines + 1,), int64
        First byte of each line.

    Raises
    ------
    ValueError
        If a token is negative.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.inputs._codes import pack
    >>> codes, ends = pack([np.array([1, 300, -1, 2, -1], np.int32)], -1, 3)
    >>> codes.tolist(), ends.tolist()
    ([1, 172, 2, 3, 2, 3], [0, 4, 6])
    """
    cdef const int32_t[::1] chunk
    cdef Py_ssize_t i
    cdef int64_t n_bytes = 0, n_lines = 0
    cdef uint8_t[::1] code
    cdef int64_t[::1] last
    cdef uint8_t* to
    for chunk in chunks:
        for i in range(chunk.shape[0]):
            if chunk[i] < 0 and chunk[i] != end:
                raise ValueError(f"expected tokens from 0 on, got {chunk[i]}")
            n_bytes += size_of(<uint32_t>(end_token if chunk[i] == end else chunk[i]))
            n_lines += chunk[i] == end
    codes, ends = np.empty(n_bytes, np.uint8), np.zeros(n_lines + 1, np.int64)
    if n_bytes == 0:
        return codes, ends
    code, last = codes, ends
    to = &code[0]
    n_bytes = n_lines = 0
    for chunk in chunks:
        with nogil:
            for i in range(chunk.shape[0]):
                if chunk[i] == end:
                    n_bytes += write_token(<uint32_t>end_token, to + n_bytes)
                    n_lines += 1
                    last[n_lines] = n_bytes
                else:
                    n_bytes += write_token(<uint32_t>chunk[i], to + n_bytes)
    return codes, ends


def part(
    const uint8_t[::1] codes not None, const int64_t[::1] ends not None, const uint8_t[::1] is_taken not None
):
    """Split the tokens of lines in two: those that are taken, and the others.

    Parameters
    ----------
    codes, ends : ndarray, uint8, and ndarray of shape (n_lines + 1,), int64
        See `pack`.
    is_taken : ndarray of shape (n_distinct,), uint8
        1 for tokens that are taken, 0 for others.

    Returns
    -------
    list of tuple (codes, ends)
        First the tokens that are not taken.

    Raises
    ------
    ValueError
        If the arrays do not fit together.
    """
    cdef Py_ssize_t n_lines = ends.shape[0] - 1, line
    cdef int64_t[2] sizes
    cdef uint32_t token
    cdef const uint8_t* at
    cdef const uint8_t* end
    cdef uint8_t[::1] left, taken
    cdef int64_t[::1] left_ends, taken_ends
    check_codes(codes, ends)
    counts = count(codes, is_taken.shape[0])
    n_bytes = [0, 0]
    for token in np.flatnonzero(counts):
        n_bytes[is_taken[token] != 0] += size_of(token) * counts[token]
    found = [(np.empty(n, np.uint8), np.zeros(n_lines + 1, np.int64)) for n in n_bytes]
    (left, left_ends), (taken, taken_ends) = found
    sizes[0] = sizes[1] = 0
    if codes.shape[0] == 0:
        return found
    with nogil:
        for line in range(n_lines):
            at, end = &codes[0] + ends[line], &codes[0] + ends[line + 1]
            while at < end:
                at = read_token(at, &token)
                if is_taken[token]:
                    sizes[1] += write_token(token, &taken[0] + sizes[1])
                else:
                    sizes[0] += write_token(token, &left[0] + sizes[0])
            left_ends[line + 1], taken_ends[line + 1] = sizes[0], sizes[1]
    return found


def unpack(const uint8_t[::1] codes not None, const int64_t[::1] ends not None):
    """Return the tokens of all lines, and the first token of each line: int32, and int64 of shape (n_lines + 1,)."""
    cdef Py_ssize_t n_lines = ends.shape[0] - 1, line
    cdef int64_t n = 0
    cdef uint32_t token
    cdef const uint8_t* at
    cdef const uint8_t* end
    cdef int32_t[::1] found
    cdef int64_t[::1] offset
    check_codes(codes, ends)
    ids, offsets = np.empty(n_tokens(codes), np.int32), np.zeros(n_lines + 1, np.int64)
    found, offset = ids, offsets
    with nogil:
        for line in range(n_lines):
            at, end = &codes[0] + ends[line], &codes[0] + ends[line + 1]
            while at < end:
                at = read_token(at, &token)
                found[n] = <int32_t>token
                n += 1
            offset[line + 1] = n
    return ids, offsets


cpdef object count(const uint8_t[::1] codes, int64_t n_distinct):
    """Return how often each token occurs, shape (n_distinct,), int64.

    Raises
    ------
    ValueError
        If a token has a larger number, or the last one is incomplete.
    """
    cdef int64_t[::1] found
    cdef uint32_t token, most = 0
    cdef const uint8_t* at
    cdef const uint8_t* end
    counts = np.zeros(n_distinct, np.int64)
    if codes.shape[0] == 0:
        return counts
    if codes[codes.shape[0] - 1] & 128:
        raise ValueError("the last token has no end")
    found = counts
    at, end = &codes[0], &codes[0] + codes.shape[0]
    with nogil:
        while at < end:
            at = read_token(at, &token)
            most = max(most, token)
            if token < n_distinct:
                found[token] += 1
    if most >= n_distinct:
        raise ValueError(f"expected tokens below {n_distinct}, got {most}")
    return counts


cdef int64_t n_tokens(const uint8_t[::1] codes) noexcept:
    cdef Py_ssize_t i
    cdef int64_t found = 0
    for i in range(codes.shape[0]):
        found += codes[i] < 128
    return found


cdef int check_codes(const uint8_t[::1] codes, const int64_t[::1] ends) except -1:
    """Raise ValueError unless each line ends with a complete token."""
    cdef Py_ssize_t n_lines = ends.shape[0] - 1, line
    if n_lines < 0 or ends[0] != 0 or ends[n_lines] != codes.shape[0]:
        raise ValueError(f"expected ends of lines from 0 to {codes.shape[0]}")
    for line in range(n_lines):
        if ends[line + 1] < ends[line]:
            raise ValueError(f"ends must not fall, got {ends[line]} and then {ends[line + 1]}")
        if ends[line + 1] > ends[line] and codes[ends[line + 1] - 1] & 128:
            raise ValueError(f"the last token of line {line} has no end")
    return 0
