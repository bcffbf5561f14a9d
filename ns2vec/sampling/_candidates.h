/* Candidates of the samplers of _aware.h: rows of a base that may be negatives, with their scores. */
#ifndef NS2VEC_CANDIDATES_H
#define NS2VEC_CANDIDATES_H

#include <math.h>
#include <string.h>

#include "_lists.h"
#include "rng.h"
#include "sampler.h"

enum { NS2_CANDIDATES = 1024, NS2_CANDIDATE_TRIES = 16, NS2_AT_ONCE = 32 };
enum { NS2_NO_ROW = -1 };
enum { NS2_SIDE_BY_SIDE = 6 }; /* rows that the block scores together */

typedef struct {
    ns2_sampler base;
    const ns2_sampler *source; /* the source of candidates */
    int is_static;             /* the source is an alias table, or uniform: draws are inlined */
    const uint32_t *alias;
    float hardness;
} ns2_aware_sampler;

static inline const float *ns2_view_input(const ns2_view *v, int32_t row) {
    return (row < v->n_hot ? v->hot_inputs : v->inputs) + row * v->stride;
}
static inline const float *ns2_view_output(const ns2_view *v, int32_t row) {
    return (row < v->n_hot ? v->hot_outputs : v->outputs) + row * v->stride;
}

/* Uniform in (0, 1). */
static inline double ns2_unit(uint64_t *rng) { return ((double)ns2_bits(rng) + 0.5) / 4294967296.0; }

static inline double ns2_softplus(double x) { return x > 0.0 ? x + log1p(exp(-x)) : log1p(exp(x)); }

/* Rows are multiples of 16 floats: with 16 partial sums, loops can be vectorized without reassociation. */
static float ns2_dot16(const float *x, const float *y, long stride) {
    float sums[16] = {0};
    for (long k = 0; k < stride; k += 16)
        for (int i = 0; i < 16; i++) sums[i] += x[k + i] * y[k + i];
    for (int width = 8; width > 0; width /= 2)
        for (int i = 0; i < width; i++) sums[i] += sums[i + width];
    return sums[0];
}

/* ---- candidates ------------------------------------------------------------------------------ */

static inline int ns2_is_excluded(const ns2_aware_sampler *s, const ns2_request *q, int32_t row) {
    return ns2_is_listed(q->excluded_bits, q->n_excluded_words, q->excluded, q->n_excluded, s->base.n_rows, row);
}

static inline int ns2_is_candidate(const ns2_aware_sampler *s, const ns2_request *q, int32_t row) {
    if (row == q->centre || ns2_is_excluded(s, q, row)) return 0;
    for (long i = 0; i < q->n_window; i++)
        if (q->window[i] == row) return 0;
    return 1;
}

/* Bit i for each of at most NS2_AT_ONCE rows that must not be a negative. */
static inline __attribute__((always_inline)) uint32_t ns2_unwanted(const ns2_aware_sampler *s, const ns2_request *q, const int32_t *rows, long n) {
    uint32_t found = ns2_which_listed(q->excluded_bits, q->n_excluded_words, q->excluded, q->n_excluded, s->base.n_rows,
                                      q->centre, rows, n);
    for (long j = 0; j < q->n_window; j++)
        for (long i = 0; i < n; i++) found |= (uint32_t)(rows[i] == q->window[j]) << i;
    return found;
}

/* At most n rows of the base; returns how many. */
static inline __attribute__((always_inline)) long ns2_draw_base(const ns2_aware_sampler *s, const ns2_request *q, long n, int32_t *rows) {
    if (!s->is_static) return s->source->draw(s->source, q, n, rows, NULL);
    if (s->alias)
        ns2_draw_aliases(q->rng, s->alias, (uint32_t)s->base.n_rows, n, rows);
    else
        ns2_draw_below(q->rng, (uint32_t)s->base.n_rows, n, rows);
    return n;
}

/* Draws again, at most NS2_CANDIDATE_TRIES times; returns whether it drew a row that may be a negative. */
static int ns2_redraw(const ns2_aware_sampler *s, const ns2_request *q, int32_t *row) {
    for (int t = 0; t < NS2_CANDIDATE_TRIES; t++) {
        if (ns2_draw_base(s, q, 1, row) < 1) return 0;
        if (ns2_is_candidate(s, q, *row)) return 1;
    }
    return 0;
}

/* At most n rows of the base that may be negatives; returns how many. */
static inline __attribute__((always_inline)) long ns2_candidates_inline(const ns2_aware_sampler *s, const ns2_request *q, long n, int32_t *rows) {
    long drawn = ns2_draw_base(s, q, n, rows), kept = 0;
    for (long first = 0; first < drawn; first += NS2_AT_ONCE) {
        long n_now = drawn - first < NS2_AT_ONCE ? drawn - first : NS2_AT_ONCE, n_lost = 0;
        int32_t *now = rows + first;
        /* few are unwanted: the others keep their places */
        for (uint32_t left = ns2_unwanted(s, q, now, n_now); left; left &= left - 1) {
            long i = __builtin_ctz(left);
            if (ns2_redraw(s, q, now + i)) continue;
            now[i] = NS2_NO_ROW, n_lost++;
        }
        if (n_lost == 0 && kept == first) {
            kept += n_now;
            continue;
        }
        for (long i = 0; i < n_now; i++)
            if (now[i] != NS2_NO_ROW) rows[kept++] = now[i];
    }
    return kept;
}

static long ns2_candidates(const ns2_aware_sampler *s, const ns2_request *q, long n, int32_t *rows) {
    return ns2_candidates_inline(s, q, n, rows);
}

static long ns2_count_set(const ns2_request *q, long k, long drawn, long n_scores) {
    if (q->counts) {
        q->counts->n_sets++;
        q->counts->n_short += drawn < k;
        q->counts->n_scores += n_scores;
    }
    return drawn;
}

/* Draws from the base alone. */
static long ns2_plain_draw(const ns2_aware_sampler *s, const ns2_request *q, long k, int32_t *rows) {
    return ns2_count_set(q, k, ns2_candidates(s, q, k, rows), 0);
}

/* Whether this set is drawn from the base, if hardness is a share of the sets. */
static int ns2_is_plain(const ns2_aware_sampler *s, const ns2_request *q) {
    float hardness = s->hardness;
    if (!q->hidden || !q->view || hardness <= 0.0f) return 1;
    return hardness < 1.0f && ns2_unit(q->rng) >= (double)hardness;
}

static inline void ns2_fetch(const float *row, long stride) {
    for (long k = 0; k < stride; k += 16) __builtin_prefetch(row + k, 0, 3);
}

/* Products of x with the vectors of units that are bags, and their squared lengths if requested. */
static void ns2_products(const ns2_view *v, const ns2_bags *bags, const float *x, const int32_t *units, long n,
                         float *products, float *squares) {
    const float *found[NS2_VIEW_ROWS];
    for (long i = 0; i < NS2_VIEW_ROWS; i++) found[i] = v->composed + i * v->stride;
    for (long first = 0; first < n; first += NS2_VIEW_ROWS) {
        long n_now = n - first < NS2_VIEW_ROWS ? n - first : NS2_VIEW_ROWS;
        v->compose(v, bags, units + first, n_now, v->composed);
        v->score(v, x, found, n_now, products + first);
        for (long i = 0; i < n_now && squares; i++) squares[first + i] = ns2_dot16(found[i], found[i], v->stride);
    }
}

/* Scores of at most NS2_SIDE_BY_SIDE output rows with the input; room for 8. */
static inline __attribute__((always_inline)) void ns2_score_few(const ns2_request *q, const int32_t *rows, long n, float *scores) {
    const ns2_view *v = q->view;
    const float *found[NS2_SIDE_BY_SIDE];
    for (long i = 0; i < n; i++) found[i] = ns2_view_output(v, rows[i]);
    /* so few are loaded at the same time anyway: no prefetch */
    if (v->few)
        v->few(q->hidden, found, n, v->width, scores);
    else
        v->score(v, q->hidden, found, n, scores);
    for (long i = 0; i < n && v->bias; i++) scores[i] += v->bias[rows[i]];
}

/* Scores of output rows with the input; n is at most NS2_CANDIDATES + 1. */
static void ns2_score(const ns2_request *q, const int32_t *rows, long n, float *scores) {
    const float *found[NS2_CANDIDATES + 1], *bias = q->view->bias;
    if (q->view->output_bags.offsets) {
        ns2_products(q->view, &q->view->output_bags, q->hidden, rows, n, scores, NULL);
    } else if (n <= NS2_SIDE_BY_SIDE) {
        ns2_score_few(q, rows, n, scores);
        return;
    } else {
        for (long i = 0; i < n; i++) ns2_fetch(found[i] = ns2_view_output(q->view, rows[i]), q->view->stride);
        q->view->score(q->view, q->hidden, found, n, scores);
    }
    for (long i = 0; i < n && bias; i++) scores[i] += bias[rows[i]];
}

/* Products of the input vectors of rows with that of the centre, and the products of their squared lengths. */
static void ns2_likeness(const ns2_request *q, const int32_t *rows, long n, float *products, float *squares) {
    const ns2_view *v = q->view;
    const float *found[NS2_CANDIDATES + 1], *centre;
    long stride = v->stride;
    float square;
    if (v->input_bags.offsets) {
        float *made = v->composed + NS2_VIEW_ROWS * stride;
        v->compose(v, &v->input_bags, &q->centre, 1, made);
        ns2_products(v, &v->input_bags, made, rows, n, products, squares);
        square = ns2_dot16(made, made, stride);
        for (long i = 0; i < n; i++) squares[i] *= square;
        return;
    }
    centre = ns2_view_input(v, q->centre);
    square = ns2_dot16(centre, centre, stride);
    for (long i = 0; i < n; i++) ns2_fetch(found[i] = ns2_view_input(v, rows[i]), stride);
    v->score(v, centre, found, n, products);
    for (long i = 0; i < n; i++) squares[i] = square * ns2_dot16(found[i], found[i], stride);
}

/* Cosines between the input vectors of rows and of the centre. */
static void ns2_cosines(const ns2_request *q, const int32_t *rows, long n, float *cosines) {
    float squares[NS2_CANDIDATES + 1];
    ns2_likeness(q, rows, n, cosines, squares);
    for (long i = 0; i < n; i++) { /* four at a time */
        float norms = sqrtf(squares[i]);
        cosines[i] = norms > 0.0f ? cosines[i] / norms : 0.0f;
    }
}

/* Keeps each row once, at its first place; returns how many. */
static long ns2_distinct(int32_t *rows, long n) {
    enum { N_SLOTS = 4 * NS2_CANDIDATES };
    uint16_t slots[N_SLOTS]; /* place of a row + 1, 0 if the slot is free */
    long kept = 0, mask = 63;
    while (mask < 2 * n) mask = 2 * mask + 1;
    memset(slots, 0, (size_t)(mask + 1) * sizeof *slots);
    for (long i = 0; i < n; i++) {
        long slot = (long)(((uint32_t)rows[i] * 2654435769u) >> 16) & mask;
        while (slots[slot] && rows[slots[slot] - 1] != rows[i]) slot = (slot + 1) & mask;
        if (slots[slot]) continue;
        rows[kept] = rows[i];
        slots[slot] = (uint16_t)++kept;
    }
    return kept;
}

/* The `top` rows with the highest values, highest first, equal ones in their order; returns how many. */
static long ns2_highest(const int32_t *rows, const float *values, long n, long top, int32_t *best, float *highest) {
    long filled = 0;
    for (long i = 0; i < n && top > 0; i++) {
        long j = filled;
        if (filled == top && !(values[i] > highest[top - 1])) continue;
        if (filled < top)
            filled++;
        else
            j--;
        for (; j > 0 && highest[j - 1] < values[i]; j--) best[j] = best[j - 1], highest[j] = highest[j - 1];
        best[j] = rows[i], highest[j] = values[i];
    }
    return filled;
}

#endif
