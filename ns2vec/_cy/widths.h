/* One source for two vector widths.  The file NS2_SOURCE is included for vectors of 16 bytes and, on x86-64, again
 * for vectors of 32, with VECTOR_BYTES, TARGET (a function attribute) and NAMED(f) set; it undefines them.
 * NS2_CALL(f, ...) calls the widest one that this processor has.  NS2_TARGET is what compilers may use for the wide
 * one: less than AVX2 and FMA, although the processor has them, if no product may be fused with its sum. */
#ifndef NS2_TARGET
#define NS2_TARGET "avx2,fma"
#endif

#define TARGET
#define VECTOR_BYTES 16
#define NAMED(f) ns2_baseline_##f
#include NS2_SOURCE

#if defined(__x86_64__)
#define TARGET __attribute__((target(NS2_TARGET)))
#define VECTOR_BYTES 32
#define NAMED(f) ns2_avx2_##f
#include NS2_SOURCE

static int ns2_has_avx2(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#define NS2_CALL(f, ...) (ns2_has_avx2() ? ns2_avx2_##f(__VA_ARGS__) : ns2_baseline_##f(__VA_ARGS__))
#else
#define NS2_CALL(f, ...) ns2_baseline_##f(__VA_ARGS__)
#endif
