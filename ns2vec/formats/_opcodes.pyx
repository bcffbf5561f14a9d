# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""A check of a pickle before it is unpickled: bytes in, nothing or an error out.

The unpickler of the standard library allocates whatever a pickle claims (a memo of four billion entries, a string of an
exabyte) and hashes whatever it is given (a tuple nested a million times crashes the process, one that refers to itself
twice at each level never ends). `check_pickle` first scans the opcodes and accepts only those that occur in saved
models, with arguments that fit the data, memo numbers in order, small tuples, and not so many lists that
a few bytes become gigabytes.
"""

from libc.stdint cimport int32_t, int64_t, uint64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memchr

cdef enum:
    MARK = -1
    MAX_INT_BYTES = 9       # per integer: enough for uint64, and few enough that no two thousand share a hash
    MAX_LINE = 512          # of an argument that ends with a newline, at most
    MEMO_SLACK = 1024       # memo numbers may run ahead of the number of entries by this
    MAX_PROTOCOL = 5
    BYTES_OF_OBJECT = 8     # at least, for each list, dict, tuple or object of a model after the first million
    FREE_OBJECTS = 1 << 20


cdef struct Ints:
    int32_t* at
    int64_t n, room


cdef int push(Ints* ints, int32_t value) except -1:
    cdef int32_t* grown
    if ints.n == ints.room:
        grown = <int32_t*>realloc(ints.at, (2 * ints.room + 1024) * sizeof(int32_t))
        if grown == NULL:
            raise MemoryError("no memory to check the pickle")
        ints.at, ints.room = grown, 2 * ints.room + 1024
    ints.at[ints.n] = value
    ints.n += 1
    return 0


cdef struct Opcode:
    char effect             # effect on the stack, see below
    char argument           # bytes of the argument; L, U: the length precedes it; N: a line


# effects: p push a plain value, x pop one, y pop two, m push a mark, M pop to the mark, L the same and push,
# T the same and push a tuple, 1 2 3 tuple of the last, R pop two and push, G memo -> stack, P stack -> memo,
# Q stack -> next memo entry, . stop, 0 nothing, I integer of a given length
cdef Opcode[256] TABLE

cdef void fill_table() noexcept:
    """Set effect and argument of every opcode that models contain; the others have no effect."""
    cdef int code
    for code in range(256):
        TABLE[code].effect = 0
    for name, effect, argument in (
        (0x80, b"0", 1), (0x95, b"0", 8), (b"(", b"m", 0), (b".", b".", 0), (b"N", b"p", 0), (0x88, b"p", 0),
        (0x89, b"p", 0), (b"J", b"p", 4), (b"K", b"p", 1), (b"M", b"p", 2), (b"I", b"I", 100), (b"L", b"I", 100),
        (0x8a, b"I", 11), (0x8b, b"I", 14), (b"G", b"p", 8), (b"T", b"p", 14), (b"U", b"p", 11), (b"X", b"p", 14),
        (0x8c, b"p", 11), (0x8d, b"p", 18), (b"B", b"p", 14), (b"C", b"p", 11), (0x8e, b"p", 18), (0x96, b"p", 18),
        (b"]", b"p", 0), (b"}", b"p", 0), (b")", b"p", 0), (0x8f, b"p", 0), (b"a", b"x", 0), (b"e", b"M", 0),
        (b"s", b"y", 0), (b"u", b"M", 0), (0x90, b"M", 0), (b"l", b"L", 0), (b"d", b"L", 0), (0x91, b"T", 0),
        (b"t", b"T", 0), (0x85, b"1", 0), (0x86, b"2", 0), (0x87, b"3", 0), (b"q", b"P", 1), (b"r", b"P", 4),
        (0x94, b"Q", 0), (b"h", b"G", 1), (b"j", b"G", 4), (b"c", b"p", 101), (0x93, b"R", 0), (b"R", b"R", 0),
        (0x81, b"R", 0), (b"b", b"x", 0),
    ):
        code = name if isinstance(name, int) else name[0]
        TABLE[code].effect = effect[0]
        TABLE[code].argument = argument


fill_table()


cdef int refuse(Py_ssize_t at, str what) except -1:
    raise ValueError(f"byte {at}: {what}")


cdef uint64_t little(const unsigned char* p, int n) noexcept nogil:
    cdef uint64_t value = 0
    cdef int i
    for i in range(n):
        value |= <uint64_t>p[i] << (8 * i)
    return value


cdef Py_ssize_t line_end(const unsigned char* base, Py_ssize_t p, Py_ssize_t end) except -1:
    """Return where the line at `p` ends, including its newline."""
    cdef const unsigned char* found = <const unsigned char*>memchr(base + p, 10, min(end - p, <Py_ssize_t>MAX_LINE))
    if found == NULL:
        refuse(p, "an argument without an end")
    return found - base + 1


cdef Py_ssize_t skip_argument(const unsigned char* base, Py_ssize_t p, Py_ssize_t end, int kind, char effect,
                              uint64_t* value) except -1:
    """Return where the argument at `p` ends; a number of fixed length is stored in `value`."""
    cdef Py_ssize_t after
    value[0] = 0
    if kind >= 100:                                     # one line, or two
        after = line_end(base, p, end)
        if effect == b"I" and after - p > 24:
            refuse(p, "an integer that is too long")
        return line_end(base, after, end) if kind == 101 else after
    if end - p < kind % 10:
        refuse(p, "the data ends within an argument")
    value[0] = little(base + p, kind % 10)
    p += kind % 10
    if kind > 10:                                       # preceded by its length
        if value[0] > <uint64_t>(end - p):
            refuse(p, f"an argument of {value[0]} bytes, but {end - p} are left")
        if effect == b"I" and value[0] > MAX_INT_BYTES:
            refuse(p, "an integer that is too long")
        p += <Py_ssize_t>value[0]
    return p


cdef int need(Ints* stack, int64_t n, Py_ssize_t at) except -1:
    """Check that there are `n` values on the stack above its last mark."""
    cdef int64_t i
    if stack.n < n:
        refuse(at, "the stack is empty")
    for i in range(n):
        if stack.at[stack.n - 1 - i] == MARK:
            refuse(at, "a mark where a value was expected")
    return 0


cdef int64_t above_mark(Ints* stack, Py_ssize_t at) except -1:
    """Return the number of values above the last mark."""
    cdef int64_t n = 0
    while stack.n - n > 0 and stack.at[stack.n - 1 - n] != MARK:
        n += 1
    if n == stack.n:
        refuse(at, "no mark on the stack")
    return n


cdef int make_tuple(Ints* stack, int64_t n, int max_cost, Py_ssize_t at) except -1:
    """Replace `n` values by a tuple of them; its cost is the number of values that are visited when it is hashed."""
    cdef int64_t cost = 1, i
    need(stack, n, at)
    for i in range(n):
        cost += 1 + stack.at[stack.n - 1 - i]
        if cost > max_cost:
            refuse(at, "a tuple that is too large")
    stack.n -= n
    push(stack, <int32_t>cost)
    return 0


cdef int remember(Ints* memo, uint64_t place, int32_t cost, int64_t* n_memo, Py_ssize_t at) except -1:
    """Put a value into the memo, which may grow only with its entries."""
    if place > <uint64_t>(n_memo[0] + MEMO_SLACK):
        refuse(at, f"memo entry {place} after {n_memo[0]} entries")
    while <uint64_t>memo.n <= place:
        push(memo, MARK)
    n_memo[0] += memo.at[place] == MARK
    memo.at[place] = cost
    return 0


cdef int act(char effect, uint64_t value, Ints* stack, Ints* memo, int64_t* n_memo, int max_cost, Py_ssize_t at) except -1:
    """Apply the effect of the opcode to the stack of costs."""
    cdef int64_t n
    if effect == b"p" or effect == b"I":
        push(stack, 0)
    elif effect == b"m":
        push(stack, MARK)
    elif effect == b"x" or effect == b"y":              # the popped values go into the value below
        n = 1 if effect == b"x" else 2
        need(stack, n + 1, at)
        stack.n -= n
    elif effect == b"M" or effect == b"L" or effect == b"T":
        n = above_mark(stack, at)
        if effect == b"T":
            make_tuple(stack, n, max_cost, at)
            stack.at[stack.n - 2] = stack.at[stack.n - 1]
            stack.n -= 1
        else:
            stack.n -= n + 1
            if effect == b"L":
                push(stack, 0)
            need(stack, 1, at)
    elif effect == b"1" or effect == b"2" or effect == b"3":
        make_tuple(stack, effect - 48, max_cost, at)
    elif effect == b"R":
        need(stack, 2, at)
        stack.n -= 2
        push(stack, 0)
    elif effect == b"G":
        if value >= <uint64_t>memo.n or memo.at[value] == MARK:
            refuse(at, f"the memo has no entry {value}")
        push(stack, memo.at[value])
    elif effect == b"P" or effect == b"Q":
        need(stack, 1, at)
        remember(memo, n_memo[0] if effect == b"Q" else value, stack.at[stack.n - 1], n_memo, at)
    return 0


cdef inline bint makes_object(char effect, unsigned char opcode) noexcept nogil:
    """Whether the opcode makes a list, dict, set, tuple or object."""
    return effect in (b"L", b"T", b"1", b"2", b"3", b"R") or opcode in (93, 125, 0x8f)


def check_pickle(const unsigned char[::1] data not None, int max_cost=256):
    """Make sure that a pickle can be unpickled without harm by memory, recursion or time.

    Parameters
    ----------
    data : buffer of bytes
    max_cost : int
        Maximum number of values that hashing a tuple may visit.

    Raises
    ------
    ValueError
        With the byte and the problem.
    """
    cdef Ints stack, memo
    cdef Py_ssize_t p = 0, at, end = data.shape[0]
    cdef const unsigned char* base
    cdef Opcode op
    cdef uint64_t value
    cdef int64_t n_memo = 0, n_objects = 0
    stack.at, stack.n, stack.room = NULL, 0, 0
    memo.at, memo.n, memo.room = NULL, 0, 0
    if end == 0:
        refuse(0, "nothing there")
    base = &data[0]
    try:
        while p < end:
            at = p
            op = TABLE[base[p]]
            if op.effect == 0:
                refuse(at, f"opcode {bytes(base[at:at + 1])!r} does not occur in models")
            p = skip_argument(base, p + 1, end, op.argument, op.effect, &value)
            if op.effect == b".":
                if stack.n != 1 or stack.at[0] == MARK:
                    refuse(at, f"{stack.n} values at the end, expected one")
                return
            if base[at] == 0x80 and value > MAX_PROTOCOL:
                refuse(at, f"pickle protocol {value} is unknown")
            n_objects += makes_object(op.effect, base[at])
            if n_objects > FREE_OBJECTS + end // BYTES_OF_OBJECT:
                refuse(at, f"more lists and objects than {end} bytes of a model hold")
            act(op.effect, value, &stack, &memo, &n_memo, max_cost, at)
        refuse(end, "the data ends without a last opcode")
    finally:
        free(stack.at)
        free(memo.at)
