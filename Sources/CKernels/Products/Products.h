// What the matrix products of all processors share.
#ifndef WRIGHT_PRODUCTS_H
#define WRIGHT_PRODUCTS_H

#include "../Lanes.h"
#include "../include/Products.h"

#if defined(WRIGHT_DISPATCH)
#define WRIGHT_PRODUCTS_X86
#endif

// A block of B of BLOCK_INNER x BLOCK_COLUMNS stays in the second-level cache (512 KiB), a tile of A in the first.
enum {
  BLOCK_INNER = 256,
  BLOCK_BYTES = 1 << 19,
  // The height of a copied tile of A whose rows are contiguous: a multiple of every vector, at least the highest tile.
  COPIED_ROWS = 16,
  // B is copied from so many rows on: then the copying is lost in the multiplying, and the pages are fewer.
  COPY_FROM = 128,
  // Sums enough to keep multiply-adds from waiting for one another.
  WIDE_VECTORS = 8,
  // C^T of products by rows: 2 vectors of 64 bytes of columns.
  TURNED_ROWS = 256,
  TURNED_OFFSET = BLOCK_BYTES + BLOCK_INNER * COPIED_ROWS * 8,
  WORKSPACE_BYTES = TURNED_OFFSET + 2 * 64 * TURNED_ROWS,
};

// Rows so many bytes apart fall into few sets of the first-level cache, too few for the rows of a tile.
#define WRIGHT_STRIDE_COLLIDES(bytes) ((bytes) % 2048 == 0)

typedef void wright_multiply_f32(
    const wright_product *p, const float *a, const float *b, const float *bias, float *c, void *workspace);
typedef void wright_multiply_f64(
    const wright_product *p, const double *a, const double *b, const double *bias, double *c, void *workspace);

wright_multiply_f32 wright_portable_f32_multiply, wright_portable_rounded_multiply;
wright_multiply_f64 wright_portable_f64_multiply;
#if defined(WRIGHT_PRODUCTS_X86)
wright_multiply_f32 wright_avx2_f32_multiply, wright_avx2_rounded_multiply;
wright_multiply_f64 wright_avx2_f64_multiply;
wright_multiply_f32 wright_avx512_f32_multiply, wright_avx512_rounded_multiply, wright_avx512_bf16_multiply;
wright_multiply_f64 wright_avx512_f64_multiply;
#endif

// float32 to the nearest bfloat16 (ties to even), still as float32. As in the instructions of AVX512_BF16, numbers below
// 2^-126 become zeros of their sign; NaN stays NaN. BITS is a vector of unsigned as long as the vector x.
#define WRIGHT_ROUND_TO_BFLOAT16(BITS, VECTOR, result, x)                                    \
  do {                                                                                       \
    BITS u_ = (BITS)(x);                                                                     \
    BITS nearest_ = (u_ + 0x7fffu + ((u_ >> 16) & 1u)) & 0xffff0000u;                        \
    nearest_ = (u_ & 0x7fffffffu) > 0x7f800000u ? ((u_ | 0x400000u) & 0xffff0000u) : nearest_; \
    nearest_ = (u_ & 0x7f800000u) == 0u ? (u_ & 0x80000000u) : nearest_;                     \
    (result) = (VECTOR)nearest_;                                                             \
  } while (0)

#endif
