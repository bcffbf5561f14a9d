/* What one shard's training would have left for the others to do: rules of the merge that knows how curved the loss is.
 *
 * Along a direction of curvature h (of the loss of all steps that a shard makes with a row in a round, times the learning
 * rate) a shard goes the share 1 - exp(-h) of the way to the optimum. n shards one after another would go
 * 1 - exp(-n h), so the sum of the changes that they made from the same row counts (1 - exp(-n h)) / (n (1 - exp(-h))):
 * all of it where a row has far to go, and the mean where each shard has arrived. Rows differ in h by how often they
 * were trained, and directions by the vectors that the rows met: a few of these carry most of the curvature, and
 * the others are taken together.
 */
#ifndef NS2VEC_CURVATURE_H
#define NS2VEC_CURVATURE_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "_rows.h"

#define NS2_DIRECTIONS 8
#define NS2_SAMPLED 512   /* rows of which the curvature is computed */
#define NS2_ITERATIONS 8  /* of the subspace that holds the most curved directions */
#define NS2_FLAT 0.04f    /* up to this curvature of all shards, their sum is left as it is */
#define NS2_HALVINGS 4    /* exp(-h) is (1 + h / 16) to the power of -16: the same on every processor, unlike libm's */

/* ---- how often a row was trained, in a byte ---- */

/* 0 is for rows that have not changed. Counts up to 16 are exact, others have three bits after the first. */
static inline uint8_t ns2_touch_code(uint32_t n) {
    if (n < 16) return (uint8_t)(1 + n);
    int power = 31 - __builtin_clz(n);
    return (uint8_t)(17 + 8 * (power - 4) + ((n >> (power - 3)) & 7));
}

static inline float ns2_touches(uint8_t code) {
    if (code < 17) return code ? (float)(code - 1) : 0.0f;
    int power = 4 + (code - 17) / 8;
    return (float)((uint64_t)(8 + (code - 17) % 8) << (power - 3));
}

/* ---- one row ---- */

/* The curvature that rows of a matrix meet, for one touch. */
typedef struct {
    int n;                               /* directions */
    float of_rest, highest;              /* curvature along all others; the highest of all */
    float along[NS2_DIRECTIONS];
    const float *directions;             /* (n, stride), orthonormal */
    long stride;
} ns2_curve;

/* The factor of a sum of n changes along a direction of curvature h for each. */
static inline float ns2_gain(float h, int n) {
    float left = 1.0f / (1.0f + h / (1 << NS2_HALVINGS)), sum = 1.0f;
    for (int i = 0; i < NS2_HALVINGS; i++) left *= left;
    for (int i = 1; i < n; i++) sum = 1.0f + left * sum;
    return sum / n;
}

/* A sum of n changes of a row that was trained `touches` times in all becomes what n shards in turn would have done. */
static inline void ns2_settle(const ns2_curve *curve, float *sum, int n, float touches, long width) {
    const float each = touches / n, flat = NS2_FLAT / touches;
    const float gain = curve->of_rest > flat ? ns2_gain(each * curve->of_rest, n) : 1.0f;
    float parts[NS2_DIRECTIONS];
    if (curve->highest <= flat) return;
    for (int k = 0; k < curve->n; k++)
        parts[k] = curve->along[k] <= flat ? 0.0f
                   : (ns2_gain(each * curve->along[k], n) - gain) * ns2_dot(sum, curve->directions + k * curve->stride, width);
    if (gain != 1.0f)
        for (long i = 0; i < width; i++) sum[i] *= gain;
    for (int k = 0; k < curve->n; k++)
        if (parts[k] != 0.0f) ns2_add(sum, curve->directions + k * curve->stride, parts[k], width);
}

/* ---- the curvature of a matrix ---- */

/* moments += factor times the mean of x x' over touches of `rows`, from rows at equal distances among all touches. */
static inline void ns2_add_moments(float *restrict moments, const float *rows, long stride, const float *touches,
                                   int64_t n_rows, float factor) {
    double all = 0.0, passed = 0.0;
    for (int64_t r = 0; r < n_rows; r++) all += touches[r];
    if (!(all > 0.0)) return;
    const double step = all / NS2_SAMPLED;
    double next = step / 2;
    for (int64_t r = 0; r < n_rows; r++) {
        int taken = 0;
        passed += touches[r];
        for (; next < passed; next += step) taken++;
        if (!taken) continue;
        const float *row = rows + r * stride;
        for (long i = 0; i < stride; i++) {
            const float with = factor * taken / NS2_SAMPLED * row[i];
            for (long j = 0; j < stride; j++) moments[i * stride + j] += with * row[j];
        }
    }
}

/* Makes a row of length 1 and orthogonal to n others; 0 if nothing is left. */
static inline void ns2_orthonormalize(float *row, const float *others, int n, long stride) {
    for (int twice = 0; twice < 2; twice++)
        for (int k = 0; k < n; k++) ns2_add(row, others + k * stride, -ns2_dot(row, others + k * stride, stride), stride);
    const float square = ns2_dot(row, row, stride), factor = square > 1e-30f ? 1.0f / sqrtf(square) : 0.0f;
    for (long i = 0; i < stride; i++) row[i] *= factor;
}

static inline void ns2_times(float *restrict into, const float *restrict moments, const float *restrict row, long stride) {
    memset(into, 0, (size_t)stride * sizeof(float));
    for (long i = 0; i < stride; i++) ns2_add(into, moments + i * stride, row[i], stride);
}

/* The most curved directions of a matrix of moments and the curvature along them, by subspace iteration from a fixed
 * start; `width` numbers of a row are in use. `room` holds a row. */
static inline void ns2_find_directions(const float *moments, long stride, long width, float *directions, ns2_curve *curve,
                                       float *room) {
    uint32_t state = 1;
    float left = 0.0f;
    curve->n = width < NS2_DIRECTIONS ? (int)width : NS2_DIRECTIONS;
    curve->directions = directions, curve->stride = stride;
    for (int k = 0; k < curve->n; k++)
        for (long i = 0; i < stride; i++) {
            state = state * 1664525u + 1013904223u;
            directions[k * stride + i] = i < width ? (float)(int32_t)state / 2147483648.0f : 0.0f;
        }
    for (int turn = 0; turn < NS2_ITERATIONS; turn++)
        for (int k = 0; k < curve->n; k++) {
            ns2_times(room, moments, directions + k * stride, stride);
            memcpy(directions + k * stride, room, (size_t)stride * sizeof(float));
            ns2_orthonormalize(directions + k * stride, directions, k, stride);
        }
    for (long i = 0; i < width; i++) left += moments[i * stride + i];
    curve->highest = 0.0f;
    for (int k = 0; k < curve->n; k++) {
        ns2_times(room, moments, directions + k * stride, stride);
        curve->along[k] = ns2_dot(room, directions + k * stride, stride);
        left -= curve->along[k];
        if (curve->along[k] > curve->highest) curve->highest = curve->along[k];
    }
    curve->of_rest = curve->n < width && left > 0.0f ? left / (width - curve->n) : 0.0f;
    if (curve->of_rest > curve->highest) curve->highest = curve->of_rest;
}

#endif
