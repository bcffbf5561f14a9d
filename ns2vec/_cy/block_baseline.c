/* The block with 16-byte vectors: SSE2 on x86-64, NEON on aarch64, or the compiler's own code elsewhere. */
#define NS2_VECTOR_BYTES 16
#define NS2_TABLE ns2_ops_baseline
#define NS2_ISA_NAME "baseline"
#include "block.inc"
