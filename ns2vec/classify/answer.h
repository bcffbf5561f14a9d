/* The computations for the label of a single text: mean of rows, products with labels, sum of exponentials. */
#ifndef NS2VEC_ANSWER_H
#define NS2VEC_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#define NS2_INLINE static inline __attribute__((always_inline))
#define NS2_LINE_FLOATS 16
#define NS2_ROWS 4 /* labels whose products are computed together */

#define NS2_SOURCE "answer.inc"
#include "widths.h"

/* Prefetches a row. */
static void ns2_ask_for_row(const float *row, ptrdiff_t width) {
    for (ptrdiff_t k = 0; k < width; k += NS2_LINE_FLOATS) __builtin_prefetch(row + k, 0, 3);
}

/* out = share * sum of the rows, added one after another: the result is the same for any vector width. */
static void ns2_mean(const float *const *rows, ptrdiff_t n, ptrdiff_t width, float share, float *out) {
    NS2_CALL(mean, rows, n, width, share, out);
}

/* out[i] = rows[i] . x */
static void ns2_products(const float *rows, ptrdiff_t n, ptrdiff_t stride, const float *x, ptrdiff_t width, float *out) {
    NS2_CALL(products, rows, n, stride, x, width, out);
}

/* Sum of exp(factor * (scores[i] - best)), where no score is larger than `best`. */
static double ns2_sum_of_exponentials(const float *scores, ptrdiff_t n, float best, float factor) {
    return NS2_CALL(sum_of_exponentials, scores, n, best, factor);
}
#endif
