/* Counter-keyed random streams and the two draws that training needs.
 *
 * SplitMix64 (Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators"): one
 * addition and one finalizer per draw, and any 64-bit key is a good start.  Every chunk of text has its own
 * streams, keyed by (seed, epochs this model has trained, chunk index, purpose), so results do not
 * depend on which thread takes which chunk.  ns2vec/reference/streams.py repeats these lines in Python.
 */
#ifndef NS2VEC_RNG_H
#define NS2VEC_RNG_H

#include <stdint.h>

#define NS2_GOLDEN 0x9E3779B97F4A7C15ULL

/* Whether an ascending list has a row: a binary search without branches, which would be mispredicted. */
static inline int ns2_contains(const int32_t *rows, long n, int32_t row) {
    while (n > 1) {
        long half = n / 2;
        rows += (rows[half - 1] < row) * half;
        n -= half;
    }
    return n == 1 && *rows == row;
}

/* The rows of a list stored again as bits (a Bloom filter), in words of NS2_LIST_BITS: at least as many words as the
 * list has entries, so that few rows that are not in the list need a binary search. A row has two bits in one word; if
 * there is room for one bit for each of all n_rows, a row has its own bit, and no search is needed. */
#define NS2_LIST_BITS 16

static inline int ns2_has_all(long n_words, long n_rows) { return n_words * NS2_LIST_BITS >= n_rows; }

static inline uint32_t ns2_word_of(long n_words, long n_rows, int32_t row, uint16_t *mask) {
    if (ns2_has_all(n_words, n_rows)) { /* the same branch for all rows of a list: nearly always predicted */
        *mask = (uint16_t)(1u << row % NS2_LIST_BITS);
        return (uint32_t)row / NS2_LIST_BITS;
    }
    uint32_t hash = (uint32_t)row * 2654435769u, low = hash ^ hash >> 13;
    *mask = (uint16_t)(1u << (low & 15) | 1u << (low >> 4 & 15));
    return (uint32_t)(((uint64_t)hash * (uint64_t)n_words) >> 32);
}

static inline void ns2_mark(uint16_t *bits, long n_words, long n_rows, int32_t row) {
    uint16_t mask;
    uint32_t word = ns2_word_of(n_words, n_rows, row, &mask);
    bits[word] |= mask;
}

static inline int ns2_is_listed(const uint16_t *bits, long n_words, const int32_t *rows, long n, long n_rows, int32_t row) {
    uint16_t mask;
    if (n == 0) return 0;
    uint32_t word = ns2_word_of(n_words, n_rows, row, &mask);
    return (bits[word] & mask) == mask && (ns2_has_all(n_words, n_rows) || ns2_contains(rows, n, row));
}

/* Bit i is set if row i of m <= 32 is `own` or listed: the work that they share is done once. */
static inline uint32_t ns2_which_listed(const uint16_t *bits, long n_words, const int32_t *list, long n, long n_rows,
                                        int32_t own, const int32_t *rows, long m) {
    uint32_t found = 0;
    uint16_t mask;
    if (n == 0) {
        for (long i = 0; i < m; i++) found |= (uint32_t)(rows[i] == own) << i;
    } else if (ns2_has_all(n_words, n_rows)) {
        for (long i = 0; i < m; i++) {
            uint32_t row = (uint32_t)rows[i], word = bits[row / NS2_LIST_BITS];
            found |= ((word >> row % NS2_LIST_BITS & 1u) | (rows[i] == own)) << i;
        }
    } else {
        for (long i = 0; i < m; i++) {
            uint32_t word = ns2_word_of(n_words, n_rows, rows[i], &mask);
            uint32_t may_be = (bits[word] & mask) == mask;
            found |= (may_be | (rows[i] == own)) << i;
        }
        for (uint32_t left = found, i = 0; left; left >>= 1, i++)
            if (left & 1 && rows[i] != own && !ns2_contains(list, n, rows[i])) found ^= 1u << i;
    }
    return found;
}

/* Prefetches the bits that show whether a row is listed. */
static inline void ns2_prefetch_bits(const uint16_t *bits, long n_words, long n_rows, int32_t row) {
    uint16_t mask;
    __builtin_prefetch(bits + ns2_word_of(n_words, n_rows, row, &mask), 0, 3);
}

/* Purposes of a chunk's streams: what happens to words, which noise they get, and the order of an epoch's pairs; a
 * walk has a stream of its own. */
enum { NS2_STREAM_WINDOWS = 0, NS2_STREAM_NOISE = 1, NS2_STREAM_ORDER = 2, NS2_STREAM_WALK = 3 };

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

/* Which of n things have the places [first, end) of a shuffled order, without a list of all: a place is two digits, in
 * bases high and low, each of which is moved four times by a hash of the other (a Feistel network: Luby & Rackoff 1988;
 * for bases other than powers of 2, Black & Rogaway 2002, "Ciphers with arbitrary finite domains"). */
static inline void ns2_shuffled(uint64_t key, int64_t n, int64_t first, int64_t end, int64_t *things) {
    uint32_t high = 1, low;
    while ((int64_t)high * high < n) high++;
    low = (uint32_t)((n + high - 1) / high);
    uint32_t next_a = (uint32_t)(first / low), next_b = (uint32_t)(first % low);
    for (int64_t place = first; place < end; place++) {
        uint32_t a = next_a, b = next_b;
        /* a few of the numbers that two digits can write are too large: they are moved again */
        do {
            for (uint64_t round = 0; round < 4; round += 2) {
                a += (uint32_t)((ns2_mix(key + round * NS2_GOLDEN + b) >> 32) * high >> 32);
                if (a >= high) a -= high;
                b += (uint32_t)((ns2_mix(key + (round + 1) * NS2_GOLDEN + a) >> 32) * low >> 32);
                if (b >= low) b -= low;
            }
        } while ((int64_t)a * low + b >= n);
        things[place - first] = (int64_t)a * low + b;
        if (++next_b == low) next_b = 0, next_a++;
    }
}

/* One draw from an alias table (Walker 1977; Vose 1991): table[v] = {threshold, alias}. */
static inline int32_t ns2_draw_alias(uint64_t *state, const uint32_t *table, uint32_t n_rows) {
    uint64_t r = ns2_next(state);
    uint32_t column = (uint32_t)(((r >> 32) * n_rows) >> 32);
    /* the choice between the two is random: a branch would be mispredicted half of the time */
    uint32_t own = 0u - (uint32_t)((uint32_t)r < table[2 * column]);
    return (int32_t)((column & own) | (table[2 * column + 1] & ~own));
}

/* The next n draws. */
static inline void ns2_draw_aliases(uint64_t *state, const uint32_t *table, uint32_t n_rows, long n, int32_t *rows) {
    uint64_t s = *state;
    for (long i = 0; i < n; i++) rows[i] = ns2_draw_alias(&s, table, n_rows);
    *state = s;
}

/* The next n integers below n_rows. */
static inline void ns2_draw_below(uint64_t *state, uint32_t n_rows, long n, int32_t *rows) {
    uint64_t s = *state;
    for (long i = 0; i < n; i++) rows[i] = (int32_t)ns2_below(&s, n_rows);
    *state = s;
}

/* Prefetches a line of memory. */
static inline void ns2_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

#endif
