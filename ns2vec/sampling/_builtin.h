/* The built-in samplers of ns2vec, with the interface of sampler.h.
 *
 * Each is a struct that begins with the interface; the extension types of _draws.pyx fill it and keep
 * its arrays alive.  ns2vec/reference/samplers.py has the same algorithms in Python.
 */
#ifndef NS2VEC_BUILTIN_H
#define NS2VEC_BUILTIN_H

#include <math.h>
#include <stddef.h>

#include "_lists.h"
#include "rng.h"
#include "sampler.h"

enum { NS2_POOL_TRIES = 64 }; /* draws of the base before it gives up on forbidden rows */
enum { NS2_POOL_ALLOWED = 0, NS2_POOL_FORBIDDEN = 1, NS2_POOL_EXPLICIT = 2 };

/* Log probability of a row that was drawn; a custom function may have drawn a row that does not exist,
 * which the kernel detects afterwards. */
static float ns2_log_q_drawn(const ns2_sampler *s, const ns2_request *request, long k, int32_t row) {
    return row >= 0 && row < s->n_rows ? (float)s->log_q(s, request, k, row) : 0.0f;
}

/* Log probabilities that are known for each row: the first fields of such samplers. */
typedef struct {
    ns2_sampler base;
    const float *log_q; /* (V,), or NULL if a function returns its own or none */
} ns2_table_sampler;

static double ns2_table_log_q(const ns2_sampler *self, const ns2_request *request, long k, int32_t row) {
    (void)request, (void)k;
    return (double)((const ns2_table_sampler *)self)->log_q[row];
}

/* ---- one distribution for all windows -------------------------------------------------------- */

typedef struct {
    ns2_table_sampler table;
    const uint32_t *alias; /* (V, 2), or NULL: uniform */
} ns2_static_sampler;

static long ns2_static_draw(const ns2_sampler *self, const ns2_request *request, long k, int32_t *rows,
                            float *log_q) {
    const ns2_static_sampler *s = (const ns2_static_sampler *)self;
    if (s->alias)
        ns2_draw_aliases(request->rng, s->alias, (uint32_t)self->n_rows, k, rows);
    else
        ns2_draw_below(request->rng, (uint32_t)self->n_rows, k, rows);
    if (!log_q) return k;
    for (long i = 0; i < k; i++) log_q[i] = s->table.log_q[rows[i]];
    log_q[k] = s->table.log_q[request->centre];
    return k;
}

/* ---- words of the batch ---------------------------------------------------------------------- */

static long ns2_batch_draw(const ns2_sampler *self, const ns2_request *request, long k, int32_t *rows,
                           float *log_q) {
    const ns2_table_sampler *s = (const ns2_table_sampler *)self;
    if (request->n_batch < 1) k = 0;
    for (long i = 0; i < k; i++) {
        rows[i] = request->batch[ns2_below(request->rng, (uint32_t)request->n_batch)];
        if (log_q) log_q[i] = s->log_q[rows[i]];
    }
    if (log_q) log_q[k] = s->log_q[request->centre];
    return k;
}

/* ---- lists by the key word: allowed, forbidden or explicit ------------------------------------ */

typedef struct {
    ns2_sampler base;
    const ns2_sampler *fallback; /* for keys without a list, and for all with NS2_POOL_FORBIDDEN */
    const int64_t *offsets;      /* (V + 1,) */
    const int32_t *rows;         /* (n,) ascending within each list */
    const float *log_allowed;    /* (V,) with NS2_POOL_FORBIDDEN: log of the probability of rows outside the list */
    int kind;
    int by_context;              /* the key is the context, not the centre */
} ns2_pool_sampler;

/* The list of the request's key; empty if a set has no context of its own. */
static const int32_t *ns2_pool_list(const ns2_pool_sampler *s, const ns2_request *request, long *n) {
    int32_t key = s->by_context ? request->context : request->centre;
    *n = key < 0 ? 0 : (long)(s->offsets[key + 1] - s->offsets[key]);
    return *n ? s->rows + s->offsets[key] : NULL;
}

static double ns2_pool_log_q(const ns2_sampler *self, const ns2_request *request, long k, int32_t row) {
    const ns2_pool_sampler *s = (const ns2_pool_sampler *)self;
    long n;
    const int32_t *list = ns2_pool_list(s, request, &n);
    if (n == 0) return s->fallback->log_q(s->fallback, request, k, row);
    if (s->kind == NS2_POOL_FORBIDDEN) {
        if (ns2_in_list(list, n, row)) return -INFINITY;
        return s->fallback->log_q(s->fallback, request, k, row) -
               (double)s->log_allowed[s->by_context ? request->context : request->centre];
    }
    if (!ns2_in_list(list, n, row)) return -INFINITY;
    /* an explicit row is drawn at most once: k of the n, or all n */
    return -log((double)(s->kind == NS2_POOL_EXPLICIT && n < k ? k : n));
}

/* A row of the fallback that is not forbidden, or -1. */
static int32_t ns2_pool_permitted(const ns2_pool_sampler *s, const ns2_request *request, const int32_t *list,
                                  long n) {
    for (int t = 0; t < NS2_POOL_TRIES; t++) {
        int32_t row;
        if (s->fallback->draw(s->fallback, request, 1, &row, NULL) < 1) return -1;
        if (!ns2_in_list(list, n, row)) return row;
    }
    return -1;
}

static long ns2_pool_draw(const ns2_sampler *self, const ns2_request *request, long k, int32_t *rows,
                          float *log_q) {
    const ns2_pool_sampler *s = (const ns2_pool_sampler *)self;
    long n, drawn = 0;
    const int32_t *list = ns2_pool_list(s, request, &n);
    if (n == 0) return s->fallback->draw(s->fallback, request, k, rows, log_q);
    if (s->kind == NS2_POOL_EXPLICIT) drawn = ns2_take(list, n, k, rows, request->rng);
    else
        for (long i = 0; i < k; i++) {
            int32_t row = s->kind == NS2_POOL_ALLOWED ? list[ns2_below(request->rng, (uint32_t)n)]
                                                      : ns2_pool_permitted(s, request, list, n);
            if (row >= 0) rows[drawn++] = row;
        }
    if (log_q) {
        for (long i = 0; i < drawn; i++) log_q[i] = ns2_log_q_drawn(self, request, k, rows[i]);
        log_q[k] = (float)ns2_pool_log_q(self, request, k, request->centre);
    }
    return drawn;
}

/* ---- a mixture ------------------------------------------------------------------------------- */

typedef struct {
    ns2_sampler base;
    const ns2_sampler **parts;        /* (n_parts,) */
    const double *weights;           /* (n_parts,) sum to 1 */
    const uint32_t *thresholds;      /* (n_parts,) cumulative weights times 2^32; the last is 2^32 - 1 */
    long n_parts;
} ns2_mixed_sampler;

static double ns2_mixed_log_q(const ns2_sampler *self, const ns2_request *request, long k, int32_t row) {
    const ns2_mixed_sampler *s = (const ns2_mixed_sampler *)self;
    double q = 0.0;
    (void)k; /* each draw asks a part for one row */
    for (long p = 0; p < s->n_parts; p++)
        q += s->weights[p] * exp(s->parts[p]->log_q(s->parts[p], request, 1, row));
    return log(q);
}

static long ns2_mixed_draw(const ns2_sampler *self, const ns2_request *request, long k, int32_t *rows,
                           float *log_q) {
    const ns2_mixed_sampler *s = (const ns2_mixed_sampler *)self;
    long drawn = 0;
    for (long i = 0; i < k; i++) {
        uint32_t bits = ns2_bits(request->rng);
        long p = 0;
        while (p + 1 < s->n_parts && bits >= s->thresholds[p]) p++;
        drawn += s->parts[p]->draw(s->parts[p], request, 1, rows + drawn, NULL);
    }
    if (log_q) {
        for (long i = 0; i < drawn; i++) log_q[i] = ns2_log_q_drawn(self, request, k, rows[i]);
        log_q[k] = (float)ns2_mixed_log_q(self, request, k, request->centre);
    }
    return drawn;
}

/* ---- custom functions ------------------------------------------------------------------------- */

typedef struct {
    ns2_table_sampler table; /* log_q is given with the function, or NULL */
    ns2_user_draw *function;
    void *user_data;
} ns2_user_sampler;

static long ns2_user_draws(const ns2_sampler *self, const ns2_request *request, long k, int32_t *rows,
                           float *log_q) {
    const ns2_user_sampler *s = (const ns2_user_sampler *)self;
    int n = s->function(s->user_data, request->centre, request->context, request->hidden, (int)k, rows, log_q,
                        request->rng);
    return n < 0 ? 0 : n < k ? n : k;
}

#endif
