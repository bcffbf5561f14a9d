"""The base type of samplers in C."""

from libc.stdint cimport int32_t, uint32_t

from ns2vec._sampler cimport ns2_sampler


cdef class Draws:
    cdef const ns2_sampler *sampler
    cdef readonly bint tells
    cdef readonly bint is_clean     # rows that a request or its window excludes are never drawn
    cdef readonly object capsule
    cdef readonly long n_rows
    # of one distribution for all windows, whose draws may be inlined: its alias table, NULL if it is uniform
    cdef bint is_static
    cdef const uint32_t *alias
    cdef int publish(self, ns2_sampler *sampler, long n_rows) except -1
    cdef int check_key(self, int32_t centre, int32_t context) except -1
