/* Counter-keyed random streams and the two draws that training needs.
 *
 * SplitMix64 (Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators"): one
 * addition and one finalizer a draw, any 64-bit key a good start.  Every chunk of text has its own
 * streams, keyed by (seed, epochs this model has trained, chunk index, purpose), so results do not
 * depend on which thread takes which chunk.  ns2vec/reference/streams.py repeats these lines in Python.
 */
#ifndef NS2VEC_RNG_H
#define NS2VEC_RNG_H

#include <stdint.h>

#define NS2_GOLDEN 0x9E3779B97F4A7C15ULL

/* Whether a rising list has a row: halved without branches, which would be mispredicted. */
static inline int ns2_contains(const int32_t *rows, long n, int32_t row) {
    while (n > 1) {
        long half = n / 2;
        rows += (rows[half - 1] < row) * half;
        n -= half;
    }
    return n == 1 && *rows == row;
}

/* A list's rows again as bits, NS2_LIST_BITS for each of its n entries: where the bit of a row is. Most rows that are
 * not on the list are known by one look, where halving it takes as many as its length has digits. */
#define NS2_LIST_BITS 16
static inline uint64_t ns2_bit_of(long n, int32_t row) {
    return ((uint64_t)((uint32_t)row * 2654435769u) * ((uint64_t)n * NS2_LIST_BITS)) >> 32;
}

static inline void ns2_mark(uint16_t *bits, long n, int32_t row) {
    uint64_t at = ns2_bit_of(n, row);
    bits[at / NS2_LIST_BITS] |= (uint16_t)(1u << at % NS2_LIST_BITS);
}

static inline int ns2_is_listed(const uint16_t *bits, const int32_t *rows, long n, int32_t row) {
    if (n == 0) return 0;
    uint64_t at = ns2_bit_of(n, row);
    return (bits[at / NS2_LIST_BITS] >> at % NS2_LIST_BITS & 1) && ns2_contains(rows, n, row);
}

/* Purposes of a chunk's streams: what happens to words, and which noise they meet. */
enum { NS2_STREAM_WINDOWS = 0, NS2_STREAM_NOISE = 1 };

static inline uint64_t ns2_mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

static inline uint64_t ns2_next(uint64_t *state) { return ns2_mix(*state += NS2_GOLDEN); }

static inline uint64_t ns2_stream(uint64_t seed, uint64_t epoch, uint64_t chunk, uint64_t purpose) {
    uint64_t key = ns2_mix(seed + NS2_GOLDEN);
    key = ns2_mix((key ^ epoch) + NS2_GOLDEN);
    key = ns2_mix((key ^ chunk) + NS2_GOLDEN);
    return ns2_mix((key ^ purpose) + NS2_GOLDEN);
}

/* 32 random bits; a uniform integer below n (multiply-shift; bias below n / 2^32). */
static inline uint32_t ns2_bits(uint64_t *state) { return (uint32_t)(ns2_next(state) >> 32); }
static inline uint32_t ns2_below(uint64_t *state, uint32_t n) {
    return (uint32_t)(((uint64_t)ns2_bits(state) * n) >> 32);
}

/* One draw from an alias table (Walker 1977; Vose 1991): table[v] = {threshold, alias}. */
static inline int32_t ns2_draw_alias(uint64_t *state, const uint32_t *table, uint32_t n_rows) {
    uint64_t r = ns2_next(state);
    uint32_t column = (uint32_t)(((r >> 32) * n_rows) >> 32);
    /* which of both is a coin's toss: a branch would be mispredicted half of the time */
    uint32_t own = 0u - (uint32_t)((uint32_t)r < table[2 * column]);
    return (int32_t)((column & own) | (table[2 * column + 1] & ~own));
}

/* The next n draws. */
static inline void ns2_draw_aliases(uint64_t *state, const uint32_t *table, uint32_t n_rows, long n, int32_t *rows) {
    uint64_t s = *state;
    for (long i = 0; i < n; i++) rows[i] = ns2_draw_alias(&s, table, n_rows);
    *state = s;
}

/* Brings a line of memory near before it is read. */
static inline void ns2_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

#endif
