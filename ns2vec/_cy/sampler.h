/* What a sampler is to the kernels: the one interface behind every kind of negatives.
 *
 * Static samplers (one distribution for all windows) are an alias table that the kernels draw from
 * inline; everything else is called through this table, once for each set of negatives: once a window
 * under window sharing and for CBOW, once a (context, centre) pair under pair sharing.
 *
 * A set is drawn one window before it is used, so that its rows are on their way to the cache.  What a
 * sampler that looks at the model sees is therefore one window old:
 *   hidden   mean of the window's input rows (of the one input row under pair sharing) as they stood
 *            when the window before had not been trained yet; NULL unless the sampler asks for it;
 *   rows     of the output matrix must be read where the calling thread keeps them.  Today that is the
 *            matrix itself, other threads write to it meanwhile.
 */
#ifndef NS2VEC_SAMPLER_H
#define NS2VEC_SAMPLER_H

#include <stdint.h>

typedef struct {
    int32_t centre;       /* row that the window predicts */
    int32_t context;      /* input row under pair sharing; -1 where a set serves the whole window */
    const int32_t *batch; /* (n_batch,) rows that stand for the batch of the window, or NULL */
    long n_batch;
    const float *hidden;  /* (stride,) see above, or NULL */
    uint64_t *rng;        /* IN-OUT: state of the chunk's noise stream (rng.h) */
} ns2_request;

typedef struct ns2_sampler ns2_sampler;

struct ns2_sampler {
    int32_t n_rows; /* V: rows go from 0 to n_rows - 1 */
    /* Draws at most k rows into `rows` and returns how many.  Where log_q is not NULL it has k + 1
     * entries: the logarithms of the probabilities of the rows drawn and, last, of the centre. */
    long (*draw)(const ns2_sampler *self, const ns2_request *request, long k, int32_t *rows, float *log_q);
    /* Logarithm of how often `row` is expected among k draws, divided by k: for independent draws the
     * probability that a draw is `row`.  NULL where the sampler cannot tell. */
    double (*log_q)(const ns2_sampler *self, const ns2_request *request, long k, int32_t row);
};

/* A sampler of the user's own (scipy.LowLevelCallable): the same in flat arguments.  Several threads call it at
 * once, each with a state of its own in `rng`. */
typedef int ns2_user_draw(void *user_data, int32_t centre, int32_t context, const float *hidden, int k,
                          int32_t *rows, float *log_q, uint64_t *rng);

#define NS2_SAMPLER_CAPSULE "ns2vec.sampler"

#endif
