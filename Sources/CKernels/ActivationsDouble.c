// Activation functions in float64, one number after the other by libm: what the fast ones of Activations.c are compared with.
#include <math.h>

#include "Activations.h"

#pragma clang fp contract(fast)

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

static double normal_distribution(double x) { return 0.5 * erfc(-x * 0.70710678118654752440); }

static double tanh_gate(double x) { return sigmoid(1.5957691216057307118 * (x + 0.044715 * (x * x * x))); }

static double silu_slope(double x) {
  double s = sigmoid(x);
  return s + x * s * (1 - s);
}

#define FORWARD(name, value) \
  void wright_f64_##name(const double *input, long count, double *y) { \
    for (long i = 0; i < count; i++) { \
      double x = input[i]; \
      y[i] = (value); \
    } \
  }

#define BACKWARD(name, slope) \
  void wright_f64_##name##_gradient( \
      const double *input, const double *dy, long count, int accumulates, double *dx) { \
    for (long i = 0; i < count; i++) { \
      double x = input[i]; \
      dx[i] = (accumulates ? dx[i] : 0) + dy[i] * (slope); \
    } \
  }

static double gelu_slope(double x) {
  return normal_distribution(x) + x * (exp(-0.5 * x * x) * 0.39894228040143267794);
}

static double gelu_tanh_slope(double x) {
  double c = fmin(fmax(x, -64), 64), s = tanh_gate(c);
  return x != x ? x : s + c * s * (1 - s) * (1.5957691216057307118 * (1 + 0.134145 * (c * c)));
}

FORWARD(silu, x * sigmoid(x))
FORWARD(gelu, x * normal_distribution(x))
FORWARD(gelu_tanh, x * tanh_gate(x))
FORWARD(sigmoid, sigmoid(x))
FORWARD(tanh, tanh(x))
BACKWARD(silu, silu_slope(x))
BACKWARD(gelu, gelu_slope(x))
BACKWARD(gelu_tanh, gelu_tanh_slope(x))
BACKWARD(sigmoid, x * (1 - x))
BACKWARD(tanh, 1 - x * x)

// No product: what is infinite upstream of a closed gate stays away.
void wright_f64_relu_gradient(const double *y, const double *dy, long count, int accumulates, double *dx) {
  for (long i = 0; i < count; i++) dx[i] = (accumulates ? dx[i] : 0) + (y[i] > 0 ? dy[i] : 0);
}

void wright_f64_swiglu(
    const double *gate, long gateStride, const double *up, long upStride, long rows, long columns, double *y) {
  for (long r = 0; r < rows; r++)
    for (long i = 0; i < columns; i++) {
      double x = gate[r * gateStride + i];
      y[r * columns + i] = x * sigmoid(x) * up[r * upStride + i];
    }
}

void wright_f64_swiglu_gradient(
    const double *gate, long gateStride, const double *up, long upStride, const double *dy, long rows, long columns,
    double *dgate, int gateAccumulates, double *dup, int upAccumulates) {
  for (long r = 0; r < rows; r++)
    for (long i = 0; i < columns; i++) {
      double x = gate[r * gateStride + i], u = up[r * upStride + i], g = dy[r * columns + i];
      double *toGate = dgate ? dgate + r * gateStride + i : 0, *toUp = dup ? dup + r * upStride + i : 0;
      if (toGate) *toGate = (gateAccumulates ? *toGate : 0) + g * u * silu_slope(x);
      if (toUp) *toUp = (upAccumulates ? *toUp : 0) + g * (x * sigmoid(x));
    }
}
