/* The choice of the block for this processor, and the parts of the block that need no vectors. */
#include <string.h>

#include "block.h"

extern const ns2_ops ns2_ops_baseline;
#if defined(__x86_64__)
extern const ns2_ops ns2_ops_avx2;
extern const ns2_ops ns2_ops_avx512;
#endif

int ns2_list_isas(const char *names[], int capacity) {
    int n = 0;
    if (n < capacity) names[n++] = ns2_ops_baseline.name;
#if defined(__x86_64__)
    __builtin_cpu_init();
    int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
               __builtin_cpu_supports("bmi2");
    if (avx2 && n < capacity) names[n++] = ns2_ops_avx2.name;
    if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && n < capacity)
        names[n++] = ns2_ops_avx512.name;
#endif
    return n;
}

const ns2_ops *ns2_find_ops(const char *isa) {
    const char *names[4];
    int n = ns2_list_isas(names, 4), present = 0;
    for (int i = 0; i < n; i++) present |= strcmp(names[i], isa) == 0;
    if (!present) return NULL;
#if defined(__x86_64__)
    if (strcmp(isa, ns2_ops_avx2.name) == 0) return &ns2_ops_avx2;
    if (strcmp(isa, ns2_ops_avx512.name) == 0) return &ns2_ops_avx512;
#endif
    return &ns2_ops_baseline;
}

const char *ns2_compiler(void) {
#ifdef __clang__
    return "clang " __clang_version__;
#else
    return "gcc " __VERSION__;
#endif
}

static const struct {
    const char *name;
    int kind;
} links[] = {
#define ENTRY(number, name, kind) {#name, kind},
    NS2_LINKS(ENTRY){NULL, NS2_EACH}};

const char *ns2_link_name(int link) { return links[link].name; }

int ns2_link_kind(int link) { return links[link].kind; }

void ns2_link_custom(const ns2_block *b) {
    for (long i = 0; i < b->n_inputs; i++) {
        float *tile = b->tile + i * b->ld;
        double loss = b->user_link(b->user_data, (int)b->n_outputs, tile, b->labels + i * b->label_ld,
                                   b->weights, b->offsets);
        if (b->loss) *b->loss += loss;
        for (long j = 0; j < b->n_outputs; j++) tile[j] *= b->alpha;
    }
}

void ns2_step_composed(const ns2_ops *ops, const ns2_block *b) {
    ops->dots(b);
    ops->link(b);
    ops->update(b);
}
