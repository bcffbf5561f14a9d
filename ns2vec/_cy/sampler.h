/* What a sampler is to the kernels: the one interface behind every kind of negatives.
 *
 * Static samplers (one distribution for all windows) are an alias table that the kernels draw from
 * inline; everything else is called through this table, once for each set of negatives: once a window
 * under window sharing and for CBOW, once a (context, centre) pair under pair sharing.
 *
 * A set is drawn one window (one pair, where pairs are given) before it is used, so that its rows are on their
 * way to the cache.  What a sampler that looks at the model sees is therefore one window old:
 *   hidden   mean of the window's input rows (of the one input row under pair sharing) as they stood
 *            when the window before had not been trained yet; NULL unless the sampler asks for it;
 *   view     the matrices, with the rows that the calling thread keeps copies of (hot.h); other threads
 *            write to the rest meanwhile.  Where vectors are sums or means of rows that units share (bags), they
 *            are made of the rows whenever they are looked at, so they are as old as rows are: what windows have
 *            changed in the vector of an input is not seen in its rows before the last of them has left it.
 */
#ifndef NS2VEC_SAMPLER_H
#define NS2VEC_SAMPLER_H

#include <stdint.h>

/* Units whose vectors are made of rows: unit i of those at rows[offsets[i]] to rows[offsets[i + 1] - 1]. */
typedef struct {
    const float *matrix;    /* (n_rows, stride) */
    const int64_t *offsets; /* (V + 1,); NULL: unit i is row i, and nothing here is used */
    const int32_t *rows;
    long is_sum; /* of the rows, not their mean */
} ns2_bags;

enum { NS2_VIEW_ROWS = 60 }; /* vectors that are made, or scored, at a time: whole blocks of outputs */

/* The model as the calling thread sees it.  Inputs are the vectors of the rows that a sampler draws as inputs; where
 * inputs are other things (users, where items are drawn), there are none, and the outputs are here again. */
typedef struct ns2_view ns2_view;
struct ns2_view {
    const float *inputs, *outputs;         /* (V, stride), unless they are bags (below) */
    const float *hot_inputs, *hot_outputs; /* (n_hot, stride) rows 0 to n_hot - 1, which the thread has copies of */
    long n_hot;
    long stride; /* floats of a row, a multiple of 16 */
    long width;  /* of them that are not padding, rounded up (block.h) */
    const void *ops;
    /* scores[i] = x . rows[i] */
    void (*score)(const ns2_view *self, const float *x, const float **rows, long n, float *scores);
    const float *bias; /* (V,) what is to be added to the scores of outputs, or NULL */
    ns2_bags input_bags, output_bags; /* where units are bags: `inputs` and `outputs` do not hold their vectors then */
    /* vectors (n, stride) of units of bags, padding included */
    void (*compose)(const ns2_view *self, const ns2_bags *bags, const int32_t *units, long n, float *vectors);
    float *composed;       /* (NS2_VIEW_ROWS + 1, stride) SCRATCH of whoever composes; NULL where no units are bags */
    const float **members; /* (longest bag,) SCRATCH of `compose` */
    /* `score` of at most 6 rows without its detours; room for 8 scores. NULL where the back end has none */
    void (*few)(const float *x, const float **rows, long n, long width, float *scores);
};

/* What the thread's draws did, for reports and for samplers that follow the loss. */
typedef struct {
    int64_t n_sets;      /* sets drawn */
    int64_t n_short;     /* of them with fewer rows than asked for */
    int64_t n_scores;    /* dot products taken in order to choose */
    int64_t n_hits;      /* sets from a pool as it stood */
    int64_t n_refreshes; /* pools made new */
    int64_t age;         /* sum over the sets of how often their pool was used since it was new */
    int64_t n_losses;
    double loss;         /* sum of n_losses losses, each of a centre and one row that was not chosen by score */
} ns2_counts;

typedef struct {
    int32_t centre;       /* row that the window predicts */
    int32_t context;      /* input row under pair sharing; -1 where a set serves the whole window */
    const int32_t *batch; /* (n_batch,) rows that stand for the batch of the window, or NULL */
    long n_batch;
    const float *hidden;  /* (stride,) see above, or NULL */
    uint64_t *rng;        /* IN-OUT: state of the chunk's noise stream (rng.h) */
    /* The rest is set where hidden is. */
    const ns2_view *view;
    const int32_t *excluded; /* (n_excluded,) rising: rows that are no negatives of the centre */
    long n_excluded;
    const int32_t *window; /* (n_window,) rows that are no negatives of this window */
    long n_window;
    float *weights;     /* (k,) OUT: a sampler may say how much each of its rows counts; 1 otherwise */
    ns2_counts *counts; /* IN-OUT */
    const uint16_t *excluded_bits; /* (n_excluded_words,) `excluded` for ns2_is_listed (rng.h) */
    long n_excluded_words;
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
