"""Samplers in C with the kernels' interface (``_cy/sampler.h``), one extension type for each.

Every type has a `capsule` for `ns2vec._kernels.Noise`, keeps the arrays of its C struct alive,
and draws for Python through `sample`, with the same functions that training calls.
"""

from cpython.pycapsule cimport PyCapsule_GetContext, PyCapsule_GetName, PyCapsule_GetPointer, PyCapsule_New
from libc.math cimport INFINITY, rint
from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

import numpy as np

from ns2vec._sampler cimport NS2_SAMPLER_CAPSULE, ns2_request, ns2_sampler, ns2_user_draw


cdef extern from "_builtin.h" nogil:
    const int NS2_POOL_ALLOWED
    const int NS2_POOL_FORBIDDEN
    const int NS2_POOL_EXPLICIT

    ctypedef struct ns2_table_sampler:
        ns2_sampler base
        const float *log_q

    ctypedef struct ns2_static_sampler:
        ns2_table_sampler table
        const uint32_t *alias

    ctypedef struct ns2_pool_sampler:
        ns2_sampler base
        const ns2_sampler *fallback
        const int64_t *offsets
        const int32_t *rows
        const float *log_allowed
        int kind
        int by_context

    ctypedef struct ns2_mixed_sampler:
        ns2_sampler base
        const ns2_sampler **parts
        const double *weights
        const uint32_t *thresholds
        long n_parts

    ctypedef struct ns2_user_sampler:
        ns2_table_sampler table
        ns2_user_draw *function
        void *user_data

    long ns2_static_draw(const ns2_sampler *, const ns2_request *, long, int32_t *, float *) noexcept
    long ns2_batch_draw(const ns2_sampler *, const ns2_request *, long, int32_t *, float *) noexcept
    long ns2_pool_draw(const ns2_sampler *, const ns2_request *, long, int32_t *, float *) noexcept
    long ns2_mixed_draw(const ns2_sampler *, const ns2_request *, long, int32_t *, float *) noexcept
    long ns2_user_draws(const ns2_sampler *, const ns2_request *, long, int32_t *, float *) noexcept
    double ns2_table_log_q(const ns2_sampler *, const ns2_request *, long, int32_t) noexcept
    double ns2_pool_log_q(const ns2_sampler *, const ns2_request *, long, int32_t) noexcept
    double ns2_mixed_log_q(const ns2_sampler *, const ns2_request *, long, int32_t) noexcept


def alias_table(const double[::1] weights not None, double total):
    """Alias table of non-negative weights that sum to `total`, shape (V, 2): {threshold, alias}."""
    cdef Py_ssize_t n = weights.shape[0], n_low = 0, n_high = 0, i, column, donor, best = 0
    cdef double full = 4294967296.0
    cdef double[::1] heights = np.empty(n)
    cdef Py_ssize_t[::1] low = np.empty(n, np.intp), high = np.empty(n, np.intp)
    found = np.empty((n, 2), np.uint32)
    cdef uint32_t[:, ::1] table = found
    with nogil:
        for i in range(n):
            heights[i] = weights[i] / total * n
            table[i, 0], table[i, 1] = <uint32_t> (full - 1.0), <uint32_t> i
            if heights[i] < 1.0:
                low[n_low] = i
                n_low += 1
            else:
                high[n_high] = i
                n_high += 1
            if weights[i] > weights[best]:
                best = i
        while n_low and n_high:
            n_low -= 1
            column, donor = low[n_low], high[n_high - 1]
            table[column, 0] = <uint32_t> min(rint(heights[column] * full), full - 1.0)
            table[column, 1] = <uint32_t> donor
            heights[donor] -= 1.0 - heights[column]
            if heights[donor] < 1.0:
                n_high -= 1
                low[n_low] = donor
                n_low += 1
        # the rest is 1 except for rounding, unless it may never be drawn
        for i in range(n_low):
            if weights[low[i]] == 0.0:
                table[low[i], 0], table[low[i], 1] = 0, <uint32_t> best
    return found


cdef class Draws:
    """Base of the samplers in C.

    Attributes
    ----------
    capsule : capsule
        Pointer to the C struct; valid as long as the object.
    n_rows : int
        V.
    tells : bool
        Draws come with their log probabilities if these are requested.
    """

    cdef int publish(self, ns2_sampler *sampler, long n_rows) except -1:
        sampler.n_rows = <int32_t> n_rows
        self.sampler = sampler
        self.tells = sampler.log_q != NULL
        self.n_rows = n_rows
        self.capsule = PyCapsule_New(<void *> sampler, NS2_SAMPLER_CAPSULE, NULL)
        return 0

    def sample(self, long n, *, int32_t centre=0, int32_t context=-1, const int32_t[::1] batch=None, uint64_t seed=1):
        """Draw n rows for one centre.

        Parameters
        ----------
        n : int
        centre, context : int
            Rows of the key; context -1 if there is none.
        batch : ndarray of shape (b,), int32, optional
            The words of the batch.
        seed : int

        Returns
        -------
        ndarray of shape (at most n,), int32
        """
        cdef ns2_request request
        cdef uint64_t state = seed
        self.check_key(centre, context)
        if n < 0:
            raise ValueError(f"n must be at least 0, got {n}")
        memset(&request, 0, sizeof(ns2_request))
        request.centre, request.context, request.rng = centre, context, &state
        if batch is not None and batch.shape[0]:
            request.batch, request.n_batch = &batch[0], batch.shape[0]
        rows = np.empty(n, np.int32)
        cdef int32_t[::1] view = rows
        if n == 0:
            return rows
        return rows[:self.sampler.draw(self.sampler, &request, n, &view[0], NULL)]

    def log_q(self, const int32_t[::1] rows not None, *, int32_t centre=0, int32_t context=-1, long k=1):
        """Log of the share of each of `rows` expected among k draws for the key, shape (n,), float64."""
        cdef ns2_request request
        cdef long i
        self.check_key(centre, context)
        if self.sampler.log_q == NULL:
            raise ValueError("this sampler does not know the probability of a draw: give it log_q")
        memset(&request, 0, sizeof(ns2_request))
        request.centre, request.context = centre, context
        out = np.empty(rows.shape[0], np.float64)
        cdef double[::1] view = out
        for i in range(rows.shape[0]):
            view[i] = self.sampler.log_q(self.sampler, &request, k, rows[i]) if 0 <= rows[i] < self.n_rows else -INFINITY
        return out

    cdef int check_key(self, int32_t centre, int32_t context) except -1:
        if not 0 <= centre < self.n_rows or not -1 <= context < self.n_rows:
            raise ValueError(f"centre must be one of {self.n_rows} rows and context too or -1, got {centre}, {context}")
        return 0


cdef class StaticDraws(Draws):
    """One distribution for all windows: an alias table, or uniform without one.

    Parameters
    ----------
    log_q : ndarray of shape (V,), float32
    alias : ndarray of shape (V, 2), uint32, optional
    """

    cdef ns2_static_sampler c
    cdef const float[::1] log_q_view
    cdef const uint32_t[:, ::1] alias_view

    def __cinit__(self, const float[::1] log_q not None, const uint32_t[:, ::1] alias=None):
        cdef long v, n_rows = log_q.shape[0]
        if not 1 <= n_rows < 2**31:
            raise ValueError(f"log_q must have 1 to 2**31 - 1 entries, got {n_rows}")
        if alias is not None:
            if alias.shape[0] != n_rows or alias.shape[1] != 2:
                raise ValueError(f"alias must have shape ({n_rows}, 2), got ({alias.shape[0]}, {alias.shape[1]})")
            for v in range(n_rows):
                if alias[v, 1] >= <uint32_t> n_rows:
                    raise ValueError(f"alias table points to row {alias[v, 1]} of {n_rows}")
            self.c.alias = &alias[0, 0]
        self.log_q_view, self.alias_view = log_q, alias
        self.is_static, self.alias = True, self.c.alias
        self.c.table.log_q = &log_q[0]
        self.c.table.base.draw, self.c.table.base.log_q = ns2_static_draw, ns2_table_log_q
        self.publish(&self.c.table.base, n_rows)


cdef class BatchDraws(Draws):
    """Rows of the batch of the window, each position with equal probability.

    Parameters
    ----------
    log_q : ndarray of shape (V,), float32
        Log probability that a row is at a position of a batch.
    """

    cdef ns2_table_sampler c
    cdef const float[::1] log_q_view

    def __cinit__(self, const float[::1] log_q not None):
        if log_q.shape[0] < 1:
            raise ValueError("log_q is empty")
        self.log_q_view = log_q
        self.c.log_q = &log_q[0]
        self.c.base.draw, self.c.base.log_q = ns2_batch_draw, ns2_table_log_q
        self.publish(&self.c.base, log_q.shape[0])


cdef class PoolDraws(Draws):
    """Rows from lists of the key word; see `ns2vec.sampling.Pool`.

    Parameters
    ----------
    fallback : Draws
        For keys without a list; with ``kind="forbidden"``, for all.
    offsets, rows : ndarray, int64 (V + 1,) and int32 (n,)
        Lists in CSR form, ascending and without repetition within each.
    kind : {"allowed", "forbidden", "explicit"}
    by_context : bool
    log_allowed : ndarray of shape (V,), float32, optional
        With ``kind="forbidden"``: log probability of the fallback outside each list.
    """

    cdef ns2_pool_sampler c
    cdef Draws fallback
    cdef const int64_t[::1] offsets_view
    cdef const int32_t[::1] rows_view
    cdef const float[::1] log_allowed_view

    def __cinit__(
        self, Draws fallback not None, const int64_t[::1] offsets not None, const int32_t[::1] rows not None, *,
        str kind="allowed", bint by_context=False, const float[::1] log_allowed=None,
    ):
        kinds = {"allowed": NS2_POOL_ALLOWED, "forbidden": NS2_POOL_FORBIDDEN, "explicit": NS2_POOL_EXPLICIT}
        if kind not in kinds:
            raise ValueError(f"kind must be one of {', '.join(kinds)}, got {kind!r}")
        self.check_lists(fallback.n_rows, offsets, rows)
        if kind == "forbidden" and (log_allowed is None or log_allowed.shape[0] != fallback.n_rows):
            raise ValueError(f"kind='forbidden' needs log_allowed with {fallback.n_rows} entries")
        self.fallback, self.offsets_view, self.rows_view, self.log_allowed_view = fallback, offsets, rows, log_allowed
        self.c.fallback, self.c.kind, self.c.by_context = fallback.sampler, kinds[kind], by_context
        self.c.offsets = &offsets[0]
        self.c.rows = &rows[0] if rows.shape[0] else NULL
        self.c.log_allowed = &log_allowed[0] if log_allowed is not None else NULL
        self.c.base.draw = ns2_pool_draw
        if fallback.sampler.log_q != NULL:
            self.c.base.log_q = ns2_pool_log_q
        self.publish(&self.c.base, fallback.n_rows)

    cdef int check_lists(self, long n_rows, const int64_t[::1] offsets, const int32_t[::1] rows) except -1:
        cdef long v, i
        if offsets.shape[0] != n_rows + 1 or offsets[0] != 0 or offsets[n_rows] != rows.shape[0]:
            raise ValueError("pool: the offsets do not fit the rows or the vocabulary")
        for v in range(n_rows):
            if offsets[v + 1] < offsets[v]:
                raise ValueError(f"pool of row {v} has a negative length")
            for i in range(offsets[v], offsets[v + 1]):
                if not 0 <= rows[i] < n_rows or (i > offsets[v] and rows[i] <= rows[i - 1]):
                    raise ValueError(f"pool of row {v} must have ascending rows below {n_rows}, got {rows[i]}")
        return 0


cdef class MixedDraws(Draws):
    """Each draw from one of several samplers, chosen by weight.

    Parameters
    ----------
    parts : sequence of Draws
    weights : sequence of float
        Sum to 1.
    """

    cdef ns2_mixed_sampler c
    cdef tuple parts
    cdef object thresholds
    cdef const double[::1] weights_view
    cdef const uint32_t[::1] thresholds_view

    def __cinit__(self, object parts, const double[::1] weights not None):
        cdef Draws part
        cdef long p
        self.parts = tuple(parts)
        if len(self.parts) != weights.shape[0] or not self.parts:
            raise ValueError(f"expected one weight per part, got {weights.shape[0]} for {len(self.parts)}")
        thresholds = np.round(np.cumsum(weights) * 2.0**32)
        self.weights_view = weights
        self.thresholds_view = np.minimum(thresholds, 2**32 - 1).astype(np.uint32)
        self.c.parts = <const ns2_sampler **> calloc(len(self.parts), sizeof(ns2_sampler *))
        if self.c.parts == NULL:
            raise MemoryError("no memory for the parts of a mixture")
        self.c.n_parts = len(self.parts)
        self.c.base.draw, self.c.base.log_q = ns2_mixed_draw, ns2_mixed_log_q
        for p in range(self.c.n_parts):
            part = self.parts[p]
            if part.n_rows != (<Draws> self.parts[0]).n_rows:
                raise ValueError(f"all parts must be for {self.parts[0].n_rows} rows, got {part.n_rows}")
            self.c.parts[p] = part.sampler
            if part.sampler.log_q == NULL:
                self.c.base.log_q = NULL
        self.c.weights, self.c.thresholds = &self.weights_view[0], &self.thresholds_view[0]
        self.publish(&self.c.base, (<Draws> self.parts[0]).n_rows)

    def __dealloc__(self):
        free(self.c.parts)


cdef class UserDraws(Draws):
    """A custom sampler, called without the GIL.

    Parameters
    ----------
    function : scipy.LowLevelCallable
        ``int f(void *user_data, int32_t centre, int32_t context, const float *hidden, int k, int32_t *rows,
        float *log_q, uint64_t *rng)``; see ``_cy/sampler.h``.
    n_rows : int
    log_q : ndarray of shape (V,), float32, optional
    tells : bool
        The function fills its `log_q` if that is not NULL.
    """

    cdef ns2_user_sampler c
    cdef object function
    cdef const float[::1] log_q_view

    def __cinit__(self, object function, long n_rows, const float[::1] log_q=None, bint tells=False):
        capsule = tuple.__getitem__(function, 0)
        cdef const char *name = PyCapsule_GetName(capsule)
        if not 1 <= n_rows < 2**31:
            raise ValueError(f"n_rows must be 1 to 2**31 - 1, got {n_rows}")
        if name == NULL or (<bytes> name).count(b",") != 7:
            raise ValueError(
                f"expected a function of 8 arguments (user_data, centre, context, hidden, k, rows, log_q, rng), "
                f"got {'no signature' if name == NULL else (<bytes> name).decode('ascii', 'replace')!r}"
            )
        if log_q is not None and log_q.shape[0] != n_rows:
            raise ValueError(f"log_q must have {n_rows} entries, got {log_q.shape[0]}")
        self.function, self.log_q_view = function, log_q
        self.c.function = <ns2_user_draw *> PyCapsule_GetPointer(capsule, name)
        self.c.user_data = PyCapsule_GetContext(capsule)
        self.c.table.log_q = &log_q[0] if log_q is not None else NULL
        self.c.table.base.draw = ns2_user_draws
        if log_q is not None:
            self.c.table.base.log_q = ns2_table_log_q
        self.publish(&self.c.table.base, n_rows)
        self.tells = tells or log_q is not None
