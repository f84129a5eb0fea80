// RMSNorm and LayerNorm of rows, forward and backward.
#ifndef WRIGHT_NORMALIZATIONS_H
#define WRIGHT_NORMALIZATIONS_H

#include "Real.h"

// Matrices are [rows, columns] without gaps. Sums over a row have a fixed order that depends on `columns` alone; sums over rows go row by
// row. A gradient that is NULL is not asked for; dgain and dbias are added to, dx where `accumulates` is not 0. dx may be dy itself; dx, dgain and
// dbias may be one place where dx accumulates.
#define WRIGHT_NORMALIZATIONS(REAL, NAME)                                                                 \
  /* y = x inverse gain, inverse = 1 / sqrt(mean(x^2) + epsilon), kept in inverses[r]. */                 \
  void NAME(rms_norm)(                                                                                    \
      const REAL *x, const REAL *gain, REAL epsilon, long rows, long columns, REAL *y, REAL *inverses);   \
  void NAME(rms_norm_gradient)(                                                                           \
      const REAL *x, const REAL *gain, const REAL *inverses, const REAL *dy, long rows, long columns,     \
      REAL *dgain, REAL *dx, int accumulates);                                                            \
  /* y = (x - mean) inverse gain + bias, inverse = 1 / sqrt(variance + epsilon); both are kept. */        \
  void NAME(layer_norm)(                                                                                  \
      const REAL *x, const REAL *gain, const REAL *bias, REAL epsilon, long rows, long columns, REAL *y,  \
      REAL *means, REAL *inverses);                                                                       \
  void NAME(layer_norm_gradient)(                                                                         \
      const REAL *x, const REAL *gain, const REAL *means, const REAL *inverses, const REAL *dy, long rows, \
      long columns, REAL *dgain, REAL *dbias, REAL *dx, int accumulates);

WRIGHT_NORMALIZATIONS(float, WRIGHT_F32)
WRIGHT_NORMALIZATIONS(double, WRIGHT_F64)

#endif
