// Vectors of 64 bytes for either width, and exponentials of what is at most 0, for softmax.
#ifndef WRIGHT_SOFTMAX_H
#define WRIGHT_SOFTMAX_H

#include <math.h>
#include <stdint.h>

#include "Lanes.h"

#define WRIGHT_INLINE static inline __attribute__((always_inline))

typedef double lanes_double __attribute__((ext_vector_type(8)));
typedef double lanes_double_unaligned __attribute__((ext_vector_type(8), aligned(8)));
typedef int64_t lanes_long __attribute__((ext_vector_type(8)));

// exp(x) of float32 numbers x that are at most 0: exactly 1 at 0, exactly 0 below -87 (what float32 holds there does not count
// beside a 1), relative error below 1e-7 between; what is no number stays none. The polynomial is that of LANES_EXP; n is read off
// the low bits of x / ln 2 + 1.5 2^23.
#define LANES_EXP_F32(result, argument)                                                       \
  do {                                                                                        \
    lanes e_x = (argument);                                                                   \
    lanes_int e_none = e_x < -87.0f;                                                          \
    e_x = e_none ? (lanes)(-87.0f) : e_x;                                                     \
    lanes e_t = e_x * 1.44269504088896341f + 12582912.0f;                                     \
    lanes e_n = e_t - 12582912.0f;                                                            \
    lanes e_r = e_x - e_n * 0.693145751953125f;                                               \
    e_r = e_r - e_n * 1.42860682030941723212e-6f;                                             \
    lanes e_p = (lanes)(1.0f / 5040) * e_r + (lanes)(1.0f / 720);                             \
    e_p = e_p * e_r + (lanes)(1.0f / 120);                                                    \
    e_p = e_p * e_r + (lanes)(1.0f / 24);                                                     \
    e_p = e_p * e_r + (lanes)(1.0f / 6);                                                      \
    e_p = e_p * e_r + (lanes)(0.5f);                                                          \
    lanes e_value = (e_p * (e_r * e_r) + e_r) + (lanes)(1.0f);                                \
    lanes_int e_scale = ((lanes_int)e_t << 23) + (127 << 23);                                 \
    e_value = e_value * (lanes)e_scale;                                                       \
    (result) = e_none ? (lanes)(0.0f) : e_value;                                              \
  } while (0)

// exp(x) of float64 numbers, by the library.
#define LANES_EXP_F64(result, argument)                              \
  do {                                                               \
    lanes_double e_x = (argument), e_y;                              \
    for (int e_l = 0; e_l < 8; e_l++) e_y[e_l] = exp(e_x[e_l]);      \
    (result) = e_y;                                                  \
  } while (0)

#endif
