"""Samplers in C that look at the model (``_aware.h``), one extension type for each.

Options are checked by the classes of `ns2vec.sampling.aware`; values that would lead a C loop outside its arrays are
checked here again.
"""

from libc.math cimport logf
from libc.stdint cimport int32_t, uint16_t, uint32_t

import numpy as np

from ns2vec._sampler cimport ns2_request, ns2_sampler
from ns2vec.sampling._draws cimport Draws


cdef enum:
    MOST_LOGS = 1 << 14       # of ranks, 64 KB; higher ranks are rarely drawn


cdef extern from "_aware.h" nogil:
    const int NS2_CANDIDATES
    const int NS2_POOL_EMPTY

    ctypedef struct ns2_aware_sampler:
        ns2_sampler base
        const ns2_sampler *source
        int is_static
        const uint32_t *alias
        float hardness

    ctypedef struct ns2_dynamic_sampler:
        ns2_aware_sampler aware
        long m
        long top
        float temperature
        int with_loss

    ctypedef struct ns2_hard_sampler:
        ns2_aware_sampler aware
        long m
        long first
        long last
        int near_positive
        float margin
        float duplicates

    ctypedef struct ns2_cached_sampler:
        ns2_aware_sampler aware
        int32_t *rows
        uint16_t *uses
        long n_bits
        long size
        long extra
        long every
        int keeps
        float temperature

    ctypedef struct ns2_rank_sampler:
        ns2_aware_sampler aware
        const int32_t *lists
        const float *deviation
        long n_dims
        double scale

    ctypedef struct ns2_warp_sampler:
        ns2_aware_sampler aware
        long tries
        const float *logs
        long n_logs

    ctypedef struct ns2_weighted_sampler:
        ns2_aware_sampler aware
        float alpha

    long ns2_dynamic_draw(const ns2_sampler *, const ns2_request *, long, int32_t *, float *) noexcept
    long ns2_hard_draw(const ns2_sampler *, const ns2_request *, long, int32_t *, float *) noexcept
    long ns2_cached_draw(const ns2_sampler *, const ns2_request *, long, int32_t *, float *) noexcept
    long ns2_rank_draw(const ns2_sampler *, const ns2_request *, long, int32_t *, float *) noexcept
    long ns2_warp_draw(const ns2_sampler *, const ns2_request *, long, int32_t *, float *) noexcept
    long ns2_weighted_draw(const ns2_sampler *, const ns2_request *, long, int32_t *, float *) noexcept


MAX_CANDIDATES = NS2_CANDIDATES

ctypedef long (*draw_function)(const ns2_sampler *, const ns2_request *, long, int32_t *, float *) noexcept nogil


cdef class AwareDraws(Draws):
    """Base of the samplers that look at the model.

    Attributes
    ----------
    hardness : float
        From 0 (draws of the base) to 1 (as the options say); set during training.
    """

    cdef ns2_aware_sampler *aware
    cdef Draws source

    cdef int start(self, ns2_aware_sampler *aware, Draws source, draw_function draw) except -1:
        self.aware, self.source = aware, source
        aware.source, aware.hardness = source.sampler, 1.0
        aware.is_static, aware.alias = source.is_static, source.alias
        aware.base.draw, aware.base.log_q = draw, NULL
        return self.publish(&aware.base, source.n_rows)

    @property
    def hardness(self):
        return self.aware.hardness

    @hardness.setter
    def hardness(self, double value):
        if not 0.0 <= value <= 1.0:
            raise ValueError(f"hardness must be from 0 to 1, got {value}")
        self.aware.hardness = value


cdef int check_candidates(long n, str name) except -1:
    if not 1 <= n <= NS2_CANDIDATES:
        raise ValueError(f"{name} must be 1 to {NS2_CANDIDATES}, got {n}")
    return 0


cdef class DynamicDraws(AwareDraws):
    """One of the best of m candidates, or one by softmax; `with_loss` records the loss, too."""

    cdef ns2_dynamic_sampler c

    def __cinit__(self, Draws source not None, long m, *, long top=1, float temperature=0.0, bint with_loss=False):
        check_candidates(m, "m")
        check_candidates(top, "top")
        self.c.m, self.c.top, self.c.temperature, self.c.with_loss = m, top, temperature, with_loss
        self.is_clean = True
        self.start(&self.c.aware, source, ns2_dynamic_draw)


cdef class HardDraws(AwareDraws):
    """The hardest of m candidates within bounds and a range of ranks."""

    cdef ns2_hard_sampler c

    def __cinit__(self, Draws source not None, long m, *, long first=0, long last=0, bint near_positive=False,
                  float margin=0.0, float duplicates=1.0):
        check_candidates(m, "m")
        self.c.m, self.c.first, self.c.last = m, first, last
        self.c.near_positive, self.c.margin, self.c.duplicates = near_positive, margin, duplicates
        self.start(&self.c.aware, source, ns2_hard_draw)


cdef class CachedDraws(AwareDraws):
    """Uniform from a pool of the key, which is refreshed after a number of uses.

    Attributes
    ----------
    rows : ndarray of shape (n_keys, size), int32
    uses : ndarray of shape (n_keys,), uint16
        Since the pool was filled; 65535 if it is not filled yet.
    """

    cdef ns2_cached_sampler c
    cdef readonly object rows
    cdef readonly object uses

    def __cinit__(self, Draws source not None, long size, long extra, *, long every=8, long n_bits=0,
                  bint keeps=True, float temperature=0.0):
        cdef int32_t[:, ::1] rows
        cdef uint16_t[::1] uses
        check_candidates(size, "size")
        check_candidates(extra, "extra")
        check_candidates(size + extra, "size + extra")
        if not 1 <= every < NS2_POOL_EMPTY or not 0 <= n_bits <= 16:
            raise ValueError(f"every must be 1 to {NS2_POOL_EMPTY - 1} and n_bits 0 to 16, got {every} and {n_bits}")
        n_keys = (1 << n_bits) if n_bits else source.n_rows
        rows = self.rows = np.zeros((n_keys, size), np.int32)
        uses = self.uses = np.full(n_keys, NS2_POOL_EMPTY, np.uint16)
        self.c.rows, self.c.uses = &rows[0, 0], &uses[0]
        self.c.size, self.c.extra, self.c.every = size, extra, every
        self.c.n_bits, self.c.keeps, self.c.temperature = n_bits, keeps, temperature
        self.start(&self.c.aware, source, ns2_cached_draw)

    def set_pools(self, const int32_t[:, ::1] rows not None, const uint16_t[::1] uses not None):
        """Set pools (n_keys, size) and their uses (n_keys,) to a previous state; no thread may be drawing."""
        if (rows.shape[0], rows.shape[1]) != self.rows.shape or uses.shape[0] != rows.shape[0]:
            raise ValueError(f"pools must have shape {self.rows.shape}, got {(rows.shape[0], rows.shape[1])}")
        if np.min(rows) < 0 or np.max(rows) >= self.n_rows:
            raise ValueError(f"pools must hold rows from 0 to {self.n_rows - 1}, got {np.min(rows)} to {np.max(rows)}")
        self.rows[:], self.uses[:] = rows, uses


cdef class RankDraws(AwareDraws):
    """By rank in a factor of the output matrix.

    Attributes
    ----------
    lists : tuple of ndarray, or None
        Current lists (n_dims, V), int32, and deviations (n_dims,), float32; not to be changed.
    """

    cdef ns2_rank_sampler c
    cdef list buffers

    def __cinit__(self, Draws source not None, double scale):
        if not scale > 0.0:
            raise ValueError(f"scale must be positive, got {scale}")
        self.c.scale, self.buffers = scale, []
        self.start(&self.c.aware, source, ns2_rank_draw)

    @property
    def lists(self):
        return self.buffers[len(self.buffers) - 1] if self.buffers else None

    def set_lists(self, const int32_t[:, ::1] lists not None, const float[::1] deviation not None):
        """Set new lists (n_dims, V) and deviations (n_dims,); other threads may be drawing at the same time.

        All lists for one shape are written to one of two buffers, so a thread that still reads the
        old lists reads rows of the vocabulary.
        """
        cdef int32_t[:, ::1] rows
        cdef float[::1] widths
        shape = lists.shape[0], lists.shape[1]
        if lists.shape[1] != self.n_rows or lists.shape[0] < 1 or deviation.shape[0] != lists.shape[0]:
            raise ValueError(f"lists must have shape (D, {self.n_rows}) and deviation (D,), got {shape}")
        if np.min(lists) < 0 or np.max(lists) >= self.n_rows:
            raise ValueError(f"lists must hold rows below {self.n_rows}")
        if self.buffers and self.buffers[0][0].shape != shape:
            raise ValueError(f"lists had shape {self.buffers[0][0].shape}, got {shape}")
        if len(self.buffers) == 2:
            self.buffers.reverse()
        else:
            self.buffers.append((np.empty(shape, np.int32), np.empty(shape[0], np.float32)))
        rows, widths = self.buffers[len(self.buffers) - 1]
        rows[:], widths[:] = lists, deviation
        self.c.lists, self.c.deviation = &rows[0, 0], &widths[0]
        self.c.n_dims = shape[0]


cdef class WarpDraws(AwareDraws):
    """The first of some candidates within a margin of 1 of the centre, weighted by an estimate of its rank."""

    cdef ns2_warp_sampler c
    cdef const float[::1] logs

    def __cinit__(self, Draws source not None, long tries):
        cdef long rank, n_logs = max(2, min(source.n_rows + 1, MOST_LOGS))
        cdef float[::1] logs = np.zeros(n_logs, np.float32)
        check_candidates(tries, "tries")
        for rank in range(2, n_logs):
            logs[rank] = logf(<float> rank)
        self.c.tries = tries
        self.logs, self.c.logs, self.c.n_logs = logs, &logs[0], n_logs
        self.is_clean = True
        self.start(&self.c.aware, source, ns2_warp_draw)


cdef class WeightedDraws(AwareDraws):
    """Rows of the base, weighted by the softmax of alpha times their scores."""

    cdef ns2_weighted_sampler c

    def __cinit__(self, Draws source not None, float alpha):
        self.c.alpha = alpha
        self.start(&self.c.aware, source, ns2_weighted_draw)
