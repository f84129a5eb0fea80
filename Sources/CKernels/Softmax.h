// Vectors of 64 bytes for either width, and exponentials of what is at most 0, for softmax.
#ifndef WRIGHT_SOFTMAX_H
#define WRIGHT_SOFTMAX_H

#include <math.h>
#include <stdint.h>

#include "Lanes.h"

#define WRIGHT_INLINE static inline __attribute__((always_inline))

typedef double lanes_double __attribute__((ext_vector_type(8)));
typedef double lanes_double_unaligned __attribute__((ext_vector_type(8), aligned(8)));
typedef double lanes_double_half __attribute__((ext_vector_type(4)));
typedef int64_t lanes_long __attribute__((ext_vector_type(8)));

// 2^x of float32 numbers x that are at most 0: exactly 1 at 0, exactly 0 below -126.5 (what float32 still holds there does not count
// beside a 1), relative error below 1.5e-7 between; what is no number stays none.
//
// x = n + r with |r| <= 1 / 2; 2^r = 1 + r q(r), q of least relative error (2e-8 with these float32 coefficients). The sum with 1.5 2^23 + 127
// rounds x, and its low bits, moved up, are the float32 number 2^n, or 0 for n = -127.
#define LANES_EXP2_F32(result, argument)                                                      \
  do {                                                                                        \
    lanes e_x = (argument);                                                                   \
    e_x = (lanes)(-127.0f) > e_x ? (lanes)(-127.0f) : e_x;                                    \
    lanes e_t = e_x + 12583039.0f;                                                            \
    lanes e_r = e_x - (e_t - 12583039.0f);                                                    \
    lanes e_q = (lanes)(0.00015353361959569156f) * e_r + (lanes)(0.0013398873852565885f);     \
    e_q = e_q * e_r + (lanes)(0.00961843691766262f);                                          \
    e_q = e_q * e_r + (lanes)(0.055503323674201965f);                                         \
    e_q = e_q * e_r + (lanes)(0.24022647738456726f);                                          \
    e_q = e_q * e_r + (lanes)(0.6931471824645996f);                                           \
    e_q = e_q * e_r + (lanes)(1.0f);                                                          \
    (result) = e_q * (lanes)((lanes_int)e_t << 23);                                           \
  } while (0)

// 2^x and exp(x) of 8 float64 numbers, by the library; calls, so that unrolled loops stay small.
static __attribute__((noinline, unused)) void wright_exp2_f64(double *x) {
  for (int l = 0; l < 8; l++) x[l] = exp2(x[l]);
}
static __attribute__((noinline, unused)) void wright_exp_f64(double *x) {
  for (int l = 0; l < 8; l++) x[l] = exp(x[l]);
}
#define LANES_BY_CALL(function, result, argument)                         \
  do {                                                                    \
    union {                                                               \
      lanes_double vector;                                                \
      double numbers[8];                                                  \
    } e_x = {(argument)};                                                 \
    function(e_x.numbers);                                                \
    (result) = e_x.vector;                                                \
  } while (0)
#define LANES_EXP2_F64(result, argument) LANES_BY_CALL(wright_exp2_f64, result, argument)
#define LANES_EXP_F64(result, argument) LANES_BY_CALL(wright_exp_f64, result, argument)

// exp(x) of float32 numbers that are at most 0; the product with 1 / ln 2 adds a relative error of x 2^-24.
#define LANES_EXP_F32(result, argument) LANES_EXP2_F32(result, (argument) * 1.44269504088896341f)

// The sum of a vector's numbers, by halves.
#define LANES_SUM_F32(result, v) LANES_SUM(result, v)
#define LANES_SUM_F64(result, v)                          \
  do {                                                    \
    lanes_double sum8_ = (v);                             \
    lanes_double_half sum4_ = sum8_.lo + sum8_.hi;        \
    (result) = (sum4_.x + sum4_.z) + (sum4_.y + sum4_.w); \
  } while (0)

#endif
