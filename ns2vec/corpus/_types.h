/* The table of distinct words: bytes -> code, with open addressing.
 *
 * A slot is 8 bytes (32 bits of hash, entry number), so that a miss costs one cache line; the
 * words themselves are stored one after another in one arena. Nothing here touches Python.
 * Every function returns NS2VEC_OK or a negative error, and leaves the table usable on error.
 */
#ifndef NS2VEC_CORPUS_TYPES_H
#define NS2VEC_CORPUS_TYPES_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    NS2VEC_OK = 0,
    NS2VEC_NO_MEMORY = -1,
    NS2VEC_PYTHON_ERROR = -2,
    NS2VEC_TOO_MANY = -3 /* 2**31 types, or a word of 4 GiB */
};

#define NS2VEC_PADDING 64 /* readable bytes after text and arena: loads of 8 or 64 never check the end */

typedef struct {
    uint32_t hash;
    int32_t entry; /* -1: free */
} ns2vec_slot;

typedef struct {
    uint64_t offset; /* in the arena */
    int64_t count;
    uint32_t length;
    int32_t code; /* what the word is encoded as */
} ns2vec_entry;

typedef struct {
    ns2vec_slot *slots;
    uint64_t mask; /* number of slots - 1 */
    ns2vec_entry *entries;
    int64_t n_entries, entry_capacity;
    uint8_t *arena;
    int64_t arena_used, arena_capacity;
    int32_t *entry_of_code; /* code -> entry, for the codes that were given out in order */
    int64_t n_codes, code_capacity;
} ns2vec_types;

/* Grows *array to hold at least `needed` items; amortised, keeps the old array on failure. */
static inline int ns2vec_reserve(void **array, int64_t *capacity, int64_t needed, size_t item_bytes)
{
    if (needed <= *capacity)
        return NS2VEC_OK;
    int64_t larger = *capacity + *capacity / 2;
    if (larger < needed)
        larger = needed;
    if (larger < 64)
        larger = 64;
    if ((uint64_t)larger > (uint64_t)(INT64_MAX / 2) / item_bytes)
        return NS2VEC_NO_MEMORY;
    void *moved = realloc(*array, (size_t)larger * item_bytes);
    if (moved == NULL)
        return NS2VEC_NO_MEMORY;
    *array = moved;
    *capacity = larger;
    return NS2VEC_OK;
}

static inline uint64_t ns2vec_load8(const uint8_t *p)
{
    uint64_t value;
    memcpy(&value, p, 8);
    return value;
}

/* The first n (1..8) bytes of p as a number, in the machine's byte order. */
static inline uint64_t ns2vec_load_head(const uint8_t *p, size_t n)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return ns2vec_load8(p) >> (64 - 8 * n);
#else
    return ns2vec_load8(p) & (~(uint64_t)0 >> (64 - 8 * n));
#endif
}

static inline uint64_t ns2vec_mix(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
    uint64_t x = (a ^ (b >> 32)) * UINT64_C(0x9E3779B97F4A7C15);
    x ^= x >> 29;
    x = (x + b) * UINT64_C(0xBF58476D1CE4E5B9);
    return x ^ (x >> 32);
#endif
}

/* Hash of n >= 1 bytes; may read up to 8 bytes after them. */
static inline uint32_t ns2vec_hash(const uint8_t *p, size_t n)
{
    const uint64_t k0 = UINT64_C(0x9E3779B97F4A7C15), k1 = UINT64_C(0xD6E8FEB86659FD93);
    uint64_t h = n * k1;
    while (n > 8) {
        h = ns2vec_mix(ns2vec_load8(p) ^ h ^ k0, k1);
        p += 8;
        n -= 8;
    }
    h = ns2vec_mix(ns2vec_load_head(p, n) ^ h ^ k0, k1);
    return (uint32_t)(h ^ (h >> 32));
}

/* Equality of n >= 1 bytes; may read up to 8 bytes after both. */
static inline int ns2vec_same(const uint8_t *a, const uint8_t *b, size_t n)
{
    while (n > 8) {
        if (ns2vec_load8(a) != ns2vec_load8(b))
            return 0;
        a += 8;
        b += 8;
        n -= 8;
    }
    return ns2vec_load_head(a, n) == ns2vec_load_head(b, n);
}

static inline int ns2vec_types_init(ns2vec_types *types)
{
    const int64_t n_slots = 1024;
    memset(types, 0, sizeof *types);
    types->slots = (ns2vec_slot *)malloc((size_t)n_slots * sizeof(ns2vec_slot));
    if (types->slots == NULL)
        return NS2VEC_NO_MEMORY;
    memset(types->slots, 0xff, (size_t)n_slots * sizeof(ns2vec_slot));
    types->mask = (uint64_t)n_slots - 1;
    return NS2VEC_OK;
}

static inline void ns2vec_types_free(ns2vec_types *types)
{
    free(types->slots);
    free(types->entries);
    free(types->arena);
    free(types->entry_of_code);
    memset(types, 0, sizeof *types);
}

static inline void ns2vec_types_prefetch(const ns2vec_types *types, uint32_t hash)
{
    __builtin_prefetch(&types->slots[hash & types->mask]);
}

/* Entry number of a word, or -1. */
static inline int32_t ns2vec_types_find(const ns2vec_types *types, const uint8_t *word, size_t n, uint32_t hash)
{
    for (uint64_t at = hash & types->mask;; at = (at + 1) & types->mask) {
        const ns2vec_slot slot = types->slots[at];
        if (slot.entry < 0)
            return -1;
        if (slot.hash == hash) {
            const ns2vec_entry *entry = &types->entries[slot.entry];
            if (entry->length == n && ns2vec_same(types->arena + entry->offset, word, n))
                return slot.entry;
        }
    }
}

static inline void ns2vec_types_place(ns2vec_slot *slots, uint64_t mask, ns2vec_slot slot)
{
    uint64_t at = slot.hash & mask;
    while (slots[at].entry >= 0)
        at = (at + 1) & mask;
    slots[at] = slot;
}

static inline int ns2vec_types_grow_slots(ns2vec_types *types)
{
    const uint64_t n_slots = types->mask + 1;
    if (n_slots > SIZE_MAX / (2 * sizeof(ns2vec_slot)))
        return NS2VEC_NO_MEMORY;
    ns2vec_slot *larger = (ns2vec_slot *)malloc((size_t)(2 * n_slots) * sizeof(ns2vec_slot));
    if (larger == NULL)
        return NS2VEC_NO_MEMORY;
    memset(larger, 0xff, (size_t)(2 * n_slots) * sizeof(ns2vec_slot));
    for (uint64_t at = 0; at < n_slots; at++)
        if (types->slots[at].entry >= 0)
            ns2vec_types_place(larger, 2 * n_slots - 1, types->slots[at]);
    free(types->slots);
    types->slots = larger;
    types->mask = 2 * n_slots - 1;
    return NS2VEC_OK;
}

/* Adds a word that is not in the table. code < 0 and fresh: assign the next code. */
static inline int ns2vec_types_add(ns2vec_types *types, const uint8_t *word, size_t n, uint32_t hash,
                                   int fresh, int32_t code, int32_t *entry_number)
{
    int status;
    if (types->n_entries >= INT32_MAX - 1 || n > UINT32_MAX)
        return NS2VEC_TOO_MANY;
    if ((uint64_t)(types->n_entries + 1) * 5 > (types->mask + 1) * 3 && (status = ns2vec_types_grow_slots(types)) != 0)
        return status;
    if ((status = ns2vec_reserve((void **)&types->arena, &types->arena_capacity,
                                 types->arena_used + (int64_t)n + NS2VEC_PADDING, 1)) != 0)
        return status;
    if ((status = ns2vec_reserve((void **)&types->entries, &types->entry_capacity, types->n_entries + 1,
                                 sizeof(ns2vec_entry))) != 0)
        return status;
    if (fresh) {
        if ((status = ns2vec_reserve((void **)&types->entry_of_code, &types->code_capacity, types->n_codes + 1,
                                     sizeof(int32_t))) != 0)
            return status;
        code = (int32_t)types->n_codes;
        types->entry_of_code[types->n_codes++] = (int32_t)types->n_entries;
    }
    ns2vec_entry *entry = &types->entries[types->n_entries];
    entry->offset = (uint64_t)types->arena_used;
    entry->count = 0;
    entry->length = (uint32_t)n;
    entry->code = code;
    memcpy(types->arena + types->arena_used, word, n);
    memset(types->arena + types->arena_used + n, 0, NS2VEC_PADDING);
    types->arena_used += (int64_t)n;
    ns2vec_slot slot = {hash, (int32_t)types->n_entries};
    ns2vec_types_place(types->slots, types->mask, slot);
    *entry_number = (int32_t)types->n_entries++;
    return NS2VEC_OK;
}

/* Number of occurrences of every code 0..n_codes-1; words with several spellings in bytes are added up. */
static inline void ns2vec_types_counts(const ns2vec_types *types, int64_t *counts)
{
    memset(counts, 0, (size_t)types->n_codes * sizeof(int64_t));
    for (int64_t i = 0; i < types->n_entries; i++)
        if (types->entries[i].code >= 0)
            counts[types->entries[i].code] += types->entries[i].count;
}

#endif
