// Kernels at the two ends of a decoder and at its positions, for float32 and float64.
#include "TokenKernels.h"

#include <string.h>

#include "Softmax.h"

#pragma clang fp contract(fast)

#define REAL float
#define VECTOR lanes
#define VECTOR_UNALIGNED lanes_unaligned
#define W 16
#define NAME WRIGHT_F32
#define VECTOR_EXP LANES_EXP_F32
#include "TokenKernelsBody.h"
#undef REAL
#undef VECTOR
#undef VECTOR_UNALIGNED
#undef W
#undef NAME
#undef VECTOR_EXP

#define REAL double
#define VECTOR lanes_double
#define VECTOR_UNALIGNED lanes_double_unaligned
#define W 8
#define NAME WRIGHT_F64
#define VECTOR_EXP LANES_EXP_F64
#include "TokenKernelsBody.h"
