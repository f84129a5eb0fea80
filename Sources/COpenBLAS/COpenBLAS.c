// Matrix products by OpenBLAS.
#include "COpenBLAS.h"

#include <cblas.h>
#include <pthread.h>

void wright_sgemm(
    long count, long rows, long columns, const float *x, long xStride, const float *w, float *y, long yStride) {
  cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)count, (blasint)rows, (blasint)columns, 1.0f, x,
      (blasint)xStride, w, (blasint)columns, 0.0f, y, (blasint)yStride);
}

// Calls under way that want one thread, and the count of threads that they found.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long underWay;
static int threadsBefore;

static void beginOnOneThread(void) {
  pthread_mutex_lock(&lock);
  if (underWay++ == 0) {
    threadsBefore = openblas_get_num_threads();
    if (threadsBefore != 1) openblas_set_num_threads(1);
  }
  pthread_mutex_unlock(&lock);
}

static void endOnOneThread(void) {
  pthread_mutex_lock(&lock);
  if (--underWay == 0 && threadsBefore != 1) openblas_set_num_threads(threadsBefore);
  pthread_mutex_unlock(&lock);
}

void wright_openblas_f32(
    long rows, long columns, long inner, const float *a, long aStride, int aTransposed, const float *b, long bStride,
    int bTransposed, float *c, long cStride, int accumulate) {
  beginOnOneThread();
  cblas_sgemm(
      CblasRowMajor, aTransposed ? CblasTrans : CblasNoTrans, bTransposed ? CblasTrans : CblasNoTrans, (blasint)rows,
      (blasint)columns, (blasint)inner, 1.0f, a, (blasint)aStride, b, (blasint)bStride, accumulate ? 1.0f : 0.0f, c,
      (blasint)cStride);
  endOnOneThread();
}

void wright_openblas_f64(
    long rows, long columns, long inner, const double *a, long aStride, int aTransposed, const double *b, long bStride,
    int bTransposed, double *c, long cStride, int accumulate) {
  beginOnOneThread();
  cblas_dgemm(
      CblasRowMajor, aTransposed ? CblasTrans : CblasNoTrans, bTransposed ? CblasTrans : CblasNoTrans, (blasint)rows,
      (blasint)columns, (blasint)inner, 1.0, a, (blasint)aStride, b, (blasint)bStride, accumulate ? 1.0 : 0.0, c,
      (blasint)cStride);
  endOnOneThread();
}
