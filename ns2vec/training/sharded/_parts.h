/* The transfer of a round's changes: from the members that made them to the owner of the row, and back merged.
 *
 * All members know which shards have changed a row, as a set of bits. It alone determines the owner of the row and
 * what each member sends to the owner: its shards' changes, merged as far as the merge would combine them
 * anyway. So no sum depends on which member has which shards.
 */
#ifndef NS2VEC_PARTS_H
#define NS2VEC_PARTS_H

#include "_merge.h"

#define NS2_OWNED_ROWS 256 /* consecutive rows that have one owner if several are possible: hot rows are spread */
#define NS2_MOST_NODES 32  /* of the neighbours of one member in a tree over 256 changes: at most 2 log2(256) */

/* ---- nodes of the tree of `ns2_merge_tree` ---- */

typedef struct {
    int first, end; /* of the changes of a row, in the order of the shards */
} ns2_node;

/* Whether [first, middle) and [middle, end) are the two halves of a node of n changes. The left half is full. */
static inline int ns2_are_halves(int first, int middle, int end, int n) {
    int size = middle - first, other_end = middle + size < n ? middle + size : n;
    return first % (2 * size) == 0 && end == other_end;
}

/* Appends a node to its neighbours; two halves are merged into one. `room` has a row for each node, NULL: only the
 * nodes are computed. Returns how many there are. */
static inline int ns2_push(int rule, ns2_node *nodes, int depth, ns2_node node, const float *row, int n, float *room,
                           long width) {
    for (; depth && ns2_are_halves(nodes[depth - 1].first, node.first, node.end, n); depth--) {
        node.first = nodes[depth - 1].first;
        if (room == NULL) continue;
        ns2_combine(rule, room + (depth - 1) * width, row, width);
        row = room + (depth - 1) * width;
    }
    if (room != NULL && row != room + depth * width) memcpy(room + depth * width, row, (size_t)width * sizeof(float));
    nodes[depth] = node;
    return depth + 1;
}

/* The nodes that changes [first, end) of n form by themselves. */
static inline int ns2_nodes_of(ns2_node *nodes, int first, int end, int n) {
    int depth = 0;
    for (int k = first; k < end; k++) {
        ns2_node leaf = {k, k + 1};
        depth = ns2_push(0, nodes, depth, leaf, NULL, n, NULL, 0);
    }
    return depth;
}

/* ---- numbers on the wire ---- */

/* The upper half of a float32, rounded to nearest, ties to even; NaN stays NaN. */
static inline uint16_t ns2_to_bfloat16(float number) {
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    if ((bits & 0x7fffffffu) > 0x7f800000u) return 0x7fc0;
    return (uint16_t)((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

static inline float ns2_from_bfloat16(uint16_t half) {
    uint32_t bits = (uint32_t)half << 16;
    float number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static inline void ns2_pack(void *rows, int64_t at, const float *row, int is_half, long width) {
    if (is_half) {
        uint16_t *halves = (uint16_t *)rows + at * width;
        for (long i = 0; i < width; i++) halves[i] = ns2_to_bfloat16(row[i]);
    } else {
        memcpy((float *)rows + at * width, row, (size_t)width * sizeof(float));
    }
}

/* A received row; it is unpacked to `room`. */
static inline const float *ns2_unpack(const void *rows, int64_t at, int is_half, long width, float *room) {
    if (!is_half) return (const float *)rows + at * width;
    const uint16_t *halves = (const uint16_t *)rows + at * width;
    for (long i = 0; i < width; i++) room[i] = ns2_from_bfloat16(halves[i]);
    return room;
}

/* Rounds a change as the transfer would: it is the same with all members, whether it was sent or not. */
static inline const float *ns2_as_sent(const float *row, int is_half, long width, float *room) {
    if (!is_half) return row;
    for (long i = 0; i < width; i++) room[i] = ns2_from_bfloat16(ns2_to_bfloat16(row[i]));
    return room;
}

/* ---- what members send each other ---- */

typedef struct {
    int rule, gathers, is_half; /* gathers: members merge their own changes before they send them */
    int n_members, me, turn;
    int n_words;              /* 64-bit words of a row's set */
    const uint64_t *sets;     /* (n_rows, n_words) shards that have changed the row */
    const uint8_t *member_of; /* (n_shards,) shards of a member are consecutive, in the order of members */
    const float *touches;     /* (n_rows,) of all shards; it and the curve are for NS2_MERGE_SEQUENTIAL */
    ns2_curve curve;
    int64_t n_rows;
    long width, stride; /* numbers per row that are sent; distance of rows in a matrix and in changes */
} ns2_way;

typedef struct {
    int member, first, end, n_sent;
} ns2_span;

typedef struct {
    int n, n_spans, owner;
    ns2_span spans[NS2_MAX_SHARDS];
} ns2_plan;

static inline int ns2_n_sent(const ns2_way *way, int first, int end, int n) {
    ns2_node nodes[NS2_MOST_NODES];
    return way->gathers && end - first > 1 ? ns2_nodes_of(nodes, first, end, n) : end - first;
}

/* Determines whose changes a row has, and its owner: the member with the most to send. Returns 0 if there are none. */
static inline int ns2_plan_row(const ns2_way *way, int64_t row, ns2_plan *plan) {
    const uint64_t *set = way->sets + row * way->n_words;
    plan->n = plan->n_spans = plan->owner = 0;
    for (int word = 0; word < way->n_words; word++)
        for (uint64_t left = set[word]; left; left &= left - 1) {
            int member = way->member_of[64 * word + __builtin_ctzll(left)];
            if (!plan->n_spans || plan->spans[plan->n_spans - 1].member != member)
                plan->spans[plan->n_spans++] = (ns2_span){member, plan->n, plan->n, 0};
            plan->spans[plan->n_spans - 1].end = ++plan->n;
        }
    if (!plan->n) return 0;
    int turn = (int)((row / NS2_OWNED_ROWS + way->turn) % way->n_members), most = 0, nearest = 0;
    for (int k = 0; k < plan->n_spans; k++) {
        ns2_span *span = &plan->spans[k];
        int distance = (span->member - turn + way->n_members) % way->n_members;
        span->n_sent = ns2_n_sent(way, span->first, span->end, plan->n);
        if (span->n_sent > most || (span->n_sent == most && distance < nearest)) {
            most = span->n_sent, nearest = distance, plan->owner = span->member;
        }
    }
    return plan->n;
}

/* sent[i, j] += rows that member i sends to j; sent[j, j] += rows that j owns. */
static inline void ns2_count_parts(const ns2_way *way, int64_t *sent) {
    ns2_plan plan;
    for (int64_t row = 0; row < way->n_rows; row++) {
        if (!ns2_plan_row(way, row, &plan)) continue;
        sent[plan.owner * way->n_members + plan.owner]++;
        for (int k = 0; k < plan.n_spans; k++)
            if (plan.spans[k].member != plan.owner)
                sent[plan.spans[k].member * way->n_members + plan.owner] += plan.spans[k].n_sent;
    }
}

/* The next change of a local shard; NULL if it is of another row. */
static inline const float *ns2_next_change(ns2_changes *of, int64_t *at, int64_t row, long stride) {
    if (*at >= of->n || of->ids[*at] != row) return NULL;
    return of->rows + stride * (*at)++;
}

/* The local changes of a row, in their order. Returns how many, or -1 if sets and changes differ. */
static inline int ns2_own_changes(const ns2_way *way, int64_t row, ns2_changes *own, int64_t *at, const float **changes) {
    const uint64_t *set = way->sets + row * way->n_words;
    int n = 0;
    for (int word = 0; word < way->n_words; word++)
        for (uint64_t left = set[word]; left; left &= left - 1) {
            int shard = 64 * word + __builtin_ctzll(left);
            if (way->member_of[shard] != way->me) continue;
            changes[n] = ns2_next_change(&own[shard], &at[shard], row, way->stride);
            if (changes[n++] == NULL) return -1;
        }
    return n;
}

static inline const ns2_span *ns2_span_of(const ns2_plan *plan, int member) {
    for (int k = 0; k < plan->n_spans; k++)
        if (plan->spans[k].member == member) return &plan->spans[k];
    return NULL;
}

/* Writes what this member sends to parts[owner]. `room` holds NS2_MOST_NODES rows. Returns 0, or -1 if sets and changes
 * differ. */
static inline int ns2_fill_parts(const ns2_way *way, ns2_changes *own, void **parts, float *room) {
    int64_t at[NS2_MAX_SHARDS] = {0}, n_sent[NS2_MAX_SHARDS] = {0};
    const float *changes[NS2_MAX_SHARDS];
    ns2_node nodes[NS2_MOST_NODES];
    ns2_plan plan;
    for (int64_t row = 0; row < way->n_rows; row++) {
        if (!ns2_plan_row(way, row, &plan)) continue;
        int n = ns2_own_changes(way, row, own, at, changes);
        if (n < 0) return -1;
        if (!n || plan.owner == way->me) continue;
        const ns2_span *span = ns2_span_of(&plan, way->me);
        if (span->n_sent < n) {
            int depth = 0;
            for (int k = 0; k < n; k++) {
                ns2_node leaf = {span->first + k, span->first + k + 1};
                depth = ns2_push(way->rule, nodes, depth, leaf, changes[k], plan.n, room, way->width);
            }
            for (n = 0; n < depth; n++) changes[n] = room + n * way->width;
        }
        for (int k = 0; k < n; k++)
            ns2_pack(parts[plan.owner], n_sent[plan.owner]++, changes[k], way->is_half, way->width);
    }
    return 0;
}

/* ---- the owner ---- */

/* Merges the changes of a row along the tree; the result is the first row of `room`. */
static inline void ns2_gather_row(const ns2_way *way, const ns2_plan *plan, const float **own, const void **parts,
                                  int64_t *n_used, float *room) {
    ns2_node nodes[NS2_MOST_NODES], theirs[NS2_MOST_NODES];
    int depth = 0;
    for (int k = 0; k < plan->n_spans; k++) {
        const ns2_span *span = &plan->spans[k];
        int member = span->member;
        if (member == way->me) {
            for (int first = span->first; first < span->end; first++) {
                ns2_node leaf = {first, first + 1};
                depth = ns2_push(way->rule, nodes, depth, leaf, *own++, plan->n, room, way->width);
            }
            continue;
        }
        int n = ns2_nodes_of(theirs, span->first, span->end, plan->n);
        for (int i = 0; i < n; i++) {
            const float *row = (const float *)parts[member] + n_used[member]++ * way->width;
            depth = ns2_push(way->rule, nodes, depth, theirs[i], row, plan->n, room, way->width);
        }
    }
}

/* All changes of a row in the order of the shards; `room` holds as many rows. */
static inline void ns2_line_up(const ns2_way *way, const ns2_plan *plan, const float **own, const void **parts,
                               int64_t *n_used, const float **changes, float *room) {
    for (int k = 0; k < plan->n_spans; k++) {
        const ns2_span *span = &plan->spans[k];
        for (int i = span->first; i < span->end; i++, room += way->width)
            changes[i] = span->member == way->me
                             ? ns2_as_sent(*own++, way->is_half, way->width, room)
                             : ns2_unpack(parts[span->member], n_used[span->member]++, way->is_half, way->width, room);
    }
}

/* Merges the rows that this member owns: writes their ids, and their new values or, in half precision, their changes.
 * `base` is not changed; `room` holds 2 NS2_MAX_SHARDS + 1 rows. Returns how many, or -1 if sets and changes
 * differ. */
static inline int64_t ns2_merge_parts(const ns2_way *way, ns2_changes *own, const void **parts, const float *base,
                                      int32_t *ids, void *rows, float *room) {
    int64_t at[NS2_MAX_SHARDS] = {0}, n_used[NS2_MAX_SHARDS] = {0}, n_merged = 0;
    const float *mine[NS2_MAX_SHARDS], *changes[NS2_MAX_SHARDS];
    const long width = way->width;
    float *merged = room, *sums = room + width, *unpacked = sums + NS2_MAX_SHARDS * width;
    ns2_plan plan;
    for (int64_t row = 0; row < way->n_rows; row++) {
        if (!ns2_plan_row(way, row, &plan)) continue;
        if (ns2_own_changes(way, row, own, at, mine) < 0) return -1;
        if (plan.owner != way->me) continue;
        if (way->is_half) memset(merged, 0, (size_t)width * sizeof(float));
        else memcpy(merged, base + row * way->stride, (size_t)width * sizeof(float));
        const float touches = way->touches == NULL ? 0.0f : way->touches[row];
        if (way->gathers && plan.n > 1) {
            ns2_gather_row(way, &plan, mine, parts, n_used, sums);
            ns2_add_merged(way->rule, merged, sums, plan.n, &way->curve, touches, width);
        } else {
            ns2_line_up(way, &plan, mine, parts, n_used, changes, unpacked);
            ns2_merge_row(way->rule, merged, changes, plan.n, &way->curve, touches, width, sums);
        }
        ns2_pack(rows, n_merged, merged, way->is_half, width);
        ids[n_merged++] = (int32_t)row;
    }
    return n_merged;
}

/* ---- all members ---- */

/* Writes merged rows into weights, and into a copy of them, if there is one. */
static inline void ns2_take_merged(float *base, float *copy, long stride, const int32_t *ids, const void *rows,
                                   int64_t n, int is_half, long width) {
    for (int64_t i = 0; i < n; i++) {
        float *row = base + (int64_t)ids[i] * stride;
        if (is_half) {
            const uint16_t *halves = (const uint16_t *)rows + i * width;
            for (long j = 0; j < width; j++) row[j] += ns2_from_bfloat16(halves[j]);
        } else {
            memcpy(row, (const float *)rows + i * width, (size_t)width * sizeof(float));
        }
        if (copy != NULL) memcpy(copy + (int64_t)ids[i] * stride, row, (size_t)width * sizeof(float));
    }
}

/* A shard has changed the rows whose code is not 0: sets[row] |= shard, touches[row] += its touches. */
static inline void ns2_add_to_sets(uint64_t *sets, int n_words, float *touches, int shard, const uint8_t *codes,
                                   int64_t n_rows) {
    uint64_t *word = sets + shard / 64;
    for (int64_t row = 0; row < n_rows; row++) {
        word[row * n_words] |= (uint64_t)(codes[row] != 0) << (shard % 64);
        touches[row] += ns2_touches(codes[row]);
    }
}

#endif
