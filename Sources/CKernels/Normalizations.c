// RMSNorm and LayerNorm in float32, 16 numbers at a time; NormalizationsDouble.c is the plain text of the same.
#include "Normalizations.h"

#include <math.h>

#include "Blocks.h"

#pragma clang fp contract(fast)

WRIGHT_KERNEL void wright_f32_rms_norm(
    const float *x, const float *gain, float epsilon, long rows, long columns, float *y, float *inverses) {
  for (long r = 0; r < rows; r++, x += columns, y += columns) {
    lanes squares = (lanes)(0.0f);
    FOR_BLOCKS(columns, {
      lanes v;
      BLOCK_READ(v, x + i, part);
      squares += v * v;
    });
    float sum;
    LANES_SUM(sum, squares);
    float inverse = 1.0f / sqrtf(sum / (float)columns + epsilon);
    inverses[r] = inverse;
    FOR_BLOCKS(columns, {
      lanes v;
      lanes g;
      BLOCK_READ(v, x + i, part);
      BLOCK_READ(g, gain + i, part);
      v = (v * inverse) * g;
      BLOCK_WRITE(y + i, v, part);
    });
  }
}

// With n = x inverse and a = dy gain: dgain = sum dy n, dx = inverse (a - n mean(a n)).
WRIGHT_KERNEL void wright_f32_rms_norm_gradient(
    const float *x, const float *gain, const float *inverses, const float *dy, long rows, long columns, float *dgain,
    float *dx, int accumulates) {
  for (long r = 0; r < rows; r++, x += columns, dy += columns) {
    float inverse = inverses[r];
    lanes products = (lanes)(0.0f);
    FOR_BLOCKS(columns, {
      lanes v;
      lanes g;
      lanes d;
      BLOCK_READ(v, x + i, part);
      BLOCK_READ(g, gain + i, part);
      BLOCK_READ(d, dy + i, part);
      lanes forGain = d * (v * inverse);
      products += forGain * g;
      if (dgain) BLOCK_ADD(dgain + i, forGain, part);
    });
    if (!dx) continue;
    float sum;
    LANES_SUM(sum, products);
    float shift = inverse * inverse * (sum / (float)columns);
    FOR_BLOCKS(columns, {
      lanes v;
      lanes g;
      lanes d;
      BLOCK_READ(v, x + i, part);
      BLOCK_READ(g, gain + i, part);
      BLOCK_READ(d, dy + i, part);
      d = (d * g) * inverse - v * shift;
      BLOCK_PUT(dx + i, d, part, accumulates);
    });
    dx += columns;
  }
}

WRIGHT_KERNEL void wright_f32_layer_norm(
    const float *x, const float *gain, const float *bias, float epsilon, long rows, long columns, float *y,
    float *means, float *inverses) {
  for (long r = 0; r < rows; r++, x += columns, y += columns) {
    lanes total = (lanes)(0.0f);
    lanes squares = (lanes)(0.0f);
    FOR_BLOCKS(columns, {
      lanes v;
      BLOCK_READ(v, x + i, part);
      total += v;
    });
    float mean;
    LANES_SUM(mean, total);
    mean /= (float)columns;
    // The zeros that fill up the last block are not in the row: their distance from the mean is taken out.
    FOR_BLOCKS(columns, {
      lanes v;
      BLOCK_READ(v, x + i, part);
      v -= mean;
      if (part < 16)
        for (long lane = part; lane < 16; lane++) v[lane] = 0;
      squares += v * v;
    });
    float sum;
    LANES_SUM(sum, squares);
    float inverse = 1.0f / sqrtf(sum / (float)columns + epsilon);
    means[r] = mean;
    inverses[r] = inverse;
    FOR_BLOCKS(columns, {
      lanes v;
      lanes g;
      lanes b;
      BLOCK_READ(v, x + i, part);
      BLOCK_READ(g, gain + i, part);
      BLOCK_READ(b, bias + i, part);
      v = ((v - mean) * inverse) * g + b;
      BLOCK_WRITE(y + i, v, part);
    });
  }
}

// With n = (x - mean) inverse and a = dy gain: dgain = sum dy n, dbias = sum dy, dx = inverse (a - mean(a) - n mean(a n)).
WRIGHT_KERNEL void wright_f32_layer_norm_gradient(
    const float *x, const float *gain, const float *means, const float *inverses, const float *dy, long rows,
    long columns, float *dgain, float *dbias, float *dx, int accumulates) {
  for (long r = 0; r < rows; r++, x += columns, dy += columns) {
    float inverse = inverses[r];
    float mean = means[r];
    lanes totals = (lanes)(0.0f);
    lanes products = (lanes)(0.0f);
    FOR_BLOCKS(columns, {
      lanes v;
      lanes g;
      lanes d;
      BLOCK_READ(v, x + i, part);
      BLOCK_READ(g, gain + i, part);
      BLOCK_READ(d, dy + i, part);
      lanes forGain = d * ((v - mean) * inverse);
      totals += d * g;
      products += forGain * g;
      if (dgain) BLOCK_ADD(dgain + i, forGain, part);
      if (dbias) BLOCK_ADD(dbias + i, d, part);
    });
    if (!dx) continue;
    float first;
    float second;
    LANES_SUM(first, totals);
    LANES_SUM(second, products);
    first /= (float)columns;
    second = inverse * (second / (float)columns);
    FOR_BLOCKS(columns, {
      lanes v;
      lanes g;
      lanes d;
      BLOCK_READ(v, x + i, part);
      BLOCK_READ(g, gain + i, part);
      BLOCK_READ(d, dy + i, part);
      d = ((d * g - first) - (v - mean) * second) * inverse;
      BLOCK_PUT(dx + i, d, part, accumulates);
    });
    dx += columns;
  }
}
