/* The full softmax: a window is trained on every output row at once, in three matrix products.
 *
 * P(o | c) = exp(x_c . y_o) / sum_w exp(x_c . y_w); x moves along sum_o (label_o - P(o | c)) y_o and
 * every y_o along (label_o - P(o | c)) x (Bengio et al. 2003; Mikolov et al. 2013, arXiv:1310.4546, eq. 2).
 * The products are BLAS's sgemm, whichever back end does the rest.
 */
#ifndef NS2VEC_SOFTMAX_H
#define NS2VEC_SOFTMAX_H

#include <stdint.h>

typedef void ns2_sgemm(char *trans_a, char *trans_b, int *m, int *n, int *k, float *alpha, float *a, int *lda,
                       float *b, int *ldb, float *beta, float *c, int *ldc);

typedef struct {
    ns2_sgemm *sgemm;
    float *outputs;       /* (n_outputs, stride) IN-OUT, contiguous */
    int frozen;           /* outputs are not changed */
    long n_outputs;
    long stride;
    float *const *inputs; /* (n_inputs,) rows; not changed */
    long n_inputs;
    long target;          /* the output that was seen */
    float alpha;
    float *packed;        /* (n_inputs, stride) SCRATCH */
    float *tile;          /* (n_inputs, n_outputs) SCRATCH */
    float *deltas;        /* (n_inputs, stride) IN-OUT: changes of the inputs are added here */
    double *loss;         /* OUT: the loss is added in float64; NULL if it is not needed */
} ns2_full_softmax;

void ns2_full_softmax_step(const ns2_full_softmax *s);

#endif
