/* Links that compare the centre, output 0, with each of its negatives.  They are the functions that users may write
 * too (ns2_user_link of block.h): scores of one input in, errors out, the loss returned. */
#ifndef NS2VEC_LINKS_H
#define NS2VEC_LINKS_H

#include <math.h>

/* What one comparison loses and how hard it pushes, for the lead x of the centre. */
typedef struct {
    double loss, push;
} ns2_push;

static inline ns2_push ns2_push_of_bpr(double x) {
    double e = exp(-fabs(x)), away = x > 0 ? e / (1 + e) : 1 / (1 + e); /* sigmoid(-x) */
    ns2_push p = {(x > 0 ? 0.0 : -x) + log1p(e), away};
    return p;
}

static inline ns2_push ns2_push_of_hinge(double x) {
    ns2_push p = {x < 1 ? 1 - x : 0.0, x < 1};
    return p;
}

#define NS2_CONTRAST(name)                                                                                    \
    static double ns2_link_##name(void *user_data, int m, float *scores, const float *labels,                 \
                                  const float *weights, const float *offsets) {                               \
        double loss = 0.0, pushed = 0.0, first = (double)scores[0] - (offsets ? offsets[0] : 0.0f);           \
        (void)user_data, (void)labels;                                                                        \
        for (int j = 1; j < m; j++) {                                                                         \
            ns2_push p = ns2_push_of_##name(first - ((double)scores[j] - (offsets ? offsets[j] : 0.0f)));     \
            loss += weights[j] * p.loss;                                                                      \
            pushed += weights[j] * p.push;                                                                    \
            scores[j] = (float)(-weights[j] * p.push);                                                        \
        }                                                                                                     \
        scores[0] = (float)pushed;                                                                            \
        return loss;                                                                                          \
    }

/* log(1 + exp(-x)) (Rendle et al. 2009, arXiv:1205.2618) */
NS2_CONTRAST(bpr)
/* max(0, 1 - x) (Weston et al. 2011, "WSABIE", whose weights by rank come from the sampler) */
NS2_CONTRAST(hinge)

#endif
