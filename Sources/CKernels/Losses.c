// Losses in float32, 16 numbers at a time, and in float64 by libm.
#include "Losses.h"

#include <math.h>

#include "Blocks.h"

#pragma clang fp contract(fast)

// `loss` and `slope` of the numbers y and targets t; what fills up the last block is not summed.
#define SUM_OF_LOSSES(body)                                          \
  lanes total = (lanes)(0.0f);                                       \
  FOR_BLOCKS(count, {                                                \
    lanes y;                                                         \
    lanes t;                                                         \
    lanes loss;                                                      \
    lanes slope;                                                     \
    BLOCK_READ(y, outputs + i, part);                                \
    BLOCK_READ(t, targets + i, part);                                \
    body;                                                            \
    if (part < 16)                                                   \
      for (long lane = part; lane < 16; lane++) loss[lane] = 0;      \
    total += loss;                                                   \
    slope = slope * scale;                                           \
    if (slopes) BLOCK_WRITE(slopes + i, slope, part);                \
  });                                                                \
  float sum;                                                         \
  LANES_SUM(sum, total);                                             \
  return sum;

WRIGHT_KERNEL float wright_f32_squared_loss(
    const float *outputs, const float *targets, long count, float scale, float *slopes) {
  SUM_OF_LOSSES({
    lanes d = y - t;
    loss = d * d;
    slope = d + d;
  })
}

WRIGHT_KERNEL float wright_f32_hinge_loss(
    const float *outputs, const float *targets, long count, float scale, float *slopes) {
  SUM_OF_LOSSES({
    lanes margin = 1.0f - t * y;
    loss = margin <= 0.0f ? 0.0f : margin;
    slope = margin <= 0.0f ? 0.0f : -t;
  })
}

// With e = exp(-|t y|) nothing overflows: log(1 + e) + max(-t y, 0). log(1 + e) = 2 artanh(s), s = e / (2 + e) <= 1/3, by its series up
// to s^13 (truncation below 2e-8 relative), which loses nothing where e is small.
WRIGHT_KERNEL float wright_f32_logistic_loss(
    const float *outputs, const float *targets, long count, float scale, float *slopes) {
  SUM_OF_LOSSES({
    lanes z = t * y;
    lanes e;
    lanes negative = z < 0.0f ? z : -z;
    LANES_EXP(e, negative);
    lanes s = e / (e + 2.0f);
    lanes q = s * s;
    lanes p = (lanes)(1.0f / 13) * q + (lanes)(1.0f / 11);
    p = p * q + (lanes)(1.0f / 9);
    p = p * q + (lanes)(1.0f / 7);
    p = p * q + (lanes)(1.0f / 5);
    p = p * q + (lanes)(1.0f / 3);
    lanes logarithm = 2.0f * (s + s * (p * q));
    lanes inverse = 1.0f / (1.0f + e);
    loss = logarithm - (z < 0.0f ? z : 0.0f);
    slope = z < 0.0f ? inverse : e * inverse;
    slope = -t * slope;
    loss = z == z ? loss : z;
    slope = z == z ? slope : z;
  })
}

double wright_f64_squared_loss(
    const double *outputs, const float *targets, long count, double scale, double *slopes) {
  double sum = 0;
  for (long i = 0; i < count; i++) {
    double d = outputs[i] - (double)targets[i];
    sum += d * d;
    if (slopes) slopes[i] = scale * (2 * d);
  }
  return sum;
}

double wright_f64_hinge_loss(
    const double *outputs, const float *targets, long count, double scale, double *slopes) {
  double sum = 0;
  for (long i = 0; i < count; i++) {
    double t = (double)targets[i], margin = 1 - t * outputs[i];
    sum += margin <= 0 ? 0 : margin;
    if (slopes) slopes[i] = margin <= 0 ? 0 : -scale * t;
  }
  return sum;
}

double wright_f64_logistic_loss(
    const double *outputs, const float *targets, long count, double scale, double *slopes) {
  double sum = 0;
  for (long i = 0; i < count; i++) {
    double t = (double)targets[i], z = t * outputs[i], e = exp(-fabs(z));
    sum += log1p(e) + (z < 0 ? -z : 0);
    if (slopes) slopes[i] = -scale * t * (z < 0 ? 1 / (1 + e) : e / (1 + e));
  }
  return sum;
}
