/* A thread's own copies of hot rows: the most frequent words (and the top of the Huffman tree).
 *
 * Every thread changes these rows all the time, and each change takes the cache line away from the other
 * processors.  So each thread trains copies, and adds what it has changed to the matrix now and then
 * (Vuurens et al. 2016, arXiv:1606.07822, did the first half for the top of the tree).
 */
#ifndef NS2VEC_HOT_H
#define NS2VEC_HOT_H

/* shared += local - base, then all three are the same; n floats. */
static inline void ns2_merge_rows(float *restrict shared, float *restrict local, float *restrict base, long n) {
    for (long i = 0; i < n; i++) {
        float sum = shared[i] + (local[i] - base[i]);
        shared[i] = local[i] = base[i] = sum;
    }
}

#endif
