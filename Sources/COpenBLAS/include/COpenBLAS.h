// The calls of OpenBLAS that the product uses, as plain C functions.
#ifndef WRIGHT_COPENBLAS_H
#define WRIGHT_COPENBLAS_H
#endif
