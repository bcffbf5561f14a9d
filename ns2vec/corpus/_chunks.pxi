"""Cutting and copying chunks of ids; included as text into both compiled modules of the corpus."""

from libc.stdint cimport INT64_MAX, int32_t, int64_t
from libc.string cimport memcpy

import numpy as np


cdef extern from "_chunker.h" nogil:
    enum:
        NS2VEC_OK
        NS2VEC_NO_MEMORY
        NS2VEC_PYTHON_ERROR
        NS2VEC_TOO_MANY
        NS2VEC_END
        NS2VEC_UNKNOWN
        NS2VEC_DROP
        NS2VEC_MAX_PIECE

    ctypedef struct ns2vec_bound:
        int64_t end
        int64_t n_words
        int64_t n_sentences

    ctypedef struct ns2vec_chunker:
        int32_t* ids
        ns2vec_bound* bounds
        int64_t n_bounds
        int64_t total_words
        int64_t total_sentences

    void ns2vec_chunker_init(ns2vec_chunker* c, int64_t chunk_words, int64_t max_sentence)
    void ns2vec_chunker_free(ns2vec_chunker* c)
    int ns2vec_chunker_reserve(ns2vec_chunker* c, int64_t n)
    void ns2vec_chunker_word(ns2vec_chunker* c, int32_t code)
    void ns2vec_chunker_end_sentence(ns2vec_chunker* c)
    int ns2vec_chunker_finish(ns2vec_chunker* c)
    void ns2vec_chunker_discard(ns2vec_chunker* c)


cdef int check(int status) except -1:
    """Turn a status of the C side into the Python error it stands for."""
    if status == NS2VEC_NO_MEMORY:
        raise MemoryError("no memory left for the table of distinct words or the encoded text")
    if status == NS2VEC_TOO_MANY:
        raise OverflowError("more than 2**31 distinct words, or a word of 4 GiB: is this text?")
    return 0


cdef list take_chunks(ns2vec_chunker* chunker, bint keep):
    """Copy the finished chunks out: [(int32 ids or None, n_words, n_sentences), ...]."""
    cdef list chunks = []
    cdef int64_t start = 0
    cdef int64_t i
    cdef int32_t[::1] out
    for i in range(chunker.n_bounds):
        ids = None
        if keep:
            ids = np.empty(chunker.bounds[i].end - start, dtype=np.int32)
            if chunker.bounds[i].end > start:
                out = ids
                memcpy(&out[0], chunker.ids + start, out.shape[0] * sizeof(int32_t))
        chunks.append((ids, chunker.bounds[i].n_words, chunker.bounds[i].n_sentences))
        start = chunker.bounds[i].end
    ns2vec_chunker_discard(chunker)
    return chunks
