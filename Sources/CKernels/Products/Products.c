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
  // The processor has them: CPUID leaf 7, EDX, bits 22 (AMX-BF16) and 24 (AMX-TILE). The system saves their registers: OSXSAVE in
  // leaf 1, then bits 17 and 18 of XCR0.
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 27 & 1)) return 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d >> 22 & 1) || !(d >> 24 & 1)) return 0;
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (low >> 17 & 3) == 3;
#else
  return 0;
#endif
}

// A thread's workspace is made at its first product, grows as it is asked to, and is freed when the thread ends.
static pthread_key_t workspaceKey;
static pthread_once_t workspaceOnce = PTHREAD_ONCE_INIT;
static _Thread_local void *workspace;
static _Thread_local size_t workspaceBytes;

static void makeWorkspaceKey(void) {
  if (pthread_key_create(&workspaceKey, free) != 0) abort();
}

void *wright_thread_workspace(size_t bytes) {
  if (workspaceBytes < bytes) {
    pthread_once(&workspaceOnce, makeWorkspaceKey);
    free(workspace);
    // At a page's start, so that blocks take the least pages.
    if (posix_memalign(&workspace, 4096, bytes) != 0) abort();
    workspaceBytes = bytes;
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
  void *space = wright_thread_workspace(WORKSPACE_BYTES);
  WRIGHT_CHOOSE(f32, wright_avx512_f32_multiply)
}

void wright_product_f64(const wright_product *p, const double *a, const double *b, const double *bias, double *c) {
  void *space = wright_thread_workspace(WORKSPACE_BYTES);
  WRIGHT_CHOOSE(f64, wright_avx512_f64_multiply)
}

void wright_product_bf16(const wright_product *p, const float *a, const float *b, const float *bias, float *c) {
  void *space = wright_thread_workspace(WORKSPACE_BYTES);
  WRIGHT_CHOOSE(rounded, wright_avx512_bf16_multiply)
}

typedef uint32_t bits16 __attribute__((ext_vector_type(16)));
typedef uint16_t shorts16 __attribute__((ext_vector_type(16)));
typedef uint16_t shorts16_unaligned __attribute__((ext_vector_type(16), aligned(2)));

WRIGHT_KERNEL void wright_round_rows_to_bfloat16(const float *x, long rows, long columns, long stride, uint16_t *y) {
  for (long i = 0; i < rows; i++, x += stride, y += columns) {
    for (long j = 0; j < columns; j += 16) {
      const long left = columns - j < 16 ? columns - j : 16;
      lanes v = 0;
      if (left == 16) {
        v = LANES_LOAD_UNALIGNED(x + j);
      } else {
        for (long l = 0; l < left; l++) v[l] = x[j + l];
      }
      WRIGHT_ROUND_TO_BFLOAT16(bits16, lanes, v, v);
      const shorts16 halves = __builtin_convertvector((bits16)v >> 16, shorts16);
      if (left == 16) {
        *(shorts16_unaligned *)(y + j) = halves;
      } else {
        for (long l = 0; l < left; l++) y[j + l] = halves[l];
      }
    }
  }
}
