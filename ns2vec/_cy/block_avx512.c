/* The block with 64-byte vectors; called only after dispatch.c has found AVX-512 F, BW, DQ and VL.
 *
 * Every processor with AVX-512 can prefetch a line for writing (prfchw): a line that another processor has changed
 * then arrives in the exclusive state, where a plain prefetch would wait for it twice. */
#if defined(__x86_64__)
#define NS2_VECTOR_BYTES 64
#define NS2_TABLE ns2_ops_avx512
#define NS2_ISA_NAME "avx512"
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi2,avx512f,avx512bw,avx512dq,avx512vl,prfchw"))), \
                             apply_to = function)
#else
#pragma GCC target("avx2,fma,bmi2,avx512f,avx512bw,avx512dq,avx512vl,prfchw")
#endif
#include "block.inc"
#ifdef __clang__
#pragma clang attribute pop
#endif
#else
typedef int ns2_block_avx512_is_for_x86_64;
#endif
