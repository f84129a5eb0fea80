// Products with matrices stored in panels of 16 rows, and the greatest entry of such a product.
#include "Lanes.h"

#include <math.h>
#include <string.h>

#include "CKernels.h"

#pragma clang fp contract(fast)

int wright_has_wide_vectors(void) {
#if defined(WRIGHT_DISPATCH)
  return __builtin_cpu_supports("x86-64-v4") != 0;
#else
  return 0;
#endif
}

// Sums of P panels times N vectors into `acc[P][N]`, in column order. P and N are constants at every use, so that all
// P N accumulators live in registers.
#define PANEL_TILE(P, N, acc, panels, columns, x, xStride)                             \
  for (long k = 0; k < (columns); k++) {                                               \
    lanes w[P];                                                                        \
    WRIGHT_UNROLL for (int p = 0; p < (P); p++)                                        \
        w[p] = LANES_LOAD((panels) + ((long)p * (columns) + k) * 16);                  \
    WRIGHT_UNROLL for (int n = 0; n < (N); n++) {                                      \
      lanes broadcast = (lanes)((x)[(long)n * (xStride) + k]);                         \
      WRIGHT_UNROLL for (int p = 0; p < (P); p++) acc[p][n] += w[p] * broadcast;       \
    }                                                                                  \
  }

#define MULTIPLY_TILE(P, N)                                                                          \
  do {                                                                                               \
    lanes acc[P][N];                                                                                 \
    WRIGHT_UNROLL for (int p = 0; p < (P); p++) WRIGHT_UNROLL for (int n = 0; n < (N); n++)          \
        acc[p][n] = bias ? LANES_LOAD(bias + (first + p) * 16) : (lanes)(0.0f);                      \
    PANEL_TILE(P, N, acc, tile, columns, xs, xStride)                                                \
    WRIGHT_UNROLL for (int p = 0; p < (P); p++) WRIGHT_UNROLL for (int n = 0; n < (N); n++)          \
        LANES_STORE_UNALIGNED(ys + (long)n * yStride + (first + p) * 16, acc[p][n]);                 \
  } while (0)

#define MULTIPLY_PANELS(P)                                             \
  for (; first + (P) <= panelCount; first += (P)) {                    \
    const float *tile = panels + first * columns * 16;                 \
    long n = 0;                                                        \
    for (; (P) <= 4 && n + 4 <= count; n += 4) {                       \
      const float *xs = x + n * xStride;                               \
      float *ys = y + n * yStride;                                     \
      MULTIPLY_TILE(P, 4);                                             \
    }                                                                  \
    for (; n + 2 <= count; n += 2) {                                   \
      const float *xs = x + n * xStride;                               \
      float *ys = y + n * yStride;                                     \
      MULTIPLY_TILE(P, 2);                                             \
    }                                                                  \
    for (; n < count; n++) {                                           \
      const float *xs = x + n * xStride;                               \
      float *ys = y + n * yStride;                                     \
      MULTIPLY_TILE(P, 1);                                             \
    }                                                                  \
  }

WRIGHT_KERNEL void wright_panels_multiply(
    const float *panels, long panelCount, long columns, const float *bias, const float *x, long xStride, long count,
    float *y, long yStride) {
  long first = 0;
  if (count <= 2) {
    MULTIPLY_PANELS(8)
  }
  MULTIPLY_PANELS(4)
  MULTIPLY_PANELS(2)
  MULTIPLY_PANELS(1)
}

// The better of (best, index) and the P panels from `first` on, lane by lane; a later panel wins only if it is greater.
#define ARGMAX_TILE(P)                                                                    \
  for (; first + (P) <= panelCount; first += (P)) {                                       \
    lanes acc[P][1];                                                                      \
    WRIGHT_UNROLL for (int p = 0; p < (P); p++) acc[p][0] = (lanes)(0.0f);                \
    PANEL_TILE(P, 1, acc, panels + first * columns * 16, columns, x, 0)                   \
    WRIGHT_UNROLL for (int p = 0; p < (P); p++) {                                         \
      lanes value = acc[p][0];                                                            \
      if (first + p == lastPanel) value = laneIndex < lastCount ? value : (lanes)(-INFINITY); \
      lanes_int better = value > best;                                                    \
      best = better ? value : best;                                                       \
      where = better ? (lanes_int)((int32_t)(first + p)) : where;                         \
    }                                                                                     \
  }

// A chunk of panels is read once for all vectors: it stays in the first-level cache between them.
enum { chunkBytes = 16384 };

WRIGHT_KERNEL void wright_panels_argmax(
    const float *panels, long rows, long columns, const float *inputs, long xStride, long count, float *values,
    int64_t *indices) {
  const lanes_int laneIndex = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const long allPanels = (rows + 15) / 16;
  const long lastPanel = allPanels - 1;
  const int32_t lastCount = (int32_t)(rows - lastPanel * 16);
  for (long n = 0; n < count; n++) {
    values[n] = -INFINITY;
    indices[n] = 0;
  }
  long chunk = chunkBytes / (64 * (columns > 0 ? columns : 1)) / 8 * 8;
  if (chunk < 8) chunk = 8;
  if (count == 1) chunk = allPanels;
  for (long start = 0; start < allPanels; start += chunk) {
    const long panelCount = start + chunk < allPanels ? start + chunk : allPanels;
    for (long n = 0; n < count; n++) {
      const float *x = inputs + n * xStride;
      lanes best = (lanes)(-INFINITY);
      lanes_int where = (lanes_int)(0);
      long first = start;
      ARGMAX_TILE(8)
      ARGMAX_TILE(2)
      ARGMAX_TILE(1)
      float greatest;
      LANES_MAX(greatest, best);
      if (!(greatest > values[n])) continue;
      int64_t least = INT64_MAX;
      for (int l = 0; l < 16; l++) {
        int64_t index = (int64_t)where[l] * 16 + l;
        if (best[l] == greatest && index < least) least = index;
      }
      values[n] = greatest;
      indices[n] = least;
    }
  }
}

void wright_panels_unpack(const float *panels, long rows, long columns, float *y) {
  for (long first = 0; first < rows; first += 16) {
    const float *panel = panels + first * columns;
    long here = rows - first < 16 ? rows - first : 16;
    for (long l = 0; l < here; l++)
      for (long k = 0; k < columns; k++) y[(first + l) * columns + k] = panel[k * 16 + l];
  }
}

void wright_panels_store(float *panels, long slot, long columns, const float *x) {
  float *column = panels + (slot / 16) * columns * 16 + slot % 16;
  for (long k = 0; k < columns; k++) column[k * 16] = x[k];
}

void wright_panels_move(float *panels, long from, long to, long columns) {
  const float *source = panels + (from / 16) * columns * 16 + from % 16;
  float *target = panels + (to / 16) * columns * 16 + to % 16;
  for (long k = 0; k < columns; k++) target[k * 16] = source[k * 16];
}

WRIGHT_KERNEL long wright_find(const int32_t *values, long count, int32_t value) {
  long i = 0;
  for (; i + 64 <= count; i += 64) {
    int32_t any = 0;
    for (long j = 0; j < 64; j++) any |= values[i + j] == value;
    if (any) break;
  }
  for (; i < count; i++)
    if (values[i] == value) return i;
  return -1;
}
