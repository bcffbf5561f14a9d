/* Memory that begins on a cache line. No single C function allocates it on every system: Microsoft's library
 * has no aligned_alloc, because its free() could not release such memory.
 */
#ifndef NS2VEC_ALIGNED_H
#define NS2VEC_ALIGNED_H

#include <stdlib.h>
#ifdef _WIN32
#include <malloc.h>
#endif

#define NS2_CACHE_LINE 64

/* NULL if there is no memory; to be released by ns2_aligned_free. */
static inline void *ns2_aligned_alloc(size_t n_bytes) {
#ifdef _WIN32
    return _aligned_malloc(n_bytes, NS2_CACHE_LINE);
#else
    void *block = NULL;
    return posix_memalign(&block, NS2_CACHE_LINE, n_bytes) ? NULL : block;
#endif
}

static inline void ns2_aligned_free(void *block) {
#ifdef _WIN32
    _aligned_free(block);
#else
    free(block);
#endif
}

#endif
