// Matrix products for processors with AVX2 and fused multiply-adds.
#include "Products.h"

#if defined(WRIGHT_PRODUCTS_X86)
#include <immintrin.h>

#define TILE_ROWS 6
#define TILE_VECTORS 2

typedef float floats __attribute__((ext_vector_type(8)));
typedef uint32_t float_bits __attribute__((ext_vector_type(8)));
typedef double doubles __attribute__((ext_vector_type(4)));

#pragma clang attribute push(__attribute__((target("avx2,fma"), min_vector_width(256))), apply_to = function)

// One of log2(LANES) equal steps of a transposition: the lanes of v[i] and v[i + LANES / 2] by turns.
#define INTERLEAVE_8(to, from)                                                                 \
  WRIGHT_UNROLL for (int i = 0; i < 4; i++) {                                                  \
    to[2 * i] = __builtin_shufflevector(from[i], from[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);       \
    to[2 * i + 1] = __builtin_shufflevector(from[i], from[i + 4], 4, 12, 5, 13, 6, 14, 7, 15); \
  }
static inline __attribute__((always_inline)) void transpose8(floats v[8]) {
  floats w[8];
  INTERLEAVE_8(w, v)
  INTERLEAVE_8(v, w)
  INTERLEAVE_8(w, v)
  WRIGHT_UNROLL for (int i = 0; i < 8; i++) v[i] = w[i];
}
#define INTERLEAVE_4(to, from)                                                     \
  WRIGHT_UNROLL for (int i = 0; i < 2; i++) {                                      \
    to[2 * i] = __builtin_shufflevector(from[i], from[i + 2], 0, 4, 1, 5);         \
    to[2 * i + 1] = __builtin_shufflevector(from[i], from[i + 2], 2, 6, 3, 7);     \
  }
static inline __attribute__((always_inline)) void transpose4(doubles v[4]) {
  doubles w[4];
  INTERLEAVE_4(w, v)
  INTERLEAVE_4(v, w)
}

static const int32_t maskSource[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
#define MASK __m256i

// float32
#define SOURCE float
#define NUMBER float
#define VECTOR floats
#define LANES 8
#define MASK_FIRST(n) _mm256_loadu_si256((const __m256i *)(maskSource + 8 - (n)))
#define LOAD(p) ((floats)_mm256_loadu_ps(p))
#define STORE(p, v) _mm256_storeu_ps(p, (__m256)(v))
#define LOAD_MASKED(p, m) ((floats)_mm256_maskload_ps(p, m))
#define STORE_MASKED(p, v, m) _mm256_maskstore_ps(p, m, (__m256)(v))
#define SPREAD(x) ((floats)(x))
#define MULTIPLY_ADD(sum, x, y) ((floats)_mm256_fmadd_ps((__m256)(x), (__m256)(y), (__m256)(sum)))
#define TRANSPOSE(v) transpose8(v)
#define BLOCK_COLUMNS (BLOCK_BYTES / BLOCK_INNER / 4)
#define NAME(x) avx2_f32_##x
#include "Tiles.inc"

#define PRODUCT(x) wright_avx2_f32_##x
#define PER 1
#define CONVERTS 0
#define ALONG(p, n) ((n) == 8 ? LOAD(p) : LOAD_MASKED(p, MASK_FIRST(n)))
#define ACROSS(p, stride, n, m) LOAD_MASKED(p, m)
#include "Driver.inc"
#undef PRODUCT
#undef CONVERTS
#undef ALONG
#undef ACROSS

// float32, rounded to bfloat16 while it is copied
static inline __attribute__((always_inline)) floats rounded(floats x) {
  WRIGHT_ROUND_TO_BFLOAT16(float_bits, floats, x, x);
  return x;
}
#define PRODUCT(x) wright_avx2_rounded_##x
#define CONVERTS 1
#define ALONG(p, n) rounded((n) == 8 ? LOAD(p) : LOAD_MASKED(p, MASK_FIRST(n)))
#define ACROSS(p, stride, n, m) rounded(LOAD_MASKED(p, m))
#include "Driver.inc"
#undef PRODUCT
#undef PER
#undef CONVERTS
#undef ALONG
#undef ACROSS
#undef SOURCE
#undef NUMBER
#undef VECTOR
#undef LANES
#undef MASK_FIRST
#undef LOAD
#undef STORE
#undef LOAD_MASKED
#undef STORE_MASKED
#undef SPREAD
#undef MULTIPLY_ADD
#undef TRANSPOSE
#undef BLOCK_COLUMNS
#undef NAME

// float64
#define SOURCE double
#define NUMBER double
#define VECTOR doubles
#define LANES 4
#define MASK_FIRST(n) _mm256_loadu_si256((const __m256i *)(maskSource + 8 - 2 * (n)))
#define LOAD(p) ((doubles)_mm256_loadu_pd(p))
#define STORE(p, v) _mm256_storeu_pd(p, (__m256d)(v))
#define LOAD_MASKED(p, m) ((doubles)_mm256_maskload_pd(p, m))
#define STORE_MASKED(p, v, m) _mm256_maskstore_pd(p, m, (__m256d)(v))
#define SPREAD(x) ((doubles)(x))
#define MULTIPLY_ADD(sum, x, y) ((doubles)_mm256_fmadd_pd((__m256d)(x), (__m256d)(y), (__m256d)(sum)))
#define TRANSPOSE(v) transpose4(v)
#define BLOCK_COLUMNS (BLOCK_BYTES / BLOCK_INNER / 8)
#define NAME(x) avx2_f64_##x
#include "Tiles.inc"

#define PRODUCT(x) wright_avx2_f64_##x
#define PER 1
#define CONVERTS 0
#define ALONG(p, n) ((n) == 4 ? LOAD(p) : LOAD_MASKED(p, MASK_FIRST(n)))
#define ACROSS(p, stride, n, m) LOAD_MASKED(p, m)
#include "Driver.inc"
#pragma clang attribute pop
#endif
