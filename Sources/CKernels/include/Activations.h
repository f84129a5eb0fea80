// Activation functions of training and what their gradients are multiplied by.
#ifndef WRIGHT_ACTIVATIONS_H
#define WRIGHT_ACTIVATIONS_H

#include "Real.h"

// Float32: within 4e-7 (relative, or absolute below 1) of the real function. Float64: a few units in the last place, by libm.
// What is no number stays no number. A gradient kernel's `dx` may be `dy` itself; `dx` is added to where `accumulates` is not 0.
#define WRIGHT_ACTIVATIONS(REAL, NAME)                                                                    \
  /* y = x / (1 + exp(-x)). */                                                                            \
  void NAME(silu)(const REAL *x, long count, REAL *y);                                                    \
  /* y = x Phi(x), Phi the normal distribution's. */                                                      \
  void NAME(gelu)(const REAL *x, long count, REAL *y);                                                    \
  /* y = x / (1 + exp(-2 u)), u = sqrt(2 / pi) (x + 0.044715 x^3). */                                     \
  void NAME(gelu_tanh)(const REAL *x, long count, REAL *y);                                               \
  /* y = 1 / (1 + exp(-x)). */                                                                            \
  void NAME(sigmoid)(const REAL *x, long count, REAL *y);                                                 \
  /* y = tanh x. */                                                                                       \
  void NAME(tanh)(const REAL *x, long count, REAL *y);                                                    \
  /* dx = dy times the slope at the input x. */                                                           \
  void NAME(silu_gradient)(const REAL *x, const REAL *dy, long count, int accumulates, REAL *dx);         \
  void NAME(gelu_gradient)(const REAL *x, const REAL *dy, long count, int accumulates, REAL *dx);         \
  void NAME(gelu_tanh_gradient)(const REAL *x, const REAL *dy, long count, int accumulates, REAL *dx);    \
  /* dx = dy times the slope where the output is y. */                                                    \
  void NAME(sigmoid_gradient)(const REAL *y, const REAL *dy, long count, int accumulates, REAL *dx);      \
  void NAME(tanh_gradient)(const REAL *y, const REAL *dy, long count, int accumulates, REAL *dx);         \
  void NAME(relu_gradient)(const REAL *y, const REAL *dy, long count, int accumulates, REAL *dx);         \
  /* y[r, i] = silu(gate[r, i]) up[r, i]; y has rows `columns` apart, the others theirs. */               \
  void NAME(swiglu)(                                                                                      \
      const REAL *gate, long gateStride, const REAL *up, long upStride, long rows, long columns, REAL *y); \
  /* dgate and dup, by the strides of gate and up; NULL where not asked for. They may overlap where both accumulate. */ \
  void NAME(swiglu_gradient)(                                                                             \
      const REAL *gate, long gateStride, const REAL *up, long upStride, const REAL *dy, long rows,        \
      long columns, REAL *dgate, int gateAccumulates, REAL *dup, int upAccumulates);

WRIGHT_ACTIVATIONS(float, WRIGHT_F32)
WRIGHT_ACTIVATIONS(double, WRIGHT_F64)

#endif
