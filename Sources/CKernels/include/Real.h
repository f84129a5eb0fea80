// One kernel source for both widths: a body that is written in REAL and NAME(...) is included once for float32 and once for float64.
#ifndef WRIGHT_REAL_H
#define WRIGHT_REAL_H

// The names of the kernels of either width: wright_f32_add, wright_f64_add.
#define WRIGHT_F32(name) wright_f32_##name
#define WRIGHT_F64(name) wright_f64_##name

#endif
