/* A sparse matrix times many vectors, a tile of their columns at a time: the sums stay in registers, whereas a
 * product that goes along each vector writes to memory for every edge.  Sums have the order of the edges, and no
 * product is fused with its sum, so that all processors of one architecture get the same bytes. */
#ifndef NS2VEC_SPREAD_H
#define NS2VEC_SPREAD_H

#include <stdint.h>

enum { NS2_TILE = 8 }; /* vectors summed at a time: half of the registers */

#define NS2_SOURCE "_spread.inc"
#define NS2_TARGET "avx" /* not fma */
#include "widths.h"

/* to[i] = the weighted sum of the rows of `from` at the ends of edges [offsets[i], offsets[i + 1]). */
static void ns2_hand_on(const int64_t *offsets, const int32_t *ends, const float *weights, int64_t n_rows,
                        int64_t width, const float *from, float *to) {
    NS2_CALL(hand_on, offsets, ends, weights, n_rows, width, from, to);
}

#endif
