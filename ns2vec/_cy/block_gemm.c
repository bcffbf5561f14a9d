/* The block as three matrix products, each a call of BLAS (HogBatch; Ji et al. 2016, arXiv:1604.04661).
 *
 * Rows are copied together and multiplied, and the changes are added to them.  This gains nothing for the small sets
 * of word vectors, where a call costs more than its arithmetic; other programs do it, and it pays for many negatives.
 * A row-major (n, m) matrix is a column-major (m, n) one, so every product is written transposed.
 */
#include <string.h>

#include "block_gemm.h"

static ns2_sgemm *sgemm;

static float *packed_outputs(const ns2_block *b) { return b->packed + b->n_inputs * b->stride; }
static float *output_changes(const ns2_block *b) { return packed_outputs(b) + b->n_outputs * b->stride; }

static void pack(float *const *rows, long n, const ns2_block *b, float *packed) {
    for (long i = 0; i < n; i++) memcpy(packed + i * b->stride, rows[i], (size_t)b->width * sizeof(float));
}

static void dots(const ns2_block *b) {
    int n = (int)b->n_inputs, m = (int)b->n_outputs, d = (int)b->width, stride = (int)b->stride, ld = (int)b->ld;
    float one = 1.0f, zero = 0.0f;
    pack(b->inputs, b->n_inputs, b, b->packed);
    pack(b->outputs, b->n_outputs, b, packed_outputs(b));
    /* the link reads whole rows of the tile */
    memset(b->tile, 0, (size_t)(b->n_inputs * b->ld) * sizeof(float));
    if (m) sgemm("T", "N", &m, &n, &d, &one, packed_outputs(b), &stride, b->packed, &stride, &zero, b->tile, &ld);
}

static void update(const ns2_block *b) {
    int n = (int)b->n_inputs, m = (int)b->n_outputs, d = (int)b->width, stride = (int)b->stride, ld = (int)b->ld;
    float one = 1.0f, zero = 0.0f;
    if (!b->add_to_deltas) memset(b->deltas, 0, (size_t)(b->n_inputs * b->stride) * sizeof(float));
    if (m == 0) return;
    sgemm("N", "N", &d, &n, &m, &one, packed_outputs(b), &stride, b->tile, &ld, &one, b->deltas, &stride);
    sgemm("N", "T", &d, &m, &n, &one, b->packed, &stride, b->tile, &ld, &zero, output_changes(b), &stride);
    for (long j = 0; j < b->n_outputs; j++) {
        const float *change = output_changes(b) + j * b->stride;
        for (long k = 0; k < b->width; k++) b->outputs[j][k] += change[k];
    }
}

ns2_ops ns2_gemm_ops(const ns2_ops *isa, ns2_sgemm *sgemm_of) {
    sgemm = sgemm_of;
    ns2_ops ops = {"gemm",     1,           dots,        isa->link, update, ns2_step_composed,
                   isa->gather, isa->scatter, isa->apply, isa->fetch, isa->norm,  NULL,        isa->toward,
                   isa->spread, NULL,        NULL};
    return ops;
}
