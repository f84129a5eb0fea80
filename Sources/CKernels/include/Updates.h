// Kernels of optimizers: a parameter, its gradient and its moments are read and written in one pass.
#ifndef WRIGHT_UPDATES_H
#define WRIGHT_UPDATES_H

#include "Real.h"

// The numbers of an update by first and second moments (Adam, AdamW).
#define WRIGHT_ADAM(REAL, NAME)                                                                                       \
  typedef struct {                                                                                                    \
    REAL gradientScale;  /* what the gradient is multiplied by (clipping) */                                          \
    REAL coupledDecay;   /* what times the parameter is added to the gradient */                                      \
    REAL decayFactor;    /* what the parameter is multiplied by first */                                              \
    REAL firstShare;     /* 1 - beta1 */                                                                              \
    REAL secondKeep;     /* beta2 */                                                                                  \
    REAL secondShare;    /* 1 - beta2 */                                                                              \
    REAL stepSize;       /* learning rate / (1 - beta1^t) */                                                          \
    REAL rootScale;      /* 1 / sqrt(1 - beta2^t) */                                                                  \
    REAL epsilon;                                                                                                     \
  } NAME(adam_numbers);

#define WRIGHT_UPDATES(REAL, NAME)                                                                                    \
  WRIGHT_ADAM(REAL, NAME)                                                                                             \
  /* x = gradientScale g + coupledDecay p; m += firstShare (x - m); v = secondKeep v + secondShare x^2; */            \
  /* p = decayFactor p - stepSize m / (sqrt(v) rootScale + epsilon). */                                               \
  void NAME(adam)(const REAL *g, long count, NAME(adam_numbers) numbers, REAL *m, REAL *v, REAL *p);                  \
  /* p -= rate (gradientScale g + decay p). */                                                                        \
  void NAME(descend)(const REAL *g, long count, REAL gradientScale, REAL decay, REAL rate, REAL *p);                  \
  /* x = gradientScale g + decay p; m = keep m + share x; p -= rate (direct x + through m). */                        \
  void NAME(descend_with_momentum)(                                                                                   \
      const REAL *g, long count, REAL gradientScale, REAL decay, REAL keep, REAL share, REAL direct, REAL through,    \
      REAL rate, REAL *m, REAL *p);                                                                                   \
  /* p = decayFactor p - rate sign(g). */                                                                             \
  void NAME(descend_by_sign)(const REAL *g, long count, REAL decayFactor, REAL rate, REAL *p);                        \
  /* m = keep m + (1 - keep) gradientScale g; p = decayFactor p - rate sign(m). */                                    \
  void NAME(descend_by_sign_with_momentum)(                                                                           \
      const REAL *g, long count, REAL gradientScale, REAL decayFactor, REAL keep, REAL rate, REAL *m, REAL *p);       \
  /* g[i] = the nearest number to g[i] in [-bound, bound]. */                                                         \
  void NAME(clamp)(REAL bound, long count, REAL *g);                                                                  \
  /* The sum of x[i]^2 in float64, in 32 interleaved parts that are folded by halves. */                              \
  double NAME(sum_of_squares)(const REAL *x, long count);

WRIGHT_UPDATES(float, WRIGHT_F32)
WRIGHT_UPDATES(double, WRIGHT_F64)

#endif
