// SIMD kernels that C compiles better than Swift; each is compiled for several processors and chosen at load time.
//
// Panels. A matrix of R rows and K columns is stored in ceil(R / 16) panels of 16 rows; element (16 p + l, k) stands at
// (p K + k) 16 + l, and rows beyond R are 0. A product W x then runs down the lanes: no sums across a vector, and each
// output is one chain of multiply-adds in column order, so that it does not depend on how many vectors x are multiplied
// at once.
#ifndef WRIGHT_CKERNELS_H
#define WRIGHT_CKERNELS_H

#include <stdint.h>

#include "Activations.h"
#include "CausalAttention.h"
#include "Elements.h"
#include "Losses.h"
#include "Normalizations.h"
#include "Products.h"
#include "TokenKernels.h"
#include "Updates.h"

// Numbers in a panel's column; pointers to panels, padded vectors and scores are aligned to 64 bytes.
enum { wright_lanes = 16 };

// 1 where the processor has 512-bit vectors (AVX-512), else 0.
int wright_has_wide_vectors(void);

// y[n yStride + r] = bias[r] + sum_k W[r, k] x[n xStride + k] for n < count and all 16 panelCount padded rows r; no
// bias where NULL.
void wright_panels_multiply(
    const float *panels, long panelCount, long columns, const float *bias, const float *x, long xStride, long count,
    float *y, long yStride);

// The greatest of W x and its least index among the first `rows` rows, for each of `count` vectors: values[n],
// indices[n]. NaN is never chosen; where nothing exceeds -infinity the index is 0.
void wright_panels_argmax(
    const float *panels, long rows, long columns, const float *x, long xStride, long count, float *values,
    int64_t *indices);

// Panels to plain rows: y[r columns + k] for the first `rows` rows.
void wright_panels_unpack(const float *panels, long rows, long columns, float *y);

// Column `slot` of a panel array becomes the row x: panels[(slot / 16 columns + k) 16 + slot % 16] = x[k].
void wright_panels_store(float *panels, long slot, long columns, const float *x);

// Row `from` is copied onto row `to`.
void wright_panels_move(float *panels, long from, long to, long columns);

// The index of the first of `values[0 ..< count]` that equals `value`, or -1.
long wright_find(const int32_t *values, long count, int32_t value);

// scores[i] becomes exp(scores[i] - max) for i < count; returns their sum. `scores` is padded to a multiple of 16.
// A block of 16 whose weights are all exactly 0 is left unwritten; the others' indices go to live[0 ..< *liveCount].
float wright_softmax_weights(float *scores, long count, int32_t *live, long *liveCount);

// out[d] = sum over live blocks b and lanes l of weights[16 b + l] values[(b columns + d) 16 + l], divided by total.
void wright_weighted_sum(
    const float *values, long columns, const float *weights, const int32_t *live, long liveCount, float total,
    float *out);

// y[i] = exp(x[i]): relative error below 1e-7 for normal results, within 2^-149 for subnormal ones; exactly 1 at 0, 0
// at and below -104, infinite above 88.72284.
void wright_exponential(const float *x, long count, float *y);

// y[i] = x[i] / (1 + exp(-x[i])) * up[i].
void wright_silu_multiply(const float *x, const float *up, long count, float *y);

// y[i] = x[i] / (1 + exp(-2 u)), u = sqrt(2 / pi) (x[i] + 0.044715 x[i]^3): GELU in its tanh form.
void wright_gelu_tanh(const float *x, long count, float *y);

// y[i] = x[i] > 0 ? x[i] : 0.
void wright_relu(const float *x, long count, float *y);

// y[i] = x[columns[i]] / sqrt(mean(x^2) + epsilon) * gain[i] for i < kept, the mean over x[0 ..< count].
void wright_rms_normalize(
    const float *x, long count, float epsilon, const int32_t *columns, const float *gain, long kept, float *y);

// y[i] = (x[columns[i]] - mean(x)) / sqrt(variance(x) + epsilon) * gain[i] + bias[i] for i < kept.
void wright_layer_normalize(
    const float *x, long count, float epsilon, const int32_t *columns, const float *gain, const float *bias, long kept,
    float *y);

// y[i] = x[columns[i]].
void wright_gather(const float *x, const int32_t *columns, long kept, float *y);

// y[rows[i]] += x[i]; the rows are distinct.
void wright_scatter_add(const float *x, const int32_t *rows, long kept, float *y);

// cosines[i], sines[i] of the float32 angle position * inverseFrequencies[i].
void wright_rotary_table(const float *inverseFrequencies, long pairs, float position, float *cosines, float *sines);

// (x[i], x[i + pairs]) turned by the i-th angle, then multiplied by scale.
void wright_rotate(float *x, const float *cosines, const float *sines, long pairs, float scale);

#endif
