// The bodies of Elements.h, written in REAL and NAME; included by Elements.c once for each width.

WRIGHT_KERNEL void NAME(add)(const REAL *restrict x, long count, REAL *restrict y) {
  for (long i = 0; i < count; i++) y[i] += x[i];
}

WRIGHT_KERNEL void NAME(add_scaled)(const REAL *restrict x, REAL scale, long count, REAL *restrict y) {
  for (long i = 0; i < count; i++) y[i] += scale * x[i];
}

WRIGHT_KERNEL void NAME(scale)(REAL scale, long count, REAL *y) {
  for (long i = 0; i < count; i++) y[i] *= scale;
}

WRIGHT_KERNEL void NAME(add_row)(const REAL *restrict x, long rows, long columns, REAL *restrict y) {
  for (long r = 0; r < rows; r++)
    for (long c = 0; c < columns; c++) y[r * columns + c] += x[c];
}

// 64 columns at a time stay in registers from the first row to the last.
WRIGHT_KERNEL void NAME(column_sums)(const REAL *restrict x, long stride, long rows, long columns, REAL *restrict y) {
  long c = 0;
  for (; c + 64 <= columns; c += 64) {
    REAL sums[64];
    for (long j = 0; j < 64; j++) sums[j] = y[c + j];
    for (long r = 0; r < rows; r++)
      for (long j = 0; j < 64; j++) sums[j] += x[r * stride + c + j];
    for (long j = 0; j < 64; j++) y[c + j] = sums[j];
  }
  if (columns - c == 1) {
    REAL sum = y[c];
    for (long r = 0; r < rows; r++) sum += x[r * stride + c];
    y[c] = sum;
  } else {
    for (long r = 0; r < rows; r++)
      for (long j = c; j < columns; j++) y[j] += x[r * stride + j];
  }
}

WRIGHT_KERNEL void NAME(relu)(long count, REAL *y) {
  for (long i = 0; i < count; i++) y[i] = y[i] < 0 ? 0 : y[i];
}

typedef REAL NAME(sixteen) __attribute__((ext_vector_type(16)));
typedef REAL NAME(sixteen_unaligned) __attribute__((ext_vector_type(16), aligned(sizeof(REAL))));
#define SIXTEEN(p) (*(NAME(sixteen_unaligned) *)(p))

// g = 0 where y is not above 0, and the column sums of g: for `vectors` times 16 columns, whose sums stay in registers from the first row to the
// last. Before that g is, where `isOuter`, the product of `column` and `row`; the sum with 0 makes it the multiply-add that a product of
// inner extent 1 is. Sums are kept of the last `kept` columns.
static inline __attribute__((always_inline)) void NAME(rectify)(
    const REAL *restrict y, const REAL *restrict column, const REAL *restrict row, long rows, long columns,
    REAL *restrict g, REAL *restrict sums, const int isOuter, const long vectors, long kept) {
  NAME(sixteen) part[4];
  WRIGHT_UNROLL for (long v = 0; v < vectors; v++) part[v] = sums ? SIXTEEN(sums + 16 * v) : (NAME(sixteen))(0);
  for (long r = 0; r < rows; r++)
    WRIGHT_UNROLL for (long v = 0; v < vectors; v++) {
      const long i = r * columns + 16 * v;
      NAME(sixteen) x = isOuter ? column[r] * SIXTEEN(row + 16 * v) + 0 : SIXTEEN(g + i);
      x = SIXTEEN(y + i) > 0 ? x : (NAME(sixteen))(0);
      SIXTEEN(g + i) = x;
      part[v] += x;
    }
  if (sums == NULL) return;
  if (kept == 16 * vectors) {
    WRIGHT_UNROLL for (long v = 0; v < vectors; v++) SIXTEEN(sums + 16 * v) = part[v];
  } else {
    for (long l = 16 * vectors - kept; l < 16 * vectors; l++) sums[l] = part[l / 16][l % 16];
  }
}

// Columns that are left over from blocks of 16 are rectified in a last block, which repeats some: to them nothing happens again.
static inline __attribute__((always_inline)) void NAME(rectify_columns)(
    const REAL *restrict y, const REAL *restrict column, const REAL *restrict row, long rows, long columns,
    REAL *restrict g, REAL *restrict sums, const int isOuter) {
  if (columns < 16) {
    for (long c = 0; c < columns; c++) {
      REAL part = sums ? sums[c] : 0;
      for (long r = 0; r < rows; r++) {
        const REAL x = isOuter ? column[r] * row[c] + 0 : g[r * columns + c];
        const REAL open = y[r * columns + c] > 0 ? x : 0;
        g[r * columns + c] = open;
        part += open;
      }
      if (sums) sums[c] = part;
    }
    return;
  }
#define RECTIFY(vectors, kept) \
  NAME(rectify)(y + c, column, isOuter ? row + c : row, rows, columns, g + c, sums ? sums + c : sums, isOuter, vectors, kept)
  long c = 0;
  for (; c + 64 <= columns; c += 64) RECTIFY(4, 64);
  for (; c + 16 <= columns; c += 16) RECTIFY(1, 16);
  const long rest = columns - c;
  c = columns - 16;
  if (rest > 0) RECTIFY(1, rest);
#undef RECTIFY
}

WRIGHT_KERNEL void NAME(rectified_gradient)(
    const REAL *restrict y, long rows, long columns, REAL *restrict g, REAL *restrict sums) {
  NAME(rectify_columns)(y, NULL, NULL, rows, columns, g, sums, 0);
}

WRIGHT_KERNEL void NAME(rectified_outer_gradient)(
    const REAL *restrict y, const REAL *restrict column, const REAL *restrict row, long rows, long columns,
    REAL *restrict g, REAL *restrict sums) {
  NAME(rectify_columns)(y, column, row, rows, columns, g, sums, 1);
}

#undef SIXTEEN

// x - x is 0 for a number and no number for all else.
WRIGHT_KERNEL long NAME(first_not_finite)(const REAL *x, long count) {
  long i = 0;
  for (; i + 64 <= count; i += 64) {
    int bad = 0;
    for (long j = 0; j < 64; j++) bad |= !(x[i + j] - x[i + j] == 0);
    if (bad) break;
  }
  for (; i < count; i++)
    if (!(x[i] - x[i] == 0)) return i;
  return -1;
}
