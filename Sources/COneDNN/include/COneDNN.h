// Matrix products in bfloat16 by oneDNN, which is looked for when the program runs: nothing is linked, and nothing breaks without
// it.
#ifndef WRIGHT_CONEDNN_H
#define WRIGHT_CONEDNN_H

#include <stdint.h>

// 1 where the library (libdnnl, major version 2 or 3, with OpenMP) can be loaded and has the product, else 0.
int wright_onednn_is_available(void);

// C = A B (+ C if `accumulate`) on the calling thread alone, A and B in bfloat16, sums and C in float32. C is rows x columns, A rows x
// inner or (aTransposed) stored as inner x rows, B inner x columns or (bTransposed) stored as columns x inner; strides are
// distances of stored rows. Every extent is at least 1. Returns 0, or oneDNN's status where it refuses.
int wright_onednn_bf16(
    long rows, long columns, long inner, const uint16_t *a, long aStride, int aTransposed, const uint16_t *b,
    long bStride, int bTransposed, float *c, long cStride, int accumulate);

#endif
