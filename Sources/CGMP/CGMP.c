// The module's only object file: everything is static inline in the header.
#include "CGMP.h"

_Static_assert(sizeof(mp_limb_t) == 8 && sizeof(long) == 8, "the wrappers take 64-bit limbs and words");
_Static_assert(GMP_NAIL_BITS == 0, "a limb holds 64 significant bits");
