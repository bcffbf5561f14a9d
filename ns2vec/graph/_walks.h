/* Random walks over a graph in CSR form, several at a time: a step waits for two lines of memory, and while those of
 * one walk are fetched, the others continue.  Each walk has its own stream, so it is the same on any thread.
 *
 * Second-order walks (Grover & Leskovec 2016, "node2vec", section 3.2) are drawn by rejection: a neighbour x is drawn
 * from the first-order distribution and accepted with a probability proportional to 1/p if the walk came from x,
 * 1 if x is a neighbour of that node, and 1/q otherwise.  No table for pairs of nodes is needed.  A step that was
 * rejected as often as there are neighbours is drawn from all of their weights instead, which is the same distribution
 * and limits its time.  ns2vec/reference/walks.py repeats these lines in Python.
 */
#ifndef NS2VEC_WALKS_H
#define NS2VEC_WALKS_H

#include "rng.h"

#define NS2_LANES 16 /* walks in progress at once */
#define NS2_WALK_END (-1)

typedef struct {
    const int64_t *offsets;    /* (n + 1,) first neighbour of each node */
    const int32_t *neighbours; /* (E,) ascending for each node */
    const float *weights;      /* (E,) or NULL: all equal */
    const uint32_t *cells;     /* (E, 2) alias table of each node: threshold, place of the alias among its neighbours */
    int is_biased;
    double bias[3];            /* 1/p, 1, 1/q */
    uint64_t accept[3];        /* the same as fractions of their maximum, times 2^32 */
} ns2_graph;

enum { NS2_BACK, NS2_NEAR, NS2_FAR };

typedef struct {
    uint64_t state;
    int64_t first, n, place; /* neighbours of the current node; the one that was drawn */
    int64_t n_rejected;
    int32_t before, at;
    int32_t *next, *end; /* where nodes are written */
    int64_t *length;
} ns2_lane;

/* The relation of an edge to x to the node that the walk came from. */
static inline int ns2_kind(const ns2_graph *g, int32_t before, int32_t x) {
    if (x == before) return NS2_BACK;
    int64_t first = g->offsets[before];
    return ns2_contains(g->neighbours + first, g->offsets[before + 1] - first, x) ? NS2_NEAR : NS2_FAR;
}

/* Whether a walk accepts an edge to x; looks up neighbours only if that matters. */
static inline int ns2_accepts(const ns2_graph *g, ns2_lane *lane, int32_t x) {
    uint64_t bits = ns2_bits(&lane->state), near = g->accept[NS2_NEAR], far = g->accept[NS2_FAR];
    if (x == lane->before) return bits < g->accept[NS2_BACK];
    if (bits < near && bits < far) return 1;
    if (bits >= near && bits >= far) return 0;
    return bits < g->accept[ns2_kind(g, lane->before, x)];
}

/* Draws the next node from all weights. */
static int32_t ns2_draw_exactly(const ns2_graph *g, ns2_lane *lane) {
    double sum = 0.0, target = 0.0;
    int32_t last = -1;
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1) target = sum * ((double)(ns2_next(&lane->state) >> 11) * 0x1p-53), sum = 0.0;
        for (int64_t e = lane->first; e < lane->first + lane->n; e++) {
            int32_t x = g->neighbours[e];
            double bias = g->bias[ns2_kind(g, lane->before, x)], weight = g->weights ? (double)g->weights[e] : 1.0;
            sum += weight * bias;
            if (weight > 0.0) last = x;
            if (pass == 1 && sum > target) return x;
        }
    }
    return last;
}

/* Draws a neighbour, and prefetches it. */
static inline void ns2_choose(const ns2_graph *g, ns2_lane *lane) {
    uint64_t r = ns2_next(&lane->state), column = ((r >> 32) * (uint64_t)lane->n) >> 32;
    if (g->cells) {
        const uint32_t *cell = g->cells + 2 * (lane->first + (int64_t)column);
        column = (uint32_t)r < cell[0] ? column : cell[1];
    }
    lane->place = lane->first + (int64_t)column;
    ns2_prefetch(g->neighbours + lane->place);
}

/* Moves to the neighbour that was drawn, if it is accepted, and prefetches its entry in the graph. */
static inline int ns2_go(const ns2_graph *g, ns2_lane *lane) {
    int32_t x = g->neighbours[lane->place];
    if (g->is_biased && lane->before >= 0 && !ns2_accepts(g, lane, x)) {
        if (++lane->n_rejected < lane->n) return 0;
        x = ns2_draw_exactly(g, lane);
    }
    lane->n_rejected = 0;
    lane->before = lane->at;
    *lane->next++ = lane->at = x;
    ns2_prefetch(g->offsets + x);
    return 1;
}

/* Looks up the neighbours; returns whether the walk is at its end: long enough, or without a further edge. */
static inline int ns2_arrive(const ns2_graph *g, ns2_lane *lane) {
    lane->first = g->offsets[lane->at];
    lane->n = g->offsets[lane->at + 1] - lane->first;
    /* the cell is known only after the draw; a few neighbours are one line */
    if (g->cells) ns2_prefetch(g->cells + 2 * lane->first);
    return lane->n == 0 || lane->next == lane->end;
}

/* Walks [first, first + n_walks) of an epoch of `per_node` walks from each node, in an order that changes with the epoch:
 * the nodes of each, then NS2_WALK_END, one walk after another.  `ids` has room for (length + 1) * n_walks; starts and
 * lengths for n_walks.  Returns how many numbers were written. */
static int64_t ns2_walk(const ns2_graph *g, int64_t n_nodes, int64_t per_node, int64_t first, int64_t n_walks, int64_t length,
                        uint64_t seed, uint64_t epoch, int64_t *starts, int64_t *lengths, int32_t *out) {
    ns2_lane lanes[NS2_LANES];
    int n_lanes = 0;
    int64_t begun = 0, end = 0;
    ns2_shuffled(ns2_stream(seed, epoch, 0, NS2_STREAM_ORDER), n_nodes * per_node, first, first + n_walks, starts);
    for (;;) {
        while (n_lanes < NS2_LANES && begun < n_walks) {
            ns2_lane *lane = &lanes[n_lanes];
            int32_t *row = out + begun * (length + 1);
            *lane = (ns2_lane){.before = -1, .at = (int32_t)(starts[begun] % n_nodes), .next = row + 1, .end = row + length};
            lane->state = ns2_stream(seed, epoch, (uint64_t)(first + begun), NS2_STREAM_WALK);
            lane->length = lengths + begun;
            *row = lane->at;
            *lane->length = 1;
            begun++;
            n_lanes += !ns2_arrive(g, lane);
        }
        if (n_lanes == 0) break;
        for (int i = 0; i < n_lanes; i++) ns2_choose(g, &lanes[i]);
        unsigned moved = 0;
        for (int i = 0; i < n_lanes; i++) moved |= (unsigned)ns2_go(g, &lanes[i]) << i;
        for (int i = n_lanes - 1; i >= 0; i--) {
            ns2_lane *lane = &lanes[i];
            if (!(moved >> i & 1) || !ns2_arrive(g, lane)) continue;
            *lane->length = length - (lane->end - lane->next);
            *lane = lanes[--n_lanes];
        }
    }
    for (int64_t w = 0; w < n_walks; w++) {
        const int32_t *row = out + w * (length + 1);
        if (end != w * (length + 1))
            for (int64_t t = 0; t < lengths[w]; t++) out[end + t] = row[t];
        end += lengths[w];
        out[end++] = NS2_WALK_END;
    }
    return end;
}

#endif
