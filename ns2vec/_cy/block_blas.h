/* A block table whose algebra is done by BLAS; see block_blas.c. */
#ifndef NS2VEC_BLOCK_BLAS_H
#define NS2VEC_BLOCK_BLAS_H

#include "block.h"

typedef float ns2_sdot(int *n, float *x, int *incx, float *y, int *incy);
typedef void ns2_saxpy(int *n, float *a, float *x, int *incx, float *y, int *incy);

/* `isa` provides its link.  The table it returns always needs `deltas`. */
ns2_ops ns2_blas_ops(const ns2_ops *isa, ns2_sdot *sdot, ns2_saxpy *saxpy);

#endif
