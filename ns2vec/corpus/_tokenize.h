/* Bytes of UTF-8 text -> words -> codes, in one pass and without Python.
 *
 * 64 bytes at a time become a bit mask of the bytes that may end a word (blanks, and lead bytes
 * of blanks outside ASCII); continuation bytes are never among them, so a multi-byte blank is
 * found in broken text exactly where a decoder would find it. Words go through a small batch
 * between tokenising and the look-up, which gives the prefetch of the slot time to complete.
 */
#ifndef NS2VEC_CORPUS_TOKENIZE_H
#define NS2VEC_CORPUS_TOKENIZE_H

#include "_chunker.h"

#if defined(__SSE2__) && !defined(NS2VEC_NO_SIMD)
#include <emmintrin.h>
#endif

#define NS2VEC_BATCH 128

enum { NS2VEC_OTHER = 0, NS2VEC_BLANK, NS2VEC_NEWLINE, NS2VEC_LEAD };

typedef struct {
    uint64_t start; /* in the text buffer */
    uint64_t length; /* 0: a line's end */
    uint32_t hash;
} ns2vec_token;

/* Codes a word that is not UTF-8 (or fails with a Python error); called without the GIL. */
typedef int (*ns2vec_repair)(void *owner, const uint8_t *word, size_t n, int32_t *code);

typedef struct {
    ns2vec_types types;
    ns2vec_chunker chunker;
    uint8_t class_of[256];
    int wide_blanks;      /* blanks outside ASCII count */
    int newline_ends;     /* a newline ends the sentence, otherwise it is a blank that is counted */
    int fixed;            /* the vocabulary is given: other words are NS2VEC_UNKNOWN */
    int in_parts;         /* keep codes and newlines unchanged, for _parts.h */
    int64_t n_handed;     /* codes whose words were returned with parts */
    int64_t line_limit;   /* per file; -1: none */
    ns2vec_repair repair;
    void *owner;
    /* the open file */
    uint8_t *text;        /* text[0 .. n_text) from file offset text_offset on, then padding */
    int64_t n_text, text_capacity, text_offset;
    int64_t token_start;  /* everything before it is finished */
    int64_t searched;     /* no word ends in token_start .. searched */
    int at_start;         /* a byte order mark is possible */
    int stopped;          /* line_limit reached */
    int64_t n_lines;      /* line ends seen */
    int64_t n_batch;
    ns2vec_token batch[NS2VEC_BATCH];
} ns2vec_scanner;

static inline int ns2vec_scanner_init(ns2vec_scanner *s, int wide_blanks, int newline_ends)
{
    memset(s, 0, sizeof *s);
    s->wide_blanks = wide_blanks;
    s->line_limit = -1;
    for (int byte = 9; byte <= 13; byte++)
        s->class_of[byte] = NS2VEC_BLANK;
    s->class_of[' '] = NS2VEC_BLANK;
    s->class_of['\n'] = NS2VEC_NEWLINE;
    s->newline_ends = newline_ends;
    if (wide_blanks) {
        for (int byte = 0x1c; byte <= 0x1f; byte++)
            s->class_of[byte] = NS2VEC_BLANK;
        s->class_of[0xc2] = s->class_of[0xe1] = s->class_of[0xe2] = s->class_of[0xe3] = NS2VEC_LEAD;
    }
    return ns2vec_types_init(&s->types);
}

static inline void ns2vec_scanner_free(ns2vec_scanner *s)
{
    ns2vec_types_free(&s->types);
    ns2vec_chunker_free(&s->chunker);
    free(s->text);
    s->text = NULL;
}

/* Width of the blank outside ASCII that starts at p (3 bytes readable), 0 if there is none.
 * U+0085 A0 1680 2000-200A 2028 2029 202F 205F 3000: the blanks of str.split(). */
static inline int ns2vec_wide_blank(const uint8_t *p)
{
    switch (p[0]) {
    case 0xc2:
        return p[1] == 0x85 || p[1] == 0xa0 ? 2 : 0;
    case 0xe1:
        return p[1] == 0x9a && p[2] == 0x80 ? 3 : 0;
    case 0xe2:
        if (p[1] == 0x81)
            return p[2] == 0x9f ? 3 : 0;
        return p[1] == 0x80 && ((p[2] >= 0x80 && p[2] <= 0x8a) || p[2] == 0xa8 || p[2] == 0xa9 || p[2] == 0xaf) ? 3 : 0;
    case 0xe3:
        return p[1] == 0x80 && p[2] == 0x80 ? 3 : 0;
    default:
        return 0;
    }
}

/* Bit i: class_of[p[i]] may differ from NS2VEC_OTHER, for 64 bytes. */
static inline uint64_t ns2vec_stops(const ns2vec_scanner *s, const uint8_t *p)
{
    uint64_t stops = 0;
#if defined(__SSE2__) && !defined(NS2VEC_NO_SIMD)
    const __m128i four = _mm_set1_epi8(4), two = _mm_set1_epi8(2);
    for (int part = 0; part < 4; part++) {
        const __m128i bytes = _mm_loadu_si128((const __m128i *)(p + 16 * part));
        const __m128i tab = _mm_sub_epi8(bytes, _mm_set1_epi8(9));        /* 9..13 -> 0..4 */
        const __m128i space = _mm_sub_epi8(bytes, _mm_set1_epi8(0x1c));   /* 28..32 -> 0..4 */
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(tab, four), tab),
                                   _mm_cmpeq_epi8(_mm_min_epu8(space, four), space));
        if (s->wide_blanks && _mm_movemask_epi8(bytes) != 0) {
            const __m128i lead = _mm_sub_epi8(bytes, _mm_set1_epi8((char)0xe1)); /* E1..E3 -> 0..2 */
            hit = _mm_or_si128(hit, _mm_cmpeq_epi8(_mm_min_epu8(lead, two), lead));
            hit = _mm_or_si128(hit, _mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)0xc2)));
        }
        stops |= (uint64_t)(uint32_t)_mm_movemask_epi8(hit) << (16 * part);
    }
#else
    for (int i = 0; i < 64; i++)
        stops |= (uint64_t)(s->class_of[p[i]] != NS2VEC_OTHER) << i;
#endif
    return stops;
}

/* Is it UTF-8 as Python's strict decoder defines it (no overlong forms, surrogates, > U+10FFFF)? */
static inline int ns2vec_is_utf8(const uint8_t *p, size_t n)
{
    size_t i = 0;
    while (i < n) {
        const uint8_t lead = p[i];
        size_t more;
        uint8_t low = 0x80, high = 0xbf; /* of the second byte */
        if (lead < 0x80) {
            i++;
            continue;
        }
        if (lead >= 0xc2 && lead <= 0xdf) {
            more = 1;
        } else if (lead >= 0xe0 && lead <= 0xef) {
            more = 2;
            if (lead == 0xe0)
                low = 0xa0;
            if (lead == 0xed)
                high = 0x9f;
        } else if (lead >= 0xf0 && lead <= 0xf4) {
            more = 3;
            if (lead == 0xf0)
                low = 0x90;
            if (lead == 0xf4)
                high = 0x8f;
        } else {
            return 0;
        }
        if (n - i <= more || p[i + 1] < low || p[i + 1] > high)
            return 0;
        for (size_t k = 2; k <= more; k++)
            if ((p[i + k] & 0xc0) != 0x80)
                return 0;
        i += more + 1;
    }
    return 1;
}

/* A word that is not in the table: a new type, an unknown word, or bytes that are not UTF-8. */
static inline int ns2vec_meet(ns2vec_scanner *s, const uint8_t *word, size_t n, uint32_t hash, int32_t *code)
{
    int32_t entry;
    int status = NS2VEC_OK;
    const int valid = ns2vec_is_utf8(word, n);
    *code = NS2VEC_UNKNOWN;
    if (!valid && (status = s->repair(s->owner, word, n, code)) != 0)
        return status;
    if (s->fixed)
        return NS2VEC_OK;
    status = ns2vec_types_add(&s->types, word, n, hash, valid, *code, &entry);
    if (status == NS2VEC_OK) {
        s->types.entries[entry].count = 1;
        *code = s->types.entries[entry].code;
    }
    return status;
}

static inline void ns2vec_emit_word(ns2vec_scanner *s, int32_t code)
{
    if (s->in_parts)
        s->chunker.ids[s->chunker.n_ids++] = code;
    else
        ns2vec_chunker_word(&s->chunker, code);
}

static inline void ns2vec_emit_newline(ns2vec_scanner *s)
{
    if (!s->newline_ends)
        return;
    if (s->in_parts) /* blank lines too: the sentence may have begun in an earlier part */
        s->chunker.ids[s->chunker.n_ids++] = NS2VEC_END;
    else
        ns2vec_chunker_end_line(&s->chunker);
}

/* Looks up the batch and passes its codes and line ends to the chunker. */
static inline int ns2vec_resolve(ns2vec_scanner *s)
{
    int status = ns2vec_chunker_reserve(&s->chunker, s->n_batch);
    const int64_t n_batch = s->n_batch;
    s->n_batch = 0;
    for (int64_t i = 0; i < n_batch && status == 0 && !s->stopped; i++) {
        const ns2vec_token token = s->batch[i];
        if (token.length == 0) {
            ns2vec_emit_newline(s);
            s->stopped = ++s->n_lines == s->line_limit;
            continue;
        }
        const uint8_t *word = s->text + token.start;
        int32_t code;
        const int32_t entry = ns2vec_types_find(&s->types, word, token.length, token.hash);
        if (entry >= 0) {
            code = s->types.entries[entry].code;
            s->types.entries[entry].count++;
        } else {
            status = ns2vec_meet(s, word, token.length, token.hash, &code);
        }
        if (status == 0 && code != NS2VEC_DROP)
            ns2vec_emit_word(s, code);
    }
    return status;
}

static inline int ns2vec_push(ns2vec_scanner *s, int64_t start, int64_t end)
{
    ns2vec_token *token = &s->batch[s->n_batch++];
    token->start = (uint64_t)start;
    token->length = (uint64_t)(end - start);
    if (end > start) {
        token->hash = ns2vec_hash(s->text + start, (size_t)(end - start));
        ns2vec_types_prefetch(&s->types, token->hash);
    }
    return s->n_batch == NS2VEC_BATCH ? ns2vec_resolve(s) : NS2VEC_OK;
}

/* Tokenises text[searched .. n_text); `last`: nothing follows in this file. */
static inline int ns2vec_search(ns2vec_scanner *s, int last)
{
    const int64_t end = s->n_text;
    int64_t start = s->token_start;
    int status = NS2VEC_OK;
    for (int64_t base = s->searched; base < end; base += 64) {
        uint64_t stops = ns2vec_stops(s, s->text + base);
        if (end - base < 64)
            stops &= ((uint64_t)1 << (end - base)) - 1;
        for (; stops != 0; stops &= stops - 1) {
            const int64_t at = base + __builtin_ctzll(stops);
            const int kind = s->class_of[s->text[at]];
            int width = 1;
            if (kind == NS2VEC_LEAD) {
                if (!last && at + 2 >= end) { /* the rest of the character is in the next block */
                    s->searched = at;
                    s->token_start = start;
                    return ns2vec_resolve(s);
                }
                width = ns2vec_wide_blank(s->text + at);
            }
            if (kind == NS2VEC_OTHER || width == 0)
                continue;
            if (at > start)
                status = ns2vec_push(s, start, at);
            if (kind == NS2VEC_NEWLINE && status == 0)
                status = ns2vec_push(s, at, at);
            if (status != 0 || s->stopped)
                return status;
            start = at + width;
        }
    }
    s->searched = end;
    s->token_start = start;
    if (last && end > start && (status = ns2vec_push(s, start, end)) != 0)
        return status;
    return ns2vec_resolve(s);
}

/* Drops the bytes that are finished and appends a block to the rest. */
static inline int ns2vec_scanner_load(ns2vec_scanner *s, const uint8_t *block, int64_t n)
{
    const int64_t done = s->token_start < s->n_text ? s->token_start : s->n_text;
    const int64_t kept = s->n_text - done;
    if (kept > 0 && done > 0)
        memmove(s->text, s->text + done, (size_t)kept);
    s->text_offset += done;
    s->token_start -= done;
    s->searched -= done;
    s->n_text = kept;
    int status = ns2vec_reserve((void **)&s->text, &s->text_capacity, kept + n + NS2VEC_PADDING, 1);
    if (status != 0)
        return status;
    memcpy(s->text + kept, block, (size_t)n);
    memset(s->text + kept + n, 0, NS2VEC_PADDING);
    s->n_text = kept + n;
    return NS2VEC_OK;
}

static inline void ns2vec_scanner_open(ns2vec_scanner *s)
{
    s->n_text = s->text_offset = s->token_start = s->searched = 0;
    s->n_lines = s->n_batch = 0;
    s->at_start = 1;
    s->stopped = s->line_limit == 0;
}

static inline int ns2vec_scanner_feed(ns2vec_scanner *s, const uint8_t *block, int64_t n, int last)
{
    int status;
    if (s->stopped)
        return NS2VEC_OK;
    if ((status = ns2vec_scanner_load(s, block, n)) != 0)
        return status;
    if (s->at_start) {
        if (s->n_text < 3 && !last)
            return NS2VEC_OK;
        if (s->n_text >= 3 && memcmp(s->text, "\xef\xbb\xbf", 3) == 0)
            s->token_start = s->searched = 3;
        s->at_start = 0;
    }
    return ns2vec_search(s, last);
}

/* The end of the file ends its last word and its last sentence. */
static inline int ns2vec_scanner_close(ns2vec_scanner *s)
{
    int status = ns2vec_scanner_feed(s, (const uint8_t *)"", 0, 1);
    if (status == 0)
        status = ns2vec_chunker_reserve(&s->chunker, 1);
    if (status == 0)
        ns2vec_chunker_end_text(&s->chunker);
    return status;
}

#endif
