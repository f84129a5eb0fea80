// The bodies of TokenKernels.h, written in REAL, VECTOR and W; included by TokenKernels.c once for each width.

WRIGHT_KERNEL void NAME(gather_rows)(
    const int32_t *tokens, long count, const REAL *table, const REAL *positions, long length, long columns,
    REAL *restrict y) {
  long position = 0;
  for (long i = 0; i < count; i++) {
    const REAL *row = table + (long)tokens[i] * columns;
    REAL *to = y + i * columns;
    if (positions) {
      const REAL *added = positions + position * columns;
      for (long c = 0; c < columns; c++) to[c] = row[c] + added[c];
      position = position + 1 == length ? 0 : position + 1;
    } else {
      memcpy(to, row, (size_t)columns * sizeof(REAL));
    }
  }
}

WRIGHT_KERNEL void NAME(scatter_rows)(
    const int32_t *tokens, long count, const REAL *restrict x, long columns, REAL *restrict table) {
  for (long i = 0; i < count; i++) {
    REAL *to = table + (long)tokens[i] * columns;
    const REAL *from = x + i * columns;
    for (long c = 0; c < columns; c++) to[c] += from[c];
  }
}

WRIGHT_INLINE void NAME(rotate_head)(
    REAL *restrict x, REAL *restrict y, const REAL *restrict cosines, const REAL *restrict sines, long pairs, REAL sign) {
  for (long i = 0; i < pairs; i++) {
    const REAL a = x[i], b = y[i], c = cosines[i], s = sign * sines[i];
    x[i] = a * c - b * s;
    y[i] = b * c + a * s;
  }
}

WRIGHT_KERNEL void NAME(rotate_rows)(
    REAL *x, long stride, long rows, long length, long heads, long pairs, const REAL *angles, int backwards) {
  const REAL sign = backwards ? -1 : 1;
  long position = 0;
  for (long r = 0; r < rows; r++) {
    const REAL *cosines = angles + position * 2 * pairs, *sines = cosines + pairs;
    for (long h = 0; h < heads; h++) {
      REAL *head = x + r * stride + h * 2 * pairs;
      // With the usual numbers of pairs written out the loops become whole vectors.
      switch (pairs) {
        case 8: NAME(rotate_head)(head, head + 8, cosines, sines, 8, sign); break;
        case 16: NAME(rotate_head)(head, head + 16, cosines, sines, 16, sign); break;
        case 32: NAME(rotate_head)(head, head + 32, cosines, sines, 32, sign); break;
        default: NAME(rotate_head)(head, head + pairs, cosines, sines, pairs, sign);
      }
    }
    position = position + 1 == length ? 0 : position + 1;
  }
}

// A vector of a row; beyond the row's end it holds -infinity, whose exponential is 0.
WRIGHT_INLINE void NAME(part)(const REAL *x, long count, VECTOR *v) {
  if (count >= W) {
    *v = (VECTOR)*(const VECTOR_UNALIGNED *)x;
  } else {
    *v = (VECTOR)(REAL)-INFINITY;
    for (long l = 0; l < count; l++) (*v)[l] = x[l];
  }
}

WRIGHT_INLINE void NAME(put_part)(const VECTOR *v, REAL *y, long count) {
  if (count >= W) {
    *(VECTOR_UNALIGNED *)y = *v;
  } else {
    for (long l = 0; l < count; l++) y[l] = (*v)[l];
  }
}

// Sums of exponentials are kept in float64 from one piece of 64 vectors to the next, so that wide vocabularies lose nothing.
enum { NAME(piece) = 64 * W };

WRIGHT_KERNEL double NAME(cross_entropy)(
    const REAL *logits, long rows, long columns, const int32_t *targets, const float *weights, double normalization,
    REAL *gradient, double *losses) {
  double loss = 0;
  for (long r = 0; r < rows; r++) {
    const REAL *x = logits + r * columns;
    REAL *g = gradient ? gradient + r * columns : NULL;
    const double weight = weights ? weights[r] : 1;
    if (weight == 0) {
      if (g) memset(g, 0, (size_t)columns * sizeof(REAL));
      if (losses) losses[r] = 0;
      continue;
    }
    const REAL chosen = x[targets[r]];
    VECTOR greatest = (VECTOR)(REAL)-INFINITY;
    for (long c = 0; c < columns; c += W) {
      VECTOR v;
      NAME(part)(x + c, columns - c, &v);
      greatest = v > greatest ? v : greatest;
    }
    const REAL maximum = __builtin_reduce_max(greatest);
    double total = 0;
    for (long begin = 0; begin < columns; begin += NAME(piece)) {
      const long end = begin + NAME(piece) < columns ? begin + NAME(piece) : columns;
      VECTOR sum = (VECTOR)(REAL)0;
      for (long c = begin; c < end; c += W) {
        VECTOR v;
        NAME(part)(x + c, columns - c, &v);
        VECTOR_EXP(v, v - maximum);
        sum += v;
        if (g) NAME(put_part)(&v, g + c, columns - c);
      }
      for (int l = 0; l < W; l++) total += (double)sum[l];
    }
    const double lost = log(total) + ((double)maximum - (double)chosen);
    loss += weight * lost;
    if (losses) losses[r] = lost;
    if (g) {
      const double factor = weight * normalization;
      const REAL scale = (REAL)(factor / total);
      for (long c = 0; c < columns; c++) g[c] *= scale;
      g[targets[r]] -= (REAL)factor;
    }
  }
  return loss;
}

WRIGHT_KERNEL void NAME(argmax_rows)(const REAL *x, long rows, long columns, int32_t *indices) {
  for (long r = 0; r < rows; r++) {
    const REAL *row = x + r * columns;
    VECTOR greatest = (VECTOR)(REAL)-INFINITY;
    for (long c = 0; c < columns; c += W) {
      VECTOR v;
      NAME(part)(row + c, columns - c, &v);
      greatest = v > greatest ? v : greatest;
    }
    const REAL maximum = __builtin_reduce_max(greatest);
    long c = 0;
    while (c < columns && row[c] != maximum) c++;
    indices[r] = (int32_t)(c < columns ? c : 0);
  }
}
