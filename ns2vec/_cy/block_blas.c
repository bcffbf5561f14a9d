/* The block through BLAS level 1: the readable reference among the fast paths.
 *
 * Every dot product is an sdot and every change of a row an saxpy of the library that scipy bundles
 * (scipy.linalg.cython_blas); the link has no BLAS form and uses the code of the instruction set.
 */
#include <stddef.h>
#include <string.h>

#include "block_blas.h"

static ns2_sdot *sdot;
static ns2_saxpy *saxpy;

static float dot(const float *x, const float *y, long stride) {
    int n = (int)stride, one = 1;
    return sdot(&n, (float *)x, &one, (float *)y, &one);
}

static void add_scaled(float scale, const float *x, float *y, long stride) {
    int n = (int)stride, one = 1;
    saxpy(&n, &scale, (float *)x, &one, y, &one);
}

static void dots(const ns2_block *b) {
    for (long i = 0; i < b->n_inputs; i++) {
        float *scores = b->tile + i * b->ld;
        memset(scores, 0, (size_t)b->ld * sizeof(float));
        for (long j = 0; j < b->n_outputs; j++) scores[j] = dot(b->inputs[i], b->outputs[j], b->width);
    }
}

/* Deltas first, while the outputs are still old; the inputs do not change here, so the outputs follow. */
static void update(const ns2_block *b) {
    if (!b->add_to_deltas) memset(b->deltas, 0, (size_t)(b->n_inputs * b->stride) * sizeof(float));
    for (long i = 0; i < b->n_inputs; i++)
        for (long j = 0; j < b->n_outputs; j++)
            add_scaled(b->tile[i * b->ld + j], b->outputs[j], b->deltas + i * b->stride, b->width);
    for (long j = 0; j < b->n_outputs; j++)
        for (long i = 0; i < b->n_inputs; i++)
            add_scaled(b->tile[i * b->ld + j], b->inputs[i], b->outputs[j], b->width);
}

static void gather(float *const *rows, long n, long stride, float scale, float *hidden) {
    memset(hidden, 0, (size_t)stride * sizeof(float));
    for (long i = 0; i < n; i++) add_scaled(scale, rows[i], hidden, stride);
}

static void scatter(float *const *rows, long n, long stride, float scale, const float *lock,
                    const float *delta) {
    for (long i = 0; i < n; i++) add_scaled(lock ? scale * lock[i] : scale, delta, rows[i], stride);
}

static void apply(float *const *rows, long n, long stride, const float *lock, const float *deltas) {
    for (long i = 0; i < n; i++) add_scaled(lock ? lock[i] : 1.0f, deltas + i * stride, rows[i], stride);
}

ns2_ops ns2_blas_ops(const ns2_ops *isa, ns2_sdot *sdot_of, ns2_saxpy *saxpy_of) {
    sdot = sdot_of;
    saxpy = saxpy_of;
    ns2_ops ops = {"blas", 1, dots, isa->link, update, ns2_step_composed, gather, scatter, apply, isa->fetch,
                   isa->norm, NULL, isa->toward, isa->spread, NULL, NULL};
    return ops;
}
