// Static inline wrappers over GMP's integers: GMP's names are C macros, which Swift cannot see.
//
// An operand is a pair (z, w): the GMP integer *z, or the machine word w where z is NULL. A word becomes a read-only GMP
// integer on the stack (what mpz_roinit_n does), so that no wrapper allocates for its operands. Results go to
// initialised GMP integers, which may be the same objects as operands wherever GMP allows it (everywhere here but in
// integer_divide_*, whose two results must differ).
#ifndef WRIGHT_CGMP_H
#define WRIGHT_CGMP_H
#include "LimbProgram.h"

#include <gmp.h>
#include <stddef.h>

typedef __mpz_struct *_Nonnull integer_target;
typedef const __mpz_struct *_Nullable integer_source;

static inline const __mpz_struct *_Nonnull integer_view(
    integer_source z, long w, __mpz_struct *_Nonnull room, mp_limb_t *_Nonnull limb) {
  if (z) return z;
  *limb = w < 0 ? -(mp_limb_t)w : (mp_limb_t)w;
  room->_mp_alloc = 0;
  room->_mp_size = w == 0 ? 0 : (w < 0 ? -1 : 1);
  room->_mp_d = limb;
  return room;
}

#define INTEGER_VIEW(name) \
  __mpz_struct name##_room; \
  mp_limb_t name##_limb; \
  mpz_srcptr name = integer_view(name##_z, name##_w, &name##_room, &name##_limb)

#define INTEGER_BINARY(swift_name, gmp_name) \
  static inline void swift_name(integer_target r, integer_source a_z, long a_w, integer_source b_z, long b_w) { \
    INTEGER_VIEW(a); \
    INTEGER_VIEW(b); \
    gmp_name(r, a, b); \
  }

INTEGER_BINARY(integer_add, mpz_add)
INTEGER_BINARY(integer_subtract, mpz_sub)
INTEGER_BINARY(integer_multiply, mpz_mul)
INTEGER_BINARY(integer_gcd, mpz_gcd)
INTEGER_BINARY(integer_and, mpz_and)
INTEGER_BINARY(integer_or, mpz_ior)
INTEGER_BINARY(integer_xor, mpz_xor)
INTEGER_BINARY(integer_quotient_truncated, mpz_tdiv_q)
INTEGER_BINARY(integer_remainder_truncated, mpz_tdiv_r)
INTEGER_BINARY(integer_quotient_exact, mpz_divexact)

#define INTEGER_DIVIDE(swift_name, gmp_name) \
  static inline void swift_name( \
      integer_target q, integer_target r, integer_source a_z, long a_w, integer_source b_z, long b_w) { \
    INTEGER_VIEW(a); \
    INTEGER_VIEW(b); \
    gmp_name(q, r, a, b); \
  }

INTEGER_DIVIDE(integer_divide_truncated, mpz_tdiv_qr)
INTEGER_DIVIDE(integer_divide_floored, mpz_fdiv_qr)

#define INTEGER_BY_COUNT(swift_name, gmp_name) \
  static inline void swift_name(integer_target r, integer_source a_z, long a_w, unsigned long n) { \
    INTEGER_VIEW(a); \
    gmp_name(r, a, n); \
  }

INTEGER_BY_COUNT(integer_shift_left, mpz_mul_2exp)
INTEGER_BY_COUNT(integer_shift_right_floored, mpz_fdiv_q_2exp)
INTEGER_BY_COUNT(integer_power, mpz_pow_ui)

static inline void integer_initialize(integer_target r) { mpz_init(r); }
static inline void integer_clear(integer_target r) { mpz_clear(r); }
static inline int integer_fits_word(const __mpz_struct *_Nonnull a) { return mpz_fits_slong_p(a); }
static inline long integer_word(const __mpz_struct *_Nonnull a) { return mpz_get_si(a); }
static inline int integer_sign(const __mpz_struct *_Nonnull a) { return mpz_sgn(a); }
static inline size_t integer_bit_length(const __mpz_struct *_Nonnull a) { return mpz_sizeinbase(a, 2); }
static inline size_t integer_limb_count(const __mpz_struct *_Nonnull a) { return mpz_size(a); }
static inline unsigned long integer_limb(const __mpz_struct *_Nonnull a, long i) { return mpz_getlimbn(a, i); }
static inline unsigned long integer_trailing_zeros(const __mpz_struct *_Nonnull a) { return mpz_scan1(a, 0); }
static inline int integer_is_perfect_square(const __mpz_struct *_Nonnull a) { return mpz_perfect_square_p(a); }

static inline int integer_compare(integer_source a_z, long a_w, integer_source b_z, long b_w) {
  INTEGER_VIEW(a);
  INTEGER_VIEW(b);
  return mpz_cmp(a, b);
}

static inline void integer_square_root(
    integer_target root, integer_target remainder, integer_source a_z, long a_w) {
  INTEGER_VIEW(a);
  mpz_sqrtrem(root, remainder, a);
}

/// r = sum of words[i] * 2^(64 i), negated where `negative`.
static inline void integer_set_words(
    integer_target r, const unsigned long *_Nonnull words, size_t count, int negative) {
  mpz_import(r, count, -1, sizeof(unsigned long), 0, 0, words);
  if (negative) mpz_neg(r, r);
}

/// Digits of `text` (NUL-terminated) in `radix`; 0 on success.
static inline int integer_set_text(integer_target r, const char *_Nonnull text, int radix) {
  return mpz_set_str(r, text, radix);
}

/// Room, in bytes, that integer_get_text needs: digits, a sign and the closing NUL.
static inline size_t integer_text_size(const __mpz_struct *_Nonnull a, int radix) {
  return mpz_sizeinbase(a, radix) + 2;
}
static inline void integer_get_text(char *_Nonnull text, const __mpz_struct *_Nonnull a, int radix) {
  mpz_get_str(text, radix, a);
}
#endif
