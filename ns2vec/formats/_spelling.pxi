# Numbers to text: the shortest decimal that reads back as the same float32. Included by _parse.pyx.


cdef enum:
    MAX_CHARS = 32          # of one float32 as text, with its blank: "-0.000123456789", "-123456789012345680.0", "-1.17549435e-38"
    SIGNIFICANT_DIGITS = 9  # always enough for a float32

cdef double SCIENTIFIC_BELOW = 1e-4


cdef inline bint reads_back(uint64_t digits, int power, float wanted, bint* doubtful) noexcept nogil:
    """Whether digits / 10**power, read as float32, is `wanted`; doubtful next to the border between two floats."""
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
    """Write the shortest text of `value` to `out`; return its length, 0 if NumPy has to do it."""
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
    """Write the result of `spell_slowly` to `out`; return its length."""
    cdef bytes text = spell_slowly(value)
    cdef Py_ssize_t n = PyBytes_GET_SIZE(text)
    if n > MAX_CHARS - 2:
        raise ValueError(f"a float32 spelled with {n} characters: {text!r}")
    memcpy(out, PyBytes_AS_STRING(text), n)
    return <int>n


def format_lines(list heads not None, const float[:, :] rows not None, double scientific_from, spell_slowly not None):
    """Return ``head v1 v2 ... vD\\n`` for each row, every number as ``str(numpy.float32)`` spells it.

    Runs without the GIL except if `spell_slowly` is needed.

    Parameters
    ----------
    heads : list of bytes, one for each row
    rows : array of shape (n, D), float32, any stride
    scientific_from : float
        From here on, numbers are spelled like 1e+16.
    spell_slowly : callable, float -> bytes
        Spells the numbers that the fast path leaves.
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
