/* Cosines of rows with a query, compared with the same sums in double, and with those of the rows without the first
 * ones: a program without Python, so that it can be built for another processor and run there or in an emulator.
 * Exit code 0: all agree.
 */
#include <math.h>
#include <stdio.h>

#include "dots.h"

enum { MAX_N = 19, MAX_WIDTH = 101, STRIDE = 103 };

static float rows[MAX_N * STRIDE], query[MAX_WIDTH], norms[MAX_N], out[MAX_N];
static unsigned long long state = 1;

static float random_float(void) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (float)((double)(state >> 40) / (double)(1 << 24) - 0.5);
}

static double worst_of(ptrdiff_t n, ptrdiff_t width, int is_wide) {
    double worst = 0.0;
    ns2_cosines(rows, n, STRIDE, query, width, norms, out, is_wide);
    for (ptrdiff_t i = 0; i < n; i++) {
        double sum = 0.0, error;
        for (ptrdiff_t k = 0; k < width; k++) sum += (double)rows[i * STRIDE + k] * (double)query[k];
        error = fabs(sum / (norms[i] == 0.0f ? 1.0 : (double)norms[i]) - (double)out[i]);
        if (!(error <= worst)) worst = error;
    }
    return worst;
}

/* A row's cosine does not depend on the number of rows before it. */
static int differs_by_place(ptrdiff_t n, ptrdiff_t width, int is_wide) {
    float others[MAX_N];
    for (ptrdiff_t first = 1; first < n; first++) {
        ns2_cosines(rows + first * STRIDE, n - first, STRIDE, query, width, norms + first, others, is_wide);
        for (ptrdiff_t i = first; i < n; i++)
            if (others[i - first] != out[i]) return 1;
    }
    return 0;
}

int main(void) {
    int n_different = 0;
    double worst = 0.0;
    for (ptrdiff_t i = 0; i < MAX_N * STRIDE; i++) rows[i] = random_float();
    for (ptrdiff_t k = 0; k < MAX_WIDTH; k++) query[k] = random_float();
    for (ptrdiff_t i = 0; i < MAX_N; i++) norms[i] = i % 5 == 2 ? 0.0f : random_float() + 1.0f;
    for (int is_wide = 0; is_wide < 2; is_wide++)
        for (ptrdiff_t n = 0; n <= MAX_N; n++)
            for (ptrdiff_t width = 0; width <= MAX_WIDTH; width++) {
                double found = worst_of(n, width, is_wide);
                if (!(found <= worst)) worst = found;
                n_different += differs_by_place(n, width, is_wide);
            }
    printf("largest difference: %.2e, different by place: %d\n", worst, n_different);
    return !(worst < 2e-5 && n_different == 0);
}
