/* Numbers by pairs of ids: a hash table of 64-bit keys whose entries keep their insertion order.
 *
 * A slot is the 4 bytes of an entry's number, so that a table costs 22 to 28 bytes per entry; the entries are
 * consecutive, which makes it cheap to iterate over them, drop some, and write them to a file.
 * Nothing here touches Python. Every function that can fail returns NS2VEC_OK or a negative error, and leaves
 * the table usable on error.
 */
#ifndef NS2VEC_CORPUS_PAIRS_H
#define NS2VEC_CORPUS_PAIRS_H

#include "_types.h"

#define NS2VEC_PAIRS_AHEAD 32 /* keys between the prefetch of a slot and its use; for an entry, half of that */

typedef struct {
    uint64_t key;
    int64_t value;
} ns2vec_pair;

typedef struct {
    ns2vec_pair *entries;
    int64_t n, capacity;
    int32_t *slots; /* number of an entry; -1: free */
    uint64_t mask;  /* number of slots - 1; 0 without slots */
} ns2vec_pairs;

static inline void ns2vec_prefetch(const void *address)
{
    __builtin_prefetch(address);
}

static inline void ns2vec_pairs_free(ns2vec_pairs *pairs)
{
    free(pairs->entries);
    free(pairs->slots);
    memset(pairs, 0, sizeof *pairs);
}

static inline uint64_t ns2vec_pairs_home(const ns2vec_pairs *pairs, uint64_t key)
{
    return ns2vec_mix(key ^ UINT64_C(0x9E3779B97F4A7C15), UINT64_C(0xD6E8FEB86659FD93)) & pairs->mask;
}

/* The slot of a key, or the free slot where it would be; there is always a free one. */
static inline uint64_t ns2vec_pairs_slot(const ns2vec_pairs *pairs, uint64_t key)
{
    uint64_t at = ns2vec_pairs_home(pairs, key);
    while (pairs->slots[at] >= 0 && pairs->entries[pairs->slots[at]].key != key)
        at = (at + 1) & pairs->mask;
    return at;
}

/* Number of the entry of a key, or -1. */
static inline int64_t ns2vec_pairs_find(const ns2vec_pairs *pairs, uint64_t key)
{
    return pairs->slots == NULL ? -1 : pairs->slots[ns2vec_pairs_slot(pairs, key)];
}

/* Puts all entries, whose keys differ, into free slots. */
static inline void ns2vec_pairs_fill(ns2vec_pairs *pairs)
{
    memset(pairs->slots, 0xff, (size_t)(pairs->mask + 1) * sizeof(int32_t));
    for (int64_t i = 0; i < pairs->n; i++) {
        if (i + NS2VEC_PAIRS_AHEAD < pairs->n)
            ns2vec_prefetch(&pairs->slots[ns2vec_pairs_home(pairs, pairs->entries[i + NS2VEC_PAIRS_AHEAD].key)]);
        uint64_t at = ns2vec_pairs_home(pairs, pairs->entries[i].key);
        while (pairs->slots[at] >= 0)
            at = (at + 1) & pairs->mask;
        pairs->slots[at] = (int32_t)i;
    }
}

/* Sets the number of slots, a power of two. */
static inline int ns2vec_pairs_index(ns2vec_pairs *pairs, uint64_t n_slots)
{
    if (n_slots > SIZE_MAX / sizeof(int32_t))
        return NS2VEC_NO_MEMORY;
    int32_t *slots = (int32_t *)malloc((size_t)n_slots * sizeof(int32_t));
    if (slots == NULL)
        return NS2VEC_NO_MEMORY;
    free(pairs->slots);
    pairs->slots = slots;
    pairs->mask = n_slots - 1;
    ns2vec_pairs_fill(pairs);
    return NS2VEC_OK;
}

/* Reserves room for n more keys: at most 2 of 3 slots are used. */
static inline int ns2vec_pairs_reserve(ns2vec_pairs *pairs, int64_t n)
{
    const int64_t needed = pairs->n + n;
    if (needed >= INT32_MAX)
        return NS2VEC_TOO_MANY;
    int status = ns2vec_reserve((void **)&pairs->entries, &pairs->capacity, needed, sizeof(ns2vec_pair));
    if (status != NS2VEC_OK)
        return status;
    uint64_t n_slots = pairs->slots == NULL ? 64 : pairs->mask + 1;
    while ((uint64_t)needed * 3 > n_slots * 2)
        n_slots *= 2;
    return pairs->slots == NULL || n_slots > pairs->mask + 1 ? ns2vec_pairs_index(pairs, n_slots) : NS2VEC_OK;
}

/* Number of the entry of a key, which is created if there is none; there must be room. */
static inline int64_t ns2vec_pairs_place(ns2vec_pairs *pairs, uint64_t key)
{
    int32_t *slot = &pairs->slots[ns2vec_pairs_slot(pairs, key)];
    if (*slot < 0) {
        *slot = (int32_t)pairs->n;
        ns2vec_pair entry = {key, 0};
        pairs->entries[pairs->n++] = entry;
    }
    return *slot;
}

/* Two steps of prefetching an entry: its slot and, some keys later, its content. */
static inline void ns2vec_pairs_prefetch_slot(const ns2vec_pairs *pairs, uint64_t key)
{
    ns2vec_prefetch(&pairs->slots[ns2vec_pairs_home(pairs, key)]);
}

static inline void ns2vec_pairs_prefetch_entry(const ns2vec_pairs *pairs, uint64_t key)
{
    const int32_t near = pairs->slots[ns2vec_pairs_home(pairs, key)];
    if (near >= 0)
        ns2vec_prefetch(&pairs->entries[near]);
}

/* Adds 1 to the values of n keys, in their order. */
static inline int ns2vec_pairs_count(ns2vec_pairs *pairs, const uint64_t *keys, int64_t n)
{
    int status = ns2vec_pairs_reserve(pairs, n);
    if (status != NS2VEC_OK)
        return status;
    for (int64_t i = 0; i < n; i++) {
        if (i + NS2VEC_PAIRS_AHEAD < n) {
            ns2vec_pairs_prefetch_slot(pairs, keys[i + NS2VEC_PAIRS_AHEAD]);
            ns2vec_pairs_prefetch_entry(pairs, keys[i + NS2VEC_PAIRS_AHEAD / 2]);
        }
        pairs->entries[ns2vec_pairs_place(pairs, keys[i])].value++;
    }
    return NS2VEC_OK;
}

/* Drops the entries whose value is below the floor; the others keep their order. */
static inline void ns2vec_pairs_drop(ns2vec_pairs *pairs, int64_t floor)
{
    int64_t n = 0;
    for (int64_t i = 0; i < pairs->n; i++)
        if (pairs->entries[i].value >= floor)
            pairs->entries[n++] = pairs->entries[i];
    if (n == pairs->n)
        return;
    pairs->n = n;
    ns2vec_pairs_fill(pairs); /* in place: nothing can fail if memory is short */
}

#endif
