/* Cosines of the rows of a matrix with one vector: the matrix is read once, from front to back, and if it does not fit
 * in the caches, memory bandwidth limits the speed.  Rows are prefetched some 2 KB before they are needed: the
 * processor's own prefetching stops at the end of each page. */
#ifndef NS2VEC_DOTS_H
#define NS2VEC_DOTS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#define NS2_INLINE static inline __attribute__((always_inline))
#define NS2_AHEAD_FLOATS 512
#define NS2_LINE_FLOATS 16

#if defined(__clang__) || __GNUC__ >= 12
#define NS2_SHUFFLE(mask, a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define NS2_SHUFFLE(mask, a, b, ...) __builtin_shuffle(a, b, (mask){__VA_ARGS__})
#endif

typedef float ns2_four __attribute__((vector_size(16)));
typedef int32_t ns2_ifour __attribute__((vector_size(16)));
typedef float ns2_loose_four __attribute__((vector_size(16), aligned(4), may_alias));

/* out = sums / norms, with 1 instead of a norm of 0. */
NS2_INLINE void ns2_divide(ns2_four sums, const float *norms, float *out) {
    const ns2_four one = {1.0f, 1.0f, 1.0f, 1.0f};
    ns2_four norm = *(const ns2_loose_four *)norms;
    norm += (ns2_four)((norm == 0.0f) & (ns2_ifour)one);
    *(ns2_loose_four *)out = sums / norm;
}

/* At least the four rows that are being processed. */
NS2_INLINE ptrdiff_t ns2_rows_ahead(ptrdiff_t stride) {
    ptrdiff_t distance = stride < 0 ? -stride : stride;
    ptrdiff_t rows = distance ? (NS2_AHEAD_FLOATS + distance - 1) / distance : 4;
    return rows < 4 ? 4 : rows;
}

/* The address may be after the end of the matrix: it is not read, so it must not be formed as a pointer into it. */
NS2_INLINE void ns2_fetch_row(const float *rows, ptrdiff_t offset, ptrdiff_t width) {
    const intptr_t from = (intptr_t)rows + offset * (ptrdiff_t)sizeof(float);
    for (ptrdiff_t k = 0; k < width; k += NS2_LINE_FLOATS)
        __builtin_prefetch((const void *)(from + k * (ptrdiff_t)sizeof(float)), 0, 3);
}

#define NS2_SOURCE "dots.inc"
#include "widths.h"

/* out[i] = rows[i] . query / norms[i], with 1 instead of a norm of 0.  `is_wide` asks for AVX2; if this processor
 * lacks it, it is not used. */
static void ns2_cosines(const float *rows, ptrdiff_t n, ptrdiff_t stride, const float *query, ptrdiff_t width,
                        const float *norms, float *out, int is_wide) {
    if (is_wide)
        NS2_CALL(cosines, rows, n, stride, query, width, norms, out);
    else
        ns2_baseline_cosines(rows, n, stride, query, width, norms, out);
}
#endif
