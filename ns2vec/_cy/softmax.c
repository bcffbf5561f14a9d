#include <math.h>
#include <string.h>

#include "softmax.h"

/* Multiplications per product, at most: up to this size OpenBLAS stays in the calling thread. Its threads wait for
 * each other by spinning, so on a busy machine every product would last as long as the scheduler's time slices. */
#define PRODUCT (1L << 18)
#define FEWEST_ROWS 16L

/* Turns the scores of one input into errors times alpha; returns -log P(target). */
static double softmax_errors(float *scores, long n, long target, float alpha) {
    float top = scores[0];
    double sum = 0.0, seen = scores[target];
    for (long j = 1; j < n; j++)
        if (scores[j] > top) top = scores[j];
    for (long j = 0; j < n; j++) {
        scores[j] = expf(scores[j] - top);
        sum += scores[j];
    }
    float scale = (float)(-(double)alpha / sum);
    for (long j = 0; j < n; j++) scores[j] *= scale;
    scores[target] += alpha;
    return top + log(sum) - seen;
}

static long rows_of_product(const ns2_full_softmax *s) {
    long width = s->n_inputs * s->stride;
    long rows = width ? PRODUCT / width / FEWEST_ROWS * FEWEST_ROWS : s->n_outputs;
    return rows < FEWEST_ROWS ? FEWEST_ROWS : rows;
}

/* Row-major (n, m) is column-major (m, n), so every product is written transposed. */
void ns2_full_softmax_step(const ns2_full_softmax *s) {
    int n = (int)s->n_inputs, v = (int)s->n_outputs, d = (int)s->stride;
    long rows = rows_of_product(s);
    float one = 1.0f, zero = 0.0f;
    for (long i = 0; i < n; i++)
        memcpy(s->packed + i * s->stride, s->inputs[i], (size_t)s->stride * sizeof(float));
    for (long first = 0; first < v; first += rows) {
        int m = (int)(v - first < rows ? v - first : rows);
        s->sgemm("T", "N", &m, &n, &d, &one, s->outputs + first * d, &d, s->packed, &d, &zero, s->tile + first, &v);
    }
    for (long i = 0; i < n; i++) {
        double loss = softmax_errors(s->tile + i * s->n_outputs, s->n_outputs, s->target, s->alpha);
        if (s->loss) *s->loss += loss;
    }
    /* for each part of the outputs, first the changes of the inputs, while the outputs are still old */
    for (long first = 0; first < v; first += rows) {
        int m = (int)(v - first < rows ? v - first : rows);
        float *outputs = s->outputs + first * d, *errors = s->tile + first;
        s->sgemm("N", "N", &d, &n, &m, &one, outputs, &d, errors, &v, &one, s->deltas, &d);
        if (!s->frozen) s->sgemm("N", "T", &d, &m, &n, &one, s->packed, &d, errors, &v, &one, outputs, &d);
    }
}
