/* A block table that does each of the block's three steps as one matrix product; see block_gemm.c. */
#ifndef NS2VEC_BLOCK_GEMM_H
#define NS2VEC_BLOCK_GEMM_H

#include "block.h"
#include "softmax.h"

/* `isa` provides its link and its sums of rows.  The table it returns always needs `deltas` and `packed`. */
ns2_ops ns2_gemm_ops(const ns2_ops *isa, ns2_sgemm *sgemm);

#endif
