// Losses of single outputs against single targets, with their slopes.
#ifndef WRIGHT_LOSSES_H
#define WRIGHT_LOSSES_H

#include "Real.h"

// Each returns the sum over i < count of the loss of y[i] and target[i], summed in an order that depends on `count` alone;
// slopes[i] = scale times the slope by y[i], where `slopes` is not NULL.
#define WRIGHT_LOSSES(REAL, NAME)                                                                         \
  /* (y - t)^2. */                                                                                        \
  REAL NAME(squared_loss)(const REAL *y, const float *targets, long count, REAL scale, REAL *slopes);     \
  /* max(0, 1 - t y), of slope 0 where t y is 1. */                                                       \
  REAL NAME(hinge_loss)(const REAL *y, const float *targets, long count, REAL scale, REAL *slopes);       \
  /* log(1 + exp(-t y)). */                                                                               \
  REAL NAME(logistic_loss)(const REAL *y, const float *targets, long count, REAL scale, REAL *slopes);

WRIGHT_LOSSES(float, WRIGHT_F32)
WRIGHT_LOSSES(double, WRIGHT_F64)

#endif
