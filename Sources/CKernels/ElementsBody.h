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
