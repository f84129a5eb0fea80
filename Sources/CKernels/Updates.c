// Kernels of optimizers, for float32 and float64.
#include "Updates.h"

#include <float.h>

#include "Lanes.h"

#pragma clang fp contract(fast)

#define REAL float
#define LEAST_NORMAL FLT_MIN
#define NAME WRIGHT_F32
#include "UpdatesBody.h"
#undef REAL
#undef LEAST_NORMAL
#undef NAME

#define REAL double
#define LEAST_NORMAL DBL_MIN
#define NAME WRIGHT_F64
#include "UpdatesBody.h"
