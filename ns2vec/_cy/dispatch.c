/* Which block this processor runs, and the parts of the block that need no vectors. */
#include <math.h>
#include <string.h>

#include "block.h"

extern const ns2_ops ns2_ops_baseline;
#if defined(__x86_64__)
extern const ns2_ops ns2_ops_avx2;
extern const ns2_ops ns2_ops_avx512;
#endif

int ns2_list_isas(const char *names[], int capacity) {
    int n = 0;
    if (n < capacity) names[n++] = ns2_ops_baseline.name;
#if defined(__x86_64__)
    __builtin_cpu_init();
    int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
               __builtin_cpu_supports("bmi2");
    if (avx2 && n < capacity) names[n++] = ns2_ops_avx2.name;
    if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && n < capacity)
        names[n++] = ns2_ops_avx512.name;
#endif
    return n;
}

const ns2_ops *ns2_find_ops(const char *isa) {
    const char *names[4];
    int n = ns2_list_isas(names, 4), present = 0;
    for (int i = 0; i < n; i++) present |= strcmp(names[i], isa) == 0;
    if (!present) return NULL;
#if defined(__x86_64__)
    if (strcmp(isa, ns2_ops_avx2.name) == 0) return &ns2_ops_avx2;
    if (strcmp(isa, ns2_ops_avx512.name) == 0) return &ns2_ops_avx512;
#endif
    return &ns2_ops_baseline;
}

const char *ns2_compiler(void) {
#ifdef __clang__
    return "clang " __clang_version__;
#else
    return "gcc " __VERSION__;
#endif
}

/* log(1 + exp(x)) without overflow */
static double softplus(double x) { return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)); }

static double score_of(const ns2_block *b, const float *scores, long j) {
    return (double)scores[j] - (b->offsets ? (double)b->offsets[j] : 0.0);
}

/* Cross entropy of each label with sigmoid(score). */
static double logistic_loss(const ns2_block *b, const float *scores, const float *labels) {
    double sum = 0.0;
    for (long j = 0; j < b->n_outputs; j++) {
        double score = score_of(b, scores, j);
        sum += b->weights[j] * (softplus(score) - labels[j] * score);
    }
    return sum;
}

/* Cross entropy of the labels with the softmax of the scores. */
static double softmax_loss(const ns2_block *b, const float *scores, const float *labels) {
    double top = -INFINITY, sum = 0.0, seen = 0.0;
    for (long j = 0; j < b->n_outputs; j++) {
        /* not fmax: gcc 12 for aarch64 fails to compile that reduction */
        double score = score_of(b, scores, j);
        if (score > top) top = score;
    }
    for (long j = 0; j < b->n_outputs; j++) {
        sum += b->weights[j] * exp(score_of(b, scores, j) - top);
        if (labels[j] != 0.0f) seen += labels[j] * score_of(b, scores, j);
    }
    return top + log(sum) - seen;
}

/* What the lead of output 0 over each other one falls short of. */
static double contrast_loss(const ns2_block *b, const float *scores, const float *labels) {
    double sum = 0.0;
    (void)labels;
    for (long j = 1; j < b->n_outputs; j++) {
        double lead = score_of(b, scores, 0) - score_of(b, scores, j);
        sum += b->weights[j] * (b->link == NS2_BPR ? softplus(-lead) : lead < 1.0 ? 1.0 - lead : 0.0);
    }
    return sum;
}

void ns2_add_loss(const ns2_block *b) {
    static double (*const losses[])(const ns2_block *, const float *, const float *) = {
        logistic_loss, softmax_loss, NULL, contrast_loss, contrast_loss};
    if (b->link == NS2_CUSTOM) return;
    for (long i = 0; i < b->n_inputs; i++)
        *b->loss += losses[b->link](b, b->tile + i * b->ld, b->labels + i * b->label_ld);
}

void ns2_link_custom(const ns2_block *b) {
    for (long i = 0; i < b->n_inputs; i++) {
        float *tile = b->tile + i * b->ld;
        double loss = b->user_link(b->user_data, (int)b->n_outputs, tile, b->labels + i * b->label_ld,
                                   b->weights, b->offsets);
        if (b->loss) *b->loss += loss;
        for (long j = 0; j < b->n_outputs; j++) tile[j] *= b->alpha;
    }
}

void ns2_step_composed(const ns2_ops *ops, const ns2_block *b) {
    ops->dots(b);
    if (b->loss) ns2_add_loss(b);
    ops->link(b);
    ops->update(b);
}
