/* A sparse matrix times many vectors, a tile of their columns at a time: what is summed up stays in registers, where a
 * product that goes along each vector writes to memory with every edge.  Sums have the order of the edges, and no
 * product is fused with its sum, so that all processors of a kind get the same bytes. */
#ifndef NS2VEC_SPREAD_H
#define NS2VEC_SPREAD_H

#include <stdint.h>

enum { NS2_TILE = 8 }; /* vectors summed up at a time: half of the registers */

#define VECTOR_BYTES 16
#define NAMED(f) ns2_plain_##f
#define TARGET
#include "_spread.inc"

#if defined(__x86_64__)
#define VECTOR_BYTES 32
#define NAMED(f) ns2_wide_##f
#define TARGET __attribute__((target("avx"))) /* not fma */
#include "_spread.inc"
#endif

/* to[i] = the weighted sum of the rows of `from` that edges [offsets[i], offsets[i + 1]) end at. */
static void ns2_hand_on(const int64_t *offsets, const int32_t *ends, const float *weights, int64_t n_rows,
                        int64_t width, const float *from, float *to) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx")) {
        ns2_wide_hand_on(offsets, ends, weights, n_rows, width, from, to);
        return;
    }
#endif
    ns2_plain_hand_on(offsets, ends, weights, n_rows, width, from, to);
}

#endif
