// The calls of OpenBLAS that the product uses, as plain C functions.
#ifndef WRIGHT_COPENBLAS_H
#define WRIGHT_COPENBLAS_H

// Y = X W^T in float32: X is count x columns with rows xStride apart, W is rows x columns without gaps, Y is count x
// rows with rows yStride apart. Every extent is at least 1 and below 2^31. On as many threads as OpenBLAS likes.
void wright_sgemm(
    long count, long rows, long columns, const float *x, long xStride, const float *w, float *y, long yStride);

// C = A B (+ C if `accumulate`) on the calling thread alone: C is rows x columns, A rows x inner or (aTransposed) stored as inner x
// rows, B inner x columns or (bTransposed) stored as columns x inner; strides are distances of stored rows. Every extent is at
// least 1 and below 2^31.
//
// OpenBLAS counts threads for the whole process. While any call of these two functions is under way the count is 1, and then
// again what it was; a `wright_sgemm` that another thread begins meanwhile has one thread as well.
void wright_openblas_f32(
    long rows, long columns, long inner, const float *a, long aStride, int aTransposed, const float *b, long bStride,
    int bTransposed, float *c, long cStride, int accumulate);
void wright_openblas_f64(
    long rows, long columns, long inner, const double *a, long aStride, int aTransposed, const double *b, long bStride,
    int bTransposed, double *c, long cStride, int accumulate);

#endif
