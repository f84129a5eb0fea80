// How fast this processor multiplies and adds when nothing has to be read: the limit of every matrix product.
#ifndef WRIGHT_CPEAK_H
#define WRIGHT_CPEAK_H

enum { wright_peak_f32 = 0, wright_peak_f64 = 1, wright_peak_bf16 = 2 };

// Runs `count` rounds of independent multiply-adds on the widest registers; returns the operations done (a multiply-add is two), or
// 0 where the processor has no such instruction that this measures. `sink` receives what the registers hold at the end.
double wright_peak_run(int kind, long count, double *sink);

#endif
