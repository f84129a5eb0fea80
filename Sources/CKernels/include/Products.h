// Matrix products C = A B + start on the calling thread, by kernels for several processors.
//
// An entry of C is computed from its row of A, its column of B and its start alone. The inner index is cut into blocks of 256
// (512 in bfloat16); each block is one chain of multiply-adds from 0 in the order of the inner index, and the sums of the blocks
// are added to the start one after the other. Multiply-adds are fused but in the portable kernels where the processor has none, so
// that all others agree to the bit.
#ifndef WRIGHT_CKERNELS_PRODUCTS_H
#define WRIGHT_CKERNELS_PRODUCTS_H

#include <stddef.h>
#include <stdint.h>

// The kernels, each better than the one before it.
enum {
  wright_kernels_portable = 0,
  wright_kernels_avx2 = 1,
  wright_kernels_avx512 = 2,
  // AVX-512 with instructions for bfloat16; the other numbers as before.
  wright_kernels_avx512_bf16 = 3,
};

// The best kernels that the processor has.
int wright_best_kernels(void);

// 1 where the processor multiplies tiles of bfloat16 (AMX), else 0.
int wright_has_bfloat16_tiles(void);

enum { wright_start_zero = 0, wright_start_accumulate = 1, wright_start_bias = 2 };

// C is rows x columns; A is rows x inner, stored so or (aTransposed) inner x rows; B is inner x columns or (bTransposed) columns x
// inner. Strides are distances of stored rows in numbers. C meets neither A nor B.
typedef struct {
  long rows, columns, inner;
  long aStride, bStride, cStride;
  int aTransposed, bTransposed;
  // One of wright_start_*.
  int start;
  // One of wright_kernels_*, which the processor must have.
  int kernels;
} wright_product;

// bias: `columns` numbers, read if the start is wright_start_bias.
void wright_product_f32(const wright_product *p, const float *a, const float *b, const float *bias, float *c);
void wright_product_f64(const wright_product *p, const double *a, const double *b, const double *bias, double *c);

// The same in float32 with A and B rounded to the nearest bfloat16 (ties to even; numbers below 2^-126 to zero). Products and sums
// are float32; those of wright_kernels_avx512_bf16 take two inner indices at once, in the processor's order, and flush
// subnormal sums to zero.
void wright_product_bf16(const wright_product *p, const float *a, const float *b, const float *bias, float *c);

// y[i columns + j] = x[i stride + j] rounded to bfloat16 as above.
void wright_round_rows_to_bfloat16(const float *x, long rows, long columns, long stride, uint16_t *y);

// At least so many bytes, aligned to a page, which belong to the calling thread until its next product or call of this.
void *wright_thread_workspace(size_t bytes);

#endif
