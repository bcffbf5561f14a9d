/* A cache of the numbers of Python str: found in a dict once, and then without the dict.
 *
 * A slot is half a cache line and holds the hash that Python stores in every str and up to 16 bytes
 * of text, so that a common word costs one miss where a dict costs three (index, entry, key).
 * Longer words are compared with a str that the memo owns. Only plain str are remembered: asking
 * for one runs no Python code. Every call needs the GIL.
 */
#ifndef NS2VEC_CORPUS_MEMO_H
#define NS2VEC_CORPUS_MEMO_H

#include <Python.h>

#include "_chunker.h"

#define NS2VEC_MEMO_INLINE 16
#define NS2VEC_MEMO_LIMIT (1 << 17) /* words: the table stays within 8 MB, rarer words go to the dict */
#define NS2VEC_MEMO_AHEAD 6         /* tokens between the prefetch of a str and its look-up */

typedef struct {
    uint64_t hash;
    uint64_t text[2];  /* of a short word; of a long one, text[0] is the str */
    uint32_t shape;    /* bytes of text and width of a character; 0: the slot is free */
    int32_t value;
} ns2vec_memo_slot;

typedef struct {
    ns2vec_memo_slot *slots;
    uint64_t mask;
    int64_t n_words;
} ns2vec_memo;

static inline void ns2vec_memo_free(ns2vec_memo *memo)
{
    for (uint64_t at = 0; memo->slots != NULL && at <= memo->mask; at++)
        if (memo->slots[at].shape >> 3 > NS2VEC_MEMO_INLINE)
            Py_DECREF((PyObject *)(uintptr_t)memo->slots[at].text[0]);
    free(memo->slots);
    memset(memo, 0, sizeof *memo);
}

/* Describes a token; 0 if the memo cannot hold it. */
static inline int ns2vec_memo_describe(PyObject *token, ns2vec_memo_slot *key)
{
    if (!PyUnicode_CheckExact(token) || !PyUnicode_IS_COMPACT(token))
        return 0;
    const uint64_t width = (uint64_t)PyUnicode_KIND(token);
    const uint64_t n = (uint64_t)PyUnicode_GET_LENGTH(token) * width;
    if (n == 0 || n >= UINT32_MAX >> 3)
        return 0;
    Py_hash_t hash = ((PyASCIIObject *)token)->hash;
    if (hash == -1)
        hash = PyObject_Hash(token);
    key->hash = (uint64_t)hash;
    key->shape = (uint32_t)(n << 3 | width);
    if (n > NS2VEC_MEMO_INLINE) {
        key->text[0] = (uint64_t)(uintptr_t)token;
        key->text[1] = 0;
        return 1;
    }
    /* the 16 bytes that end with the text: the header precedes it, so they all belong to the str */
    static const uint8_t mask[32] = {[16] = 255, 255, 255, 255, 255, 255, 255, 255,
                                     255, 255, 255, 255, 255, 255, 255, 255};
    const uint8_t *end = (const uint8_t *)PyUnicode_DATA(token) + n;
    key->text[0] = ns2vec_load8(end - 16) & ns2vec_load8(mask + n);
    key->text[1] = ns2vec_load8(end - 8) & ns2vec_load8(mask + n + 8);
    return 1;
}

static inline int ns2vec_memo_same(const ns2vec_memo_slot *a, const ns2vec_memo_slot *b)
{
    if (a->hash != b->hash || a->shape != b->shape)
        return 0;
    if (a->shape >> 3 <= NS2VEC_MEMO_INLINE)
        return a->text[0] == b->text[0] && a->text[1] == b->text[1];
    PyObject *first = (PyObject *)(uintptr_t)a->text[0], *second = (PyObject *)(uintptr_t)b->text[0];
    return first == second || memcmp(PyUnicode_DATA(first), PyUnicode_DATA(second), a->shape >> 3) == 0;
}

/* The slot of a described word, or the free slot where it would be. */
static inline ns2vec_memo_slot *ns2vec_memo_place(const ns2vec_memo *memo, const ns2vec_memo_slot *key)
{
    uint64_t at = key->hash & memo->mask;
    while (memo->slots[at].shape != 0 && !ns2vec_memo_same(&memo->slots[at], key))
        at = (at + 1) & memo->mask;
    return &memo->slots[at];
}

static inline int ns2vec_memo_find(const ns2vec_memo *memo, PyObject *token, int32_t *value)
{
    ns2vec_memo_slot key;
    if (memo->slots == NULL || !ns2vec_memo_describe(token, &key))
        return 0;
    const ns2vec_memo_slot *slot = ns2vec_memo_place(memo, &key);
    *value = slot->value;
    return slot->shape != 0;
}

static inline int ns2vec_memo_grow(ns2vec_memo *memo)
{
    const uint64_t n_slots = memo->slots == NULL ? 1024 : 2 * (memo->mask + 1);
    ns2vec_memo larger = {(ns2vec_memo_slot *)calloc(n_slots, sizeof(ns2vec_memo_slot)), n_slots - 1, memo->n_words};
    if (larger.slots == NULL)
        return NS2VEC_NO_MEMORY;
    for (uint64_t at = 0; memo->slots != NULL && at <= memo->mask; at++)
        if (memo->slots[at].shape != 0)
            *ns2vec_memo_place(&larger, &memo->slots[at]) = memo->slots[at];
    free(memo->slots);
    *memo = larger;
    return NS2VEC_OK;
}

/* Remember a word that was not found, if it can be and there is room. */
static inline int ns2vec_memo_add(ns2vec_memo *memo, PyObject *token, int32_t value)
{
    ns2vec_memo_slot key;
    if (memo->n_words >= NS2VEC_MEMO_LIMIT || !ns2vec_memo_describe(token, &key))
        return NS2VEC_OK;
    if (memo->slots == NULL || (uint64_t)memo->n_words * 2 > memo->mask) {
        int status = ns2vec_memo_grow(memo);
        if (status != NS2VEC_OK)
            return status;
    }
    ns2vec_memo_slot *slot = ns2vec_memo_place(memo, &key);
    if (slot->shape != 0)
        return NS2VEC_OK; /* Python code may have stored it already while the dict was used */
    if (key.shape >> 3 > NS2VEC_MEMO_INLINE)
        Py_INCREF(token);
    *slot = key;
    slot->value = value;
    memo->n_words++;
    return NS2VEC_OK;
}

static inline void ns2vec_memo_prefetch(PyObject *const *tokens, Py_ssize_t i, Py_ssize_t n)
{
    if (i + NS2VEC_MEMO_AHEAD < n)
        __builtin_prefetch(tokens[i + NS2VEC_MEMO_AHEAD]);
}

/* Prefetches the slot of a str, if its hash is known. */
static inline void ns2vec_memo_prefetch_slot(const ns2vec_memo *memo, PyObject *token)
{
    if (memo->slots != NULL && PyUnicode_CheckExact(token))
        __builtin_prefetch(&memo->slots[(uint64_t)((PyASCIIObject *)token)->hash & memo->mask]);
}

/* Encodes tokens[i .. n) up to the first that is not cached; returns its index. */
static inline Py_ssize_t ns2vec_memo_encode(const ns2vec_memo *memo, ns2vec_chunker *chunker, PyObject *const *tokens,
                                            Py_ssize_t i, Py_ssize_t n)
{
    int32_t value;
    for (; i < n && ns2vec_memo_find(memo, tokens[i], &value); i++) {
        ns2vec_memo_prefetch(tokens, i, n);
        ns2vec_chunker_word(chunker, value);
    }
    return i;
}

/* Counts tokens[i .. n) up to the first that is not cached; returns its index. */
static inline Py_ssize_t ns2vec_memo_count(const ns2vec_memo *memo, int64_t *totals, PyObject *const *tokens,
                                           Py_ssize_t i, Py_ssize_t n)
{
    int32_t value;
    for (; i < n && ns2vec_memo_find(memo, tokens[i], &value); i++) {
        ns2vec_memo_prefetch(tokens, i, n);
        totals[value]++;
    }
    return i;
}

#endif
