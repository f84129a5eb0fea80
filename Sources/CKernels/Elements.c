// Kernels that touch each number once, for float32 and float64.
#include "Elements.h"

#include <stddef.h>

#include "Lanes.h"

#pragma clang fp contract(fast)

#define REAL float
#define NAME WRIGHT_F32
#include "ElementsBody.h"
#undef REAL
#undef NAME

#define REAL double
#define NAME WRIGHT_F64
#include "ElementsBody.h"
