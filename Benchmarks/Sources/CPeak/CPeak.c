// Register-only loops of multiply-adds.
#include "CPeak.h"

#if defined(__x86_64__)
#include <immintrin.h>

// 14 chains hide the latency of a multiply-add on two pipes. The empty assembly keeps the compiler from moving work out of the loop.
enum { chains = 14 };

#define PEAK(name, features, VECTOR, OPERAND, LANES, zero, operation)                  \
  __attribute__((target(features))) static double name(long count, double *sink) {     \
    VECTOR sums[chains];                                                               \
    OPERAND x = {0}, y = {0};                                                          \
    __asm__ volatile("" : "+v"(x), "+v"(y));                                           \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < chains; i++) sums[i] = zero; \
    for (long k = 0; k < count; k++) {                                                 \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < chains; i++) {            \
        sums[i] = operation;                                                           \
        __asm__ volatile("" : "+v"(sums[i]));                                          \
      }                                                                                \
    }                                                                                  \
    for (int i = 0; i < chains; i++) *sink += sums[i][0];                              \
    return 2.0 * chains * LANES * (double)count;                                       \
  }

PEAK(wide32, "avx512f", __m512, __m512, 16, _mm512_setzero_ps(), _mm512_fmadd_ps(x, y, sums[i]))
PEAK(wide64, "avx512f", __m512d, __m512d, 8, _mm512_setzero_pd(), _mm512_fmadd_pd(x, y, sums[i]))
PEAK(wide16, "avx512f,avx512bf16", __m512, __m512bh, 32, _mm512_setzero_ps(), _mm512_dpbf16_ps(sums[i], x, y))
PEAK(narrow32, "avx2,fma", __m256, __m256, 8, _mm256_setzero_ps(), _mm256_fmadd_ps(x, y, sums[i]))
PEAK(narrow64, "avx2,fma", __m256d, __m256d, 4, _mm256_setzero_pd(), _mm256_fmadd_pd(x, y, sums[i]))

double wright_peak_run(int kind, long count, double *sink) {
  if (kind == wright_peak_bf16) return __builtin_cpu_supports("avx512bf16") ? wide16(count, sink) : 0;
  if (__builtin_cpu_supports("avx512f")) return kind == wright_peak_f32 ? wide32(count, sink) : wide64(count, sink);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return kind == wright_peak_f32 ? narrow32(count, sink) : narrow64(count, sink);
  return 0;
}
#else
double wright_peak_run(int kind, long count, double *sink) {
  (void)kind, (void)count, (void)sink;
  return 0;
}
#endif
