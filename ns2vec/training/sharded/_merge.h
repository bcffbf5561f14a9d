/* The changes of shards in a matrix: extracted from a shard's copy, and merged in shard order.
 *
 * All sums are in float32, in an order that depends on the shards only, with sixteen partial sums per row, so that the
 * register width of the processor makes no difference.
 */
#ifndef NS2VEC_MERGE_H
#define NS2VEC_MERGE_H

#include <stdint.h>
#include <string.h>

#define NS2_LANES 16
#define NS2_ROWS_AHEAD 3 /* rows that are prefetched ahead */
#define NS2_MAX_SHARDS 256

/* Ids and rows of one shard's changes, ascending. */
typedef struct {
    const int32_t *ids;
    const float *rows;
    int64_t n;
} ns2_changes;

enum { NS2_MERGE_SUM, NS2_MERGE_MEAN, NS2_MERGE_OTHERS, NS2_MERGE_ADASUM };

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

/* Numbers of the marked rows, or of all rows without marks; the marks are cleared. */
static inline int64_t ns2_take_marks(uint8_t *marks, int64_t n_rows, int32_t *ids) {
    int64_t n = 0;
    for (int64_t r = 0; r < n_rows; r++) {
        ids[n] = (int32_t)r;
        n += marks == NULL || marks[r];
    }
    if (marks != NULL) memset(marks, 0, (size_t)n_rows);
    return n;
}

static inline void ns2_ask_for(const float *row, long width) {
    for (long i = 0; i < width; i += NS2_LANES) __builtin_prefetch(row + i);
}

/* Rows of `local` that differ from `base`: their ids and their changes; `local` is set to `base` again. Returns how
 * many. `marks` are the rows to check, NULL: all; they are cleared. */
static inline int64_t ns2_take_changes(float *restrict local, const float *restrict base, uint8_t *marks, int64_t n_rows,
                                long width, int32_t *ids, float *rows) {
    const int64_t n_marked = ns2_take_marks(marks, n_rows, ids);
    int64_t n = 0;
    for (int64_t i = 0; i < n_marked; i++) {
        const int64_t r = ids[i];
        float *l = local + r * width, *out = rows + n * width;
        const float *b = base + r * width;
        if (marks != NULL && i + NS2_ROWS_AHEAD < n_marked) {
            ns2_ask_for(local + (int64_t)ids[i + NS2_ROWS_AHEAD] * width, width);
            ns2_ask_for(base + (int64_t)ids[i + NS2_ROWS_AHEAD] * width, width);
        }
        if (!ns2_row_differs(l, b, width)) continue;
        for (long j = 0; j < width; j++) out[j] = l[j] - b[j];
        memcpy(l, b, (size_t)width * sizeof(float));
        ids[n++] = (int32_t)r;
    }
    return n;
}

/* ---- one row ---- */

static inline float ns2_dot(const float *restrict one, const float *restrict other, long width) {
    float lanes[NS2_LANES] = {0};
    long i = 0;
    for (; i + NS2_LANES <= width; i += NS2_LANES)
        for (int lane = 0; lane < NS2_LANES; lane++) lanes[lane] += one[i + lane] * other[i + lane];
    for (int lane = 0; i + lane < width; lane++) lanes[lane] += one[i + lane] * other[i + lane];
    for (int half = NS2_LANES / 2; half; half /= 2)
        for (int lane = 0; lane < half; lane++) lanes[lane] += lanes[lane + half];
    return lanes[0];
}

/* into += factor * row */
static inline void ns2_add(float *restrict into, const float *restrict row, float factor, long width) {
    for (long i = 0; i < width; i++) into[i] += factor * row[i];
}

/* into = a * into + b * row */
static inline void ns2_mix(float *restrict into, float a, const float *restrict row, float b, long width) {
    for (long i = 0; i < width; i++) into[i] = a * into[i] + b * row[i];
}

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

/* Pairs of neighbours, then pairs of these, and so on; `room` holds (n + 1) / 2 rows, the first is the result. */
static inline void ns2_merge_adasum(float *room, const float **changes, int n, long width) {
    const size_t n_bytes = (size_t)width * sizeof(float);
    int m = (n + 1) / 2;
    for (int i = 0; i < m; i++) {
        memcpy(room + i * width, changes[2 * i], n_bytes);
        if (2 * i + 1 < n) ns2_adasum_two(room + i * width, changes[2 * i + 1], width);
    }
    for (; m > 1; m = (m + 1) / 2)
        for (int i = 0; 2 * i < m; i++) {
            if (i) memcpy(room + i * width, room + 2 * i * width, n_bytes);
            if (2 * i + 1 < m) ns2_adasum_two(room + i * width, room + (2 * i + 1) * width, width);
        }
}

/* row += the changes of n shards, in their order, merged by a rule; `room` holds as many rows as there are shards. */
static inline void ns2_merge_row(int rule, float *row, const float **changes, int n, long width, float *room) {
    if (n == 1) {
        ns2_add(row, changes[0], 1.0f, width);
        return;
    }
    if (rule == NS2_MERGE_ADASUM) {
        ns2_merge_adasum(room, changes, n, width);
        ns2_add(row, room, 1.0f, width);
        return;
    }
    memcpy(room, changes[0], (size_t)width * sizeof(float));
    if (rule == NS2_MERGE_OTHERS)
        ns2_merge_others(room, changes, n, width);
    else
        for (int s = 1; s < n; s++) ns2_add(room, changes[s], 1.0f, width);
    ns2_add(row, room, rule == NS2_MERGE_MEAN ? 1.0f / n : 1.0f, width);
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

/* Merges the changes of rows [first, end) into `base`; writes the changed rows to `ids`, ascending. Returns how
 * many, or -1 if ids are not ascending. */
static inline int64_t ns2_merge_rows_of(int rule, float *base, long width, const ns2_changes *shards, int n_shards,
                                 int64_t first, int64_t end, int32_t *ids, float *room) {
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
        ns2_merge_row(rule, base + row * width, changes, m, width, room);
        ids[n++] = (int32_t)row;
    }
}

/* local[ids] = base[ids] */
static inline void ns2_take_over(float *restrict local, const float *restrict base, long width, const int32_t *ids, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        memcpy(local + (int64_t)ids[i] * width, base + (int64_t)ids[i] * width, (size_t)width * sizeof(float));
}

#endif
