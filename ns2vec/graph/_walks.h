/* Random walks over a graph in CSR, several at a time: a step waits for two lines of memory, and while those of one walk
 * are on their way the others go on.  Each walk has a stream of its own, so it is the same whoever takes it.
 *
 * Walks of the second order (Grover & Leskovec 2016, "node2vec", section 3.2) are drawn by rejection: a neighbour x comes
 * from the distribution of the first order and stays with a probability in proportion to 1/p where the walk came from x,
 * 1 where x is a neighbour of that node, 1/q elsewhere.  No table for pairs of nodes is needed.  A step that was rejected
 * as often as there are neighbours is drawn from all of their weights instead, which is the same distribution and puts a
 * limit to its time.  ns2vec/reference/walks.py repeats these lines in Python.
 */
#ifndef NS2VEC_WALKS_H
#define NS2VEC_WALKS_H

#include "rng.h"

#define NS2_LANES 16 /* walks under way at once */
#define NS2_WALK_END (-1)

typedef struct {
    const int64_t *offsets;    /* (n + 1,) where the neighbours of each node begin */
    const int32_t *neighbours; /* (E,) rising for each node */
    const float *weights;      /* (E,) or NULL: all the same */
    const uint32_t *cells;     /* (E, 2) alias table of each node: threshold, place of the alias among its neighbours */
    int is_biased;
    double bias[3];            /* 1/p, 1, 1/q */
    uint64_t accept[3];        /* the same as shares of their largest, times 2^32 */
} ns2_graph;

enum { NS2_BACK, NS2_NEAR, NS2_FAR };

typedef struct {
    uint64_t state;
    int64_t first, n, place; /* neighbours of the node it is at; the one that is looked at */
    int64_t n_rejected;
    int32_t before, at;
    int32_t *next, *end; /* where nodes are written */
    int64_t *length;
} ns2_lane;

/* How an edge to x relates to the node that the walk came from. */
static inline int ns2_kind(const ns2_graph *g, int32_t before, int32_t x) {
    if (x == before) return NS2_BACK;
    int64_t first = g->offsets[before];
    return ns2_contains(g->neighbours + first, g->offsets[before + 1] - first, x) ? NS2_NEAR : NS2_FAR;
}

/* Whether a walk takes an edge to x; asks who is near only where that matters. */
static inline int ns2_accepts(const ns2_graph *g, ns2_lane *lane, int32_t x) {
    uint64_t bits = ns2_bits(&lane->state), near = g->accept[NS2_NEAR], far = g->accept[NS2_FAR];
    if (x == lane->before) return bits < g->accept[NS2_BACK];
    if (bits < near && bits < far) return 1;
    if (bits >= near && bits >= far) return 0;
    return bits < g->accept[ns2_kind(g, lane->before, x)];
}

/* The next node from all weights. */
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

/* Chooses a neighbour, and has it brought near. */
static inline void ns2_choose(const ns2_graph *g, ns2_lane *lane) {
    uint64_t r = ns2_next(&lane->state), column = ((r >> 32) * (uint64_t)lane->n) >> 32;
    if (g->cells) {
        const uint32_t *cell = g->cells + 2 * (lane->first + (int64_t)column);
        column = (uint32_t)r < cell[0] ? column : cell[1];
    }
    lane->place = lane->first + (int64_t)column;
    ns2_prefetch(g->neighbours + lane->place);
}

/* Goes to the neighbour that was chosen, if it is accepted, and has its place in the graph brought near. */
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

/* Looks who the neighbours are; returns whether the walk is at its end: long enough, or where no edge goes on. */
static inline int ns2_arrive(const ns2_graph *g, ns2_lane *lane) {
    lane->first = g->offsets[lane->at];
    lane->n = g->offsets[lane->at + 1] - lane->first;
    /* the cell is known only when the draw is, the neighbours of few are one line */
    if (g->cells) ns2_prefetch(g->cells + 2 * lane->first);
    return lane->n == 0 || lane->next == lane->end;
}

/* Walks [first, first + n_walks) of an epoch of `per_node` walks from each node, in an order that changes with the epoch:
 * nodes of each, then NS2_WALK_END, one walk after the other.  Has room for (length + 1) * n_walks; starts and lengths for
 * n_walks.  Returns how many numbers were written. */
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
