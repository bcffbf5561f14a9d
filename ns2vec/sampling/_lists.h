/* Lists of rows. */
#ifndef NS2VEC_LISTS_H
#define NS2VEC_LISTS_H

#include <stdint.h>

#include "rng.h"

/* Whether an ascending list has a row; without branches, which could not be predicted. */
static inline int ns2_in_list(const int32_t *list, long n, int32_t row) {
    if (n < 1) return 0;
    for (; n > 1; n -= n / 2) list += list[n / 2] <= row ? n / 2 : 0;
    return *list == row;
}

/* k of n without replacement, in order (Knuth, TAOCP 2, algorithm S), or all; returns how many. */
static inline long ns2_take(const int32_t *from, long n, long k, int32_t *rows, uint64_t *rng) {
    long taken = 0;
    for (long i = 0; i < n && taken < k; i++)
        if (k - taken >= n - i || (long)ns2_below(rng, (uint32_t)(n - i)) < k - taken) rows[taken++] = from[i];
    return taken;
}

#endif
