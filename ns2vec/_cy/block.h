/* The block: every change of a weight in ns2vec is made by these functions.
 *
 * n input rows are scored with m output rows.  Each pair (i, j) has a score, a label, a weight and a logit
 * offset; the link turns scores into errors, and both sides move by error * alpha along the other
 * side's old value.
 *
 *     dots(I, O) -> scores (n, ld)      link(scores) -> gradient (n, ld)      update(I, O, gradient)
 *
 * Links are the lines of NS2_LINKS, or a custom function of the user; links.inc describes what each does.
 *
 * One source, block.inc, is compiled once per vector width; dispatch.c picks the table at run time.
 * Rows are `stride` floats long (a multiple of NS2_ROW_FLOATS, padding is zero and stays zero); rows that are
 * only gathered and scattered need no padding.
 * Legend: n = n_inputs, m = n_outputs, ld = ns2_tile_width(m).
 */
#ifndef NS2VEC_BLOCK_H
#define NS2VEC_BLOCK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NS2_ROW_FLOATS 16 /* rows are padded to whole 64-byte lines */
#define NS2_OUTPUTS 6     /* output rows held in registers at a time */
#define NS2_WIDTH_FLOATS 8 /* rows are processed in multiples of this */

typedef struct ns2_ops ns2_ops;

/* How the outputs of one input affect each other: not at all; they share a sum; or output 0, the one that was
 * seen, is compared with each of the others. */
enum { NS2_EACH, NS2_SHARED, NS2_CONTRAST };

/* All links: number, name and how outputs affect each other. The function of that name is in links.inc. */
#define NS2_LINKS(LINK)                \
    LINK(NS2_LOGISTIC, logistic, NS2_EACH)  \
    LINK(NS2_SOFTMAX, softmax, NS2_SHARED)  \
    LINK(NS2_BPR, bpr, NS2_CONTRAST)        \
    LINK(NS2_HINGE, hinge, NS2_CONTRAST)

#define NS2_LINK_NUMBER(number, name, kind) number,
enum { NS2_LINKS(NS2_LINK_NUMBER) NS2_CUSTOM };

/* A custom link for one input: replaces the m scores by errors and returns the loss.
 * labels, weights (m,); offsets (m,) or NULL. */
typedef double ns2_user_link(void *user_data, int m, float *scores, const float *labels,
                             const float *weights, const float *offsets);

typedef struct {
    float *const *inputs;  /* (n,) rows of `stride` floats; distinct rows unless `deltas` is given */
    long n_inputs;
    float *const *outputs; /* (m,) rows of `stride` floats, all distinct */
    long n_outputs;
    long stride;
    long width;            /* floats of a row that are not padding, rounded up to a multiple of 8 */
    const float *labels;   /* (n, label_ld) or one row of ld floats when label_ld is 0 */
    long label_ld;
    const float *weights;  /* (ld,) multiplicity of each output; 0 beyond m */
    const float *offsets;  /* (ld,) subtracted from the scores of each output, or NULL */
    const float *lock;     /* (n,) factor of each input's change, or NULL for 1 */
    float *const *ahead;   /* (n_ahead,) rows that the next window will use: update prefetches them */
    long n_ahead;
    float alpha;           /* learning rate */
    int link;              /* one of the links above */
    ns2_user_link *user_link; /* with NS2_CUSTOM */
    void *user_data;
    float *tile;           /* (n + 1, ld) SCRATCH: scores, then gradients */
    long ld;
    float *deltas;         /* (n, stride) OUT: changes of the inputs, which stay as they are (the padding is not
                              written); NULL: inputs are changed in place (m <= 6) */
    int add_to_deltas;     /* IN-OUT deltas: changes are added to their values */
    float *packed;         /* (n + 2 m, stride) SCRATCH of the gemm back end */
    double *loss;          /* OUT: the loss is added in float64; NULL if it is not needed */
} ns2_block;

/* Pairs of an input and its own outputs, to be trained one after another. */
typedef struct {
    float *const *inputs;   /* (n,) rows, changed in place */
    float *const *outputs;  /* (n, m) rows, changed in place: per pair the seen row, then others, all distinct */
    const long *n_outputs;  /* (n,) how many of the m places each pair uses, at most NS2_OUTPUTS */
    const int32_t *ids;     /* (n, m) ids of the outputs: the indices of their biases */
    const float *weights;   /* (n, 8) weights of the outputs, 0 beyond them */
    const float *factors;   /* (n,) factor of each pair's loss, or NULL for 1 */
    float *bias;            /* IN-OUT, or NULL */
    int frozen;             /* outputs, and biases, are not changed */
    long n;
    long m;
} ns2_pairs;

/* A pair with one output besides the one that was seen. */
typedef struct {
    float *input, *seen, *other; /* rows, changed in place */
    float *seen_bias, *other_bias; /* IN-OUT, or both NULL */
    float weight;                /* weight of the comparison */
} ns2_compared;

struct ns2_ops {
    const char *name;
    int always_deltas; /* update works only with `deltas` */
    void (*dots)(const ns2_block *b);
    /* scores become errors times alpha; adds the loss if it is needed */
    void (*link)(const ns2_block *b);
    void (*update)(const ns2_block *b);
    void (*step)(const ns2_ops *ops, const ns2_block *b); /* the three, one after another */
    /* hidden = scale * sum of the rows; here and in scatter, rows may have any length */
    void (*gather)(float *const *rows, long n, long stride, float scale, float *hidden);
    /* row_i += scale * lock_i * delta, one row after another, so repeated rows lose nothing */
    void (*scatter)(float *const *rows, long n, long stride, float scale, const float *lock,
                    const float *delta);
    /* row_i += lock_i * deltas_i, one row after another */
    void (*apply)(float *const *rows, long n, long stride, const float *lock, const float *deltas);
    /* prefetches rows that will be changed soon */
    void (*fetch)(float *const *rows, long n, long stride);
    /* squared length of a row */
    float (*norm)(const float *row, long stride);
    /* all pairs; b holds the other fields and is scratch. NULL in tables that work only with `deltas` */
    void (*pairs)(const ns2_pairs *p, ns2_block *b);
    /* update for outputs that are not changed */
    void (*toward)(const ns2_block *b);
    /* sum of the squared lengths of the outputs, by weight */
    float (*spread)(const ns2_block *b);
    /* scores of an input with n <= NS2_OUTPUTS rows; room for 8 scores. If NULL, use `dots` */
    void (*few)(const float *x, const float **rows, long n, long width, float *scores);
    /* bpr or hinge on one pair and the one output that it is compared with; returns 0 and does nothing if one step of
     * that weight may overshoot. NULL if `pairs` is */
    int (*compare)(const ns2_compared *c, const ns2_block *b);
};

/* Floats per row of the score tile: output blocks of 6 write 8 columns each, and the link reads whole
 * vectors of 16, or two rows of 8 at once (so a tile has room for one more row). */
static inline long ns2_tile_width(long m) {
    long blocks = (m + NS2_OUTPUTS - 1) / NS2_OUTPUTS;
    return blocks <= 1 ? 8 : (blocks * NS2_OUTPUTS + 2 + 15) / 16 * 16;
}

/* The table of an instruction set by name, or NULL if it is unknown or this processor lacks it. */
const ns2_ops *ns2_find_ops(const char *isa);
/* Names of the instruction sets of this processor, best last; returns their number. */
int ns2_list_isas(const char *names[], int capacity);

/* Name and version of the compiler that built the block. */
const char *ns2_compiler(void);

/* Name of a link, or NULL beyond the last one; and how its outputs affect each other. */
const char *ns2_link_name(int link);
int ns2_link_kind(int link);
/* The custom link. */
void ns2_link_custom(const ns2_block *b);
/* step, for tables whose three parts are separate functions. */
void ns2_step_composed(const ns2_ops *ops, const ns2_block *b);

#ifdef __cplusplus
}
#endif
#endif
