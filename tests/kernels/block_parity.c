/* The block of every instruction set, compared with the same sums in double: a program without Python, so that it can
 * be built for another processor and run there or in an emulator.  Exit code 0: all agree.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "block.h"

enum { MAX_N = 10, MAX_M = 19, MAX_STRIDE = 320, MAX_LD = 32 };

static float inputs[MAX_N][MAX_STRIDE] __attribute__((aligned(64)));
static float outputs[MAX_M][MAX_STRIDE] __attribute__((aligned(64)));
static float deltas[MAX_N * MAX_STRIDE] __attribute__((aligned(64)));
static float tile[(MAX_N + 1) * MAX_LD], labels[MAX_LD], weights[MAX_LD], offsets[MAX_LD], lock[MAX_N];
static double old_in[MAX_N][MAX_STRIDE], old_out[MAX_M][MAX_STRIDE], score[MAX_N][MAX_M], grad[MAX_N][MAX_M];
static unsigned long long state = 1;
static double worst;

static float random_float(void) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (float)((double)(state >> 40) / (double)(1 << 24) - 0.5);
}

static void compare(double expected, double got) {
    double error = fabs(expected - got) / (1.0 + fabs(expected));
    if (!(error <= worst)) worst = error;
}

/* Fills rows (padding stays zero), labels, weights, offsets and locks. */
static void fill(long n, long m, long width) {
    memset(inputs, 0, sizeof inputs);
    memset(outputs, 0, sizeof outputs);
    memset(weights, 0, sizeof weights);
    for (long k = 0; k < width; k++) {
        for (long i = 0; i < n; i++) inputs[i][k] = random_float();
        for (long j = 0; j < m; j++) outputs[j][k] = random_float();
    }
    for (long j = 0; j < MAX_LD; j++) {
        labels[j] = j == 0;
        offsets[j] = random_float();
        if (j < m) weights[j] = (float)(1 + j % 2);
    }
    for (long i = 0; i < n; i++) lock[i] = random_float() + 1.0f;
    for (long k = 0; k < MAX_STRIDE; k++) {
        for (long i = 0; i < n; i++) old_in[i][k] = inputs[i][k];
        for (long j = 0; j < m; j++) old_out[j][k] = outputs[j][k];
    }
}

/* Scores and errors times alpha, in double. */
static void expected_errors(const ns2_block *b) {
    for (long i = 0; i < b->n_inputs; i++) {
        double sum = 0.0, z[MAX_M];
        for (long j = 0; j < b->n_outputs; j++) {
            score[i][j] = 0.0;
            for (long k = 0; k < b->width; k++) score[i][j] += old_in[i][k] * old_out[j][k];
            z[j] = score[i][j] - (b->offsets ? (double)b->offsets[j] : 0.0);
            sum += (double)weights[j] * exp(z[j]);
        }
        grad[i][0] = 0.0;
        for (long j = 1; j < b->n_outputs && ns2_link_kind(b->link) == NS2_CONTRAST; j++) {
            double lead = z[0] - z[j], push = b->link == NS2_BPR ? 1.0 / (1.0 + exp(lead)) : lead < 1.0;
            grad[i][j] = -weights[j] * push * b->alpha;
            grad[i][0] -= grad[i][j];
        }
        for (long j = 0; j < b->n_outputs && ns2_link_kind(b->link) != NS2_CONTRAST; j++) {
            double p = b->link == NS2_SOFTMAX ? weights[j] * exp(z[j]) / sum : 1.0 / (1.0 + exp(-z[j]));
            grad[i][j] = (labels[j] - p) * (b->link == NS2_SOFTMAX ? 1.0 : weights[j]) * b->alpha;
        }
    }
}

static void compare_rows(const ns2_block *b, int with_deltas, int repeats) {
    for (long k = 0; k < b->stride; k++) {
        for (long i = 0; i < b->n_inputs; i++) {
            double change = 0.0;
            for (long j = 0; j < b->n_outputs; j++) change += grad[i][j] * old_out[j][k];
            if (with_deltas) {
                compare(change * repeats, deltas[i * b->stride + k]);
                compare(old_in[i][k], inputs[i][k]);
            } else {
                compare(old_in[i][k] + change * (b->lock ? b->lock[i] : 1.0), inputs[i][k]);
            }
        }
        for (long j = 0; j < b->n_outputs; j++) {
            double change = 0.0;
            for (long i = 0; i < b->n_inputs; i++) change += grad[i][j] * old_in[i][k];
            compare(old_out[j][k] + change, outputs[j][k]);
        }
    }
}

static void check_block(const ns2_ops *ops, long n, long m, long width, int link, int variant) {
    float *in[MAX_N], *out[MAX_M];
    int with_deltas = m > NS2_OUTPUTS || variant == 2;
    ns2_block b;
    fill(n, m, width);
    for (long i = 0; i < n; i++) in[i] = inputs[i];
    for (long j = 0; j < m; j++) out[j] = outputs[j];
    memset(&b, 0, sizeof b);
    memset(deltas, 0, sizeof deltas);
    b.inputs = in, b.n_inputs = n, b.outputs = out, b.n_outputs = m;
    b.stride = (width + NS2_ROW_FLOATS - 1) / NS2_ROW_FLOATS * NS2_ROW_FLOATS;
    b.width = width;
    b.labels = labels, b.weights = weights, b.offsets = variant ? offsets : NULL;
    b.lock = variant == 1 ? lock : NULL;
    b.ahead = out, b.n_ahead = m;
    b.alpha = 0.3f, b.link = link, b.tile = tile, b.ld = ns2_tile_width(m);
    b.deltas = with_deltas ? deltas : NULL;
    expected_errors(&b);
    ops->dots(&b);
    for (long i = 0; i < n; i++)
        for (long j = 0; j < m; j++) compare(score[i][j], tile[i * b.ld + j]);
    ops->link(&b);
    for (long i = 0; i < n; i++)
        for (long j = 0; j < m; j++) compare(grad[i][j], tile[i * b.ld + j]);
    ops->update(&b);
    compare_rows(&b, with_deltas, 1);
    if (with_deltas) {
        b.add_to_deltas = 1;
        for (long j = 0; j < m; j++)
            for (long k = 0; k < b.stride; k++) outputs[j][k] = (float)old_out[j][k];
        ops->update(&b);
        compare_rows(&b, 1, 2);
    }
}

/* Outputs stay: inputs move, or what they would move by is found. */
static void check_frozen(const ns2_ops *ops, long n, long m, long width, int with_deltas) {
    float *in[MAX_N], *out[MAX_M];
    double lengths = 0.0;
    ns2_block b;
    fill(n, m, width);
    for (long i = 0; i < n; i++) in[i] = inputs[i];
    for (long j = 0; j < m; j++) out[j] = outputs[j];
    memset(&b, 0, sizeof b);
    b.inputs = in, b.n_inputs = n, b.outputs = out, b.n_outputs = m;
    b.stride = (width + NS2_ROW_FLOATS - 1) / NS2_ROW_FLOATS * NS2_ROW_FLOATS;
    b.width = width, b.labels = labels, b.weights = weights, b.lock = lock, b.ahead = in, b.n_ahead = n;
    b.alpha = 0.3f, b.tile = tile, b.ld = ns2_tile_width(m), b.deltas = with_deltas ? deltas : NULL;
    expected_errors(&b);
    for (long j = 0; j < m; j++)
        for (long k = 0; k < width; k++) lengths += weights[j] * old_out[j][k] * old_out[j][k];
    compare(lengths, ops->spread(&b));
    ops->dots(&b);
    ops->link(&b);
    ops->toward(&b);
    for (long k = 0; k < b.stride; k++) {
        for (long i = 0; i < n; i++) {
            double change = 0.0;
            for (long j = 0; j < m; j++) change += grad[i][j] * old_out[j][k];
            compare(old_in[i][k] + (with_deltas ? 0.0 : lock[i] * change), inputs[i][k]);
            if (with_deltas) compare(change, deltas[i * b.stride + k]);
        }
        for (long j = 0; j < m; j++) compare(old_out[j][k], outputs[j][k]);
    }
}

enum { PAIRS = 3 };

/* Three pairs, each with its own rows, by `pairs` or as blocks of one input each. */
static void train_pairs(const ns2_ops *ops, long m, long width, int link, int at_once, int frozen, float *bias) {
    static const float factors[PAIRS] = {1.0f, 0.5f, 2.0f};
    float *in[PAIRS], *out[MAX_M], counts[PAIRS * 8] = {0}, minus[8] = {0};
    int32_t ids[MAX_M];
    long n_outputs[PAIRS] = {m, m, m};
    ns2_block b;
    fill(PAIRS, PAIRS * m, width);
    for (long i = 0; i < PAIRS; i++) in[i] = inputs[i];
    for (long j = 0; j < PAIRS * m; j++) {
        out[j] = outputs[j], ids[j] = (int32_t)j, bias[j] = offsets[j];
        counts[j / m * 8 + j % m] = 1.0f;
    }
    memset(&b, 0, sizeof b);
    b.stride = (width + NS2_ROW_FLOATS - 1) / NS2_ROW_FLOATS * NS2_ROW_FLOATS;
    b.width = width, b.labels = labels, b.alpha = 0.3f, b.link = link, b.tile = tile, b.ld = 8;
    if (at_once) {
        const ns2_pairs p = {in, out, n_outputs, ids, counts, factors, bias, frozen, PAIRS, m};
        ops->pairs(&p, &b);
        return;
    }
    b.n_inputs = 1, b.n_outputs = m, b.offsets = minus;
    for (long i = 0; i < PAIRS; i++) {
        for (long j = 0; j < m; j++) minus[j] = -bias[i * m + j];
        b.inputs = in + i, b.outputs = out + i * m, b.weights = counts + 8 * i, b.alpha = 0.3f * factors[i];
        ops->step(ops, &b);
        for (long j = 0; j < m; j++) bias[i * m + j] += tile[j];
    }
}

static void check_pairs(const ns2_ops *ops, long m, long width, int link, int frozen) {
    static float in[PAIRS][MAX_STRIDE], out[MAX_M][MAX_STRIDE], bias[2][MAX_M];
    unsigned long long start = state;
    train_pairs(ops, m, width, link, 0, 0, bias[0]);
    memcpy(in, inputs, sizeof in);
    memcpy(out, outputs, sizeof out);
    state = start;
    train_pairs(ops, m, width, link, 1, frozen, bias[1]);
    for (long k = 0; k < MAX_STRIDE; k++) {
        for (long i = 0; i < PAIRS; i++) compare(in[i][k], inputs[i][k]);
        for (long j = 0; j < PAIRS * m; j++) compare(frozen ? old_out[j][k] : out[j][k], outputs[j][k]);
    }
    for (long j = 0; j < PAIRS * m; j++) compare(frozen ? offsets[j] : bias[0][j], bias[1][j]);
}

static void check_sums(const ns2_ops *ops, long n, long stride) {
    float *in[MAX_N], hidden[MAX_STRIDE];
    fill(n, 1, stride);
    for (long i = 0; i < n; i++) in[i] = inputs[i];
    ops->gather(in, n, stride, 0.5f, hidden);
    ops->scatter(in, n, stride, 2.0f, lock, hidden);
    for (long k = 0; k < stride; k++) {
        double sum = 0.0;
        for (long i = 0; i < n; i++) sum += old_in[i][k];
        compare(0.5 * sum, hidden[k]);
        for (long i = 0; i < n; i++) compare(old_in[i][k] + 2.0 * lock[i] * hidden[k], inputs[i][k]);
    }
}

int main(void) {
    const char *names[4];
    static const long widths[] = {8, 16, 24, 104, 304};
    int n_isas = ns2_list_isas(names, 4), failed = 0;
    for (int isa = 0; isa < n_isas; isa++) {
        const ns2_ops *ops = ns2_find_ops(names[isa]);
        long blocks = 0;
        worst = 0.0;
        for (int w = 0; w < 5; w++) {
            for (long m = 1; m <= NS2_OUTPUTS; m++)
                for (int link = NS2_LOGISTIC; link <= NS2_HINGE; link++)
                    for (int frozen = 0; frozen < 2; frozen++) check_pairs(ops, m, widths[w], link, frozen);
            for (long n = 1; n <= MAX_N; n++) {
                for (long m = 1; m <= MAX_M; m++) {
                    check_frozen(ops, n, m, widths[w], 0);
                    check_frozen(ops, n, m, widths[w], 1);
                    for (int link = NS2_LOGISTIC; link <= (n < 3 ? NS2_HINGE : NS2_SOFTMAX); link++)
                        for (int variant = 0; variant < 3; variant++, blocks++)
                            check_block(ops, n, m, widths[w], link, variant);
                }
                check_sums(ops, n, (widths[w] + 15) / 16 * 16);
            }
        }
        printf("%s %s: %ld blocks, largest relative error %.2g\n", ns2_compiler(), names[isa], blocks, worst);
        failed |= !(worst < 1e-5);
    }
    return failed;
}
