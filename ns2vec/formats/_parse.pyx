# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Numbers to text and text to numbers, and the records of binary vector files: bytes and arrays in, bytes and arrays out.

Reading rounds correctly: a decimal of at most 19 digits whose digits fit 53 bits and whose power of ten is at
most 22 is one exact multiplication or division (Clinger 1990, "How to read floating point numbers accurately");
everything else is left to CPython's own parser. Writing gives the shortest decimal that reads back as the same
float32, in NumPy's spelling; what the fast path cannot prove is left to the caller's slow speller.
"""

from libc.math cimport fabs, rint, signbit
from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.string cimport memchr, memcpy

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.unicode cimport PyUnicode_Decode

import numpy as np

cdef extern from "Python.h":
    double PyOS_string_to_double(const char* s, char** endptr, void* overflow) except? -1.0

cdef double[23] POWERS = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                          1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22]

ctypedef fused floating:
    float
    double


cdef inline double scale(double value, int power) noexcept nogil:
    return value * POWERS[power] if power >= 0 else value / POWERS[-power]


# ---- text -> numbers -------------------------------------------------------------------------------------------------

cdef inline bint is_blank(char c) noexcept nogil:
    return c == 32 or (9 <= c <= 13)


cdef inline const char* read_exponent(const char* p, const char* end, int* exponent) noexcept nogil:
    """Add the number after "e" to `exponent`; return where it ends, NULL if it is not a number or too large."""
    cdef int written = 0
    cdef bint negative = False
    cdef const char* begin
    if p < end and (p[0] == b"-" or p[0] == b"+"):
        negative = p[0] == b"-"
        p += 1
    begin = p
    while p < end and 48 <= p[0] <= 57 and written < 1000:
        written = written * 10 + (p[0] - 48)
        p += 1
    exponent[0] += -written if negative else written
    if p == begin or written >= 1000:
        return NULL
    return p


cdef inline bint read_eight(const char* p, uint64_t* digits) noexcept nogil:
    """Append the eight digits at `p` to `digits`, all at once; False if they are not all digits.

    The bytes are combined by their values, neighbours first: eight of one digit, four of two, two of four.
    """
    cdef uint64_t ones, pairs, fours
    cdef int i
    ones = 0
    for i in range(8):  # compilers make this one load, and a byte swap if the machine's byte order requires it
        ones |= <uint64_t><unsigned char>p[i] << (8 * i)
    # a digit has the upper half 3, and still has it after 6 is added
    if ((ones & 0xF0F0F0F0F0F0F0F0ULL) | (((ones + 0x0606060606060606ULL) & 0xF0F0F0F0F0F0F0F0ULL) >> 4)) != (
        0x3333333333333333ULL
    ):
        return False
    ones &= 0x0F0F0F0F0F0F0F0FULL
    pairs = (ones * 10 + (ones >> 8)) & 0x00FF00FF00FF00FFULL
    fours = (pairs * 100 + (pairs >> 16)) & 0x0000FFFF0000FFFFULL
    digits[0] = digits[0] * 100000000 + ((fours * 10000 + (fours >> 32)) & 0xFFFFFFFFULL)
    return True


cdef inline const char* read_decimal(const char* p, const char* end, double* value) noexcept nogil:
    """Parse a plain decimal of at most 18 digits at `p`; return where it ends, NULL if it is not one.

    Other numbers are left to a slower parser. There must be a byte at `end` that is not a digit.
    """
    cdef uint64_t digits = 0
    cdef int exponent = 0
    cdef bint negative = p[0] == b"-"
    cdef const char* whole
    cdef const char* part
    p += negative
    whole = p
    while 48 <= p[0] <= 57:
        digits = digits * 10 + <uint64_t>(p[0] - 48)
        p += 1
    part = p
    if p[0] == b".":
        p += 1
        if end - p >= 8 and read_eight(p, &digits):
            p += 8
        while 48 <= p[0] <= 57:
            digits = digits * 10 + <uint64_t>(p[0] - 48)
            p += 1
        if p - whole > 19 or p - whole < 2:
            return NULL
        exponent = <int>(part + 1 - p)
    elif p - whole > 18 or p == whole:
        return NULL
    if p < end and (p[0] == b"e" or p[0] == b"E"):
        p = read_exponent(p + 1, end, &exponent)
    if p == NULL or digits > (<uint64_t>1 << 53) or exponent < -22 or exponent > 22:
        return NULL  # the value would not be exact
    value[0] = scale(<double><int64_t>digits, exponent)
    if negative:
        value[0] = -value[0]
    return p


cdef inline bint read_row(const char* p, const char* end, floating* row, Py_ssize_t n_columns) noexcept nogil:
    """Fill `row` from the text before `end`; False unless it has exactly this many plain decimals."""
    cdef Py_ssize_t i
    cdef double value = 0.0
    cdef const char* after
    for i in range(n_columns):
        while p < end and is_blank(p[0]):
            p += 1
        if p == end:
            return False
        after = read_decimal(p, end, &value)
        if after == NULL or (after < end and not is_blank(after[0])):
            return False
        row[i] = <floating>value
        p = after
    while p < end and is_blank(p[0]):
        p += 1
    return p == end


cdef inline const char* skip_blank_lines(const char* p, const char* end, Py_ssize_t* n_lines) noexcept nogil:
    """Return the beginning of the first line that is not blank, or of the last one, which has no newline."""
    cdef const char* q = p
    while q < end and is_blank(q[0]):
        if q[0] == b"\n":
            p = q + 1
            n_lines[0] += 1
        q += 1
    return p


def parse_lines(bytes block not None, Py_ssize_t start, floating[:, ::1] rows not None, Py_ssize_t max_line_bytes):
    """Parse the lines ``key blank number ... number`` of ``block[start:]`` until a line is not plain or rows are full.

    A line is not plain, and is left to the caller, if it does not have D numbers, or has a number that `read_decimal`
    does not accept, no blank, no newline, or more than `max_line_bytes`. Runs without the GIL.

    Parameters
    ----------
    block : bytes
    start : the beginning of a line
    rows : array of shape (n, D), float32 or float64, OUT: one row for each line
    max_line_bytes : int

    Returns
    -------
    keys : list of bytes, one for each row that was filled
    n_lines : int
        Lines that were read, including blank ones.
    end : int
        The beginning of the first line that was not read.
    """
    cdef const char* begin = PyBytes_AS_STRING(block)
    cdef const char* end = begin + PyBytes_GET_SIZE(block)
    cdef const char* p
    cdef const char* line_end
    cdef const char* blank
    cdef Py_ssize_t n = 0, n_lines = 0, i, n_rows = rows.shape[0], n_columns = rows.shape[1]
    if start < 0 or start > end - begin:
        raise ValueError(f"start must lie in 0..{end - begin}, got {start}")
    cdef Py_ssize_t[:, ::1] spans = np.empty((n_rows, 2), dtype=np.intp)
    with nogil:
        p = begin + start
        while True:
            p = skip_blank_lines(p, end, &n_lines)
            if p == end or n == n_rows:
                break
            line_end = <const char*>memchr(p, 10, end - p)
            if line_end == NULL or line_end - p + 1 >= max_line_bytes:
                break
            blank = <const char*>memchr(p, 32, line_end - p)
            if blank == NULL or not read_row(blank, line_end, &rows[n, 0], n_columns):
                break
            spans[n, 0] = p - begin
            spans[n, 1] = blank - p
            n += 1
            n_lines += 1
            p = line_end + 1
    keys = [PyBytes_FromStringAndSize(begin + spans[i, 0], spans[i, 1]) for i in range(n)]
    return keys, n_lines, p - begin


cdef object refuse(bytes line, Py_ssize_t at):
    word = bytes(line[at:at + 40].split(None, 1)[0])
    raise ValueError(f"expected a number, found {word.decode('utf8', 'backslashreplace')!r}")


def parse_numbers(bytes line not None, Py_ssize_t start, double[::1] out not None):
    """Parse the blank-separated numbers of ``line[start:]`` into `out`; return how many there are.

    The number may exceed ``len(out)``; further numbers are counted and dropped.
    """
    cdef const char* begin = PyBytes_AS_STRING(line)
    cdef const char* end = begin + PyBytes_GET_SIZE(line)
    cdef const char* p
    cdef const char* after
    cdef char* stopped = NULL
    cdef Py_ssize_t n = 0, capacity = out.shape[0]
    cdef double value = 0.0
    if start < 0 or start > end - begin:
        raise ValueError(f"start must lie in 0..{end - begin}, got {start}")
    p = begin + start
    while True:
        while p < end and is_blank(p[0]):
            p += 1
        if p == end:
            return n
        after = read_decimal(p, end, &value)
        if after == NULL or (after < end and not is_blank(after[0])):
            # bytes objects end with a NUL, so CPython's parser cannot run past `end`
            try:
                value = PyOS_string_to_double(p, &stopped, NULL)
            except ValueError:
                stopped = NULL
            after = stopped
            if after == NULL or (after < end and not is_blank(after[0])):
                refuse(line, p - begin)
        if n < capacity:
            out[n] = value
        n += 1
        p = after


include "_spelling.pxi"
include "_records.pxi"
