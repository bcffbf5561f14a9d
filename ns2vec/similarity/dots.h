/* Cosines of the rows of a matrix with one vector: the matrix is read once, from front to back, so that memory decides
 * how long it takes.  Rows are asked for some 2 KB before they are needed: the processor's own look-ahead ends with
 * each page. */
#ifndef NS2VEC_DOTS_H
#define NS2VEC_DOTS_H

#include <stddef.h>
#include <stdint.h>

#define NS2_INLINE static inline __attribute__((always_inline))
#define NS2_AHEAD_FLOATS 512
#define NS2_LINE_FLOATS 16

/* At least the four rows that are worked on. */
NS2_INLINE ptrdiff_t ns2_rows_ahead(ptrdiff_t stride) {
    ptrdiff_t distance = stride < 0 ? -stride : stride;
    ptrdiff_t rows = distance ? (NS2_AHEAD_FLOATS + distance - 1) / distance : 4;
    return rows < 4 ? 4 : rows;
}

/* The address may lie behind the matrix: it is not read, and so not made as a pointer into it either. */
NS2_INLINE void ns2_fetch_row(const float *rows, ptrdiff_t offset, ptrdiff_t width) {
    const intptr_t from = (intptr_t)rows + offset * (ptrdiff_t)sizeof(float);
    for (ptrdiff_t k = 0; k < width; k += NS2_LINE_FLOATS)
        __builtin_prefetch((const void *)(from + k * (ptrdiff_t)sizeof(float)), 0, 3);
}

#define VECTOR_BYTES 16
#define NAMED(f) ns2_baseline_##f
#include "dots.inc"

#if defined(__x86_64__)
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
#define VECTOR_BYTES 32
#define NAMED(f) ns2_avx2_##f
#include "dots.inc"
#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif

/* out[i] = rows[i] . query / norms[i], with 1 in place of a norm of 0.  `is_wide` asks for AVX2, which this processor
 * may lack: then it is not used. */
static void ns2_cosines(const float *rows, ptrdiff_t n, ptrdiff_t stride, const float *query, ptrdiff_t width,
                        const float *norms, float *out, int is_wide) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (is_wide && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        ns2_avx2_cosines(rows, n, stride, query, width, norms, out);
        return;
    }
#endif
    (void)is_wide;
    ns2_baseline_cosines(rows, n, stride, query, width, norms, out);
}
#endif
