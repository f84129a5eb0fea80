// Vectors of 16 numbers, and the one exponential that all kernels share.
#ifndef WRIGHT_LANES_H
#define WRIGHT_LANES_H

#include <stdint.h>

// One source, three machines: the loader picks the widest that the processor has. WRIGHT_PORTABLE leaves the narrowest alone,
// so that it can be tested anywhere: swift test -Xcc -DWRIGHT_PORTABLE.
#if defined(__x86_64__) && defined(__linux__) && !defined(WRIGHT_PORTABLE)
#define WRIGHT_DISPATCH
#define WRIGHT_KERNEL \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), min_vector_width(512)))
#else
#define WRIGHT_KERNEL
#endif

#define WRIGHT_UNROLL _Pragma("clang loop unroll(full)")

// Multiply-adds fuse where the machine has them; nothing else about floating point is relaxed.
#pragma STDC FP_CONTRACT ON
#pragma clang fp contract(fast)

typedef float lanes __attribute__((ext_vector_type(16)));
typedef float lanes_unaligned __attribute__((ext_vector_type(16), aligned(4)));
typedef float lanes_half __attribute__((ext_vector_type(8)));
typedef float lanes_quarter __attribute__((ext_vector_type(4)));
typedef int32_t lanes_int __attribute__((ext_vector_type(16)));

#define LANES_LOAD(p) (*(const lanes *)(p))
#define LANES_LOAD_UNALIGNED(p) ((lanes)(*(const lanes_unaligned *)(p)))
#define LANES_STORE(p, v) (*(lanes *)(p) = (v))
#define LANES_STORE_UNALIGNED(p, v) (*(lanes_unaligned *)(p) = (v))

// The sum of 16 lanes, by halves.
#define LANES_SUM(result, v)                         \
  do {                                               \
    lanes sum16_ = (v);                              \
    lanes_half sum8_ = sum16_.lo + sum16_.hi;        \
    lanes_quarter sum4_ = sum8_.lo + sum8_.hi;       \
    (result) = (sum4_.x + sum4_.z) + (sum4_.y + sum4_.w); \
  } while (0)

// The greatest of 16 lanes.
#define LANES_MAX(result, v) (result) = __builtin_reduce_max(v)

// Goals, in order: exactly 1 at 0; exactly 0 at and below -104 (float32 rounds exp(-103.98) and less to 0); relative
// error below 1e-7 wherever the result is a normal number; infinity above the greatest float32; speed. NaN is given up:
// it maps to 0.
//
// x = n ln 2 + r with |r| <= ln 2 / 2; ln 2 is split so that n times its head is exact for |n| <= 2^9;
// exp(r) = 1 + (r + r^2 p(r)), p the Taylor polynomial up to r^7 / 7! (truncation below 6e-9 / 1);
// 2^n in two factors so that subnormal results are rounded once more only.
#define LANES_EXP(result, argument)                                                           \
  do {                                                                                        \
    lanes e_x = (argument);                                                                   \
    e_x = e_x > -105.0f ? e_x : (lanes)(-105.0f);                                             \
    e_x = e_x < 89.0f ? e_x : (lanes)(89.0f);                                                 \
    lanes e_n = (e_x * 1.44269504088896341f + 12582912.0f) - 12582912.0f;                     \
    lanes e_r = e_x - e_n * 0.693145751953125f;                                               \
    e_r = e_r - e_n * 1.42860682030941723212e-6f;                                             \
    lanes e_p = (lanes)(1.0f / 5040) * e_r + (lanes)(1.0f / 720);                             \
    e_p = e_p * e_r + (lanes)(1.0f / 120);                                                    \
    e_p = e_p * e_r + (lanes)(1.0f / 24);                                                     \
    e_p = e_p * e_r + (lanes)(1.0f / 6);                                                      \
    e_p = e_p * e_r + (lanes)(0.5f);                                                          \
    lanes e_value = (e_p * (e_r * e_r) + e_r) + (lanes)(1.0f);                                \
    lanes_int e_i = __builtin_convertvector(e_n, lanes_int);                                  \
    lanes_int e_first = e_i >> 1;                                                             \
    lanes_int e_second = e_i - e_first;                                                       \
    lanes_int e_scale1 = (e_first + 127) << 23;                                               \
    lanes_int e_scale2 = (e_second + 127) << 23;                                              \
    (result) = (e_value * (lanes)e_scale1) * (lanes)e_scale2;                                \
  } while (0)

#endif
