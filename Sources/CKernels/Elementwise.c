// Activations, normalizations, rotations and index maps: everything that touches each number once.
#define _GNU_SOURCE
#include "Lanes.h"

#include <math.h>

#include "CKernels.h"

#pragma clang fp contract(fast)

// Runs `body` on blocks of 16 numbers `x` (and `u` from `second`), the last block padded with zeros.
#define FOR_BLOCKS(first, second, count, y, body)                             \
  for (long i = 0; i < (count); i += 16) {                                    \
    long here = (count) - i < 16 ? (count) - i : 16;                          \
    lanes x = (lanes)(0.0f), u = (lanes)(0.0f), result;                       \
    if (here == 16) {                                                         \
      x = LANES_LOAD_UNALIGNED((first) + i);                                  \
      u = LANES_LOAD_UNALIGNED((second) + i);                                 \
    } else {                                                                  \
      for (long l = 0; l < here; l++) x[l] = (first)[i + l], u[l] = (second)[i + l]; \
    }                                                                         \
    body;                                                                     \
    if (here == 16) {                                                         \
      LANES_STORE_UNALIGNED((y) + i, result);                                 \
    } else {                                                                  \
      for (long l = 0; l < here; l++) (y)[i + l] = result[l];                 \
    }                                                                         \
  }

WRIGHT_KERNEL void wright_exponential(const float *input, long count, float *y) {
  FOR_BLOCKS(input, input, count, y, LANES_EXP(result, x))
}

WRIGHT_KERNEL void wright_silu_multiply(const float *input, const float *up, long count, float *y) {
  FOR_BLOCKS(input, up, count, y, {
    lanes e;
    LANES_EXP(e, -x);
    result = x / (1.0f + e) * u;
  })
}

WRIGHT_KERNEL void wright_gelu_tanh(const float *input, long count, float *y) {
  FOR_BLOCKS(input, input, count, y, {
    lanes e;
    lanes t = 1.5957691216057308f * (x + 0.044715f * (x * x * x));
    LANES_EXP(e, -t);
    result = x / (1.0f + e);
  })
}

WRIGHT_KERNEL void wright_relu(const float *x, long count, float *y) {
  for (long i = 0; i < count; i++) y[i] = x[i] > 0 ? x[i] : 0;
}

// Sums in 16 lanes, then by halves; the tail is masked.
#define SUM_OF(result, count, term)                                           \
  do {                                                                        \
    lanes total_ = (lanes)(0.0f);                                             \
    long i = 0;                                                               \
    for (; i + 16 <= (count); i += 16) {                                      \
      lanes v = LANES_LOAD_UNALIGNED(x + i);                                  \
      total_ += (term);                                                       \
    }                                                                         \
    LANES_SUM(result, total_);                                                \
    for (; i < (count); i++) {                                                \
      float v = x[i];                                                         \
      (result) += (term);                                                     \
    }                                                                         \
  } while (0)

WRIGHT_KERNEL void wright_rms_normalize(
    const float *x, long count, float epsilon, const int32_t *columns, const float *gain, long kept, float *y) {
  float squares;
  SUM_OF(squares, count, v * v);
  float scale = 1.0f / sqrtf(squares / (float)count + epsilon);
  for (long i = 0; i < kept; i++) y[i] = (x[columns[i]] * scale) * gain[i];
}

WRIGHT_KERNEL void wright_layer_normalize(
    const float *x, long count, float epsilon, const int32_t *columns, const float *gain, const float *bias, long kept,
    float *y) {
  float sum, squares;
  SUM_OF(sum, count, v);
  float mean = sum / (float)count;
  SUM_OF(squares, count, (v - mean) * (v - mean));
  float scale = 1.0f / sqrtf(squares / (float)count + epsilon);
  for (long i = 0; i < kept; i++) y[i] = ((x[columns[i]] - mean) * scale) * gain[i] + bias[i];
}

WRIGHT_KERNEL void wright_gather(const float *x, const int32_t *columns, long kept, float *y) {
  for (long i = 0; i < kept; i++) y[i] = x[columns[i]];
}

void wright_scatter_add(const float *x, const int32_t *rows, long kept, float *y) {
  for (long i = 0; i < kept; i++) y[rows[i]] += x[i];
}

void wright_rotary_table(const float *inverseFrequencies, long pairs, float position, float *cosines, float *sines) {
  for (long i = 0; i < pairs; i++) sincosf(position * inverseFrequencies[i], &sines[i], &cosines[i]);
}

WRIGHT_KERNEL void wright_rotate(float *x, const float *cosines, const float *sines, long pairs, float scale) {
  float *y = x + pairs;
  for (long i = 0; i < pairs; i++) {
    float a = x[i], b = y[i];
    x[i] = (a * cosines[i] - b * sines[i]) * scale;
    y[i] = (b * cosines[i] + a * sines[i]) * scale;
  }
}
