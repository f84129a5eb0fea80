// Which kernels a processor gets, and the workspace of each thread.
#include "Products.h"

#include <pthread.h>
#include <stdlib.h>
#if defined(WRIGHT_PRODUCTS_X86)
#include <cpuid.h>
#endif

int wright_best_kernels(void) {
#if defined(WRIGHT_PRODUCTS_X86)
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    return __builtin_cpu_supports("avx512bf16") ? wright_kernels_avx512_bf16 : wright_kernels_avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return wright_kernels_avx2;
#endif
  return wright_kernels_portable;
}

int wright_has_bfloat16_tiles(void) {
#if defined(WRIGHT_PRODUCTS_X86)
  // CPUID leaf 7, EDX: bit 22 is AMX-BF16, bit 24 AMX-TILE.
  unsigned a, b, c, d;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  return (d >> 22 & 1) && (d >> 24 & 1);
#else
  return 0;
#endif
}

// A thread's workspace is made at its first product and freed when it ends.
static pthread_key_t workspaceKey;
static pthread_once_t workspaceOnce = PTHREAD_ONCE_INIT;
static _Thread_local void *workspace;

static void makeWorkspaceKey(void) {
  if (pthread_key_create(&workspaceKey, free) != 0) abort();
}

static void *workspaceOfThread(void) {
  if (workspace == NULL) {
    pthread_once(&workspaceOnce, makeWorkspaceKey);
    // At a page's start, so that blocks take the least pages.
    if (posix_memalign(&workspace, 4096, WORKSPACE_BYTES) != 0) abort();
    pthread_setspecific(workspaceKey, workspace);
  }
  return workspace;
}

#if defined(WRIGHT_PRODUCTS_X86)
#define WRIGHT_CHOOSE(kind, best)                                        \
  switch (p->kernels) {                                                  \
    case wright_kernels_avx512_bf16: best(p, a, b, bias, c, space); return; \
    case wright_kernels_avx512: wright_avx512_##kind##_multiply(p, a, b, bias, c, space); return; \
    case wright_kernels_avx2: wright_avx2_##kind##_multiply(p, a, b, bias, c, space); return; \
    default: wright_portable_##kind##_multiply(p, a, b, bias, c, space); return; \
  }
#else
#define WRIGHT_CHOOSE(kind, best) wright_portable_##kind##_multiply(p, a, b, bias, c, space);
#endif

void wright_product_f32(const wright_product *p, const float *a, const float *b, const float *bias, float *c) {
  void *space = workspaceOfThread();
  WRIGHT_CHOOSE(f32, wright_avx512_f32_multiply)
}

void wright_product_f64(const wright_product *p, const double *a, const double *b, const double *bias, double *c) {
  void *space = workspaceOfThread();
  WRIGHT_CHOOSE(f64, wright_avx512_f64_multiply)
}

void wright_product_bf16(const wright_product *p, const float *a, const float *b, const float *bias, float *c) {
  void *space = workspaceOfThread();
  WRIGHT_CHOOSE(rounded, wright_avx512_bf16_multiply)
}
