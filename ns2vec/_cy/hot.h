/* A thread's own copies of hot rows: the most frequent words, and the top of the Huffman tree.
 *
 * All threads change these rows all the time, and each change takes the cache line away from the other
 * processors.  So each thread trains copies, and from time to time adds its changes to the matrix
 * (Vuurens et al. 2016, arXiv:1606.07822, cache the top of the tree in the same way).
 */
#ifndef NS2VEC_HOT_H
#define NS2VEC_HOT_H

/* How much of the change `own` is already in the change `others`: the part of `own` along it, from 0 to 1.
 * Threads that start from the same row learn much the same, so the plain sum of their changes goes too far, by
 * a factor of up to the number of threads; with four, training diverges. */
static inline float ns2_share_done(const float *restrict shared, const float *restrict local,
                                   const float *restrict base, long width) {
    float squares = 0.0f, products = 0.0f;
    for (long i = 0; i < width; i++) {
        float others = shared[i] - base[i];
        squares += others * others;
        products += others * (local[i] - base[i]);
    }
    if (!(products > 0.0f)) return 0.0f;
    return products < squares ? products / squares : 1.0f;
}

/* For each of n rows: shared += own change, minus the part that others have made; then all three are equal. */
static inline void ns2_merge_rows(float *restrict shared, float *restrict local, float *restrict base, long n,
                                  long stride) {
    for (long r = 0; r < n * stride; r += stride) {
        float *s = shared + r, *l = local + r, *b = base + r;
        const float done = ns2_share_done(s, l, b, stride);
        for (long i = 0; i < stride; i++) {
            float sum = s[i] + ((l[i] - b[i]) - done * (s[i] - b[i]));
            s[i] = l[i] = b[i] = sum;
        }
    }
}

#endif
