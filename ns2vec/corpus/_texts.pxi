"""Texts as keys of two ids; part of _bigrams.pyx.

Each token has an id, and each text a key, ``left << 32 | right``: the parts of ``text.split(delimiter)``, of
of which `left` is the number of all but the last. So ``new_york`` is one key whether it came as a pair or as a token,
and strings are rarely made:

- most tokens hold no character of the delimiter: the key of a pair of them is their two ids
- the others are *odd*: the text of a pair is made when the pair first occurs, and its key is stored
- `left` of a token with connector words after it is a number assigned to both, and so on
"""

cdef extern from "Python.h":
    const Py_ssize_t PY_SSIZE_T_MAX
    PyObject* PyDict_GetItemWithError(object mapping, object key) except? NULL
    void Py_INCREF(PyObject* thing)
    PyObject* PyList_GET_ITEM(object items, Py_ssize_t at)
    void PyList_SET_ITEM(object items, Py_ssize_t at, PyObject* item)
    Py_ssize_t PyUnicode_FindChar(object text, Py_UCS4 character, Py_ssize_t start, Py_ssize_t end, int direction) except -2


cdef extern from *:
    """
    /* Whether an ASCII str contains a character; -1: the str is not ASCII, and must be searched in another way. */
    static inline int ns2vec_holds_ascii(PyObject *text, int character)
    {
        if (!PyUnicode_CheckExact(text) || !PyUnicode_IS_COMPACT_ASCII(text))
            return -1;
        return memchr(PyUnicode_1BYTE_DATA(text), character, (size_t)PyUnicode_GET_LENGTH(text)) != NULL;
    }
    """
    int ns2vec_holds_ascii(PyObject* text, int character) noexcept
    bint PyUnicode_CheckExact(PyObject* text) noexcept
    Py_ssize_t PyUnicode_GET_LENGTH(PyObject* text) noexcept


cdef extern from "_memo.h":
    enum:
        NS2VEC_MEMO_LIMIT

    ctypedef struct ns2vec_memo:
        pass

    void ns2vec_memo_free(ns2vec_memo* memo)
    int ns2vec_memo_add(ns2vec_memo* memo, PyObject* token, int32_t value)
    void ns2vec_memo_prefetch_slot(const ns2vec_memo* memo, PyObject* token)
    int ns2vec_memo_find(const ns2vec_memo* memo, PyObject* token, int32_t* value)
    int ns2vec_reserve(void** array, int64_t* capacity, int64_t needed, size_t item_bytes)


cdef extern from "_pairs.h":
    ctypedef struct ns2vec_pair:
        uint64_t key
        int64_t value

    ctypedef struct ns2vec_pairs:
        ns2vec_pair* entries
        int64_t n

    void ns2vec_pairs_free(ns2vec_pairs* pairs)
    int64_t ns2vec_pairs_find(const ns2vec_pairs* pairs, uint64_t key)
    int ns2vec_pairs_reserve(ns2vec_pairs* pairs, int64_t n)
    int64_t ns2vec_pairs_place(ns2vec_pairs* pairs, uint64_t key)
    int ns2vec_pairs_count(ns2vec_pairs* pairs, const uint64_t* keys, int64_t n) nogil
    void ns2vec_pairs_drop(ns2vec_pairs* pairs, int64_t floor) nogil
    void ns2vec_prefetch(const void* address)
    void ns2vec_pairs_prefetch_slot(const ns2vec_pairs* pairs, uint64_t key)
    void ns2vec_pairs_prefetch_entry(const ns2vec_pairs* pairs, uint64_t key)


cdef extern from *:
    """
    #define NS2VEC_NOTHING UINT32_MAX          /* left of a single token; as a key: of no text */
    #define NS2VEC_RUN (UINT32_C(1) << 31)     /* left is the number of a token with connector words */
    #define NS2VEC_KEY(left, right) ((uint64_t)(left) << 32 | (uint32_t)(right))
    """
    const uint32_t NOTHING "NS2VEC_NOTHING"
    const uint32_t RUN "NS2VEC_RUN"
    uint64_t make_key "NS2VEC_KEY"(uint32_t left, uint32_t right)

cdef enum:
    CONNECTOR = 1
    ODD = 2
    BEGINS = 4
    ENDS = 8
    UNKNOWN = -1
    UNKNOWN_ODD = -2
    MAX_REMEMBERED = 1 << 20  # characters

cdef uint64_t NO_KEY = make_key(NOTHING, NOTHING)


cdef int grown(int status) except -1:
    """Turn a status of the C side into the Python error it stands for."""
    if status == NS2VEC_NO_MEMORY:
        raise MemoryError("no memory left for the counts of phrases: lower max_vocab_size")
    if status == NS2VEC_TOO_MANY:
        raise OverflowError("more than 2**31 distinct tokens or pairs: lower max_vocab_size")
    return 0


cdef inline str plain(text):
    """A str as an instance of str itself, not of a subclass."""
    return text if type(text) is str else str.__str__(text)

cdef class TextKeys:
    """Ids of tokens, and keys of texts; a subclass defines the value of each."""

    cdef readonly str delimiter
    cdef readonly object connector_words
    cdef int one_character  # the ASCII character that the delimiter is; 0: it is something else
    cdef int64_t version  # changes when ids do
    cdef dict ids
    cdef list names
    cdef ns2vec_memo memo
    cdef bint remembers_unknown
    cdef bint remembers_all  # a str of this length that the memo lacks is unknown
    cdef uint8_t* kinds  # (n_names,): CONNECTOR, ODD; BEGINS, ENDS if they are marked
    cdef int64_t kind_capacity
    cdef ns2vec_pairs runs  # (left, connector word) -> its number; the value is its kind
    cdef ns2vec_pairs odd_keys  # key of odd ids -> key of their text

    cdef int begin(self, str delimiter, connector_words) except -1:
        """Start with the connector words; for the `__cinit__` of a subclass."""
        self.delimiter = delimiter
        self.one_character = ord(delimiter) if len(delimiter) == 1 and delimiter.isascii() else 0
        self.connector_words = frozenset(connector_words)
        self.ids, self.names = {}, []
        for word in self.connector_words:
            if isinstance(word, str):
                self.kinds[self.intern(word)] |= CONNECTOR
        return 0

    def __dealloc__(self):
        ns2vec_memo_free(&self.memo)
        ns2vec_pairs_free(&self.runs)
        ns2vec_pairs_free(&self.odd_keys)
        free(self.kinds)

    cdef int32_t known(self, token) except? -9:
        """Id of a token; UNKNOWN or UNKNOWN_ODD."""
        cdef int32_t at
        if ns2vec_memo_find(&self.memo, <PyObject*>token, &at):
            return at
        return self.not_remembered(token)

    cdef int32_t not_remembered(self, token) except? -9:
        """Id of a token that the memo lacks."""
        cdef int32_t at
        cdef PyObject* text = <PyObject*>token
        if self.remembers_all and PyUnicode_CheckExact(text) and 0 < PyUnicode_GET_LENGTH(text) < MAX_REMEMBERED:
            return UNKNOWN_ODD if self.is_odd(token) else UNKNOWN
        if not isinstance(token, str):
            return UNKNOWN
        cdef PyObject* found = PyDict_GetItemWithError(self.ids, token)
        if found != NULL:
            at = <object>found
        else:
            at = UNKNOWN_ODD if self.is_odd(token) else UNKNOWN
            self.remembers_unknown = True
        grown(ns2vec_memo_add(&self.memo, <PyObject*>token, at))
        return at

    cdef bint is_odd(self, token) except -1:
        cdef int holds = -1
        if self.one_character:  # the usual delimiter, in the usual text
            holds = ns2vec_holds_ascii(<PyObject*>token, self.one_character)
        if holds >= 0:
            return holds
        if not self.delimiter:
            return True
        cdef Py_UCS4 character
        for character in self.delimiter:
            if PyUnicode_FindChar(token, character, 0, PY_SSIZE_T_MAX, 1) >= 0:
                return True
        return False

    cdef uint32_t first_of(self, uint32_t left) noexcept:
        """Id of the first token of something."""
        while left & RUN:
            left = <uint32_t>(self.runs.entries[left & ~RUN].key >> 32)
        return left

    cdef int remember_all(self) except -1:
        """Make the look-up of missing names fast, if there are not too many names."""
        for token in self.names:
            grown(ns2vec_memo_add(&self.memo, <PyObject*>token, <int32_t>self.ids[token]))
        self.remembers_all = len(self.names) <= NS2VEC_MEMO_LIMIT and all([len(token) < MAX_REMEMBERED for token in self.names])
        return 0

    cdef int32_t intern(self, token) except -1:
        """Id of a token; it gets a new one if it has none."""
        cdef PyObject* found = PyDict_GetItemWithError(self.ids, token)
        if found != NULL:
            return <object>found
        cdef int64_t at = len(self.names)
        token = plain(token)
        if at >= <int64_t>RUN - 1:
            grown(NS2VEC_TOO_MANY)
        grown(ns2vec_reserve(<void**>&self.kinds, &self.kind_capacity, at + 1, sizeof(uint8_t)))
        self.kinds[at] = ODD if self.is_odd(token) else 0
        if self.remembers_unknown:  # the token may be among them
            ns2vec_memo_free(&self.memo)
            self.remembers_unknown = False
        self.remembers_all = False
        self.version += 1
        self.ids[token] = at
        self.names.append(token)
        return <int32_t>at

    cdef int kind_of(self, uint32_t left) noexcept:
        if left == NOTHING:
            return 0
        return <int>self.runs.entries[left & ~RUN].value if left & RUN else self.kinds[left]

    cdef uint32_t run(self, uint32_t left, int32_t connector) except 0:
        """Number of a left and one more connector word; never 0, which is a token."""
        grown(ns2vec_pairs_reserve(&self.runs, 1))
        cdef int64_t n = self.runs.n
        cdef int64_t at = ns2vec_pairs_place(&self.runs, make_key(left, connector))
        if at == n:
            self.runs.entries[at].value = (self.kind_of(left) | self.kinds[connector]) & ODD
        return RUN | <uint32_t>at

    cdef list parts(self, uint64_t key):
        """Tokens of a key."""
        cdef list found = [self.names[<uint32_t>key]]
        cdef uint32_t left = <uint32_t>(key >> 32)
        while left != NOTHING:
            if left & RUN:
                key = self.runs.entries[left & ~RUN].key
                found.append(self.names[<uint32_t>key])
                left = <uint32_t>(key >> 32)
            else:
                found.append(self.names[left])
                left = NOTHING
        found.reverse()
        return found

    cdef str text(self, uint64_t key):
        if key >> 32 == NOTHING:
            return self.names[<uint32_t>key]
        return self.delimiter.join(self.parts(key))

    cdef uint64_t key_of(self, text, bint make) except? 0:
        """Key of a text; with `make` it gets one, otherwise NO_KEY if it has none."""
        cdef list parts = text.split(self.delimiter) if self.delimiter else [text]
        cdef uint32_t left = NOTHING
        cdef int64_t at
        cdef Py_ssize_t i
        for i in range(len(parts)):
            if make:
                at = self.intern(parts[i])
            else:
                found = self.ids.get(parts[i])
                if found is None:
                    return NO_KEY
                at = found
            if i == len(parts) - 1:
                break
            if i == 0:
                left = <uint32_t>at
            elif make:
                left = self.run(left, <int32_t>at)
            else:
                at = ns2vec_pairs_find(&self.runs, make_key(left, <uint32_t>at))
                if at < 0:
                    return NO_KEY
                left = RUN | <uint32_t>at
        return make_key(left, <uint32_t>at)

    cdef uint64_t odd_key(self, uint64_t key) except? 0:
        """Key of the text of a key of odd ids."""
        cdef int64_t at = ns2vec_pairs_find(&self.odd_keys, key)
        if at < 0:
            found = self.key_of(self.text(key), True)
            grown(ns2vec_pairs_reserve(&self.odd_keys, 1))
            at = ns2vec_pairs_place(&self.odd_keys, key)
            self.odd_keys.entries[at].value = <int64_t><uint64_t>found
        return <uint64_t>self.odd_keys.entries[at].value
