// SIMD kernels that C compiles better than Swift; dispatched at run time by target_clones.
#ifndef WRIGHT_CKERNELS_H
#define WRIGHT_CKERNELS_H
#endif
