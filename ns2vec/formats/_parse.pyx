# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Numbers to text and text to numbers, and the records of binary vector files: bytes and arrays in, bytes and arrays out.

Reading rounds correctly: a decimal of at most 19 digits whose digits fit 53 bits and whose power of ten is at
most 22 is one exact multiplication or division (Clinger 1990, "How to read floating point numbers accurately");
everything else goes to CPython's own parser. Writing gives the shortest decimal that reads back as the same
float32, in NumPy's spelling; whatever the fast path cannot prove goes to the caller's slow speller.
"""

from libc.math cimport fabs, rint, signbit
from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.string cimport memchr, memcpy

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.unicode cimport PyUnicode_Decode

import numpy as np

cdef extern from "Python.h":
    double PyOS_string_to_double(const char* s, char** endptr, void* overflow) except? -1.0

cdef enum:
    MAX_CHARS = 32          # of one float32 as text, with its blank: "-0.000123456789", "-123456789012345680.0", "-1.17549435e-38"
    SIGNIFICANT_DIGITS = 9  # always enough for a float32

cdef double[23] POWERS = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                          1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22]

cdef double SCIENTIFIC_BELOW = 1e-4

ctypedef fused floating:
    float
    double


cdef inline double scale(double value, int power) noexcept nogil:
    return value * POWERS[power] if power >= 0 else value / POWERS[-power]


# ---- text -> numbers -------------------------------------------------------------------------------------------------

cdef inline bint is_blank(char c) noexcept nogil:
    return c == 32 or (9 <= c <= 13)


cdef inline const char* read_exponent(const char* p, const char* end, int* exponent) noexcept nogil:
    """Add what stands after "e" to `exponent`; return where it stops, NULL when that is no number or too large."""
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
    """Append the eight digits at `p` to `digits`, all at once; False when they are not all digits.

    The bytes are put together by their values, neighbours first: eight of one digit, four of two, two of four.
    """
    cdef uint64_t ones, pairs, fours
    cdef int i
    ones = 0
    for i in range(8):  # compilers make this one load, and a byte swap where that is the machine's order
        ones |= <uint64_t><unsigned char>p[i] << (8 * i)
    # a digit has the upper half 3, and still has it when 6 is added
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
    """Parse a plain decimal of at most 18 digits at `p`; return where it stops, NULL if it is none.

    What is none goes to a slower parser. There must be a byte at `end` that is no digit.
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
    """Fill `row` from the text before `end`; False unless that is exactly so many plain decimals."""
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
    """Return where the first line begins that is not blank, or the last one, which has no newline."""
    cdef const char* q = p
    while q < end and is_blank(q[0]):
        if q[0] == b"\n":
            p = q + 1
            n_lines[0] += 1
        q += 1
    return p


def parse_lines(bytes block not None, Py_ssize_t start, floating[:, ::1] rows not None, Py_ssize_t max_line_bytes):
    """Parse the lines ``key blank number ... number`` of ``block[start:]`` until one is not plain or rows are full.

    A line is not plain, and is left to the caller, when it has not D numbers, a number that `read_decimal` does not
    take, no blank, no newline, or `max_line_bytes` and more. Runs without the GIL.

    Parameters
    ----------
    block : bytes
    start : where a line begins
    rows : array of shape (n, D), float32 or float64, OUT: one row for each line
    max_line_bytes : int

    Returns
    -------
    keys : list of bytes, one for each row that was filled
    n_lines : int
        Lines that were read, with blank ones.
    end : int
        Where the first line begins that was not read.
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

    The number found may exceed ``len(out)``; what does not fit is counted and dropped.
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


# ---- numbers -> text -------------------------------------------------------------------------------------------------

cdef inline bint reads_back(uint64_t digits, int power, float wanted, bint* doubtful) noexcept nogil:
    """Whether digits / 10**power, read as float32, is `wanted`; doubtful next to a border between two floats."""
    cdef double value = scale(<double><int64_t>digits, -power)
    cdef uint64_t bits
    memcpy(&bits, &value, sizeof(bits))
    if (bits & 0x1FFFFFFF) == 0x10000000:
        doubtful[0] = True
    return <float>value == wanted


cdef int shortest_digits(float value, uint64_t* digits, int* power) noexcept nogil:
    """Fill in the fewest digits with ``value == digits / 10**power`` as float32; 0, or -1 when this cannot prove it."""
    cdef double exact = value, scaled, fraction
    cdef int magnitude = 0, n, k
    cdef uint64_t candidate
    cdef uint32_t bits
    cdef bint doubtful = False
    memcpy(&bits, &value, sizeof(bits))
    # next to a power of two the rounding interval is lopsided: the nearest decimal need not be the shortest
    if not 1e-12 <= exact < 1e16 or (bits & 0x7FFFFF) == 0:
        return -1
    while magnitude < 16 and exact >= POWERS[magnitude + 1]:
        magnitude += 1
    while magnitude > -12 and scale(exact, -magnitude) < 1.0:
        magnitude -= 1
    n = SIGNIFICANT_DIGITS - 1
    while 1 <= n <= SIGNIFICANT_DIGITS:
        k = n - 1 - magnitude
        if k > 22:
            return -1
        scaled = scale(exact, k)
        candidate = <uint64_t><int64_t>rint(scaled)
        fraction = scaled - <double><int64_t>candidate
        # up to 10**12 the product is exact and ties go to even, as in NumPy; beyond, a near-tie proves nothing
        if not 0 <= k <= 12 and fabs(fabs(fraction) - 0.5) < 1e-6:
            return -1
        if reads_back(candidate, k, value, &doubtful) and not doubtful:
            digits[0] = candidate
            power[0] = k
            if n == SIGNIFICANT_DIGITS:
                return 0
            n -= 1
        elif doubtful:
            return -1
        elif n == SIGNIFICANT_DIGITS - 1:
            n += 1
        elif n == SIGNIFICANT_DIGITS:
            return -1
        else:
            return 0
    return 0


cdef int spell(float value, double scientific_from, char* out) noexcept nogil:
    """Write the shortest text of `value` to `out`; return its length, 0 when NumPy has to do it."""
    cdef uint64_t digits = 0
    cdef int power = 0, n_digits = 0, n = 0, i, exponent
    cdef char[24] reversed_digits
    if value == 0.0 or signbit(value):
        out[0] = b"-"
        n = signbit(value) != 0
        value = -value if n else value
    if value == 0.0:
        memcpy(out + n, b"0.0", 3)
        return n + 3
    if shortest_digits(value, &digits, &power) < 0:
        return 0
    while digits % 10 == 0:
        digits //= 10
        power -= 1
    while digits:
        reversed_digits[n_digits] = <char>(48 + digits % 10)
        n_digits += 1
        digits //= 10
    if <double>value < SCIENTIFIC_BELOW or <double>value >= scientific_from:
        out[n] = reversed_digits[n_digits - 1]
        n += 1
        if n_digits > 1:
            out[n] = b"."
            n += 1
            for i in range(n_digits - 2, -1, -1):
                out[n] = reversed_digits[i]
                n += 1
        exponent = n_digits - 1 - power
        out[n] = b"e"
        out[n + 1] = b"-" if exponent < 0 else b"+"
        exponent = -exponent if exponent < 0 else exponent
        out[n + 2] = <char>(48 + exponent // 10)
        out[n + 3] = <char>(48 + exponent % 10)
        return n + 4
    return spell_positional(reversed_digits, n_digits, power, out, n)


cdef inline int spell_positional(const char* reversed_digits, int n_digits, int power, char* out, int n) noexcept nogil:
    cdef int place
    # place 0 is the units digit, negative places are after the point
    for place in range(max(n_digits - 1 - power, 0), min(-power, -1) - 1, -1):
        if place == -1:
            out[n] = b"."
            n += 1
        out[n] = reversed_digits[place + power] if 0 <= place + power < n_digits else <char>48
        n += 1
    return n


cdef int copy_slow_spelling(object spell_slowly, float value, char* out) except -1:
    """Write what `spell_slowly` says to `out`; return its length."""
    cdef bytes text = spell_slowly(value)
    cdef Py_ssize_t n = PyBytes_GET_SIZE(text)
    if n > MAX_CHARS - 2:
        raise ValueError(f"a float32 spelled with {n} characters: {text!r}")
    memcpy(out, PyBytes_AS_STRING(text), n)
    return <int>n


def format_lines(list heads not None, const float[:, :] rows not None, double scientific_from, spell_slowly not None):
    """Return ``head v1 v2 ... vD\\n`` for each row, every number as ``str(numpy.float32)`` spells it.

    Runs without the GIL except where `spell_slowly` is needed.

    Parameters
    ----------
    heads : list of bytes, one for each row
    rows : array of shape (n, D), float32, any stride
    scientific_from : float
        From here on numbers are spelled like 1e+16.
    spell_slowly : callable, float -> bytes
        Spells what the fast path leaves over.
    """
    cdef Py_ssize_t n_rows = rows.shape[0], n_columns = rows.shape[1], i, j
    cdef bytes joined = b"".join(heads)
    cdef const char* head = PyBytes_AS_STRING(joined)
    cdef const Py_ssize_t[::1] lengths = np.array([len(head_bytes) for head_bytes in heads], dtype=np.intp)
    cdef char[::1] out = np.empty(len(joined) + n_rows * (n_columns * MAX_CHARS + 1) + 1, dtype=np.int8)
    cdef char* p = &out[0]
    cdef int n
    if lengths.shape[0] != n_rows:
        raise ValueError(f"expected one head for each of {n_rows} rows, got {len(heads)}")
    with nogil:
        for i in range(n_rows):
            memcpy(p, head, lengths[i])
            p += lengths[i]
            head += lengths[i]
            for j in range(n_columns):
                p[0] = b" "
                n = spell(rows[i, j], scientific_from, p + 1)
                if n == 0:
                    with gil:
                        n = copy_slow_spelling(spell_slowly, rows[i, j], p + 1)
                p += n + 1
            p[0] = b"\n"
            p += 1
    return PyBytes_FromStringAndSize(&out[0], p - &out[0])


# ---- binary records --------------------------------------------------------------------------------------------------

def scan_records(
    const unsigned char[::1] block not None, Py_ssize_t start, unsigned char[:, ::1] rows not None,
    str encoding not None, str unicode_errors not None,
):
    """Cut ``block[start:]`` into records ``\\n* key blank bytes[row]`` as long as complete records and rows are left.

    Parameters
    ----------
    block : buffer of bytes
    start : where the first record begins
    rows : array of shape (n, bytes of a vector), uint8, OUT: one row per record
    encoding, unicode_errors : how keys are decoded, as in `bytes.decode`

    Returns
    -------
    keys : list of str
    end : int
        Where the first incomplete record begins.

    Raises
    ------
    UnicodeDecodeError
        If a key is not valid in the encoding.
    """
    cdef bytes codec = encoding.encode(), policy = unicode_errors.encode()
    cdef Py_ssize_t n_rows = rows.shape[0], n_bytes = rows.shape[1], end = block.shape[0], n = 0, p, i
    cdef const unsigned char* base
    cdef const unsigned char* blank
    if start < 0 or start > end:
        raise ValueError(f"start must lie in 0..{end}, got {start}")
    if start == end or n_bytes == 0:
        return [], start
    cdef Py_ssize_t[:, ::1] spans = np.empty((n_rows, 2), dtype=np.intp)
    base = &block[0]
    with nogil:
        while n < n_rows:
            p = start
            while p < end and base[p] == 10:
                p += 1
            blank = <const unsigned char*>memchr(base + p, 32, end - p)
            if blank == NULL or end - (blank + 1 - base) < n_bytes:
                break
            spans[n, 0] = p
            spans[n, 1] = blank - base - p
            memcpy(&rows[n, 0], blank + 1, n_bytes)
            start = (blank + 1 - base) + n_bytes
            n += 1
    keys = [PyUnicode_Decode(<const char*>base + spans[i, 0], spans[i, 1], codec, policy) for i in range(n)]
    return keys, start


def scan_entries(
    const unsigned char[::1] block not None, unsigned char[::1] text not None, int64_t[::1] lengths not None,
    int64_t[::1] counts not None, unsigned char[::1] kinds not None,
):
    """Cut a block into entries of fastText's dictionary, ``key NUL int64 byte``, as long as complete ones are left.

    Parameters
    ----------
    block : buffer of bytes
    text : array, uint8, OUT: the keys with their NULs; as long as the block
    lengths, counts : arrays of shape (n,), int64, OUT: bytes of each key with its NUL, and the number after it
    kinds : array of shape (n,), uint8, OUT: the byte after that

    Returns
    -------
    n_entries : int
    end : int
        Where the first incomplete entry begins.
    """
    cdef Py_ssize_t end = block.shape[0], start = 0, n = 0, n_text = 0, n_bytes
    cdef const unsigned char* nul
    cdef int byte
    cdef uint64_t count
    if text.shape[0] < end or not lengths.shape[0] == counts.shape[0] == kinds.shape[0]:
        raise ValueError("expected a text as long as the block, and lengths, counts and kinds of one length")
    with nogil:
        while n < lengths.shape[0] and start < end:
            nul = <const unsigned char*>memchr(&block[start], 0, end - start)
            n_bytes = nul - &block[start] + 1
            if nul == NULL or end - start - n_bytes < 9:
                break
            memcpy(&text[n_text], &block[start], n_bytes)
            count = 0
            for byte in range(8):
                count |= <uint64_t>nul[1 + byte] << (8 * byte)
            lengths[n], counts[n], kinds[n] = n_bytes, <int64_t>count, nul[9]
            n_text += n_bytes
            start += n_bytes + 9
            n += 1
    return n, start
