// Kernels at the two ends of a decoder and at its positions: rows by token, rotations, and the cross-entropy of logits.
#ifndef WRIGHT_TOKEN_KERNELS_H
#define WRIGHT_TOKEN_KERNELS_H

#include <stdint.h>

#include "Real.h"

#define WRIGHT_TOKEN_KERNELS(REAL, NAME)                                                                            \
  /* y[i] = table[tokens[i]] + positions[i mod length], rows of `columns` numbers; no positions where NULL. */      \
  void NAME(gather_rows)(                                                                                           \
      const int32_t *tokens, long count, const REAL *table, const REAL *positions, long length, long columns,       \
      REAL *y);                                                                                                     \
  /* table[tokens[i]] += x[i], by ascending i. */                                                                   \
  void NAME(scatter_rows)(const int32_t *tokens, long count, const REAL *x, long columns, REAL *table);             \
  /* Turns the pairs (x[i], x[i + pairs]) of the first `heads` heads of each row r by the angles of position        \
     r mod length, or by their negatives. angles[position] holds `pairs` cosines and then as many sines. */         \
  void NAME(rotate_rows)(                                                                                           \
      REAL *x, long stride, long rows, long length, long heads, long pairs, const REAL *angles, int backwards);     \
  /* The sum over rows of -weights[r] log p_r, p_r the softmax of row r at its target; and, unless NULL,            \
     gradient[r] = normalization weights[r] (softmax - one-hot), which may be the logits' own place, and            \
     losses[r] = -log p_r. Rows of weight 0 are not looked at; all weights are 1 where NULL. */                     \
  double NAME(cross_entropy)(                                                                                       \
      const REAL *logits, long rows, long columns, const int32_t *targets, const float *weights,                    \
      double normalization, REAL *gradient, double *losses);                                                        \
  /* The least index of the greatest number of each row; what is no number is never chosen. */                      \
  void NAME(argmax_rows)(const REAL *x, long rows, long columns, int32_t *indices);

WRIGHT_TOKEN_KERNELS(float, WRIGHT_F32)
WRIGHT_TOKEN_KERNELS(double, WRIGHT_F64)

#endif
