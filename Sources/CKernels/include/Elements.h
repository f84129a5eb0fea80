// Kernels that touch each number once: sums, copies with a stride, column sums.
#ifndef WRIGHT_ELEMENTS_H
#define WRIGHT_ELEMENTS_H

#include "Real.h"

#define WRIGHT_ELEMENTS(REAL, NAME)                                                                       \
  /* y[i] += x[i] for i < count. */                                                                       \
  void NAME(add)(const REAL *x, long count, REAL *y);                                                     \
  /* y[i] += scale x[i] for i < count. */                                                                 \
  void NAME(add_scaled)(const REAL *x, REAL scale, long count, REAL *y);                                  \
  /* y[i] = scale y[i] for i < count. */                                                                  \
  void NAME(scale)(REAL scale, long count, REAL *y);                                                      \
  /* y[r columns + c] += x[c]: one row added to each of `rows` rows. */                                   \
  void NAME(add_row)(const REAL *x, long rows, long columns, REAL *y);                                    \
  /* y[c] += sum over r < rows, in order, of x[r stride + c]. */                                          \
  void NAME(column_sums)(const REAL *x, long stride, long rows, long columns, REAL *y);                   \
  /* y[i] = max(y[i], 0); what is no number stays. */                                                     \
  void NAME(relu)(long count, REAL *y);                                                                   \
  /* g[r columns + c] = 0 where y there is not above 0; then sums[c] += the sum over r < rows, in order, of g there, unless NULL. */ \
  void NAME(rectified_gradient)(const REAL *y, long rows, long columns, REAL *g, REAL *sums);             \
  /* The same for g[r columns + c] = column[r] row[c]. */                                                 \
  void NAME(rectified_outer_gradient)(                                                                    \
      const REAL *y, const REAL *column, const REAL *row, long rows, long columns, REAL *g, REAL *sums);  \
  /* The index of the first number that is infinite or not a number, or -1. */                            \
  long NAME(first_not_finite)(const REAL *x, long count);

WRIGHT_ELEMENTS(float, WRIGHT_F32)
WRIGHT_ELEMENTS(double, WRIGHT_F64)

#endif
