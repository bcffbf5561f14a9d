/* Parts of a text that are scanned separately, and merged as if one scanner had read all of it.
 *
 * A scanner of parts has a table of its own and keeps codes of that table, with NS2VEC_END for
 * every newline. The parts that it returns include the words that were new to its table, in order of
 * appearance. When parts are merged in the order of the text, a word that no earlier part had is
 * new here, too, and gets its number after those that precede it: codes, counts and chunks are those
 * of a single pass, for any number of tables and any cuts at blanks.
 */
#ifndef NS2VEC_CORPUS_PARTS_H
#define NS2VEC_CORPUS_PARTS_H

#include "_tokenize.h"

#define NS2VEC_PART_TYPES (1 << 17) /* a table of parts is cleared when it has more: for memory, and for the caches */

typedef struct {
    int32_t *codes;
    int64_t n_codes;
    uint8_t *text; /* the new words, one after another, then padding */
    uint32_t *lengths;
    int64_t first_new, n_new; /* their codes are first_new, first_new + 1, ... */
    int64_t *counts;          /* of the codes 0 .. n_counts-1, if the table has ended; otherwise NULL */
    int64_t n_counts;
    int64_t n_lines;
} ns2vec_part;

static inline void ns2vec_part_free(ns2vec_part *part)
{
    free(part->codes);
    free(part->text);
    free(part->lengths);
    free(part->counts);
    memset(part, 0, sizeof *part);
}

static inline int ns2vec_part_take_words(ns2vec_scanner *s, ns2vec_part *part)
{
    const ns2vec_types *types = &s->types;
    size_t n_bytes = 0;
    part->first_new = s->n_handed;
    part->n_new = types->n_codes - s->n_handed;
    for (int64_t i = 0; i < part->n_new; i++)
        n_bytes += types->entries[types->entry_of_code[part->first_new + i]].length;
    part->text = (uint8_t *)calloc(n_bytes + NS2VEC_PADDING, 1);
    part->lengths = (uint32_t *)malloc((size_t)(part->n_new + 1) * sizeof(uint32_t));
    if (part->text == NULL || part->lengths == NULL)
        return NS2VEC_NO_MEMORY;
    uint8_t *out = part->text;
    for (int64_t i = 0; i < part->n_new; i++) {
        const ns2vec_entry *entry = &types->entries[types->entry_of_code[part->first_new + i]];
        memcpy(out, types->arena + entry->offset, entry->length);
        part->lengths[i] = entry->length;
        out += entry->length;
    }
    s->n_handed = types->n_codes;
    return NS2VEC_OK;
}

/* Returns what was scanned since the last call; `end`: the table ends with it. */
static inline int ns2vec_part_take(ns2vec_scanner *s, int end, ns2vec_part *part)
{
    int status = ns2vec_part_take_words(s, part);
    if (status == NS2VEC_OK && (end || s->types.n_entries > NS2VEC_PART_TYPES)) {
        part->n_counts = s->types.n_codes;
        part->counts = (int64_t *)malloc((size_t)(part->n_counts + 1) * sizeof(int64_t));
        if (part->counts == NULL)
            return NS2VEC_NO_MEMORY;
        ns2vec_types_counts(&s->types, part->counts);
        ns2vec_types_free(&s->types);
        s->n_handed = 0;
        status = ns2vec_types_init(&s->types);
    }
    part->codes = s->chunker.ids;
    part->n_codes = s->chunker.n_ids;
    part->n_lines = s->n_lines;
    s->chunker.ids = NULL;
    s->chunker.n_ids = s->chunker.id_capacity = 0;
    return status;
}

static inline int ns2vec_part_merge_words(ns2vec_types *types, const ns2vec_part *part, int32_t *code_of)
{
    const uint8_t *word = part->text;
    for (int64_t i = 0; i < part->n_new; i++) {
        const size_t n = part->lengths[i];
        const uint32_t hash = ns2vec_hash(word, n);
        int32_t entry = ns2vec_types_find(types, word, n, hash);
        int status;
        if (entry < 0 && (status = ns2vec_types_add(types, word, n, hash, 1, 0, &entry)) != 0)
            return status;
        code_of[part->first_new + i] = types->entries[entry].code;
        word += n;
    }
    for (int64_t i = 0; i < part->n_counts; i++)
        types->entries[types->entry_of_code[code_of[i]]].count += part->counts[i];
    return NS2VEC_OK;
}

/* Adds the next part of the text. code_of[first_new + n_new]: codes of the part's table -> codes here,
 * filled by the parts before it; parts of one table share it. */
static inline int ns2vec_part_merge(ns2vec_scanner *s, const ns2vec_part *part, int32_t *code_of)
{
    ns2vec_chunker *chunker = &s->chunker;
    int status = ns2vec_part_merge_words(&s->types, part, code_of);
    if (status == 0)
        status = ns2vec_chunker_reserve(chunker, part->n_codes);
    if (status != 0)
        return status;
    for (int64_t i = 0; i < part->n_codes; i++) {
        if (part->codes[i] == NS2VEC_END)
            ns2vec_chunker_end_line(chunker);
        else
            ns2vec_chunker_word(chunker, code_of[part->codes[i]]);
    }
    s->n_lines += part->n_lines;
    return NS2VEC_OK;
}

#endif
