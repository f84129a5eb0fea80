// Softmax weights of one query and the weighted sum of cached values.
#include "Lanes.h"

#include <math.h>

#include "CKernels.h"

#pragma clang fp contract(fast)

WRIGHT_KERNEL float wright_softmax_weights(float *scores, long count, int32_t *live, long *liveCount) {
  const long blocks = (count + 15) / 16;
  *liveCount = 0;
  if (blocks == 0) return 0;
  for (long i = count; i < blocks * 16; i++) scores[i] = -INFINITY;
  lanes greatest = LANES_LOAD(scores);
  for (long b = 1; b < blocks; b++) {
    lanes s = LANES_LOAD(scores + b * 16);
    greatest = s > greatest ? s : greatest;
  }
  float maximum;
  LANES_MAX(maximum, greatest);
  lanes sum = (lanes)(0.0f);
  long kept = 0;
  for (long b = 0; b < blocks; b++) {
    lanes difference = LANES_LOAD(scores + b * 16) - maximum;
    // At and below -104 the weight is exactly 0 in float32, so such a block adds nothing to either sum.
    if (__builtin_reduce_or(difference > -104.0f) == 0) continue;
    lanes weight;
    LANES_EXP(weight, difference);
    LANES_STORE(scores + b * 16, weight);
    sum += weight;
    live[kept++] = (int32_t)b;
  }
  *liveCount = kept;
  float total;
  LANES_SUM(total, sum);
  return total;
}

#define WEIGHTED_TILE(D)                                                                    \
  for (; d + (D) <= columns; d += (D)) {                                                    \
    lanes acc[D];                                                                           \
    WRIGHT_UNROLL for (int i = 0; i < (D); i++) acc[i] = (lanes)(0.0f);                     \
    for (long b = 0; b < liveCount; b++) {                                                  \
      const float *block = values + ((long)live[b] * columns + d) * 16;                     \
      lanes weight = LANES_LOAD(weights + (long)live[b] * 16);                              \
      WRIGHT_UNROLL for (int i = 0; i < (D); i++) acc[i] += weight * LANES_LOAD(block + i * 16); \
    }                                                                                       \
    WRIGHT_UNROLL for (int i = 0; i < (D); i++) {                                           \
      float sum;                                                                            \
      LANES_SUM(sum, acc[i]);                                                               \
      out[d + i] = sum / total;                                                             \
    }                                                                                       \
  }

WRIGHT_KERNEL void wright_weighted_sum(
    const float *values, long columns, const float *weights, const int32_t *live, long liveCount, float total,
    float *out) {
  long d = 0;
  WEIGHTED_TILE(8)
  WEIGHTED_TILE(2)
  WEIGHTED_TILE(1)
}
