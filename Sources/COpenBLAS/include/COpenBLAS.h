// The calls of OpenBLAS that the product uses, as plain C functions.
#ifndef WRIGHT_COPENBLAS_H
#define WRIGHT_COPENBLAS_H

// Y = X W^T in float32: X is count x columns with rows xStride apart, W is rows x columns without gaps, Y is count x
// rows with rows yStride apart. Every extent is at least 1 and below 2^31.
void wright_sgemm(
    long count, long rows, long columns, const float *x, long xStride, const float *w, float *y, long yStride);

#endif
