// Static inline wrappers over GMP: its names are C macros, which Swift cannot see.
#ifndef WRIGHT_CGMP_H
#define WRIGHT_CGMP_H
#include <gmp.h>
#endif
