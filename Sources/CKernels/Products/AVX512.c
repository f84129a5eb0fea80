// Matrix products for processors with AVX-512, with and without instructions for bfloat16.
#include "Products.h"

#if defined(WRIGHT_PRODUCTS_X86)
#include <immintrin.h>

#define AVX512_FEATURES "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"
#define TILE_ROWS 14
#define TILE_VECTORS 2

typedef float floats __attribute__((ext_vector_type(16)));
typedef float float4 __attribute__((ext_vector_type(4)));
typedef uint32_t float_bits __attribute__((ext_vector_type(16)));
typedef double doubles __attribute__((ext_vector_type(8)));

#pragma clang attribute push(__attribute__((target(AVX512_FEATURES), min_vector_width(512))), apply_to = function)

// Each quarter of 4 vectors transposed within itself.
static inline __attribute__((always_inline)) void transposeQuarters(floats v[4]) {
  floats w[4];
  WRIGHT_UNROLL for (int i = 0; i < 2; i++) {
    w[2 * i] = (floats)_mm512_unpacklo_ps((__m512)v[i], (__m512)v[i + 2]);
    w[2 * i + 1] = (floats)_mm512_unpackhi_ps((__m512)v[i], (__m512)v[i + 2]);
  }
  WRIGHT_UNROLL for (int i = 0; i < 2; i++) {
    v[2 * i] = (floats)_mm512_unpacklo_ps((__m512)w[i], (__m512)w[i + 2]);
    v[2 * i + 1] = (floats)_mm512_unpackhi_ps((__m512)w[i], (__m512)w[i + 2]);
  }
}
// Groups of 4 vectors within their quarters, then the quarters among the groups.
static inline __attribute__((always_inline)) void transpose16(floats v[16]) {
  WRIGHT_UNROLL for (int g = 0; g < 4; g++) transposeQuarters(v + 4 * g);
  WRIGHT_UNROLL for (int i = 0; i < 4; i++) {
    const __m512 even = _mm512_shuffle_f32x4((__m512)v[i], (__m512)v[4 + i], 0x88);
    const __m512 odd = _mm512_shuffle_f32x4((__m512)v[i], (__m512)v[4 + i], 0xdd);
    const __m512 even2 = _mm512_shuffle_f32x4((__m512)v[8 + i], (__m512)v[12 + i], 0x88);
    const __m512 odd2 = _mm512_shuffle_f32x4((__m512)v[8 + i], (__m512)v[12 + i], 0xdd);
    v[i] = (floats)_mm512_shuffle_f32x4(even, even2, 0x88);
    v[4 + i] = (floats)_mm512_shuffle_f32x4(odd, odd2, 0x88);
    v[8 + i] = (floats)_mm512_shuffle_f32x4(even, even2, 0xdd);
    v[12 + i] = (floats)_mm512_shuffle_f32x4(odd, odd2, 0xdd);
  }
}
// One of log2(LANES) equal steps of a transposition: the lanes of v[i] and v[i + LANES / 2] by turns.
#define INTERLEAVE_8(to, from)                                                                        \
  WRIGHT_UNROLL for (int i = 0; i < 4; i++) {                                                         \
    to[2 * i] = __builtin_shufflevector(from[i], from[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);              \
    to[2 * i + 1] = __builtin_shufflevector(from[i], from[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);        \
  }
// The loads bring row 4 l + i to quarter l of v[i], so that the rest is done within quarters.
static inline __attribute__((always_inline)) void fours16(floats v[4], const float *p, long stride) {
  WRIGHT_UNROLL for (int i = 0; i < 4; i++) {
    __m512 row = _mm512_castps128_ps512(_mm_loadu_ps(p + i * stride));
    row = _mm512_insertf32x4(row, _mm_loadu_ps(p + (4 + i) * stride), 1);
    row = _mm512_insertf32x4(row, _mm_loadu_ps(p + (8 + i) * stride), 2);
    v[i] = (floats)_mm512_insertf32x4(row, _mm_loadu_ps(p + (12 + i) * stride), 3);
  }
  transposeQuarters(v);
}
static inline __attribute__((always_inline)) void split16(float4 f[16], floats v[4]) {
  WRIGHT_UNROLL for (int i = 0; i < 4; i++) {
    f[i] = (float4)_mm512_castps512_ps128((__m512)v[i]);
    f[4 + i] = (float4)_mm512_extractf32x4_ps((__m512)v[i], 1);
    f[8 + i] = (float4)_mm512_extractf32x4_ps((__m512)v[i], 2);
    f[12 + i] = (float4)_mm512_extractf32x4_ps((__m512)v[i], 3);
  }
}
static inline __attribute__((always_inline)) void splitFours16(float4 f[16], floats v[4]) {
  transposeQuarters(v);
  split16(f, v);
}
static inline __attribute__((always_inline)) void transpose8(doubles v[8]) {
  doubles w[8];
  INTERLEAVE_8(w, v)
  INTERLEAVE_8(v, w)
  INTERLEAVE_8(w, v)
  for (int i = 0; i < 8; i++) v[i] = w[i];
}

// float32
#define SOURCE float
#define NUMBER float
#define VECTOR floats
#define LANES 16
#define MASK __mmask16
#define MASK_FIRST(n) ((__mmask16)((1u << (n)) - 1))
#define LOAD(p) ((floats)_mm512_loadu_ps(p))
#define STORE(p, v) _mm512_storeu_ps(p, (__m512)(v))
#define LOAD_MASKED(p, m) ((floats)_mm512_maskz_loadu_ps(m, p))
#define STORE_MASKED(p, v, m) _mm512_mask_storeu_ps(p, m, (__m512)(v))
#define SPREAD(x) ((floats)(x))
#define TRANSPOSE(v) transpose16(v)
#define BLOCK_COLUMNS (BLOCK_BYTES / BLOCK_INNER / 4)

#define NAME(x) avx512_f32_##x
#define MULTIPLY_ADD(sum, x, y) ((floats)_mm512_fmadd_ps((__m512)(x), (__m512)(y), (__m512)(sum)))
#include "Tiles.inc"

#define PRODUCT(x) wright_avx512_f32_##x
#define PER 1
#define CONVERTS 0
#define FOURS(v, p, stride) fours16(v, p, stride)
#define FOUR float4
#define LOAD_FOUR(p) ((float4)_mm_loadu_ps(p))
#define STORE_FOUR(p, f) _mm_storeu_ps(p, (__m128)(f))
#define SPLIT_FOURS(f, v) splitFours16(f, v)
#define SPLIT(f, v) split16(f, v)
#define SPREAD_FOUR(f) ((floats)_mm512_broadcast_f32x4((__m128)(f)))
#define SPREAD_IN_FOURS(v, g) ((floats)_mm512_permutevar_ps((__m512)(v), _mm512_set1_epi32(g)))
#define LOAD_FOUR_MASKED(p, m) ((float4)_mm_maskz_loadu_ps((__mmask8)(m), p))
#define STORE_FOUR_MASKED(p, f, m) _mm_mask_storeu_ps(p, (__mmask8)(m), (__m128)(f))
#define ALONG(p, n) ((n) == 16 ? LOAD(p) : LOAD_MASKED(p, MASK_FIRST(n)))
#define ACROSS(p, stride, n, m) LOAD_MASKED(p, m)
#include "Driver.inc"
#undef FOURS
#undef FOUR
#undef LOAD_FOUR
#undef STORE_FOUR
#undef SPLIT_FOURS
#undef SPLIT
#undef SPREAD_FOUR
#undef SPREAD_IN_FOURS
#undef LOAD_FOUR_MASKED
#undef STORE_FOUR_MASKED
#undef PRODUCT
#undef CONVERTS
#undef ALONG
#undef ACROSS

// float32, rounded to bfloat16 while it is copied
static inline __attribute__((always_inline)) floats rounded(floats x) {
  WRIGHT_ROUND_TO_BFLOAT16(float_bits, floats, x, x);
  return x;
}
#define PRODUCT(x) wright_avx512_rounded_##x
#define CONVERTS 1
#define ALONG(p, n) rounded((n) == 16 ? LOAD(p) : LOAD_MASKED(p, MASK_FIRST(n)))
#define ACROSS(p, stride, n, m) rounded(LOAD_MASKED(p, m))
#include "Driver.inc"
#undef PRODUCT
#undef PER
#undef CONVERTS
#undef ALONG
#undef ACROSS
#undef NAME
#undef MULTIPLY_ADD
#pragma clang attribute pop

// Pairs of bfloat16, each pair in the place of a float
#pragma clang attribute push(__attribute__((target(AVX512_FEATURES ",avx512bf16"), min_vector_width(512))), apply_to = function)
static inline __attribute__((always_inline)) floats pairsAlong(const float *p, long n) {
  if (n == 32) return (floats)_mm512_cvtne2ps_pbh(_mm512_loadu_ps(p + 16), _mm512_loadu_ps(p));
  __m512 first = _mm512_maskz_loadu_ps(MASK_FIRST(n < 16 ? n : 16), p);
  __m512 second = n > 16 ? _mm512_maskz_loadu_ps(MASK_FIRST(n - 16), p + 16) : _mm512_setzero_ps();
  return (floats)_mm512_cvtne2ps_pbh(second, first);
}
static inline __attribute__((always_inline)) floats pairsAcross(const float *p, long stride, long n, MASK m) {
  __m512 first = _mm512_maskz_loadu_ps(m, p);
  __m512 second = n == 2 ? _mm512_maskz_loadu_ps(m, p + stride) : _mm512_setzero_ps();
  const __m512i order = _mm512_set_epi16(
      31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  return (floats)_mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh(second, first));
}
#define NAME(x) avx512_bf16_##x
#define MULTIPLY_ADD(sum, x, y) ((floats)_mm512_dpbf16_ps((__m512)(sum), (__m512bh)(x), (__m512bh)(y)))
#include "Tiles.inc"

#define PRODUCT(x) wright_avx512_bf16_##x
#define PER 2
#define CONVERTS 1
#define ALONG(p, n) pairsAlong(p, n)
#define ACROSS(p, stride, n, m) pairsAcross(p, stride, n, m)
#include "Driver.inc"
#undef PRODUCT
#undef PER
#undef CONVERTS
#undef ALONG
#undef ACROSS
#undef NAME
#undef MULTIPLY_ADD
#pragma clang attribute pop

#undef SOURCE
#undef NUMBER
#undef VECTOR
#undef LANES
#undef MASK
#undef MASK_FIRST
#undef LOAD
#undef STORE
#undef LOAD_MASKED
#undef STORE_MASKED
#undef SPREAD
#undef TRANSPOSE
#undef BLOCK_COLUMNS

// float64
#pragma clang attribute push(__attribute__((target(AVX512_FEATURES), min_vector_width(512))), apply_to = function)
#define SOURCE double
#define NUMBER double
#define VECTOR doubles
#define LANES 8
#define MASK __mmask8
#define MASK_FIRST(n) ((__mmask8)((1u << (n)) - 1))
#define LOAD(p) ((doubles)_mm512_loadu_pd(p))
#define STORE(p, v) _mm512_storeu_pd(p, (__m512d)(v))
#define LOAD_MASKED(p, m) ((doubles)_mm512_maskz_loadu_pd(m, p))
#define STORE_MASKED(p, v, m) _mm512_mask_storeu_pd(p, m, (__m512d)(v))
#define SPREAD(x) ((doubles)(x))
#define TRANSPOSE(v) transpose8(v)
#define BLOCK_COLUMNS (BLOCK_BYTES / BLOCK_INNER / 8)
#define NAME(x) avx512_f64_##x
#define MULTIPLY_ADD(sum, x, y) ((doubles)_mm512_fmadd_pd((__m512d)(x), (__m512d)(y), (__m512d)(sum)))
#include "Tiles.inc"

#define PRODUCT(x) wright_avx512_f64_##x
#define PER 1
#define CONVERTS 0
#define ALONG(p, n) ((n) == 8 ? LOAD(p) : LOAD_MASKED(p, MASK_FIRST(n)))
#define ACROSS(p, stride, n, m) LOAD_MASKED(p, m)
#include "Driver.inc"
#pragma clang attribute pop
#endif
