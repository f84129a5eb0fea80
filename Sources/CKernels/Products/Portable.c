// Matrix products in plain vectors of 16 bytes, which every processor that Swift runs on has.
#include "Products.h"

#include <string.h>

#define TILE_ROWS 6
#define TILE_VECTORS 2

typedef float floats __attribute__((ext_vector_type(4)));
typedef float floats_unaligned __attribute__((ext_vector_type(4), aligned(4)));
typedef uint32_t float_bits __attribute__((ext_vector_type(4)));
typedef double doubles __attribute__((ext_vector_type(2)));
typedef double doubles_unaligned __attribute__((ext_vector_type(2), aligned(8)));

static inline __attribute__((always_inline)) void transpose4(floats v[4]) {
  floats w[4];
  WRIGHT_UNROLL for (int i = 0; i < 2; i++) {
    w[2 * i] = __builtin_shufflevector(v[i], v[i + 2], 0, 4, 1, 5);
    w[2 * i + 1] = __builtin_shufflevector(v[i], v[i + 2], 2, 6, 3, 7);
  }
  WRIGHT_UNROLL for (int i = 0; i < 2; i++) {
    v[2 * i] = __builtin_shufflevector(w[i], w[i + 2], 0, 4, 1, 5);
    v[2 * i + 1] = __builtin_shufflevector(w[i], w[i + 2], 2, 6, 3, 7);
  }
}
static inline __attribute__((always_inline)) void transpose2(doubles v[2]) {
  doubles first = __builtin_shufflevector(v[0], v[1], 0, 2);
  v[1] = __builtin_shufflevector(v[0], v[1], 1, 3);
  v[0] = first;
}
static inline __attribute__((always_inline)) floats loadFloats(const float *p, long n) {
  floats v = 0;
  WRIGHT_UNROLL for (long l = 0; l < 4; l++) if (l < n) v[l] = p[l];
  return v;
}
static inline __attribute__((always_inline)) void storeFloats(float *p, floats v, long n) {
  WRIGHT_UNROLL for (long l = 0; l < 4; l++) if (l < n) p[l] = v[l];
}
static inline __attribute__((always_inline)) doubles loadDoubles(const double *p, long n) {
  doubles v = 0;
  WRIGHT_UNROLL for (long l = 0; l < 2; l++) if (l < n) v[l] = p[l];
  return v;
}
static inline __attribute__((always_inline)) void storeDoubles(double *p, doubles v, long n) {
  WRIGHT_UNROLL for (long l = 0; l < 2; l++) if (l < n) p[l] = v[l];
}

#define MASK long
#define MASK_FIRST(n) (n)
// Fused where the processor has it: see Lanes.h.
#define MULTIPLY_ADD(sum, x, y) ((sum) + (x) * (y))

// float32
#define SOURCE float
#define NUMBER float
#define VECTOR floats
#define LANES 4
#define LOAD(p) ((floats)(*(const floats_unaligned *)(p)))
#define STORE(p, v) (*(floats_unaligned *)(p) = (v))
#define LOAD_MASKED(p, m) loadFloats(p, m)
#define STORE_MASKED(p, v, m) storeFloats(p, v, m)
#define SPREAD(x) ((floats)(x))
#define TRANSPOSE(v) transpose4(v)
#define BLOCK_COLUMNS (BLOCK_BYTES / BLOCK_INNER / 4)
#define NAME(x) portable_f32_##x
#include "Tiles.inc"

#define PRODUCT(x) wright_portable_f32_##x
#define PER 1
#define CONVERTS 0
#define ALONG(p, n) ((n) == 4 ? LOAD(p) : LOAD_MASKED(p, MASK_FIRST(n)))
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
#define PRODUCT(x) wright_portable_rounded_##x
#define CONVERTS 1
#define ALONG(p, n) rounded((n) == 4 ? LOAD(p) : LOAD_MASKED(p, MASK_FIRST(n)))
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
#undef LOAD
#undef STORE
#undef LOAD_MASKED
#undef STORE_MASKED
#undef SPREAD
#undef TRANSPOSE
#undef BLOCK_COLUMNS
#undef NAME

// float64
#define SOURCE double
#define NUMBER double
#define VECTOR doubles
#define LANES 2
#define LOAD(p) ((doubles)(*(const doubles_unaligned *)(p)))
#define STORE(p, v) (*(doubles_unaligned *)(p) = (v))
#define LOAD_MASKED(p, m) loadDoubles(p, m)
#define STORE_MASKED(p, v, m) storeDoubles(p, v, m)
#define SPREAD(x) ((doubles)(x))
#define TRANSPOSE(v) transpose2(v)
#define BLOCK_COLUMNS (BLOCK_BYTES / BLOCK_INNER / 8)
#define NAME(x) portable_f64_##x
#include "Tiles.inc"

#define PRODUCT(x) wright_portable_f64_##x
#define PER 1
#define CONVERTS 0
#define ALONG(p, n) ((n) == 2 ? LOAD(p) : LOAD_MASKED(p, MASK_FIRST(n)))
#define ACROSS(p, stride, n, m) LOAD_MASKED(p, m)
#include "Driver.inc"
