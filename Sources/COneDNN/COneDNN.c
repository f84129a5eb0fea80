// Binds the one function of oneDNN that the product uses, and keeps its threads to one.
#include "COneDNN.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

// dnnl_gemm_bf16bf16f32, row-major, as oneDNN 1.1 to 3 define it in src/common/gemm.cpp. It has C linkage and is exported, and is
// in no installed header; unlike the matmul primitive it needs none of the structures that changed between the versions, takes
// strides and transposition as they are, and picks the AMX kernels by itself.
typedef int Multiply(
    char transa, char transb, int64_t m, int64_t n, int64_t k, float alpha, const uint16_t *a, int64_t lda,
    const uint16_t *b, int64_t ldb, float beta, float *c, int64_t ldc);

static pthread_once_t once = PTHREAD_ONCE_INIT;
static Multiply *multiply;
static int (*ompThreads)(void);
static void (*ompSetThreads)(int);

static void bind(void) {
  static const char *const names[] = {"libdnnl.so.2", "libdnnl.so.3"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    void *library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) continue;
    // dlsym looks in what the library depends on as well: its OpenMP.
    *(void **)&ompThreads = dlsym(library, "omp_get_max_threads");
    *(void **)&ompSetThreads = dlsym(library, "omp_set_num_threads");
    *(void **)&multiply = dlsym(library, "dnnl_gemm_bf16bf16f32");
    if (multiply != NULL && ompThreads != NULL && ompSetThreads != NULL) return;
    multiply = NULL;
    dlclose(library);
  }
}

int wright_onednn_is_available(void) {
  pthread_once(&once, bind);
  return multiply != NULL;
}

int wright_onednn_bf16(
    long rows, long columns, long inner, const uint16_t *a, long aStride, int aTransposed, const uint16_t *b,
    long bStride, int bTransposed, float *c, long cStride, int accumulate) {
  if (!wright_onednn_is_available()) return -1;
  // The count of OpenMP's threads belongs to the calling thread: no other thread sees this change.
  const int threads = ompThreads();
  if (threads != 1) ompSetThreads(1);
  const int status = multiply(
      aTransposed ? 'T' : 'N', bTransposed ? 'T' : 'N', rows, columns, inner, 1.0f, a, aStride, b, bStride,
      accumulate ? 1.0f : 0.0f, c, cStride);
  if (threads != 1) ompSetThreads(threads);
  return status;
}
