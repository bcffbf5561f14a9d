/* The ends of sentences and chunks. One implementation for text, lists and streams, so that the
 * same sentences always make the same chunks.
 *
 *   piece     a run of at most NS2VEC_MAX_PIECE words of one sentence; followed by NS2VEC_END
 * sentence  an item of the reader: a line, at most max_sentence words of it, or a list
 * chunk     whole pieces; ends with the first piece that brings it to chunk_words words
 *
 * Pieces are split before the word that would be too many, so a sentence of exactly the limit is
 * one piece, and its end is counted in the chunk that holds its last word.
 *
 * With max_sentence 0, sentences are whole documents: each is one piece, including empty ones and blank
 * lines, so that the documents can be counted by their ends.
 */
#ifndef NS2VEC_CORPUS_CHUNKER_H
#define NS2VEC_CORPUS_CHUNKER_H

#include "_types.h"

#define NS2VEC_END (-1)
#define NS2VEC_UNKNOWN (-2)
#define NS2VEC_DROP (-3) /* a word of which errors="ignore" leaves nothing */
#define NS2VEC_MAX_PIECE 10000

typedef struct {
    int64_t end; /* in ids */
    int64_t n_words, n_sentences;
} ns2vec_bound;

typedef struct {
    int32_t *ids;
    int64_t n_ids, id_capacity;
    ns2vec_bound *bounds; /* finished chunks */
    int64_t n_bounds, bound_capacity;
    int64_t chunk_words, max_sentence;
    int64_t piece_words, sentence_words;    /* of the open sentence */
    int64_t open_words, open_sentences;     /* of the open chunk */
    int64_t total_words, total_sentences;
} ns2vec_chunker;

static inline void ns2vec_chunker_init(ns2vec_chunker *c, int64_t chunk_words, int64_t max_sentence)
{
    memset(c, 0, sizeof *c);
    c->chunk_words = chunk_words;
    c->max_sentence = max_sentence;
}

static inline void ns2vec_chunker_free(ns2vec_chunker *c)
{
    free(c->ids);
    free(c->bounds);
    c->ids = NULL;
    c->bounds = NULL;
}

/* Reserves room for n words or sentence ends: the calls below do not check. */
static inline int ns2vec_chunker_reserve(ns2vec_chunker *c, int64_t n)
{
    int status = ns2vec_reserve((void **)&c->ids, &c->id_capacity, c->n_ids + 2 * n + 2, sizeof(int32_t));
    if (status != 0)
        return status;
    return ns2vec_reserve((void **)&c->bounds, &c->bound_capacity, c->n_bounds + n + 2, sizeof(ns2vec_bound));
}

static inline void ns2vec_chunker_close(ns2vec_chunker *c)
{
    ns2vec_bound bound = {c->n_ids, c->open_words, c->open_sentences};
    c->bounds[c->n_bounds++] = bound;
    c->open_words = 0;
    c->open_sentences = 0;
}

static inline void ns2vec_chunker_end_piece(ns2vec_chunker *c)
{
    c->ids[c->n_ids++] = NS2VEC_END;
    c->piece_words = 0;
    if (c->open_words >= c->chunk_words)
        ns2vec_chunker_close(c);
}

static inline void ns2vec_chunker_end_sentence(ns2vec_chunker *c)
{
    c->open_sentences++;
    c->total_sentences++;
    c->sentence_words = 0;
    if (c->piece_words > 0 || c->max_sentence == 0)
        ns2vec_chunker_end_piece(c);
}

/* The end of the text ends its last line, if there is one. */
static inline void ns2vec_chunker_end_text(ns2vec_chunker *c)
{
    if (c->sentence_words > 0)
        ns2vec_chunker_end_sentence(c);
}

/* The end of a line: a blank line is not a sentence, but may be a document. */
static inline void ns2vec_chunker_end_line(ns2vec_chunker *c)
{
    if (c->sentence_words > 0 || c->max_sentence == 0)
        ns2vec_chunker_end_sentence(c);
}

static inline void ns2vec_chunker_word(ns2vec_chunker *c, int32_t id)
{
    if (c->max_sentence != 0) {
        if (c->sentence_words == c->max_sentence)
            ns2vec_chunker_end_sentence(c);
        else if (c->piece_words == NS2VEC_MAX_PIECE)
            ns2vec_chunker_end_piece(c);
    }
    c->ids[c->n_ids++] = id;
    c->piece_words++;
    c->sentence_words++;
    c->open_words++;
    c->total_words++;
}

/* The corpus has ended: the open chunk becomes the last one. */
static inline int ns2vec_chunker_finish(ns2vec_chunker *c)
{
    int status = ns2vec_chunker_reserve(c, 2);
    if (status != 0)
        return status;
    ns2vec_chunker_end_text(c);
    if (c->open_words > 0 || c->open_sentences > 0)
        ns2vec_chunker_close(c);
    return NS2VEC_OK;
}

/* Forgets the finished chunks after they have been copied. */
static inline void ns2vec_chunker_discard(ns2vec_chunker *c)
{
    if (c->n_bounds == 0)
        return;
    const int64_t done = c->bounds[c->n_bounds - 1].end;
    memmove(c->ids, c->ids + done, (size_t)(c->n_ids - done) * sizeof(int32_t));
    c->n_ids -= done;
    c->n_bounds = 0;
}

#endif
