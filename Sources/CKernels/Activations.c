// Activation functions in float32, 16 numbers at a time; ActivationsDouble.c is the plain text of the same.
#include "Activations.h"

#include "Blocks.h"

#pragma clang fp contract(fast)

// s = 1 / (1 + exp(-x)).
#define SIGMOID(s, x)           \
  do {                          \
    lanes exponential_;         \
    LANES_EXP(exponential_, -(x)); \
    (s) = 1.0f / (1.0f + exponential_); \
  } while (0)

// s = 1 / (1 + exp(-x)) and c = 1 - s, either to its last bits: of numbers near 1 the difference to 1 is not taken.
#define SIGMOID_AND_COMPLEMENT(s, c, x)          \
  do {                                           \
    lanes exponential_;                          \
    lanes negative_ = (x) < 0.0f ? (x) : -(x);   \
    LANES_EXP(exponential_, negative_);          \
    lanes greater_ = 1.0f / (1.0f + exponential_); \
    lanes lesser_ = exponential_ * greater_;     \
    (s) = (x) < 0.0f ? lesser_ : greater_;       \
    (c) = (x) < 0.0f ? greater_ : lesser_;       \
  } while (0)

// phi = Phi(x) = (1 + erf(x / sqrt 2)) / 2. With t = |x| / sqrt 2: below 0.9277 an odd polynomial, above it
// erfc t = exp(-t - t p(t)), both minimax (Juffa's erff, error below 1 ulp of erf); the lower tail is taken from erfc itself, so that it
// does not cancel.
#define NORMAL_DISTRIBUTION(phi, x)                                             \
  do {                                                                          \
    lanes a_ = (x) * 0.70710678118654752f;                                      \
    lanes t_ = a_ < 0.0f ? -a_ : a_;                                            \
    lanes s_ = a_ * a_;                                                         \
    lanes r_ = (lanes)(-1.72853470e-5f) * t_ + (lanes)(3.83197126e-4f);         \
    lanes u_ = (lanes)(-3.88396438e-3f) * t_ + (lanes)(2.42546219e-2f);         \
    r_ = r_ * s_ + u_;                                                          \
    r_ = r_ * t_ + (lanes)(-1.06777877e-1f);                                    \
    r_ = r_ * t_ + (lanes)(-6.34846687e-1f);                                    \
    r_ = r_ * t_ + (lanes)(-1.28717512e-1f);                                    \
    r_ = r_ * t_ - t_;                                                          \
    lanes tail_;                                                                \
    LANES_EXP(tail_, r_);                                                       \
    tail_ = tail_ * 0.5f;                                                       \
    lanes q_ = (lanes)(-5.96761703e-4f) * s_ + (lanes)(4.99119423e-3f);         \
    q_ = q_ * s_ + (lanes)(-2.67681349e-2f);                                    \
    q_ = q_ * s_ + (lanes)(1.12819925e-1f);                                     \
    q_ = q_ * s_ + (lanes)(-3.76125336e-1f);                                    \
    q_ = q_ * s_ + (lanes)(1.28379166e-1f);                                     \
    q_ = q_ * a_ + a_;                                                          \
    lanes outer_ = a_ < 0.0f ? tail_ : 1.0f - tail_;                            \
    (phi) = t_ > 0.927734375f ? outer_ : 0.5f + 0.5f * q_;                      \
  } while (0)

// 2 u(x), of geluTanh.
#define TANH_ARGUMENT(x) (1.5957691216057308f * ((x) + 0.044715f * ((x) * (x) * (x))))

// y = f(x), by blocks.
#define FORWARD(body)                  \
  FOR_BLOCKS(count, {                  \
    lanes x;                           \
    lanes result;                      \
    BLOCK_READ(x, input + i, part);    \
    body;                              \
    BLOCK_WRITE(y + i, result, part);  \
  });

// dx = f(dy), by blocks; x is what the slope is a function of. `body` is written twice, so that the loop has no question in it.
#define BACKWARD_INTO(body, put)       \
  FOR_BLOCKS(count, {                  \
    lanes x;                           \
    lanes g;                           \
    BLOCK_READ(x, input + i, part);    \
    BLOCK_READ(g, dy + i, part);       \
    body;                              \
    put(dx + i, g, part);              \
  });
#define BACKWARD(body)                 \
  if (accumulates) {                   \
    BACKWARD_INTO(body, BLOCK_ADD)     \
  } else {                             \
    BACKWARD_INTO(body, BLOCK_WRITE)   \
  }

WRIGHT_KERNEL void wright_f32_silu(const float *input, long count, float *y) {
  FORWARD({
    lanes s;
    SIGMOID(s, x);
    result = x * s;
  })
}

WRIGHT_KERNEL void wright_f32_gelu(const float *input, long count, float *y) {
  FORWARD({
    lanes phi;
    NORMAL_DISTRIBUTION(phi, x);
    result = x * phi;
  })
}

WRIGHT_KERNEL void wright_f32_gelu_tanh(const float *input, long count, float *y) {
  FORWARD({
    lanes s;
    lanes argument = TANH_ARGUMENT(x);
    SIGMOID(s, argument);
    result = x * s;
  })
}

// LANES_EXP takes what is no number for 0, so that it is put back here.
WRIGHT_KERNEL void wright_f32_sigmoid(const float *input, long count, float *y) {
  FORWARD({
    SIGMOID(result, x);
    result = x == x ? result : x;
  })
}

// Below 0.625 an odd polynomial (Cephes' tanhf), above it 1 - 2 / (exp(2 x) + 1).
WRIGHT_KERNEL void wright_f32_tanh(const float *input, long count, float *y) {
  FORWARD({
    lanes e;
    lanes t = x < 0.0f ? -x : x;
    LANES_EXP(e, t + t);
    lanes outer = 1.0f - 2.0f / (e + 1.0f);
    outer = x < 0.0f ? -outer : outer;
    lanes z = x * x;
    lanes p = (lanes)(-5.70498872745e-3f) * z + (lanes)(2.06390887954e-2f);
    p = p * z + (lanes)(-5.37397155531e-2f);
    p = p * z + (lanes)(1.33314422036e-1f);
    p = p * z + (lanes)(-3.33332819422e-1f);
    lanes inner = (p * z) * x + x;
    result = t >= 0.625f ? outer : inner;
  })
}

WRIGHT_KERNEL void wright_f32_silu_gradient(
    const float *input, const float *dy, long count, int accumulates, float *dx) {
  BACKWARD({
    lanes s;
    lanes complement;
    SIGMOID_AND_COMPLEMENT(s, complement, x);
    g = g * (s + (x * s) * complement);
  })
}

WRIGHT_KERNEL void wright_f32_gelu_gradient(
    const float *input, const float *dy, long count, int accumulates, float *dx) {
  BACKWARD({
    lanes phi;
    lanes density;
    NORMAL_DISTRIBUTION(phi, x);
    LANES_EXP(density, -0.5f * (x * x));
    g = g * (phi + x * (density * 0.39894228040143268f));
  })
}

// Beyond 16 the gate is 0 or 1 to the last bit; its argument is held there so that its cube stays finite.
WRIGHT_KERNEL void wright_f32_gelu_tanh_gradient(
    const float *input, const float *dy, long count, int accumulates, float *dx) {
  BACKWARD({
    lanes s;
    lanes complement;
    lanes c = x > 16.0f ? (lanes)(16.0f) : x;
    c = c < -16.0f ? (lanes)(-16.0f) : c;
    lanes argument = TANH_ARGUMENT(c);
    SIGMOID_AND_COMPLEMENT(s, complement, argument);
    g = g * (s + (c * s) * (complement * (1.5957691216057308f * (1.0f + 0.134145f * (c * c)))));
  })
}

WRIGHT_KERNEL void wright_f32_sigmoid_gradient(
    const float *input, const float *dy, long count, int accumulates, float *dx) {
  BACKWARD(g = g * (x * (1.0f - x)))
}

WRIGHT_KERNEL void wright_f32_tanh_gradient(
    const float *input, const float *dy, long count, int accumulates, float *dx) {
  BACKWARD(g = g * (1.0f - x * x))
}

WRIGHT_KERNEL void wright_f32_relu_gradient(
    const float *input, const float *dy, long count, int accumulates, float *dx) {
  BACKWARD(g = x > 0.0f ? g : 0.0f)
}

WRIGHT_KERNEL void wright_f32_swiglu(
    const float *gate, long gateStride, const float *up, long upStride, long rows, long columns, float *y) {
  for (long r = 0; r < rows; r++, gate += gateStride, up += upStride, y += columns)
    FOR_BLOCKS(columns, {
      lanes x;
      lanes u;
      lanes s;
      BLOCK_READ(x, gate + i, part);
      BLOCK_READ(u, up + i, part);
      SIGMOID(s, x);
      s = (x * s) * u;
      BLOCK_WRITE(y + i, s, part);
    });
}

WRIGHT_KERNEL void wright_f32_swiglu_gradient(
    const float *gate, long gateStride, const float *up, long upStride, const float *dy, long rows, long columns,
    float *dgate, int gateAccumulates, float *dup, int upAccumulates) {
  for (long r = 0; r < rows; r++)
    FOR_BLOCKS(columns, {
      lanes x;
      lanes u;
      lanes g;
      lanes s;
      lanes complement;
      BLOCK_READ(x, gate + r * gateStride + i, part);
      BLOCK_READ(u, up + r * upStride + i, part);
      BLOCK_READ(g, dy + r * columns + i, part);
      SIGMOID_AND_COMPLEMENT(s, complement, x);
      lanes silu = x * s;
      lanes forUp = g * silu;
      lanes forGate = (g * u) * (s + silu * complement);
      if (dgate) BLOCK_PUT(dgate + r * gateStride + i, forGate, part, gateAccumulates);
      if (dup) BLOCK_PUT(dup + r * upStride + i, forUp, part, upAccumulates);
    });
}
