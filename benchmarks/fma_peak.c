/* Peak of fused multiply-adds: fma_peak ISA THREADS SECONDS prints GFLOP/s of all threads together.
 * ISA is avx512, avx2 or baseline (SSE2: a product and a sum). Twelve independent chains hide the
 * latency (eight would be enough), and leave some of AVX2's 16 registers for the factors. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#define CHAINS 12
#define STEPS 100000

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

/* One block of STEPS x CHAINS vector operations; the sum prevents the compiler from removing it. */
#define BLOCK(NAME, TARGET, VECTOR, SET, STEP, STORE, WIDTH) \
    TARGET static float NAME(void) { \
        VECTOR a[CHAINS], x = SET(0.999f), y = SET(1e-6f); \
        float out[WIDTH], sum = 0; \
        for (int i = 0; i < CHAINS; i++) a[i] = SET(1e-9f * (float)i); \
        for (long k = 0; k < STEPS; k++) { \
            _Pragma("GCC unroll 12") for (int i = 0; i < CHAINS; i++) a[i] = STEP(a[i], x, y); \
        } \
        for (int i = 0; i < CHAINS; i++) { \
            STORE(out, a[i]); \
            sum += out[0]; \
        } \
        return sum; \
    }

#ifdef __x86_64__
#define SSE_STEP(a, x, y) _mm_add_ps(_mm_mul_ps(a, x), y)
BLOCK(block_baseline, , __m128, _mm_set1_ps, SSE_STEP, _mm_storeu_ps, 4)
BLOCK(block_avx2, __attribute__((target("avx2,fma"))), __m256, _mm256_set1_ps, _mm256_fmadd_ps,
      _mm256_storeu_ps, 8)
BLOCK(block_avx512, __attribute__((target("avx512f"))), __m512, _mm512_set1_ps, _mm512_fmadd_ps,
      _mm512_storeu_ps, 16)
#else
typedef float vector4 __attribute__((vector_size(16)));
#define SPLAT(v) ((vector4){v, v, v, v})
#define ANY_STEP(a, x, y) ((a) * (x) + (y))
#define ANY_STORE(out, v) memcpy(out, &(v), 16)
BLOCK(block_baseline, , vector4, SPLAT, ANY_STEP, ANY_STORE, 4)
#endif

static float (*block)(void) = block_baseline;
static double seconds;
static pthread_barrier_t start;

struct work {
    double flop_per_second;
    float sum;
};

static int width = 4;

static void *run(void *argument) {
    struct work *work = argument;
    double begun, ended;
    long blocks = 0;
    work->sum = block();
    pthread_barrier_wait(&start);
    begun = now();
    do {
        work->sum += block();
        blocks++;
        ended = now();
    } while (ended - begun < seconds);
    work->flop_per_second = 2.0 * CHAINS * STEPS * width * blocks / (ended - begun);
    return NULL;
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: fma_peak avx512|avx2|baseline THREADS SECONDS\n");
        return 2;
    }
    int n_threads = atoi(argv[2]);
    seconds = atof(argv[3]);
#ifdef __x86_64__
    if (!strcmp(argv[1], "avx512")) block = block_avx512, width = 16;
    if (!strcmp(argv[1], "avx2")) block = block_avx2, width = 8;
#endif
    pthread_t threads[256];
    struct work work[256];
    double total = 0;
    float sum = 0;
    if (n_threads < 1 || n_threads > 256) return 2;
    pthread_barrier_init(&start, NULL, (unsigned)n_threads);
    for (int i = 0; i < n_threads; i++) pthread_create(&threads[i], NULL, run, &work[i]);
    for (int i = 0; i < n_threads; i++) {
        pthread_join(threads[i], NULL);
        total += work[i].flop_per_second;
        sum += work[i].sum;
    }
    printf("%.3f %g\n", total / 1e9, sum);
    return 0;
}
