// Causal attention over whole sequences, forward and backward, without a matrix of all pairs.
#ifndef WRIGHT_CAUSAL_ATTENTION_H
#define WRIGHT_CAUSAL_ATTENTION_H

#include "Real.h"

// The extents of an attention: row s length + i of each matrix belongs to position i of sequence s. Query head h reads the
// key-value head h / (heads / keyValueHeads); head h of a matrix stands in its columns h headSize ..< (h + 1) headSize.
typedef struct {
  long sequences, length, heads, keyValueHeads, headSize;
  double scale;
} wright_attention_shape;

#define WRIGHT_CAUSAL_ATTENTION(REAL, NAME)                                                                      \
  /* Rows of a matrix, `stride` apart. */                                                                        \
  typedef struct {                                                                                               \
    const REAL *elements;                                                                                        \
    long stride;                                                                                                 \
  } NAME(rows);                                                                                                  \
  /* Where a gradient goes: nowhere where `elements` is NULL; added to what is there where `accumulates`. */     \
  typedef struct {                                                                                               \
    REAL *elements;                                                                                              \
    long stride;                                                                                                 \
    int accumulates;                                                                                             \
  } NAME(target);                                                                                                \
  /* The numbers of memory that the kernels work in, which is aligned to 64 bytes. */                            \
  long NAME(attention_scratch)(const wright_attention_shape *shape, int backward);                               \
  /* out[i] = sum over j <= i of p_ij value[j] for each head, p_ij = exp(scale query[i] key[j] - logSums[i]);    \
     logSums, unless NULL, has an element for each sequence, head and position. Later positions are not read,    \
     whatever they hold; on the way back, NaN and infinities may come into any position. */                      \
  void NAME(attention)(                                                                                          \
      const wright_attention_shape *shape, NAME(rows) query, NAME(rows) key, NAME(rows) value, REAL *out,        \
      REAL *logSums, REAL *scratch);                                                                             \
  /* The gradients of query, key and value where that of `out` is `gradient`; the probabilities are made again   \
     from logSums. */                                                                                            \
  void NAME(attention_backward)(                                                                                 \
      const wright_attention_shape *shape, NAME(rows) query, NAME(rows) key, NAME(rows) value, const REAL *out,  \
      const REAL *gradient, const REAL *logSums, NAME(target) queryGradient, NAME(target) keyGradient,           \
      NAME(target) valueGradient, REAL *scratch);

WRIGHT_CAUSAL_ATTENTION(float, WRIGHT_F32)
WRIGHT_CAUSAL_ATTENTION(double, WRIGHT_F64)

#endif
