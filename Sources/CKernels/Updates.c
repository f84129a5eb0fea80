// Kernels of optimizers, for float32 and float64.
#include "Updates.h"

#include "Lanes.h"

#pragma clang fp contract(fast)

#define REAL float
#define NAME WRIGHT_F32
#include "UpdatesBody.h"
#undef REAL
#undef NAME

#define REAL double
#define NAME WRIGHT_F64
#include "UpdatesBody.h"
