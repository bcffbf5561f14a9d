/* The interface between samplers and kernels: every kind of negatives goes through it.
 *
 * Static samplers (one distribution for all windows) are an alias table that the kernels draw from
 * inline; all others are called through this table, once for each set of negatives: once per window
 * under window sharing and for CBOW, once per (context, centre) pair under pair sharing.
 *
 * A set is drawn one window (or one pair, if pairs are given) before it is used, so that its rows can be
 * prefetched.  A sampler that looks at the model therefore sees it one window old:
 *   hidden   mean of the window's input rows (of the one input row under pair sharing) from before the
 *            previous window was trained; NULL unless the sampler asks for it;
 *   view     the matrices, with the rows of which the calling thread has copies (hot.h); other threads
 *            write to the rest at the same time.  Vectors that are sums or means of rows shared by units (bags)
 *            are computed from the rows whenever they are needed, so they are as old as the rows: a change of
 *            an input's vector reaches its rows only after the last window that uses it.
 */
#ifndef NS2VEC_SAMPLER_H
#define NS2VEC_SAMPLER_H

#include <stdint.h>

/* Units whose vectors are computed from rows: unit i from rows[offsets[i]] to rows[offsets[i + 1] - 1]. */
typedef struct {
    const float *matrix;    /* (n_rows, stride) */
    const int64_t *offsets; /* (V + 1,); NULL: unit i is row i, and the other fields are unused */
    const int32_t *rows;
    long is_sum; /* the sum of the rows, not their mean */
} ns2_bags;

enum { NS2_VIEW_ROWS = 60 }; /* vectors that are computed, or scored, at a time: whole blocks of outputs */

/* The model as the calling thread sees it.  Inputs are the input vectors of the rows that a sampler draws; if inputs
 * are of another kind (users, when items are drawn), there are none, and these fields hold the outputs again. */
typedef struct ns2_view ns2_view;
struct ns2_view {
    const float *inputs, *outputs;         /* (V, stride), unless they are bags (below) */
    const float *hot_inputs, *hot_outputs; /* (n_hot, stride) rows 0 to n_hot - 1, of which the thread has copies */
    long n_hot;
    long stride; /* floats per row, a multiple of 16 */
    long width;  /* floats of a row that are not padding, rounded up (block.h) */
    const void *ops;
    /* scores[i] = x . rows[i] */
    void (*score)(const ns2_view *self, const float *x, const float **rows, long n, float *scores);
    const float *bias; /* (V,) added to the scores of outputs, or NULL */
    ns2_bags input_bags, output_bags; /* if units are bags, `inputs` and `outputs` do not hold their vectors */
    /* vectors (n, stride) of units of bags, padding included */
    void (*compose)(const ns2_view *self, const ns2_bags *bags, const int32_t *units, long n, float *vectors);
    float *composed;       /* (NS2_VIEW_ROWS + 1, stride) SCRATCH of callers of `compose`; NULL if no units are bags */
    const float **members; /* (longest bag,) SCRATCH of `compose` */
    /* `score` of at most 6 rows, without overhead; room for 8 scores. NULL if the back end has none */
    void (*few)(const float *x, const float **rows, long n, long width, float *scores);
};

/* Statistics of the thread's draws, for reports and for samplers that follow the loss. */
typedef struct {
    int64_t n_sets;      /* sets drawn */
    int64_t n_short;     /* sets with fewer rows than requested */
    int64_t n_scores;    /* dot products computed for choosing */
    int64_t n_hits;      /* sets from a pool that was not refreshed */
    int64_t n_refreshes; /* pools that were refreshed */
    int64_t age;         /* sum over the sets of how often their pool had been used since it was refreshed */
    int64_t n_losses;
    double loss;         /* sum of n_losses losses, each of a centre and one row that was not chosen by its score */
} ns2_counts;

typedef struct {
    int32_t centre;       /* row that the window predicts */
    int32_t context;      /* input row under pair sharing; -1 if a set serves the whole window */
    const int32_t *batch; /* (n_batch,) rows that represent the batch of the window, or NULL */
    long n_batch;
    const float *hidden;  /* (stride,) see above, or NULL */
    uint64_t *rng;        /* IN-OUT: state of the chunk's noise stream (rng.h) */
    /* The other fields are set if hidden is. */
    const ns2_view *view;
    const int32_t *excluded; /* (n_excluded,) ascending: rows that are not negatives of the centre */
    long n_excluded;
    const int32_t *window; /* (n_window,) rows that are not negatives of this window */
    long n_window;
    float *weights;     /* (k,) OUT: a sampler may set the weight of each of its rows; the default is 1 */
    ns2_counts *counts; /* IN-OUT */
    const uint16_t *excluded_bits; /* (n_excluded_words,) `excluded` for ns2_is_listed (rng.h) */
    long n_excluded_words;
} ns2_request;

typedef struct ns2_sampler ns2_sampler;

struct ns2_sampler {
    int32_t n_rows; /* V: rows go from 0 to n_rows - 1 */
    /* Draws at most k rows into `rows` and returns how many.  If log_q is not NULL, it has k + 1
     * entries: the logarithms of the probabilities of the rows drawn and, last, of the centre. */
    long (*draw)(const ns2_sampler *self, const ns2_request *request, long k, int32_t *rows, float *log_q);
    /* Logarithm of the expected number of times that `row` is among k draws, divided by k: for independent draws,
     * the probability that a draw is `row`.  NULL if the sampler does not know it. */
    double (*log_q)(const ns2_sampler *self, const ns2_request *request, long k, int32_t row);
};

/* A custom sampler (scipy.LowLevelCallable): the same with flat arguments.  Several threads call it at
 * once, each with its own state in `rng`. */
typedef int ns2_user_draw(void *user_data, int32_t centre, int32_t context, const float *hidden, int k,
                          int32_t *rows, float *log_q, uint64_t *rng);

#define NS2_SAMPLER_CAPSULE "ns2vec.sampler"

#endif
