#include <math.h>
#include <string.h>

#include "softmax.h"

/* Scores of one input become errors times alpha; returns -log P(target). */
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

/* Row-major (n, m) is column-major (m, n), so every product is written transposed. */
void ns2_full_softmax_step(const ns2_full_softmax *s) {
    int n = (int)s->n_inputs, v = (int)s->n_outputs, d = (int)s->stride;
    float one = 1.0f, zero = 0.0f;
    for (long i = 0; i < n; i++)
        memcpy(s->packed + i * s->stride, s->inputs[i], (size_t)s->stride * sizeof(float));
    s->sgemm("T", "N", &v, &n, &d, &one, s->outputs, &d, s->packed, &d, &zero, s->tile, &v);
    for (long i = 0; i < n; i++) {
        double loss = softmax_errors(s->tile + i * s->n_outputs, s->n_outputs, s->target, s->alpha);
        if (s->loss) *s->loss += loss;
    }
    /* the inputs' changes first, while the outputs are old */
    s->sgemm("N", "N", &d, &n, &v, &one, s->outputs, &d, s->tile, &v, &one, s->deltas, &d);
    s->sgemm("N", "T", &d, &v, &n, &one, s->packed, &d, s->tile, &v, &one, s->outputs, &d);
}
