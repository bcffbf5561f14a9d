/* Sums over a row in float32, in sixteen parts whatever the register width of the processor is. */
#ifndef NS2VEC_ROWS_H
#define NS2VEC_ROWS_H

#define NS2_LANES 16

static inline float ns2_dot(const float *restrict one, const float *restrict other, long width) {
    float lanes[NS2_LANES] = {0};
    long i = 0;
    for (; i + NS2_LANES <= width; i += NS2_LANES)
        for (int lane = 0; lane < NS2_LANES; lane++) lanes[lane] += one[i + lane] * other[i + lane];
    for (int lane = 0; i + lane < width; lane++) lanes[lane] += one[i + lane] * other[i + lane];
    for (int half = NS2_LANES / 2; half; half /= 2)
        for (int lane = 0; lane < half; lane++) lanes[lane] += lanes[lane + half];
    return lanes[0];
}

/* into += factor * row */
static inline void ns2_add(float *restrict into, const float *restrict row, float factor, long width) {
    for (long i = 0; i < width; i++) into[i] += factor * row[i];
}

/* into = a * into + b * row */
static inline void ns2_mix(float *restrict into, float a, const float *restrict row, float b, long width) {
    for (long i = 0; i < width; i++) into[i] = a * into[i] + b * row[i];
}

#endif
