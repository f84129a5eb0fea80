// The bodies of Updates.h, written in REAL and NAME; included by Updates.c once for each width.

// What would become a subnormal number becomes 0: the moments of parameters without a gradient (a unit that never fires) decay for ever, and
// with subnormal ones an update takes three times as long.
#define NORMAL(x) (__builtin_elementwise_abs(x) < LEAST_NORMAL ? (REAL)0 : (x))

WRIGHT_KERNEL void NAME(adam)(
    const REAL *restrict g, long count, NAME(adam_numbers) n, REAL *restrict m, REAL *restrict v, REAL *restrict p) {
  for (long i = 0; i < count; i++) {
    REAL x = n.gradientScale * g[i] + n.coupledDecay * p[i];
    REAL first = m[i] + n.firstShare * (x - m[i]);
    REAL second = n.secondKeep * v[i] + n.secondShare * x * x;
    first = NORMAL(first);
    second = NORMAL(second);
    m[i] = first;
    v[i] = second;
    // The elementwise root, unlike sqrt, sets no errno, so that the loop is made of vectors.
    p[i] = n.decayFactor * p[i] - n.stepSize * first / (__builtin_elementwise_sqrt(second) * n.rootScale + n.epsilon);
  }
}

WRIGHT_KERNEL void NAME(descend)(
    const REAL *restrict g, long count, REAL gradientScale, REAL decay, REAL rate, REAL *restrict p) {
  for (long i = 0; i < count; i++) p[i] -= rate * (gradientScale * g[i] + decay * p[i]);
}

WRIGHT_KERNEL void NAME(descend_with_momentum)(
    const REAL *restrict g, long count, REAL gradientScale, REAL decay, REAL keep, REAL share, REAL direct,
    REAL through, REAL rate, REAL *restrict m, REAL *restrict p) {
  for (long i = 0; i < count; i++) {
    REAL x = gradientScale * g[i] + decay * p[i];
    REAL first = keep * m[i] + share * x;
    first = NORMAL(first);
    m[i] = first;
    p[i] -= rate * (direct * x + through * first);
  }
}

WRIGHT_KERNEL void NAME(descend_by_sign)(
    const REAL *restrict g, long count, REAL decayFactor, REAL rate, REAL *restrict p) {
  for (long i = 0; i < count; i++) {
    REAL move = g[i] > 0 ? rate : g[i] < 0 ? -rate : 0;
    p[i] = decayFactor * p[i] - move;
  }
}

WRIGHT_KERNEL void NAME(descend_by_sign_with_momentum)(
    const REAL *restrict g, long count, REAL gradientScale, REAL decayFactor, REAL keep, REAL rate, REAL *restrict m,
    REAL *restrict p) {
  for (long i = 0; i < count; i++) {
    REAL first = keep * m[i] + (1 - keep) * (gradientScale * g[i]);
    first = NORMAL(first);
    REAL move = first > 0 ? rate : first < 0 ? -rate : 0;
    m[i] = first;
    p[i] = decayFactor * p[i] - move;
  }
}

WRIGHT_KERNEL void NAME(clamp)(REAL bound, long count, REAL *g) {
  for (long i = 0; i < count; i++) {
    REAL x = g[i] > bound ? bound : g[i];
    g[i] = x < -bound ? -bound : x;
  }
}

WRIGHT_KERNEL double NAME(sum_of_squares)(const REAL *x, long count) {
  double parts[32] = {0};
  long i = 0;
  for (; i + 32 <= count; i += 32)
    for (long j = 0; j < 32; j++) parts[j] += (double)x[i + j] * (double)x[i + j];
  for (long j = 0; i + j < count; j++) parts[j] += (double)x[i + j] * (double)x[i + j];
  for (long width = 16; width > 0; width /= 2)
    for (long j = 0; j < width; j++) parts[j] += parts[j + width];
  return parts[0];
}

#undef NORMAL
