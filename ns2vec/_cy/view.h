/* How samplers see the model through the kernels: scores by the dots of the block, for every instruction set. */
#ifndef NS2VEC_VIEW_H
#define NS2VEC_VIEW_H

#include <string.h>

#include "block.h"
#include "sampler.h"

enum { NS2_VIEW_TILE = 64 }; /* floats in a tile of NS2_VIEW_ROWS outputs */

static void ns2_view_score(const ns2_view *self, const float *x, const float **rows, long n, float *scores) {
    const ns2_ops *ops = (const ns2_ops *)self->ops;
    float tile[2 * NS2_VIEW_TILE] __attribute__((aligned(64)));
    float *input = (float *)x;
    ns2_block b; /* dots needs only these fields of a block */
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

static void ns2_view_compose(const ns2_view *self, const ns2_bags *bags, const int32_t *units, long n,
                             float *vectors) {
    const ns2_ops *ops = (const ns2_ops *)self->ops;
    for (long i = 0; i < n; i++) {
        const int32_t *rows = bags->rows + bags->offsets[units[i]];
        long n_members = (long)(bags->offsets[units[i] + 1] - bags->offsets[units[i]]);
        for (long j = 0; j < n_members; j++) self->members[j] = bags->matrix + (int64_t)rows[j] * self->stride;
        ops->gather((float *const *)self->members, n_members, self->stride, bags->is_sum ? 1.0f : 1.0f / n_members,
                    vectors + i * self->stride);
    }
}

#endif
