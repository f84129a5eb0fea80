// The bodies of CausalAttention.h, written in REAL, VECTOR and W; included by CausalAttention.c once for each width.

#define PADDED(n) (((n) + W - 1) / W * W)

// acc[r] += sum over k < inner of a[r aRow + k aStep] b[k bStep ..], for one vector of columns or two.
WRIGHT_INLINE void NAME(tile)(
    int vectors, const REAL *a, long aRow, long aStep, const REAL *b, long bStep, long inner, VECTOR acc[tile_rows][2]) {
  for (long k = 0; k < inner; k++) {
    const VECTOR b0 = *(const VECTOR *)(b + k * bStep);
    const VECTOR b1 = vectors > 1 ? *(const VECTOR *)(b + k * bStep + W) : b0;
    WRIGHT_UNROLL for (int r = 0; r < tile_rows; r++) {
      const REAL x = a[r * aRow + k * aStep];
      acc[r][0] += x * b0;
      if (vectors > 1) acc[r][1] += x * b1;
    }
  }
}

// The first `count` numbers of a vector.
WRIGHT_INLINE void NAME(put)(const VECTOR *value, REAL *y, long count, int accumulates) {
  if (count >= W) {
    VECTOR_UNALIGNED *place = (VECTOR_UNALIGNED *)y;
    *place = accumulates ? (VECTOR)*place + *value : *value;
  } else {
    for (long l = 0; l < count; l++) y[l] = accumulates ? y[l] + (*value)[l] : (*value)[l];
  }
}

// A vector of at most `count` numbers, zeros behind them.
WRIGHT_INLINE void NAME(get)(const REAL *x, long count, VECTOR *value) {
  if (count >= W) {
    *value = (VECTOR)*(const VECTOR_UNALIGNED *)x;
  } else {
    *value = (VECTOR)(REAL)0;
    for (long l = 0; l < count; l++) (*value)[l] = x[l];
  }
}

// Rows of D numbers to rows of Dp, times scale; zeros beyond, and up to Tp rows.
WRIGHT_INLINE void NAME(copy)(
    const REAL *x, long stride, long rows, long columns, REAL scale, REAL *y) {
  const long padded = PADDED(columns), paddedRows = PADDED(rows);
  for (long r = 0; r < rows; r++) {
    const REAL *from = x + r * stride;
    REAL *to = y + r * padded;
    for (long c = 0; c < columns; c += W) {
      VECTOR part;
      NAME(get)(from + c, columns - c, &part);
      *(VECTOR *)(to + c) = part * scale;
    }
  }
  memset(y + rows * padded, 0, (size_t)((paddedRows - rows) * padded) * sizeof(REAL));
}

// y[c rows + r] = x[r columns + c] for extents that are multiples of W. A square of W rows is turned by log2 W rounds of interleaving
// row i with row i + W / 2.
WRIGHT_INLINE void NAME(transpose)(const REAL *x, long rows, long columns, REAL *y) {
  for (long r = 0; r < rows; r += W)
    for (long c = 0; c < columns; c += W) {
      VECTOR m[W], n[W];
      WRIGHT_UNROLL for (int i = 0; i < W; i++) m[i] = *(const VECTOR *)(x + (r + i) * columns + c);
      WRIGHT_UNROLL for (int round = 1; round < W; round *= 2) {
        WRIGHT_UNROLL for (int i = 0; i < W / 2; i++) {
#if W == 16
          n[2 * i] = __builtin_shufflevector(m[i], m[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
          n[2 * i + 1] =
              __builtin_shufflevector(m[i], m[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
#else
          n[2 * i] = __builtin_shufflevector(m[i], m[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
          n[2 * i + 1] = __builtin_shufflevector(m[i], m[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
#endif
        }
        WRIGHT_UNROLL for (int i = 0; i < W; i++) m[i] = n[i];
      }
      WRIGHT_UNROLL for (int i = 0; i < W; i++) *(VECTOR *)(y + (c + i) * rows + r) = m[i];
    }
}

WRIGHT_INLINE void NAME(clear)(VECTOR acc[tile_rows][2]) {
  WRIGHT_UNROLL for (int r = 0; r < tile_rows; r++) acc[r][0] = acc[r][1] = (VECTOR)(REAL)0;
}

// Scores of 8 queries from i0 on and the keys from j0 on: kept, with -infinity for keys that come later, and their maxima.
WRIGHT_INLINE void NAME(score_tile)(
    int vectors, const REAL *query, const REAL *keys, long keyStride, long inner, long width, long i0, long j0,
    const INDEX *lane, REAL *scores, VECTOR greatest[tile_rows]) {
  VECTOR acc[tile_rows][2];
  NAME(clear)(acc);
  NAME(tile)(vectors, query, width, 1, keys + j0, keyStride, inner, acc);
  WRIGHT_UNROLL for (int r = 0; r < tile_rows; r++) {
    WRIGHT_UNROLL for (int v = 0; v < vectors; v++) {
      VECTOR s = acc[r][v];
      if (j0 + vectors * W > i0 + 1) s = *lane > (INDEX_REAL)(i0 + r - j0 - v * W) ? (VECTOR)(REAL)-INFINITY : s;
      greatest[r] = s > greatest[r] ? s : greatest[r];
      *(VECTOR *)(scores + r * keyStride + j0 + v * W) = s;
    }
  }
}

// Probabilities, and the gradients of scores, of 8 queries and the keys from j0 on.
WRIGHT_INLINE void NAME(gradient_tile)(
    int vectors, const REAL *query, const REAL *gradient, const REAL *keys, const REAL *values, long keyStride, long inner,
    long width, long i0, long j0, const INDEX *lane, const REAL *logSums, const REAL *dots, REAL *probabilities,
    REAL *scoreGradients) {
  VECTOR acc[tile_rows][2];
  NAME(clear)(acc);
  NAME(tile)(vectors, query, width, 1, keys + j0, keyStride, inner, acc);
  WRIGHT_UNROLL for (int r = 0; r < tile_rows; r++) {
    WRIGHT_UNROLL for (int v = 0; v < vectors; v++) {
      VECTOR s = acc[r][v] - logSums[r], p;
      if (j0 + vectors * W > i0 + 1) s = *lane > (INDEX_REAL)(i0 + r - j0 - v * W) ? (VECTOR)(REAL)-INFINITY : s;
      VECTOR_EXP2(p, s);
      *(VECTOR *)(probabilities + r * keyStride + j0 + v * W) = p;
    }
  }
  NAME(clear)(acc);
  NAME(tile)(vectors, gradient, width, 1, values + j0, keyStride, inner, acc);
  WRIGHT_UNROLL for (int r = 0; r < tile_rows; r++) {
    WRIGHT_UNROLL for (int v = 0; v < vectors; v++) {
      const long at = r * keyStride + j0 + v * W;
      *(VECTOR *)(scoreGradients + at) = *(const VECTOR *)(probabilities + at) * (acc[r][v] - dots[r]);
    }
  }
}

// y[j0 + r] += sum over k of a[k aStep + r] b[k], for 8 rows r and all columns.
WRIGHT_INLINE void NAME(add_transposed)(
    const REAL *a, long aStep, const REAL *b, long width, long inner, REAL *y) {
  for (long d = 0; d < width;) {
    const int vectors = d + 2 * W <= width ? 2 : 1;
    VECTOR acc[tile_rows][2];
    WRIGHT_UNROLL for (int r = 0; r < tile_rows; r++) {
      acc[r][0] = *(const VECTOR *)(y + r * width + d);
      acc[r][1] = vectors > 1 ? *(const VECTOR *)(y + r * width + d + W) : acc[r][0];
    }
    if (vectors > 1) {
      NAME(tile)(2, a, 1, aStep, b + d, width, inner, acc);
    } else {
      NAME(tile)(1, a, 1, aStep, b + d, width, inner, acc);
    }
    WRIGHT_UNROLL for (int r = 0; r < tile_rows; r++) {
      *(VECTOR *)(y + r * width + d) = acc[r][0];
      if (vectors > 1) *(VECTOR *)(y + r * width + d + W) = acc[r][1];
    }
    d += vectors * W;
  }
}

// The same for the keys that the rows' own positions stand at: row r reads the first r + 1 of 8. What comes later has a probability of 0, and is
// left out rather than multiplied by it, so that no infinity or NaN of a later position comes into an earlier one.
WRIGHT_INLINE void NAME(triangle)(
    int vectors, const REAL *a, long aRow, const REAL *b, long bStep, VECTOR acc[tile_rows][2]) {
  WRIGHT_UNROLL for (int k = 0; k < tile_rows; k++) {
    const VECTOR b0 = *(const VECTOR *)(b + k * bStep);
    const VECTOR b1 = vectors > 1 ? *(const VECTOR *)(b + k * bStep + W) : b0;
    WRIGHT_UNROLL for (int r = k; r < tile_rows; r++) {
      const REAL x = a[r * aRow + k];
      acc[r][0] += x * b0;
      if (vectors > 1) acc[r][1] += x * b1;
    }
  }
}

// y[r] = factors[r] sum over k <= first + r of a[r aRow + k] b[k], for `rows` of 8 rows and D columns; b has rows up to a multiple of 8.
WRIGHT_INLINE void NAME(write_product)(
    const REAL *a, long aRow, const REAL *b, long width, long first, const REAL *factors, long rows, long columns, REAL *y,
    long stride, int accumulates) {
  for (long d = 0; d < width;) {
    const int vectors = d + 2 * W <= width ? 2 : 1;
    VECTOR acc[tile_rows][2];
    NAME(clear)(acc);
    if (vectors > 1) {
      NAME(tile)(2, a, aRow, 1, b + d, width, first, acc);
      NAME(triangle)(2, a + first, aRow, b + first * width + d, width, acc);
    } else {
      NAME(tile)(1, a, aRow, 1, b + d, width, first, acc);
      NAME(triangle)(1, a + first, aRow, b + first * width + d, width, acc);
    }
    WRIGHT_UNROLL for (int r = 0; r < tile_rows; r++) {
      if (r < rows) {
        VECTOR one = acc[r][0] * factors[r], other = acc[r][1] * factors[r];
        NAME(put)(&one, y + r * stride + d, columns - d, accumulates);
        if (vectors > 1) NAME(put)(&other, y + r * stride + d + W, columns - d - W, accumulates);
      }
    }
    d += vectors * W;
  }
}

// Asks for the lines of `count` rows of a head that will be read, or written, next. Heads lie side by side, so that the processor, which
// looks for runs, does not foresee them; where a sequence is small it finds them in its second cache and need not be asked.
WRIGHT_INLINE void NAME(foresee)(const REAL *x, long stride, long count, long columns, int writes) {
  for (long r = 0; r < count; r++)
    for (long c = 0; c < columns; c += 64 / (long)sizeof(REAL)) {
      if (writes) {
        __builtin_prefetch(x + r * stride + c, 1, 2);
      } else {
        __builtin_prefetch(x + r * stride + c, 0, 2);
      }
    }
}

long NAME(attention_scratch)(const wright_attention_shape *shape, int backward) {
  const long length = PADDED(shape->length), width = PADDED(shape->headSize);
  return backward ? 7 * length * width + 2 * query_block * length + 2 * length : 4 * length * width + (tile_rows + 2) * length;
}

WRIGHT_KERNEL void NAME(attention)(
    const wright_attention_shape *shape, NAME(rows) query, NAME(rows) key, NAME(rows) value, REAL *out, REAL *logSums,
    REAL *scratch) {
  const long T = shape->length, D = shape->headSize, Tp = PADDED(T), Dp = PADDED(D);
  const long group = shape->heads / shape->keyValueHeads, outStride = shape->heads * D;
  REAL *keys = scratch, *values = keys + Tp * Dp, *queries = values + Tp * Dp, *rows = queries + Tp * Dp;
  REAL *maxima = rows + Tp * Dp, *totals = maxima + Tp, *scores = totals + Tp;
  const int asks = T * query.stride * (long)sizeof(REAL) > 1 << 17;
  INDEX lane;
  for (int l = 0; l < W; l++) lane[l] = l;
  for (long s = 0; s < shape->sequences; s++)
    for (long h = 0; h < shape->heads; h++) {
      if (h % group == 0) {
        const long column = h / group * D;
        NAME(copy)(key.elements + s * T * key.stride + column, key.stride, T, D, (REAL)(shape->scale * inverse_ln2), rows);
        NAME(transpose)(rows, Tp, Dp, keys);
        NAME(copy)(value.elements + s * T * value.stride + column, value.stride, T, D, 1, values);
      }
      NAME(copy)(query.elements + s * T * query.stride + h * D, query.stride, T, D, 1, queries);
      for (long i0 = 0; i0 < T; i0 += tile_rows) {
        const long end = i0 + tile_rows < T ? i0 + tile_rows : T, width = PADDED(end), row = s * T + i0;
        if (asks) {
          const long count = end - i0, next = h + 1, column = next / group * D;
          NAME(foresee)(out + row * outStride + h * D, outStride, count, D, 1);
          if (next < shape->heads)
            NAME(foresee)(query.elements + row * query.stride + next * D, query.stride, count, D, 0);
          if (next < shape->heads && next % group == 0) {
            NAME(foresee)(key.elements + row * key.stride + column, key.stride, count, D, 0);
            NAME(foresee)(value.elements + row * value.stride + column, value.stride, count, D, 0);
          }
        }
        VECTOR greatest[tile_rows];
        WRIGHT_UNROLL for (int r = 0; r < tile_rows; r++) greatest[r] = (VECTOR)(REAL)-INFINITY;
        long j0 = 0;
        for (; j0 + 2 * W <= width; j0 += 2 * W)
          NAME(score_tile)(2, queries + i0 * Dp, keys, Tp, D, Dp, i0, j0, &lane, scores, greatest);
        if (j0 < width) NAME(score_tile)(1, queries + i0 * Dp, keys, Tp, D, Dp, i0, j0, &lane, scores, greatest);
        VECTOR folded;
        VECTOR_FOLD(folded, LANES_GREATER, greatest);
        PUT_EIGHT(maxima + i0, folded);
        VECTOR sums[tile_rows];
        WRIGHT_UNROLL for (int r = 0; r < tile_rows; r++) sums[r] = (VECTOR)(REAL)0;
        for (long j = 0; j < width; j += W)
          WRIGHT_UNROLL for (int r = 0; r < tile_rows; r++) {
            VECTOR p;
            VECTOR_EXP2(p, *(const VECTOR *)(scores + r * Tp + j) - maxima[i0 + r]);
            *(VECTOR *)(scores + r * Tp + j) = p;
            sums[r] += p;
          }
        VECTOR_FOLD(folded, LANES_PLUS, sums);
        PUT_EIGHT(totals + i0, folded);
        folded = 1 / folded;
        REAL factors[tile_rows];
        PUT_EIGHT(factors, folded);
        NAME(write_product)(
            scores, Tp, values, Dp, i0, factors, end - i0, D, out + (s * T + i0) * outStride + h * D, outStride, 0);
      }
      if (logSums)
        for (long i = 0; i < T; i += W) {
          VECTOR sum;
          VECTOR_LOG2(sum, *(const VECTOR *)(totals + i));
          sum += *(const VECTOR *)(maxima + i);
          NAME(put)(&sum, logSums + (s * shape->heads + h) * T + i, T - i, 0);
        }
    }
}

// Writes a head's gradient, of D of the Dp columns.
WRIGHT_INLINE void NAME(write_rows)(const REAL *x, long rows, long columns, REAL scale, REAL *y, long stride, int accumulates) {
  const long padded = PADDED(columns);
  for (long r = 0; r < rows; r++)
    for (long c = 0; c < columns; c += W) {
      VECTOR v = *(const VECTOR *)(x + r * padded + c) * scale;
      NAME(put)(&v, y + r * stride + c, columns - c, accumulates);
    }
}

WRIGHT_KERNEL void NAME(attention_backward)(
    const wright_attention_shape *shape, NAME(rows) query, NAME(rows) key, NAME(rows) value, const REAL *out,
    const REAL *gradient, const REAL *logSums, NAME(target) queryGradient, NAME(target) keyGradient,
    NAME(target) valueGradient, REAL *scratch) {
  const long T = shape->length, D = shape->headSize, Tp = PADDED(T), Dp = PADDED(D), count = Tp * Dp;
  const long group = shape->heads / shape->keyValueHeads, outStride = shape->heads * D;
  REAL *keyPanel = scratch, *valuePanel = keyPanel + count, *keys = valuePanel + count, *queries = keys + count;
  REAL *gradients = queries + count, *keySums = gradients + count, *valueSums = keySums + count;
  REAL *probabilities = valueSums + count, *scoreGradients = probabilities + query_block * Tp;
  REAL *dots = scoreGradients + query_block * Tp, *sums = dots + Tp;
  REAL factors[tile_rows];
  for (int r = 0; r < tile_rows; r++) factors[r] = (REAL)ln2;
  const int asks = T * query.stride * (long)sizeof(REAL) > 1 << 17;
  INDEX lane;
  for (int l = 0; l < W; l++) lane[l] = l;
  memset(sums, 0, (size_t)Tp * sizeof(REAL));
  for (long s = 0; s < shape->sequences; s++)
    for (long h = 0; h < shape->heads; h++) {
      const long column = h / group * D, first = s * T;
      if (h % group == 0) {
        NAME(copy)(value.elements + first * value.stride + column, value.stride, T, D, 1, keys);
        NAME(transpose)(keys, Tp, Dp, valuePanel);
        NAME(copy)(key.elements + first * key.stride + column, key.stride, T, D, (REAL)(shape->scale * inverse_ln2), keys);
        NAME(transpose)(keys, Tp, Dp, keyPanel);
        memset(keySums, 0, (size_t)(2 * count) * sizeof(REAL));
      }
      NAME(copy)(query.elements + first * query.stride + h * D, query.stride, T, D, 1, queries);
      NAME(copy)(gradient + first * outStride + h * D, outStride, T, D, 1, gradients);
      memcpy(sums, logSums + (s * shape->heads + h) * T, (size_t)T * sizeof(REAL));
      for (long i = 0; i < T; i += tile_rows) {
        VECTOR products[tile_rows], folded;
        for (long r = 0; r < tile_rows; r++) {
          const REAL *y = out + (first + i + r) * outStride + h * D, *dy = gradients + (i + r) * Dp;
          VECTOR sum = (VECTOR)(REAL)0;
          for (long c = 0; i + r < T && c < D; c += W) {
            VECTOR part;
            NAME(get)(y + c, D - c, &part);
            sum += part * *(const VECTOR *)(dy + c);
          }
          products[r] = sum;
        }
        VECTOR_FOLD(folded, LANES_PLUS, products);
        PUT_EIGHT(dots + i, folded);
      }
      for (long block = 0; block < T; block += query_block) {
        const long blockEnd = block + query_block < T ? block + query_block : T;
        for (long i0 = block; i0 < blockEnd; i0 += tile_rows) {
          const long end = i0 + tile_rows < T ? i0 + tile_rows : T, width = PADDED(end);
          REAL *p = probabilities + (i0 - block) * Tp, *g = scoreGradients + (i0 - block) * Tp;
          const REAL *q = queries + i0 * Dp, *dy = gradients + i0 * Dp;
          if (asks) {
            const long row = first + i0, count = end - i0, next = h + 1;
            if (queryGradient.elements)
              NAME(foresee)(
                  queryGradient.elements + row * queryGradient.stride + h * D, queryGradient.stride, count, D, 1);
            if (next % group == 0 && keyGradient.elements)
              NAME(foresee)(keyGradient.elements + row * keyGradient.stride + column, keyGradient.stride, count, D, 1);
            if (next % group == 0 && valueGradient.elements)
              NAME(foresee)(
                  valueGradient.elements + row * valueGradient.stride + column, valueGradient.stride, count, D, 1);
            if (next < shape->heads) {
              NAME(foresee)(query.elements + row * query.stride + next * D, query.stride, count, D, 0);
              NAME(foresee)(gradient + row * outStride + next * D, outStride, count, D, 0);
              NAME(foresee)(out + row * outStride + next * D, outStride, count, D, 0);
            }
            if (next < shape->heads && next % group == 0) {
              NAME(foresee)(key.elements + row * key.stride + column + D, key.stride, count, D, 0);
              NAME(foresee)(value.elements + row * value.stride + column + D, value.stride, count, D, 0);
            }
          }
          long j0 = 0;
          for (; j0 + 2 * W <= width; j0 += 2 * W)
            NAME(gradient_tile)(
                2, q, dy, keyPanel, valuePanel, Tp, D, Dp, i0, j0, &lane, sums + i0, dots + i0, p, g);
          if (j0 < width)
            NAME(gradient_tile)(
                1, q, dy, keyPanel, valuePanel, Tp, D, Dp, i0, j0, &lane, sums + i0, dots + i0, p, g);
          if (queryGradient.elements)
            NAME(write_product)(
                g, Tp, keys, Dp, i0, factors, end - i0, D,
                queryGradient.elements + (first + i0) * queryGradient.stride + h * D, queryGradient.stride,
                queryGradient.accumulates);
        }
        // Keys j0 ..< j0 + 8 are read by no query before j0.
        for (long j0 = 0; j0 < blockEnd; j0 += tile_rows) {
          const long begin = j0 > block ? j0 : block, at = (begin - block) * Tp + j0;
          NAME(add_transposed)(probabilities + at, Tp, gradients + begin * Dp, Dp, blockEnd - begin, valueSums + j0 * Dp);
          NAME(add_transposed)(scoreGradients + at, Tp, queries + begin * Dp, Dp, blockEnd - begin, keySums + j0 * Dp);
        }
      }
      if (h % group == group - 1) {
        if (keyGradient.elements)
          NAME(write_rows)(
              keySums, T, D, (REAL)shape->scale, keyGradient.elements + first * keyGradient.stride + column,
              keyGradient.stride, keyGradient.accumulates);
        if (valueGradient.elements)
          NAME(write_rows)(
              valueSums, T, D, 1, valueGradient.elements + first * valueGradient.stride + column, valueGradient.stride,
              valueGradient.accumulates);
      }
    }
}

#undef PADDED
