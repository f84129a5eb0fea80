// Layers of integer rows, run on flat buffers of limbs: sums of products, a bias, an activation; any sizes, no rounding.
//
// A program is a list of layers; a layer is a list of forms; a form is a list of terms (column of the layer before,
// weight) and a list of rows that add their own bias to the form's value. Rows with equal weights share a form, so their
// sum is formed once. A layer's columns are its rows in order. Sizes are in limbs and carry the sign, as in GMP's mpz.
#ifndef WRIGHT_LIMB_PROGRAM_H
#define WRIGHT_LIMB_PROGRAM_H
#include <stddef.h>
#include <stdint.h>

/// What a row does with its value: the positive part, 1 where it is not negative, or nothing.
enum { LIMB_RELU = 0, LIMB_THRESHOLD = 1, LIMB_IDENTITY = 2 };

/// A program; the arrays belong to the caller and do not change while machines run it.
typedef struct {
  int64_t layer_count;
  const uint8_t *_Nonnull activations;   // a layer
  const int64_t *_Nonnull layer_forms;   // layer_count + 1: the first form of each layer
  const int64_t *_Nonnull form_terms;    // forms + 1: the first term of each form
  const int64_t *_Nonnull form_rows;     // forms + 1: the first row of each form
  const int32_t *_Nonnull term_columns;  // a term
  const int32_t *_Nonnull term_sizes;    // a term: limbs of the weight, negative where the weight is
  const int64_t *_Nonnull term_offsets;  // a term: where its limbs begin in `limbs`
  const int32_t *_Nonnull bias_sizes;    // a row
  const int64_t *_Nonnull bias_offsets;  // a row
  const uint64_t *_Nonnull limbs;
} limb_program;

/// One thread's values and scratch.
typedef struct limb_machine limb_machine;

/// A machine for layers of at most `width` columns, inputs included.
limb_machine *_Nonnull limb_machine_create(size_t width);
void limb_machine_destroy(limb_machine *_Nonnull machine);

/// Forgets the inputs; they are then set in order.
void limb_machine_begin(limb_machine *_Nonnull machine);
void limb_machine_add_word(limb_machine *_Nonnull machine, int64_t value);
void limb_machine_add_limbs(
    limb_machine *_Nonnull machine, const uint64_t *_Nonnull limbs, size_t count, int negative);

/// Runs every layer; the last layer's values are then read.
void limb_machine_run(limb_machine *_Nonnull machine, const limb_program *_Nonnull program);

/// The signed size, in limbs, of value `index`, and its limbs, valid until the machine runs again.
int32_t limb_machine_size(const limb_machine *_Nonnull machine, size_t index);
const uint64_t *_Nonnull limb_machine_limbs(const limb_machine *_Nonnull machine, size_t index);
#endif
