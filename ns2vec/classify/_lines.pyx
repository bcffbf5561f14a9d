# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The rows of the features of lines: arrays in, arrays out, without the GIL. The oracle is `ns2vec.reference.lines`."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

from ns2vec.inputs._codes cimport check_codes, count, read_token

import numpy as np

cdef extern from *:
    void prefetch "__builtin_prefetch"(const void* address) noexcept nogil

cdef enum:
    LINES_AHEAD = 6     # whose bytes are prefetched

cdef uint64_t FACTOR = 116049371        # of fastText's hash of word n-grams


cdef class LineRows:
    """Writes the rows of lines, any of them in any order; threads may use it at the same time.

    Parameters
    ----------
    codes, ends : ndarray, uint8, and ndarray of shape (n_lines + 1,), int64
        The lines, see `ns2vec.inputs._codes.pack`.
    starts, own : ndarray of shape (n_tokens + 1,), int64, or None; and ndarray, int32
        Features of each token alone are ``own[starts[i]:starts[i + 1]]``: rows, or -2 minus a bucket. None: token i
        has the row ``own[i]``, or none if it is -1.
    hashes : ndarray of shape (n_tokens,), uint32
        fastText's hashes; not needed unless there are word n-grams.
    word_ngrams : int
        Sequences of up to this many words are features.
    first_row : int
        The row of the first bucket that has one.
    table : ndarray of shape (bucket,), int32, or None
        One more than the row of each bucket, counted from `first_row`; 0 if it has none. None: there are no n-grams.

    Raises
    ------
    ValueError
        If the arrays do not fit together.
    """

    cdef const uint8_t[::1] codes
    cdef const int64_t[::1] ends, starts
    cdef const int32_t[::1] own, table
    cdef const uint32_t[::1] hashes
    cdef int64_t word_ngrams, first_row, most_own
    cdef bint has_starts
    cdef uint64_t bucket

    def __cinit__(
        self, const uint8_t[::1] codes not None, const int64_t[::1] ends not None, *,
        const int64_t[::1] starts, const int32_t[::1] own not None, const uint32_t[::1] hashes not None,
        int64_t word_ngrams, int64_t first_row, const int32_t[::1] table,
    ):
        cdef int64_t n_distinct = own.shape[0] if starts is None else starts.shape[0] - 1
        check_codes(codes, ends)
        count(codes, n_distinct)
        self.bucket = 0 if table is None else table.shape[0]
        self.word_ngrams = word_ngrams if self.bucket else 1
        self.has_starts = starts is not None
        self.check_own(starts, own)
        if self.word_ngrams > 1 and hashes.shape[0] != n_distinct:
            raise ValueError(f"expected a hash of each of {n_distinct} tokens, got {hashes.shape[0]}")
        self.codes, self.ends, self.starts, self.own = codes, ends, starts, own
        self.hashes, self.table, self.first_row = hashes, table, first_row

    cdef int check_own(self, const int64_t[::1] starts, const int32_t[::1] own) except -1:
        cdef int64_t n_distinct, bucket = self.bucket if self.has_starts else 0
        cdef Py_ssize_t i
        self.most_own = 1
        for i in range(own.shape[0]):
            if own[i] < -1 and -2 - <int64_t>own[i] >= bucket:
                raise ValueError(f"expected buckets below {bucket}, got {-2 - <int64_t>own[i]}")
        if not self.has_starts:
            return 0
        n_distinct = starts.shape[0] - 1
        if starts[0] != 0 or starts[n_distinct] != own.shape[0]:
            raise ValueError(f"expected starts from 0 to {own.shape[0]}")
        for i in range(n_distinct):
            if starts[i + 1] < starts[i]:
                raise ValueError(f"starts must not fall, got {starts[i]} and then {starts[i + 1]}")
            self.most_own = max(self.most_own, starts[i + 1] - starts[i])
        return 0

    def __len__(self):
        return self.ends.shape[0] - 1

    cdef int check_places(self, const int64_t[::1] places) except -1:
        cdef Py_ssize_t i
        for i in range(places.shape[0]):
            if not 0 <= places[i] < self.ends.shape[0] - 1:
                raise ValueError(f"expected lines below {self.ends.shape[0] - 1}, got {places[i]}")
        return 0

    cdef int64_t measure(self, int64_t line, bint at_most) noexcept nogil:
        """How many features a line has; `at_most`: a bound that needs no look-up of tokens with at most one each."""
        cdef int64_t found = 0, n = 0, size, i
        cdef uint32_t token
        cdef const uint8_t* at = &self.codes[0] + self.ends[line]
        cdef const uint8_t* end = &self.codes[0] + self.ends[line + 1]
        for i in range(end - at):
            n += at[i] < 128
        if at_most and self.most_own <= 1:
            found = n
        else:
            while at < end:
                at = read_token(at, &token)
                if self.has_starts:
                    found += self.starts[token + 1] - self.starts[token]
                else:
                    found += self.own[token] >= 0
        for size in range(1, self.word_ngrams):
            found += max(n - size, 0)
        return found

    cdef inline void ask_for(self, const int64_t[::1] places, Py_ssize_t i) noexcept nogil:
        """Prefetch the bytes of lines that follow soon, in an order that no processor predicts."""
        cdef Py_ssize_t last = places.shape[0] - 1
        prefetch(&self.ends[0] + places[min(i + 2 * LINES_AHEAD, last)])
        prefetch(&self.codes[0] + self.ends[places[min(i + LINES_AHEAD, last)]])

    def counts(self, const int64_t[::1] places=None):
        """Return how many features each line has, with a row or without, shape (n,), int64.

        Parameters
        ----------
        places : ndarray of shape (n,), int64, optional
            Which lines; None: all.
        """
        return self.measured(places, False)

    cdef object measured(self, const int64_t[::1] places, bint at_most):
        cdef Py_ssize_t n = len(self) if places is None else places.shape[0], i
        cdef bint is_all = places is None
        cdef int64_t[::1] size
        found = np.zeros(n, np.int64)
        if not is_all:
            self.check_places(places)
        if n == 0 or self.codes.shape[0] == 0:
            return found
        size = found
        with nogil:
            for i in range(n):
                if not is_all:
                    self.ask_for(places, i)
                size[i] = self.measure(i if is_all else places[i], at_most)
        return found

    cdef int64_t write_buckets(self, int64_t line, uint64_t* states, uint64_t* hashed, int32_t* rows) noexcept nogil:
        """Write a line's features: rows, and -2 minus each bucket; return how many."""
        cdef int64_t n = 0, found = 0, size, i
        cdef uint32_t token
        cdef const uint8_t* at = &self.codes[0] + self.ends[line]
        cdef const uint8_t* end = &self.codes[0] + self.ends[line + 1]
        while at < end:
            at = read_token(at, &token)
            if self.has_starts:
                for i in range(self.starts[token], self.starts[token + 1]):
                    rows[found] = self.own[i]
                    found += 1
            else:
                rows[found] = self.own[token]
                found += rows[found] >= 0
            if self.word_ngrams > 1:
                # signed 32 bits, as 64 bits
                hashed[n] = states[n] = <uint64_t><int64_t><int32_t>self.hashes[token]
            n += 1
        for size in range(1, self.word_ngrams):
            for i in range(n - size):
                states[i] = states[i] * FACTOR + hashed[i + size]
                rows[found] = -2 - <int32_t>(states[i] % self.bucket)
                prefetch(&self.table[0] - 2 - rows[found])
                found += 1
        return found

    cdef int64_t write_rows(self, int32_t* rows, int64_t n) noexcept nogil:
        """Replace n features by their rows, and leave out those without a row; return how many rows there are."""
        cdef int64_t i, kept = 0
        cdef int32_t row
        for i in range(n):
            row = rows[i]
            if row < -1:
                row = self.table[-2 - row] - 1
                if row >= 0:
                    row += <int32_t>self.first_row
            rows[kept] = row
            kept += row >= 0
        return kept

    cdef int64_t longest_of(self, const int64_t[::1] places) noexcept:
        """Number of bytes of the longest line: it has no more tokens."""
        cdef int64_t found = 0, line
        cdef Py_ssize_t n = self.ends.shape[0] - 1 if places is None else places.shape[0], i
        cdef bint is_all = places is None
        for i in range(n):
            line = i if is_all else places[i]
            found = max(found, self.ends[line + 1] - self.ends[line])
        return found

    def rows(self, const int64_t[::1] places=None):
        """Return the rows of each line: those of its tokens, then of pairs of tokens, and so on.

        Parameters
        ----------
        places : ndarray of shape (n,), int64, optional
            Which lines; None: all.

        Returns
        -------
        offsets : ndarray of shape (n + 1,), int64
        rows : ndarray, int32
            Features without a row are left out.
        counts : ndarray of shape (n,), int64
            How many features each line has, with a row or without.
        """
        cdef Py_ssize_t n = len(self) if places is None else places.shape[0], i
        cdef bint is_all = places is None
        cdef int64_t total = 0, longest
        cdef int64_t[::1] offset, size
        cdef int32_t[::1] row
        cdef int32_t* to
        cdef uint64_t* states
        counts = self.measured(places, True)
        offsets, found = np.zeros(n + 1, np.int64), np.empty(int(counts.sum()), np.int32)
        if len(found) == 0:
            return offsets, found, counts
        offset, row, size = offsets, found, counts
        longest = self.longest_of(places)
        states = <uint64_t*>malloc(2 * longest * sizeof(uint64_t))
        if states == NULL:
            raise MemoryError
        to = &row[0]
        with nogil:
            for i in range(n):
                size[i] = self.write_buckets(i if is_all else places[i], states, states + longest, to + total)
                total += self.write_rows(to + total, size[i])
                offset[i + 1] = total
        free(states)
        return offsets, found if total == len(found) else found[:total].copy(), counts

    def mark(self, uint8_t[::1] is_used not None):
        """Mark the buckets that the lines use; `is_used` has the shape (bucket,)."""
        cdef int64_t longest, line, n, i, n_lines = len(self)
        cdef uint64_t* states
        cdef int32_t* rows
        if <uint64_t>is_used.shape[0] != self.bucket:
            raise ValueError(f"expected room for {self.bucket} buckets, got {is_used.shape[0]}")
        if self.codes.shape[0] == 0 or self.bucket == 0:
            return
        counts = self.counts()
        longest = self.longest_of(None)
        states = <uint64_t*>malloc(2 * longest * sizeof(uint64_t))
        rows = <int32_t*>malloc((counts.max() + 1) * sizeof(int32_t))
        if states == NULL or rows == NULL:
            free(states)
            free(rows)
            raise MemoryError
        with nogil:
            for line in range(n_lines):
                n = self.write_buckets(line, states, states + longest, rows)
                for i in range(n):
                    if rows[i] < -1:
                        is_used[-2 - rows[i]] = 1
        free(states)
        free(rows)
