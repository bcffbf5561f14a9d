/* Rising lists of rows. */
#ifndef NS2VEC_LISTS_H
#define NS2VEC_LISTS_H

#include <stdint.h>

static inline int ns2_in_list(const int32_t *list, long n, int32_t row) {
    long low = 0, high = n;
    while (low < high) {
        long middle = (low + high) / 2;
        if (list[middle] < row) low = middle + 1;
        else high = middle;
    }
    return low < n && list[low] == row;
}

#endif
