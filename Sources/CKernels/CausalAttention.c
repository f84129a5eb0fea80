// Causal attention over whole sequences, for float32 and float64.
//
// Letters: T positions, D columns of a head, W numbers of a vector; Tp and Dp are T and D padded to multiples of W. Each product is made of
// tiles of 8 rows and 2 W columns that stay in registers: rows of the left operand are broadcast, rows of the right one lie along
// the lanes. For that keys (and, backward, values) of a head are transposed into a panel [D, Tp] and the other operands copied
// to [Tp, Dp]: in the joint matrix their rows stand a power of two apart and would fight for the same lines of the cache.
#include "CausalAttention.h"

#include <string.h>

#include "Softmax.h"

#pragma clang fp contract(fast)

// Exponentials are powers of two: keys are multiplied by scale / ln 2 where they are copied, and what is kept of a row is the base-2 logarithm
// of its sum.
static const double inverse_ln2 = 1.44269504088896340736, ln2 = 0.693147180559945309417;

// Rows of a tile, and queries whose probabilities are kept at once on the way back.
enum { tile_rows = 8, query_block = 32 };

#define REAL float
#define VECTOR lanes
#define VECTOR_UNALIGNED lanes_unaligned
#define INDEX lanes_int
#define INDEX_REAL int32_t
#define W 16
#define NAME WRIGHT_F32
#define VECTOR_EXP2 LANES_EXP2_F32
#define VECTOR_LOG2 LANES_LOG2_F32
#define VECTOR_FOLD LANES_FOLD_F32
#define PUT_EIGHT LANES_PUT_EIGHT_F32
#include "CausalAttentionBody.h"
#undef REAL
#undef VECTOR
#undef VECTOR_UNALIGNED
#undef INDEX
#undef INDEX_REAL
#undef W
#undef NAME
#undef VECTOR_EXP2
#undef VECTOR_LOG2
#undef VECTOR_FOLD
#undef PUT_EIGHT

#define REAL double
#define VECTOR lanes_double
#define VECTOR_UNALIGNED lanes_double_unaligned
#define INDEX lanes_long
#define INDEX_REAL int64_t
#define W 8
#define NAME WRIGHT_F64
#define VECTOR_EXP2 LANES_EXP2_F64
#define VECTOR_LOG2 LANES_LOG2_F64
#define VECTOR_FOLD LANES_FOLD_F64
#define PUT_EIGHT LANES_PUT_EIGHT_F64
#include "CausalAttentionBody.h"
