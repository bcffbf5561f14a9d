/* The block with 32-byte vectors; called only after dispatch.c has found AVX2 and FMA. */
#if defined(__x86_64__)
#define NS2_VECTOR_BYTES 32
#define NS2_TABLE ns2_ops_avx2
#define NS2_ISA_NAME "avx2"
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi2"))), apply_to = function)
#else
#pragma GCC target("avx2,fma,bmi2")
#endif
#include "block.inc"
#ifdef __clang__
#pragma clang attribute pop
#endif
#else
typedef int ns2_block_avx2_is_for_x86_64;
#endif
