// Vectors of 64 bytes for either width, and exponentials of what is at most 0, for softmax.
#ifndef WRIGHT_SOFTMAX_H
#define WRIGHT_SOFTMAX_H

#include <math.h>
#include <stdint.h>

#include "Lanes.h"

#define WRIGHT_INLINE static inline __attribute__((always_inline))

typedef float lanes_half_unaligned __attribute__((ext_vector_type(8), aligned(4)));
typedef double lanes_double __attribute__((ext_vector_type(8)));
typedef double lanes_double_unaligned __attribute__((ext_vector_type(8), aligned(8)));
typedef int64_t lanes_long __attribute__((ext_vector_type(8)));

// 2^x of float32 numbers x that are at most 0: exactly 1 at 0, exactly 0 below -126.5 (what float32 still holds there does not count
// beside a 1), relative error below 1e-7 between; what is no number stays none.
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

// 2^x, exp(x) and log2(x) of 8 float64 numbers, by the library; calls, so that unrolled loops stay small.
static __attribute__((noinline, unused)) void wright_exp2_f64(double *x) {
  for (int l = 0; l < 8; l++) x[l] = exp2(x[l]);
}
static __attribute__((noinline, unused)) void wright_exp_f64(double *x) {
  for (int l = 0; l < 8; l++) x[l] = exp(x[l]);
}
static __attribute__((noinline, unused)) void wright_log2_f64(double *x) {
  for (int l = 0; l < 8; l++) x[l] = log2(x[l]);
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
#define LANES_LOG2_F64(result, argument) LANES_BY_CALL(wright_log2_f64, result, argument)

// exp(x) of float32 numbers that are at most 0; the product with 1 / ln 2 adds a relative error of x 2^-24.
#define LANES_EXP_F32(result, argument) LANES_EXP2_F32(result, (argument) * 1.44269504088896341f)

// log2(x) of float32 numbers x of at least 1: exactly 0 at 1, error below 2.5e-7 of the result or, near 1, 2.5e-10; what is infinite or no
// number gives no number.
//
// x = 2^n f with sqrt(1/2) <= f < sqrt(2), and log2 f = 2 / ln 2 artanh(s) for s = (f - 1) / (f + 1), |s| < 0.172, by its series up to s^9.
#define LANES_LOG2_F32(result, argument)                                                      \
  do {                                                                                        \
    lanes l_x = (argument);                                                                   \
    lanes_int l_n = ((lanes_int)l_x - 0x3f3504f3) >> 23;                                      \
    lanes l_f = (lanes)((lanes_int)l_x - (l_n << 23));                                        \
    lanes l_s = (l_f - 1.0f) / (l_f + 1.0f);                                                  \
    lanes l_z = l_s * l_s;                                                                    \
    lanes l_p = (lanes)(0.32059890f) * l_z + (lanes)(0.41219858f);                            \
    l_p = l_p * l_z + (lanes)(0.57707802f);                                                   \
    l_p = l_p * l_z + (lanes)(0.96179669f);                                                   \
    l_p = l_p * l_z + (lanes)(2.8853901f);                                                    \
    (result) = l_p * l_s + (__builtin_convertvector(l_n, lanes) + (l_x - l_x));               \
  } while (0)

// Pairs of neighbours of a and then of b, joined by op(left, right).
#define LANES_JOIN_F32(result, op, a, b)                                                                               \
  do {                                                                                                                 \
    lanes j_even = __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);           \
    lanes j_odd = __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);            \
    (result) = op(j_even, j_odd);                                                                                      \
  } while (0)
#define LANES_JOIN_F64(result, op, a, b)                                                  \
  do {                                                                                    \
    lanes_double j_even = __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14);       \
    lanes_double j_odd = __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15);        \
    (result) = op(j_even, j_odd);                                                         \
  } while (0)
#define LANES_PLUS(a, b) ((a) + (b))
#define LANES_GREATER(a, b) ((a) > (b) ? (a) : (b))

// The first 8 numbers of a vector to a place that is aligned to nothing.
#define LANES_PUT_EIGHT_F32(place, v) (*(lanes_half_unaligned *)(place) = (v).lo)
#define LANES_PUT_EIGHT_F64(place, v) (*(lanes_double_unaligned *)(place) = (v))

// Eight vectors to one: number r of the result is vector r's numbers, all joined by op. The vectors are used up.
#define LANES_FOLD_F32(result, op, v)                                                   \
  do {                                                                                  \
    WRIGHT_UNROLL for (int f_n = 4; f_n > 0; f_n /= 2)                                  \
      WRIGHT_UNROLL for (int f_i = 0; f_i < f_n; f_i++)                                 \
        LANES_JOIN_F32((v)[f_i], op, (v)[2 * f_i], (v)[2 * f_i + 1]);                   \
    LANES_JOIN_F32(result, op, (v)[0], (v)[0]);                                         \
  } while (0)
#define LANES_FOLD_F64(result, op, v)                                                   \
  do {                                                                                  \
    WRIGHT_UNROLL for (int f_n = 4; f_n > 0; f_n /= 2)                                  \
      WRIGHT_UNROLL for (int f_i = 0; f_i < f_n; f_i++)                                 \
        LANES_JOIN_F64((v)[f_i], op, (v)[2 * f_i], (v)[2 * f_i + 1]);                   \
    (result) = (v)[0];                                                                  \
  } while (0)

#endif
