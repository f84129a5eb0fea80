// Matrix products by OpenBLAS.
#include "COpenBLAS.h"

#include <cblas.h>

void wright_sgemm(
    long count, long rows, long columns, const float *x, long xStride, const float *w, float *y, long yStride) {
  cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)count, (blasint)rows, (blasint)columns, 1.0f, x,
      (blasint)xStride, w, (blasint)columns, 0.0f, y, (blasint)yStride);
}
