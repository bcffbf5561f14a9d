"""Counts of tokens and of pairs of tokens, by their joined text, and the joining of sentences with them.

A table has a number for each key of a text (`_texts.pxi`), in order of first appearance, like a dict of
texts.
"""

from cpython.list cimport PyList_GET_SIZE, PyList_New
from cpython.object cimport PyObject
from libc.math cimport INFINITY, log
from libc.stdint cimport INT64_MIN, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

from ns2vec.corpus._sentences import as_tokens as _as_tokens

include "_chunks.pxi"
include "_texts.pxi"

cdef enum:
    WAITING = 8192  # keys that are counted together
    SLOTS_AHEAD = 8
    MAX_SPARE = 65536  # ids that no count needs, beyond the number of counts

cdef int64_t REMOVED = INT64_MIN
cdef object ENDED = object()


cdef class PhraseCounts(TextKeys):
    """Numbers by text, in order of first appearance; the texts are tokens and joined tokens.

    Parameters
    ----------
    delimiter : str
        Between the tokens of a joined text.
    connector_words : iterable of str
        Tokens that are joined if they are between others, and not counted.
    max_size : int
        If there are more texts than this after a sentence, those with a count below `floor` go, and it rises by one.

    Attributes
    ----------
    n_words, n_sentences : int
        Read so far, including connector words.
    floor : int

    Examples
    --------
    >>> from ns2vec.corpus._bigrams import PhraseCounts
    >>> counts = PhraseCounts("_", ["of"], 1000)
    >>> counts.fill(iter([["bank", "of", "england"], ["bank", "of", "england"]]), 100)
    False
    >>> dict(counts.items())
    {'bank': 2, 'england': 2, 'bank_of_england': 2}
    """

    cdef readonly int64_t n_words
    cdef readonly int64_t n_sentences
    cdef readonly int64_t floor
    cdef int64_t n_changes
    cdef int64_t max_size
    cdef int32_t* codes  # (n_codes,): ids of the codes of a scanner, UNKNOWN if not assigned yet
    cdef int64_t n_codes, code_capacity
    cdef ns2vec_pairs entries  # the counts
    cdef int64_t n_removed
    cdef uint64_t[WAITING] keys
    cdef int64_t n_keys
    cdef uint32_t left  # of the open sentence

    def __cinit__(self, str delimiter not None, connector_words, int64_t max_size):
        self.begin(delimiter, connector_words)
        self.max_size = max_size
        self.floor = 1
        self.left = NOTHING

    def __dealloc__(self):
        ns2vec_pairs_free(&self.entries)
        free(self.codes)

    # ---- counting ----

    cdef int push(self, uint32_t left, int32_t right) except -1:
        cdef uint64_t key = make_key(left, right)
        if (self.kind_of(left) | self.kinds[right]) & ODD:
            key = self.odd_key(key)
        if self.n_keys == WAITING:
            self.flush()
        self.keys[self.n_keys] = key
        self.n_keys += 1
        return 0

    cdef int word(self, int32_t at) except -1:
        self.n_words += 1
        if self.kinds[at] & CONNECTOR:
            if self.left != NOTHING:
                self.left = self.run(self.left, at)
            return 0
        self.push(NOTHING, at)
        if self.left != NOTHING:
            self.push(self.left, at)
        self.left = at
        return 0

    cdef int end_sentence(self) except -1:
        self.n_sentences += 1
        self.left = NOTHING
        if self.entries.n + self.n_keys > self.max_size:
            self.flush()
            if self.entries.n > self.max_size:
                self.drop(self.floor)
                self.floor += 1
        return 0

    cdef int flush(self) except -1:
        cdef int64_t n = self.n_keys
        self.n_keys = 0
        self.n_changes += n > 0
        grown(ns2vec_pairs_count(&self.entries, self.keys, n))
        return 0

    def drop(self, int64_t floor):
        """Remove the texts with a number below a floor."""
        self.tidy()
        self.n_changes += 1
        ns2vec_pairs_drop(&self.entries, floor)
        ns2vec_pairs_free(&self.odd_keys)
        if len(self.names) + self.runs.n > 2 * self.entries.n + MAX_SPARE:
            self.renumber()

    cdef int renumber(self) except -1:
        """Assign ids to the tokens and runs that are still needed, and to no others."""
        cdef PhraseCounts fresh = PhraseCounts(self.delimiter, self.connector_words, self.max_size)
        fresh.merge(self)
        self.ids, self.names = fresh.ids, fresh.names
        self.kinds, fresh.kinds = fresh.kinds, self.kinds
        self.kind_capacity = fresh.kind_capacity
        self.runs, fresh.runs = fresh.runs, self.runs
        self.entries, fresh.entries = fresh.entries, self.entries
        ns2vec_memo_free(&self.memo)
        self.remembers_unknown = False
        self.n_codes = 0
        self.version += 1
        return 0

    @property
    def mark(self):
        """A value that differs if the counts do; hashable."""
        return self, self.n_changes

    cdef int tidy(self) except -1:
        """Count waiting keys, and free the memory of what was removed."""
        self.flush()
        if self.n_removed:
            ns2vec_pairs_drop(&self.entries, REMOVED + 1)
            self.n_removed = 0
        return 0

    cdef int mark_ends(self) except -1:
        """Record which tokens begin an entry of several tokens, and which end one."""
        cdef int64_t i
        cdef uint32_t left
        for i in range(self.entries.n):
            left = <uint32_t>(self.entries.entries[i].key >> 32)
            if left != NOTHING:
                self.kinds[self.first_of(left)] |= BEGINS
                self.kinds[<uint32_t>self.entries.entries[i].key] |= ENDS
        return 0

    cdef int add(self, sentence) except -1:
        """Count one sentence: a list, tuple, array or other iterable of str."""
        cdef list tokens = _as_tokens(sentence, self.n_sentences)
        cdef Py_ssize_t i = 0
        cdef int32_t at
        # methods of the tokens may change the list
        while i < PyList_GET_SIZE(tokens):
            if i + SLOTS_AHEAD < PyList_GET_SIZE(tokens):
                ns2vec_memo_prefetch_slot(&self.memo, PyList_GET_ITEM(tokens, i + SLOTS_AHEAD))
            token = tokens[i]
            if not ns2vec_memo_find(&self.memo, <PyObject*>token, &at) or at < 0:
                if not isinstance(token, str):
                    self.left = NOTHING
                    raise TypeError(
                        f"sentence {self.n_sentences} holds {token!r} of type {type(token).__name__}: phrases "
                        "are made of str; write the tokens as text"
                    )
                at = self.intern(token)
                grown(ns2vec_memo_add(&self.memo, <PyObject*>token, at))
            self.word(at)
            i += 1
        self.end_sentence()
        return 0

    def fill(self, sentences, int64_t limit):
        """Count the next `limit` sentences of an iterator; False if it has ended.

        Raises
        ------
        TypeError
            If a sentence is not iterable or a token is not a str; names the sentence by number.
        """
        self.tidy()
        for _ in range(limit):
            sentence = next(sentences, ENDED)
            if sentence is ENDED:
                self.flush()
                return False
            self.add(sentence)
        self.flush()
        return True

    def add_codes(self, const int32_t[::1] words not None, tokens):
        """Count sentences as a `Scanner` encodes them: codes, END after each sentence.

        Parameters
        ----------
        words : int32 array
        tokens : sequence of str, by code
            It may have grown since the last call, but must belong to the same scanner.
        """
        cdef int64_t n_tokens = len(tokens)
        cdef int64_t i
        cdef int32_t at
        self.tidy()
        grown(ns2vec_reserve(<void**>&self.codes, &self.code_capacity, n_tokens, sizeof(int32_t)))
        for i in range(words.shape[0]):
            if words[i] == NS2VEC_END:
                self.end_sentence()
                continue
            while self.n_codes < n_tokens:  # renumbering resets it
                self.codes[self.n_codes] = UNKNOWN
                self.n_codes += 1
            at = self.codes[words[i]]
            if at < 0:
                at = self.codes[words[i]] = self.intern(tokens[words[i]])
            self.word(at)
        self.flush()

    def merge(self, PhraseCounts other not None):
        """Add the numbers of another table, which has the same delimiter."""
        cdef int32_t[::1] token_ids = np.full(len(other.names), UNKNOWN, dtype=np.int32)
        cdef uint32_t[::1] run_ids = np.full(other.runs.n, NOTHING, dtype=np.uint32)
        cdef int64_t i
        cdef uint64_t key
        self.tidy()
        other.tidy()
        self.n_changes += 1
        for i in range(other.entries.n):
            key = self.translated(other, other.entries.entries[i].key, token_ids, run_ids)
            grown(ns2vec_pairs_reserve(&self.entries, 1))
            self.entries.entries[ns2vec_pairs_place(&self.entries, key)].value += other.entries.entries[i].value

    cdef uint64_t translated(
        self, PhraseCounts other, uint64_t key, int32_t[::1] token_ids, uint32_t[::1] run_ids
    ) except? 0:
        """Our key for a key of another table."""
        cdef uint32_t left = <uint32_t>(key >> 32), right = <uint32_t>key, number
        if token_ids[right] < 0:
            token_ids[right] = self.intern(other.names[right])
        if left != NOTHING and left & RUN:
            number = left & ~RUN
            if run_ids[number] == NOTHING:
                inner = self.translated(other, other.runs.entries[number].key, token_ids, run_ids)
                run_ids[number] = self.run(<uint32_t>(<uint64_t>inner >> 32), <int32_t><uint32_t><uint64_t>inner)
            left = run_ids[number]
        elif left != NOTHING:
            if token_ids[left] < 0:
                token_ids[left] = self.intern(other.names[left])
            left = token_ids[left]
        return make_key(left, token_ids[right])

    # ---- as a mapping ----

    def __len__(self):
        return self.entries.n - self.n_removed

    cdef int64_t entry(self, text) except -2:
        """Number of the entry of a text, or -1."""
        if not isinstance(text, str):
            return -1
        cdef int64_t at = ns2vec_pairs_find(&self.entries, self.key_of(plain(text), False))
        return -1 if at >= 0 and self.entries.entries[at].value == REMOVED else at

    def get(self, text):
        """Return the number of a text, or None."""
        cdef int64_t at = self.entry(text)
        return None if at < 0 else self.entries.entries[at].value

    def __setitem__(self, text, int64_t value):
        if not isinstance(text, str):
            raise TypeError(f"expected a text, got {text!r} of type {type(text).__name__}")
        self.tidy()
        self.n_changes += 1
        cdef uint64_t key = self.key_of(plain(text), True)
        grown(ns2vec_pairs_reserve(&self.entries, 1))
        self.entries.entries[ns2vec_pairs_place(&self.entries, key)].value = value

    def remove(self, text):
        """Take a text out; return whether it was there."""
        cdef int64_t at = self.entry(text)
        if at < 0:
            return False
        self.entries.entries[at].value = REMOVED
        self.n_removed += 1
        self.n_changes += 1
        return True

    def items(self):
        """Yield texts and numbers, in order."""
        cdef int64_t i = 0
        self.tidy()
        while i < self.entries.n:
            yield self.text(self.entries.entries[i].key), self.entries.entries[i].value
            i += 1

    # ---- as arrays ----

    def arrays(self):
        """Return names, then keys of runs, keys and numbers of entries as uint64, uint64 and int64 arrays."""
        self.tidy()
        runs = np.array([self.runs.entries[i].key for i in range(self.runs.n)], dtype=np.uint64)
        keys, values = np.empty(self.entries.n, dtype=np.uint64), np.empty(self.entries.n, dtype=np.int64)
        cdef uint64_t[::1] key_view = keys
        cdef int64_t[::1] value_view = values
        cdef int64_t i
        for i in range(self.entries.n):
            key_view[i] = self.entries.entries[i].key
            value_view[i] = self.entries.entries[i].value
        return self.names, runs, keys, values

    def take_arrays(self, names, uint64_t[::1] runs not None, uint64_t[::1] keys not None, int64_t[::1] values not None):
        """Set the table to what `arrays` returned for one with the same delimiter and connector words.

        Raises
        ------
        ValueError
            If they are inconsistent.
        """
        cdef int64_t i, at
        cdef list ids = [self.intern(name) for name in names]
        cdef list numbers = []
        for i in range(runs.shape[0]):
            key = self.checked(runs[i], ids, numbers)
            numbers.append(self.run(<uint32_t>(<uint64_t>key >> 32), <int32_t><uint64_t>key))
        if keys.shape[0] != values.shape[0]:
            raise ValueError(f"expected as many keys as numbers, found {keys.shape[0]} and {values.shape[0]}")
        for i in range(keys.shape[0]):
            key = self.checked(keys[i], ids, numbers)
            grown(ns2vec_pairs_reserve(&self.entries, 1))
            at = self.entries.n
            if ns2vec_pairs_place(&self.entries, key) != at:
                raise ValueError(f"the key of entry {i} occurs twice")
            self.entries.entries[at].value = values[i]

    cdef uint64_t checked(self, uint64_t key, list ids, list numbers) except? 0:
        """Our key for a key of a file."""
        cdef uint32_t left = <uint32_t>(key >> 32), right = <uint32_t>key
        cdef bint is_run = left != NOTHING and left & RUN
        cdef list known = numbers if is_run else ids
        if right >= len(ids) or (left != NOTHING and (left & ~RUN) >= len(known)):
            raise ValueError(f"the key {key:#x} names a token or a run that is not there")
        if left != NOTHING:
            left = known[left & ~RUN]
        return make_key(left, ids[right])


include "_joining.pxi"
include "_joined.pxi"
