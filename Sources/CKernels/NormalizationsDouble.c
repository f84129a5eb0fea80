// RMSNorm and LayerNorm in float64 by plain loops: what the fast ones of Normalizations.c are compared with.
#include "Normalizations.h"

#include <math.h>

#pragma clang fp contract(fast)

static double mean_of_products(const double *a, const double *b, long count) {
  double sum = 0;
  for (long i = 0; i < count; i++) sum += a[i] * b[i];
  return sum / (double)count;
}

void wright_f64_rms_norm(
    const double *x, const double *gain, double epsilon, long rows, long columns, double *y, double *inverses) {
  for (long r = 0; r < rows; r++, x += columns, y += columns) {
    inverses[r] = 1 / sqrt(mean_of_products(x, x, columns) + epsilon);
    for (long i = 0; i < columns; i++) y[i] = x[i] * inverses[r] * gain[i];
  }
}

void wright_f64_rms_norm_gradient(
    const double *x, const double *gain, const double *inverses, const double *dy, long rows, long columns,
    double *dgain, double *dx, int accumulates) {
  for (long r = 0; r < rows; r++, x += columns, dy += columns) {
    double inverse = inverses[r], sum = 0;
    for (long i = 0; i < columns; i++) {
      double n = x[i] * inverse;
      sum += dy[i] * gain[i] * n;
      if (dgain) dgain[i] += dy[i] * n;
    }
    if (!dx) continue;
    for (long i = 0; i < columns; i++) {
      double d = inverse * (dy[i] * gain[i] - x[i] * inverse * (sum / (double)columns));
      dx[i] = (accumulates ? dx[i] : 0) + d;
    }
    dx += columns;
  }
}

void wright_f64_layer_norm(
    const double *x, const double *gain, const double *bias, double epsilon, long rows, long columns, double *y,
    double *means, double *inverses) {
  for (long r = 0; r < rows; r++, x += columns, y += columns) {
    double sum = 0, squares = 0;
    for (long i = 0; i < columns; i++) sum += x[i];
    double mean = sum / (double)columns;
    for (long i = 0; i < columns; i++) squares += (x[i] - mean) * (x[i] - mean);
    means[r] = mean;
    inverses[r] = 1 / sqrt(squares / (double)columns + epsilon);
    for (long i = 0; i < columns; i++) y[i] = (x[i] - mean) * inverses[r] * gain[i] + bias[i];
  }
}

void wright_f64_layer_norm_gradient(
    const double *x, const double *gain, const double *means, const double *inverses, const double *dy, long rows,
    long columns, double *dgain, double *dbias, double *dx, int accumulates) {
  for (long r = 0; r < rows; r++, x += columns, dy += columns) {
    double inverse = inverses[r], mean = means[r], sum = 0, products = 0;
    for (long i = 0; i < columns; i++) {
      double n = (x[i] - mean) * inverse;
      sum += dy[i] * gain[i];
      products += dy[i] * gain[i] * n;
      if (dgain) dgain[i] += dy[i] * n;
      if (dbias) dbias[i] += dy[i];
    }
    if (!dx) continue;
    for (long i = 0; i < columns; i++) {
      double n = (x[i] - mean) * inverse;
      double d = inverse * (dy[i] * gain[i] - sum / (double)columns - n * (products / (double)columns));
      dx[i] = (accumulates ? dx[i] : 0) + d;
    }
    dx += columns;
  }
}
