/* The changes of shards in a matrix: extracted from a shard's copy, and merged in shard order.
 *
 * All sums are in float32, in an order that depends on the shards only.
 */
#ifndef NS2VEC_MERGE_H
#define NS2VEC_MERGE_H

#include "_curvature.h"

#define NS2_ROWS_AHEAD 3 /* rows that are prefetched ahead */
#define NS2_MAX_SHARDS 256

/* Ids and rows of one shard's changes, ascending. */
typedef struct {
    const int32_t *ids;
    const float *rows;
    int64_t n;
} ns2_changes;

enum { NS2_MERGE_SUM, NS2_MERGE_MEAN, NS2_MERGE_OTHERS, NS2_MERGE_ADASUM, NS2_MERGE_SEQUENTIAL };

/* ---- one shard ---- */

static inline int ns2_row_differs(const float *restrict one, const float *restrict other, long width) {
    long i = 0;
    for (; i + NS2_LANES <= width; i += NS2_LANES) {
        uint32_t a[NS2_LANES], b[NS2_LANES], found = 0;
        memcpy(a, one + i, sizeof a);
        memcpy(b, other + i, sizeof b);
        for (int lane = 0; lane < NS2_LANES; lane++) found |= a[lane] ^ b[lane];
        if (found) return 1;
    }
    return memcmp(one + i, other + i, (size_t)(width - i) * sizeof(float)) != 0;
}

/* Numbers of the rows that were touched, or of all rows. */
static inline int64_t ns2_touched_rows(const uint32_t *touches, int64_t n_rows, int32_t *ids) {
    int64_t n = 0;
    for (int64_t r = 0; r < n_rows; r++) {
        ids[n] = (int32_t)r;
        n += touches == NULL || touches[r];
    }
    return n;
}

static inline void ns2_ask_for(const float *row, long width) {
    for (long i = 0; i < width; i += NS2_LANES) __builtin_prefetch(row + i);
}

/* Rows of `local` that differ from `base`: their ids, their changes, and how often they were touched (see
 * ns2_touch_code); `local` is set to `base` again, and touches to 0. Only touched rows are compared, unless there are
 * no touches or others may have changed as well. Returns how many rows differ. */
static inline int64_t ns2_take_changes(float *restrict local, const float *restrict base, uint32_t *touches,
                                       int compares_all, int64_t n_rows, long width, int32_t *ids, float *rows,
                                       uint8_t *codes) {
    const int64_t n_compared = ns2_touched_rows(compares_all ? NULL : touches, n_rows, ids);
    int64_t n = 0;
    for (int64_t i = 0; i < n_compared; i++) {
        const int64_t r = ids[i];
        float *l = local + r * width, *out = rows + n * width;
        const float *b = base + r * width;
        if (n_compared < n_rows && i + NS2_ROWS_AHEAD < n_compared) {
            ns2_ask_for(local + (int64_t)ids[i + NS2_ROWS_AHEAD] * width, width);
            ns2_ask_for(base + (int64_t)ids[i + NS2_ROWS_AHEAD] * width, width);
        }
        if (!ns2_row_differs(l, b, width)) continue;
        for (long j = 0; j < width; j++) out[j] = l[j] - b[j];
        memcpy(l, b, (size_t)width * sizeof(float));
        codes[n] = ns2_touch_code(touches == NULL ? 0 : touches[r]);
        ids[n++] = (int32_t)r;
    }
    if (touches != NULL) memset(touches, 0, (size_t)n_rows * sizeof(uint32_t));
    return n;
}

/* ---- one row ---- */

/* The part of `done` that a further change would repeat, from 0 to 1. */
static inline float ns2_share(float product, float square) {
    if (!(product > 0.0f)) return 0.0f;
    return product < square ? product / square : 1.0f;
}

/* Replaces each change except the first by the part of it that earlier ones have not made (see _cy/hot.h). */
static inline void ns2_merge_others(float *sum, const float **changes, int n, long width) {
    for (int s = 1; s < n; s++) {
        float done = ns2_share(ns2_dot(sum, changes[s], width), ns2_dot(sum, sum, width));
        ns2_mix(sum, 1.0f - done, changes[s], 1.0f, width);
    }
}

/* Maleki et al. 2020 (arXiv:2006.02924, eq. 3): two parallel changes count as their mean, two orthogonal ones
 * as their sum. */
static inline void ns2_adasum_two(float *one, const float *other, long width) {
    float product = ns2_dot(one, other, width);
    float mine = ns2_dot(one, one, width), theirs = ns2_dot(other, other, width);
    ns2_mix(one, mine > 0.0f ? 1.0f - product / (2.0f * mine) : 1.0f, other,
            theirs > 0.0f ? 1.0f - product / (2.0f * theirs) : 1.0f, width);
}

/* Two neighbours in a tree become one. */
static inline void ns2_combine(int rule, float *one, const float *other, long width) {
    if (rule == NS2_MERGE_ADASUM) ns2_adasum_two(one, other, width);
    else ns2_add(one, other, 1.0f, width);
}

/* The same for two leaves, which are only read. */
static inline void ns2_combine_leaves(int rule, float *restrict into, const float *one, const float *other, long width) {
    if (rule == NS2_MERGE_ADASUM) {
        memcpy(into, one, (size_t)width * sizeof(float));
        ns2_adasum_two(into, other, width);
    } else {
        for (long i = 0; i < width; i++) into[i] = one[i] + other[i];
    }
}

/* Pairs of neighbours, then pairs of these, and so on; `room` holds (n + 1) / 2 rows, the first is the result. */
static inline void ns2_merge_tree(int rule, float *room, const float **changes, int n, long width) {
    const size_t n_bytes = (size_t)width * sizeof(float);
    int m = (n + 1) / 2;
    for (int i = 0; 2 * i + 1 < n; i++)
        ns2_combine_leaves(rule, room + i * width, changes[2 * i], changes[2 * i + 1], width);
    if (n % 2) memcpy(room + (m - 1) * width, changes[n - 1], n_bytes);
    for (; m > 1; m = (m + 1) / 2)
        for (int i = 0; 2 * i < m; i++) {
            if (i) memcpy(room + i * width, room + 2 * i * width, n_bytes);
            if (2 * i + 1 < m) ns2_combine(rule, room + i * width, room + (2 * i + 1) * width, width);
        }
}

/* row += what the tree made of n changes of a row that was touched so often. */
static inline void ns2_add_merged(int rule, float *row, float *merged, int n, const ns2_curve *curve, float touches,
                                  long width) {
    if (rule == NS2_MERGE_SEQUENTIAL) ns2_settle(curve, merged, n, touches, width);
    ns2_add(row, merged, rule == NS2_MERGE_MEAN ? 1.0f / n : 1.0f, width);
}

/* row += the changes of n shards, in their order, merged by a rule; `room` holds as many rows as there are shards. */
static inline void ns2_merge_row(int rule, float *row, const float **changes, int n, const ns2_curve *curve,
                                 float touches, long width, float *room) {
    if (n == 1) {
        ns2_add(row, changes[0], 1.0f, width);
        return;
    }
    if (rule == NS2_MERGE_OTHERS) {
        memcpy(room, changes[0], (size_t)width * sizeof(float));
        ns2_merge_others(room, changes, n, width);
    } else {
        ns2_merge_tree(rule, room, changes, n, width);
    }
    ns2_add_merged(rule, row, room, n, curve, touches, width);
}

/* ---- a matrix ---- */

static inline int64_t ns2_first_from(const ns2_changes *of, int64_t row) {
    int64_t low = 0, high = of->n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (of->ids[middle] < row) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* Merges the changes of rows [first, end) into `base`; writes the changed rows to `ids`, ascending. `touches` has the
 * sum over the shards for each row; it and `curve` are for NS2_MERGE_SEQUENTIAL. Returns how many rows have changed, or
 * -1 if ids are not ascending. */
static inline int64_t ns2_merge_rows_of(int rule, float *base, long width, const ns2_changes *shards, int n_shards,
                                        const ns2_curve *curve, const float *touches, int64_t first, int64_t end,
                                        int32_t *ids, float *room) {
    int64_t at[NS2_MAX_SHARDS], n = 0, last = first - 1;
    const float *changes[NS2_MAX_SHARDS];
    for (int s = 0; s < n_shards; s++) at[s] = ns2_first_from(&shards[s], first);
    for (;;) {
        int64_t row = end;
        int m = 0;
        for (int s = 0; s < n_shards; s++)
            if (at[s] < shards[s].n && shards[s].ids[at[s]] < row) row = shards[s].ids[at[s]];
        if (row == end) return n;
        if (row <= last) return -1;
        last = row;
        for (int s = 0; s < n_shards; s++)
            if (at[s] < shards[s].n && shards[s].ids[at[s]] == row) changes[m++] = shards[s].rows + width * at[s]++;
        ns2_merge_row(rule, base + row * width, changes, m, curve, touches == NULL ? 0.0f : touches[row], width, room);
        ids[n++] = (int32_t)row;
    }
}

/* local[ids] = base[ids] */
static inline void ns2_take_over(float *restrict local, const float *restrict base, long width, const int32_t *ids, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        memcpy(local + (int64_t)ids[i] * width, base + (int64_t)ids[i] * width, (size_t)width * sizeof(float));
}

#endif
