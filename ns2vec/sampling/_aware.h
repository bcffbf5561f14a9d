/* Samplers that look at the model, with the interface of sampler.h.
 *
 * Each draws candidates from a static base (those that cannot be negatives are drawn again, at most 16 times)
 * and chooses among them by score.  `hardness` in [0, 1] is set from outside during training:
 * at 1 a sampler follows its options, at 0 it draws from its base.  If it is given no model, it draws
 * from its base, too.  ns2vec/reference/samplers.py has the same algorithms in Python.
 */
#ifndef NS2VEC_AWARE_H
#define NS2VEC_AWARE_H

#include "_candidates.h"

/* ---- best of m (DNS), one of the best, or by softmax ------------------------------------------ */

typedef struct {
    ns2_aware_sampler aware;
    long m;             /* candidates of each negative, at most NS2_CANDIDATES */
    long top;           /* one of this many best candidates */
    float temperature;  /* > 0: with probability proportional to exp(score / temperature) instead */
    int with_loss;      /* record the loss of the centre and the first candidate */
} ns2_dynamic_sampler;

static long ns2_best(const float *scores, long n) {
    long best = 0;
    for (long i = 1; i < n; i++)
        if (scores[i] > scores[best]) best = i;
    return best;
}

/* The candidate that exactly `rank` others beat; of equal ones, the earlier first. */
static long ns2_ranked(const float *scores, long n, long rank) {
    for (long i = 0; i < n; i++) {
        long n_better = 0;
        for (long j = 0; j < n; j++) n_better += scores[j] > scores[i] || (scores[j] == scores[i] && j < i);
        if (n_better == rank) return i;
    }
    return 0; /* scores that are not numbers */
}

static long ns2_soft(const float *scores, long n, double temperature, uint64_t *rng) {
    double highest = (double)scores[ns2_best(scores, n)], total = 0.0, at;
    for (long i = 0; i < n; i++) total += exp(((double)scores[i] - highest) / temperature);
    at = ns2_unit(rng) * total;
    for (long i = 0; i + 1 < n; i++) {
        at -= exp(((double)scores[i] - highest) / temperature);
        if (at < 0.0) return i;
    }
    return n - 1;
}

static long ns2_choose(const ns2_dynamic_sampler *s, const float *scores, long n, uint64_t *rng) {
    if (s->temperature > 0.0f) return ns2_soft(scores, n, (double)s->temperature, rng);
    if (s->top > 1) return ns2_ranked(scores, n, (long)ns2_below(rng, (uint32_t)(s->top < n ? s->top : n)));
    return ns2_best(scores, n);
}

static void ns2_tell_loss(const ns2_request *q, float score_of_centre, float score_of_noise) {
    if (!q->counts) return;
    q->counts->loss += ns2_softplus(-(double)score_of_centre) + ns2_softplus((double)score_of_noise);
    q->counts->n_losses++;
}

static long ns2_dynamic_draw(const ns2_sampler *self, const ns2_request *q, long k, int32_t *rows, float *log_q) {
    const ns2_dynamic_sampler *s = (const ns2_dynamic_sampler *)self;
    int32_t found[NS2_CANDIDATES + 1];
    float scores[NS2_CANDIDATES + 8];
    long m = 1 + lroundf((float)(s->m - 1) * s->aware.hardness), drawn = 0, n_scores = 0;
    long per_round = NS2_CANDIDATES / m;
    (void)log_q;
    if (!q->hidden || !q->view || (m == 1 && !s->with_loss)) return ns2_plain_draw(&s->aware, q, k, rows);
    for (long first = 0; first < k; first += per_round) {
        long n_wanted = k - first < per_round ? k - first : per_round;
        long n = ns2_candidates(&s->aware, q, n_wanted * m, found), asked = n;
        if (n == 0) break;
        if (s->with_loss && first == 0) found[asked++] = q->centre;
        ns2_score(q, found, asked, scores);
        n_scores += asked;
        if (asked > n) ns2_tell_loss(q, scores[n], scores[0]);
        for (long i = 0; i < n; i += m)
            rows[drawn++] = found[i + ns2_choose(s, scores + i, n - i < m ? n - i : m, q->rng)];
    }
    return ns2_count_set(q, k, drawn, n_scores);
}

/* ---- hard: near the positive or near the input, within a margin and a window of ranks ---------- */

typedef struct {
    ns2_aware_sampler aware;
    long m;           /* candidates per set, at most NS2_CANDIDATES */
    long first, last; /* ranks among the candidates within the bounds, 0 is the hardest; last 0: first + k */
    int near_positive;
    float margin;     /* of the score of the positive, or below the cosine of 1 */
    float duplicates; /* highest allowed cosine with the positive's input vector */
} ns2_hard_sampler;

/* Writes the values to compare next to each row and returns the bound. */
static float ns2_hard_values(const ns2_hard_sampler *s, const ns2_request *q, int32_t *rows, long n, float *values) {
    if (s->near_positive) {
        ns2_cosines(q, rows, n, values);
        return fminf(1.0f - s->margin, s->duplicates);
    }
    rows[n] = q->centre;
    ns2_score(q, rows, n + 1, values);
    return values[n] - s->margin * fabsf(values[n]);
}

/* Ranks first to last (exclusive) of the rows that are not near-duplicates of the positive; returns how many. */
static long ns2_hard_ranks(const ns2_hard_sampler *s, const ns2_request *q, const int32_t *rows, const float *values,
                           long n, long last, int32_t *allowed, long *n_scores) {
    enum { FEWEST = 8 }; /* rows whose cosines are computed at once, so that there is one wait for memory */
    int32_t best[NS2_CANDIDATES];
    float highest[NS2_CANDIDATES], cosines[NS2_CANDIDATES + 8];
    int is_checked = !s->near_positive && s->duplicates < 1.0f;
    long sorted = ns2_highest(rows, values, n, last < NS2_CANDIDATES ? last : NS2_CANDIDATES, best, highest);
    long known = 0, rank = 0, n_allowed = 0;
    for (long i = 0; i < n && rank < last; i++) {
        if (i == sorted) sorted = ns2_highest(rows, values, n, NS2_CANDIDATES, best, highest);
        if (is_checked && i == known) {
            long n_asked = last - rank > FEWEST ? last - rank : FEWEST;
            if (n_asked > sorted - i) n_asked = sorted - i;
            ns2_cosines(q, best + i, n_asked, cosines + i);
            known += n_asked, *n_scores += n_asked;
        }
        if (is_checked && cosines[i] > s->duplicates) continue;
        if (rank++ >= s->first) allowed[n_allowed++] = best[i];
    }
    return n_allowed;
}

static long ns2_hard_draw(const ns2_sampler *self, const ns2_request *q, long k, int32_t *rows, float *log_q) {
    const ns2_hard_sampler *s = (const ns2_hard_sampler *)self;
    int32_t found[NS2_CANDIDATES + 1], allowed[NS2_CANDIDATES];
    float values[NS2_CANDIDATES + 8], bound;
    long m = s->m <= k ? k : k + lroundf((float)(s->m - k) * s->aware.hardness), n, n_scores, within = 0;
    long last = s->last > 0 ? s->last : s->first + k;
    (void)log_q;
    if (!q->hidden || !q->view || s->aware.hardness <= 0.0f) return ns2_plain_draw(&s->aware, q, k, rows);
    if (m > NS2_CANDIDATES) m = NS2_CANDIDATES;
    n = ns2_distinct(found, ns2_candidates(&s->aware, q, m, found));
    bound = ns2_hard_values(s, q, found, n, values);
    n_scores = n + !s->near_positive;
    for (long i = 0; i < n; i++)
        if (values[i] <= bound) found[within] = found[i], values[within++] = values[i];
    n = ns2_hard_ranks(s, q, found, values, within, last, allowed, &n_scores);
    return ns2_count_set(q, k, ns2_take(allowed, n, k, rows, q->rng), n_scores);
}

/* ---- a pool for each word or cluster (NSCaching) ------------------------------------------------ */

enum { NS2_POOL_EMPTY = 0xFFFF };

typedef struct {
    ns2_aware_sampler aware;
    int32_t *rows;     /* (n_keys, size) */
    uint16_t *uses;    /* (n_keys,) since the pool was filled; NS2_POOL_EMPTY: not filled yet */
    long n_bits;       /* 0: the key is the centre; otherwise the signs of this many components of the input */
    long size, extra;  /* rows of a pool; further candidates at a refresh. size + extra <= NS2_CANDIDATES */
    long every;        /* uses of a pool before it is refreshed */
    int keeps;         /* the old rows of a pool are candidates, too */
    float temperature; /* > 0: by score / temperature plus Gumbel noise instead of by score */
} ns2_cached_sampler;

static long ns2_cache_key(const ns2_cached_sampler *s, const ns2_request *q) {
    long key = 0;
    if (s->n_bits == 0) return q->centre;
    for (long i = 0; i < s->n_bits; i++) key = 2 * key + (q->hidden[i] > 0.0f);
    return key;
}

/* Fills a pool with the best of new rows (and old ones); returns how many scores that took, 0 if no row was found. */
static long ns2_refresh(const ns2_cached_sampler *s, const ns2_request *q, int32_t *pool, int has_old) {
    int32_t found[NS2_CANDIDATES + 1], best[NS2_CANDIDATES];
    float values[NS2_CANDIDATES + 8], highest[NS2_CANDIDATES];
    long n_old = 0, n;
    if (has_old && s->keeps)
        for (long i = 0; i < s->size; i++)
            if (ns2_is_candidate(&s->aware, q, pool[i])) found[n_old++] = pool[i];
    n = n_old + ns2_candidates(&s->aware, q, s->keeps ? s->size + s->extra - n_old : s->extra, found + n_old);
    n = ns2_distinct(found, n);
    if (n == 0) return 0;
    ns2_score(q, found, n, values);
    if (s->temperature > 0.0f)
        for (long i = 0; i < n; i++)
            values[i] = values[i] / s->temperature - (float)log(-log(ns2_unit(q->rng)));
    long n_best = ns2_highest(found, values, n, s->size, best, highest);
    for (long i = 0; i < s->size; i++) pool[i] = best[i % n_best];
    return n;
}

static long ns2_cached_draw(const ns2_sampler *self, const ns2_request *q, long k, int32_t *rows, float *log_q) {
    const ns2_cached_sampler *s = (const ns2_cached_sampler *)self;
    long key, drawn = 0, n_scores = 0;
    int32_t *pool;
    uint16_t uses;
    (void)log_q;
    if (ns2_is_plain(&s->aware, q)) return ns2_plain_draw(&s->aware, q, k, rows);
    key = ns2_cache_key(s, q);
    pool = s->rows + key * s->size;
    uses = s->uses[key];
    if (uses == NS2_POOL_EMPTY || uses >= s->every) {
        n_scores = ns2_refresh(s, q, pool, uses != NS2_POOL_EMPTY);
        if (n_scores == 0) return ns2_count_set(q, k, 0, 0);
        uses = 0;
    }
    s->uses[key] = (uint16_t)(uses + 1);
    for (long i = 0; i < k; i++)
        for (int t = 0; t <= NS2_CANDIDATE_TRIES; t++) {
            int32_t row = pool[ns2_below(q->rng, (uint32_t)s->size)];
            if (!ns2_is_candidate(&s->aware, q, row)) continue;
            rows[drawn++] = row;
            break;
        }
    if (q->counts) {
        q->counts->n_hits += n_scores == 0;
        q->counts->n_refreshes += n_scores > 0;
        q->counts->age += uses;
    }
    return ns2_count_set(q, k, drawn, n_scores);
}

/* ---- by rank in a factor (AOBPR) ---------------------------------------------------------------- */

typedef struct {
    ns2_aware_sampler aware;
    const int32_t *lists;   /* (n_dims, V) rows by descending value of each factor of the output matrix */
    const float *deviation; /* (n_dims,) standard deviation of each factor */
    long n_dims;
    double scale;           /* lambda, in ranks */
} ns2_rank_sampler;

/* Rank r below V with probability proportional to exp(-r / scale). */
static long ns2_draw_rank(double scale, long n_rows, uint64_t *rng) {
    long rank = (long)(-scale * log1p(ns2_unit(rng) * expm1(-(double)n_rows / scale)));
    return rank < n_rows ? rank : n_rows - 1;
}

static int32_t ns2_rank_row(const ns2_rank_sampler *s, const ns2_request *q, double total) {
    double at = ns2_unit(q->rng) * total;
    long n_rows = s->aware.base.n_rows, f = 0, rank;
    for (; f + 1 < s->n_dims; f++) {
        at -= fabs((double)q->hidden[f]) * (double)s->deviation[f];
        if (at < 0.0) break;
    }
    rank = ns2_draw_rank(s->scale, n_rows, q->rng);
    return s->lists[f * n_rows + (q->hidden[f] > 0.0f ? rank : n_rows - 1 - rank)];
}

static long ns2_rank_draw(const ns2_sampler *self, const ns2_request *q, long k, int32_t *rows, float *log_q) {
    const ns2_rank_sampler *s = (const ns2_rank_sampler *)self;
    double total = 0.0;
    long drawn = 0;
    (void)log_q;
    if (ns2_is_plain(&s->aware, q)) return ns2_plain_draw(&s->aware, q, k, rows);
    for (long f = 0; f < s->n_dims; f++) total += fabs((double)q->hidden[f]) * (double)s->deviation[f];
    if (!(total > 0.0) || !isfinite(total)) return ns2_plain_draw(&s->aware, q, k, rows);
    for (long i = 0; i < k; i++)
        for (int t = 0; t <= NS2_CANDIDATE_TRIES; t++) {
            int32_t row = ns2_rank_row(s, q, total);
            if (!ns2_is_candidate(&s->aware, q, row)) continue;
            rows[drawn++] = row;
            break;
        }
    return ns2_count_set(q, k, drawn, 0);
}

/* ---- the first within a margin of the positive (WARP) ------------------------------------------ */

typedef struct {
    ns2_aware_sampler aware;
    long tries;        /* candidates tried for each negative, at most NS2_CANDIDATES */
    const float *logs; /* (n_logs,) weights of ranks: their logarithms, and 0 for rank 0 */
    long n_logs;
} ns2_warp_sampler;

typedef float ns2_four_scores __attribute__((vector_size(16)));
typedef int32_t ns2_four_signs __attribute__((vector_size(16)));

/* Bit i for each of 8 scores above a bound. */
static inline uint32_t ns2_which_above(const float *scores, float bound) {
    const ns2_four_signs low = {1, 2, 4, 8}, high = {16, 32, 64, 128};
    const ns2_four_scores bounds = {bound, bound, bound, bound};
    ns2_four_scores first, second;
    uint64_t halves[2];
    memcpy(&first, scores, sizeof first);
    memcpy(&second, scores + 4, sizeof second);
    ns2_four_signs found = ((first > bounds) & low) | ((second > bounds) & high);
    memcpy(halves, &found, sizeof halves);
    halves[0] |= halves[1];
    return (uint32_t)halves[0] | (uint32_t)(halves[0] >> 32);
}

typedef struct {
    float bound;   /* a score must be above it */
    long place;    /* number of candidates before the one that was found */
    long n_scores;
} ns2_search;

/* The first of some more candidates within the margin of the centre, or -1; the centre is scored with the first of
 * them. If `asked` and `with_centre` are constants, loops over so few rows are unrolled. */
static inline __attribute__((always_inline)) int32_t ns2_look_on(const ns2_warp_sampler *s, const ns2_request *q,
                                                                 const long asked, const int with_centre, ns2_search *at) {
    int32_t found[NS2_SIDE_BY_SIDE];
    float scores[NS2_SIDE_BY_SIDE + 8];
    uint32_t above;
    long n = ns2_candidates_inline(&s->aware, q, asked, found);
    if (with_centre) found[n] = q->centre;
    if (__builtin_expect(n == asked && !q->view->output_bags.offsets, 1))
        ns2_score_few(q, found, asked + with_centre, scores);
    else
        ns2_score(q, found, n + with_centre, scores);
    if (with_centre) at->bound = scores[n] - 1.0f;
    at->n_scores += n + with_centre;
    /* which is the first cannot be predicted: all are compared, and one branch remains */
    above = ns2_which_above(scores, at->bound) & ((1u << n) - 1u);
    at->place += above ? __builtin_ctz(above) : n;
    return above ? found[__builtin_ctz(above)] : -1;
}

/* The first candidate within the margin of the centre, or -1. */
static int32_t ns2_first_above(const ns2_warp_sampler *s, const ns2_request *q, ns2_search *at) {
    long left = s->tries - (NS2_SIDE_BY_SIDE - 1);
    int32_t row;
    at->place = 0;
    if (left < 0) return ns2_look_on(s, q, s->tries, 1, at);
    row = ns2_look_on(s, q, NS2_SIDE_BY_SIDE - 1, 1, at);
    for (; row < 0 && left >= NS2_SIDE_BY_SIDE; left -= NS2_SIDE_BY_SIDE) row = ns2_look_on(s, q, NS2_SIDE_BY_SIDE, 0, at);
    return row < 0 && left > 0 ? ns2_look_on(s, q, left, 0, at) : row;
}

/* Log of the rank of the positive among n negatives, estimated from the place of the first violator. */
static inline float ns2_warp_weight(const ns2_warp_sampler *s, long n_negatives, long place) {
    long rank = n_negatives > 0 ? (long)((uint32_t)n_negatives / (uint32_t)(place + 1)) : 0;
    return rank < s->n_logs ? s->logs[rank] : logf((float)rank);
}

static long ns2_warp_draw(const ns2_sampler *self, const ns2_request *q, long k, int32_t *rows, float *log_q) {
    const ns2_warp_sampler *s = (const ns2_warp_sampler *)self;
    ns2_search at = {0};
    long drawn = 0, n_negatives = self->n_rows - q->n_excluded;
    (void)log_q;
    if (ns2_is_plain(&s->aware, q) || !q->weights) return ns2_plain_draw(&s->aware, q, k, rows);
    n_negatives -= !ns2_is_excluded(&s->aware, q, q->centre);
    for (long i = 0; i < k; i++) {
        int32_t row = ns2_first_above(s, q, &at);
        if (row < 0) continue;
        q->weights[drawn] = ns2_warp_weight(s, n_negatives, at.place);
        rows[drawn++] = row;
    }
    return ns2_count_set(q, k, drawn, at.n_scores);
}

/* ---- self-adversarial weights -------------------------------------------------------------------- */

typedef struct {
    ns2_aware_sampler aware;
    float alpha; /* inverse temperature */
} ns2_weighted_sampler;

/* Rows of the base, each weighted by n times its share of the softmax of alpha times the scores. */
static long ns2_weighted_draw(const ns2_sampler *self, const ns2_request *q, long k, int32_t *rows, float *log_q) {
    const ns2_weighted_sampler *s = (const ns2_weighted_sampler *)self;
    double alpha = (double)s->alpha * (double)s->aware.hardness, total = 0.0, highest;
    float scores[NS2_CANDIDATES + 8];
    long n = ns2_candidates(&s->aware, q, k < NS2_CANDIDATES ? k : NS2_CANDIDATES, rows);
    (void)log_q;
    if (!q->hidden || !q->view || !q->weights || n == 0) return ns2_count_set(q, k, n, 0);
    ns2_score(q, rows, n, scores);
    highest = (double)scores[ns2_best(scores, n)];
    for (long i = 0; i < n; i++) total += exp(alpha * ((double)scores[i] - highest));
    for (long i = 0; i < n; i++)
        q->weights[i] = (float)((double)n * exp(alpha * ((double)scores[i] - highest)) / total);
    return ns2_count_set(q, k, n, n);
}

#endif
