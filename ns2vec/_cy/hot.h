/* A thread's own copies of hot rows: the most frequent words, and the top of the Huffman tree.
 *
 * Every thread changes these rows all the time, and each change takes the cache line away from the other
 * processors.  So each thread trains copies, and adds what it has changed to the matrix now and then
 * (Vuurens et al. 2016, arXiv:1606.07822, did the first half for the top of the tree).
 */
#ifndef NS2VEC_HOT_H
#define NS2VEC_HOT_H

/* How much of the change `own` the change `others` has made already: the part of `own` along it, from 0 to 1.
 * Threads that start from the same row learn much the same, so that the plain sum of what they changed goes as many
 * times too far as there are threads; training diverges with four. */
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

/* For each of n rows: shared += own change, less what of it others have made; then all three are the same. */
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
