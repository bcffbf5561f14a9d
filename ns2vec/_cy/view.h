/* How the kernels let samplers see the model: scores by the dots of the block, whatever the instruction set. */
#ifndef NS2VEC_VIEW_H
#define NS2VEC_VIEW_H

#include <string.h>

#include "block.h"
#include "sampler.h"

enum { NS2_VIEW_ROWS = 60, NS2_VIEW_TILE = 64 }; /* rows at a time: whole blocks of outputs, and their tile */

static void ns2_view_score(const ns2_view *self, const float *x, const float **rows, long n, float *scores) {
    const ns2_ops *ops = (const ns2_ops *)self->ops;
    float tile[2 * NS2_VIEW_TILE] __attribute__((aligned(64)));
    float *input = (float *)x;
    ns2_block b;
    memset(&b, 0, sizeof b);
    b.inputs = &input;
    b.n_inputs = 1;
    b.stride = self->stride;
    b.width = self->width;
    b.tile = tile;
    for (long first = 0; first < n; first += NS2_VIEW_ROWS) {
        b.n_outputs = n - first < NS2_VIEW_ROWS ? n - first : NS2_VIEW_ROWS;
        b.outputs = (float *const *)(rows + first);
        b.ld = ns2_tile_width(b.n_outputs);
        ops->dots(&b);
        memcpy(scores + first, tile, (size_t)b.n_outputs * sizeof(float));
    }
}

#endif
