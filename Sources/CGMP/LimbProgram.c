// The interpreter of limb programs: two machine words where a sum fits, GMP's mpn functions where it does not.
#include "LimbProgram.h"

#include <gmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned __int128 wide;

typedef struct {
  uint64_t *limbs;
  size_t capacity;
} room;

// The values of one layer, one after the other.
typedef struct {
  room room;
  size_t used, count;
  size_t *offsets;
  int32_t *sizes;
} values;

struct limb_machine {
  size_t width;
  values current, next;
  room positive, negative, form, product;
};

static void *checked(void *memory) {
  if (!memory) {
    // As GMP does; there is no way to go on.
    fputs("wright: out of memory while evaluating an integer network\n", stderr);
    abort();
  }
  return memory;
}

static void reserve(room *r, size_t count) {
  if (count <= r->capacity) return;
  size_t capacity = 2 * count + 16;
  r->limbs = checked(realloc(r->limbs, capacity * sizeof(uint64_t)));
  r->capacity = capacity;
}

static void create_values(values *v, size_t width) {
  v->offsets = checked(calloc(width + 1, sizeof(size_t)));
  v->sizes = checked(calloc(width + 1, sizeof(int32_t)));
}

limb_machine *limb_machine_create(size_t width) {
  limb_machine *m = checked(calloc(1, sizeof(limb_machine)));
  m->width = width;
  create_values(&m->current, width);
  create_values(&m->next, width);
  return m;
}

static void destroy_values(values *v) {
  free(v->room.limbs);
  free(v->offsets);
  free(v->sizes);
}

void limb_machine_destroy(limb_machine *m) {
  destroy_values(&m->current);
  destroy_values(&m->next);
  free(m->positive.limbs);
  free(m->negative.limbs);
  free(m->form.limbs);
  free(m->product.limbs);
  free(m);
}

void limb_machine_begin(limb_machine *m) { m->current.used = m->current.count = 0; }

void limb_machine_add_limbs(limb_machine *m, const uint64_t *limbs, size_t count, int negative) {
  values *v = &m->current;
  if (v->count >= m->width) abort();
  while (count > 0 && limbs[count - 1] == 0) count--;
  reserve(&v->room, v->used + count + 1);
  memcpy(v->room.limbs + v->used, limbs, count * sizeof(uint64_t));
  v->offsets[v->count] = v->used;
  v->sizes[v->count] = negative ? -(int32_t)count : (int32_t)count;
  v->used += count;
  v->count++;
}

void limb_machine_add_word(limb_machine *m, int64_t value) {
  uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
  limb_machine_add_limbs(m, &magnitude, 1, value < 0);
}

int32_t limb_machine_size(const limb_machine *m, size_t index) { return m->current.sizes[index]; }

const uint64_t *limb_machine_limbs(const limb_machine *m, size_t index) {
  return m->current.room.limbs + m->current.offsets[index];
}

// A sum of naturals: sum->limbs[0 ..< *size] += a * b. Sizes are normal (no leading zero limb) and at least 1.
static void add_product(
    room *sum, size_t *size, room *product, const uint64_t *a, size_t a_size, const uint64_t *b, size_t b_size) {
  if (a_size < b_size) {
    const uint64_t *other = a;
    size_t other_size = a_size;
    a = b;
    a_size = b_size;
    b = other;
    b_size = other_size;
  }
  if (*size == 0) {
    reserve(sum, a_size + b_size);
    if (b_size > 1) {
      mpn_mul((mp_ptr)sum->limbs, (mp_srcptr)a, (mp_size_t)a_size, (mp_srcptr)b, (mp_size_t)b_size);
    } else if (b[0] == 1) {
      memcpy(sum->limbs, a, a_size * sizeof(uint64_t));
      sum->limbs[a_size] = 0;
    } else {
      sum->limbs[a_size] = mpn_mul_1((mp_ptr)sum->limbs, (mp_srcptr)a, (mp_size_t)a_size, b[0]);
    }
    *size = a_size + b_size - (sum->limbs[a_size + b_size - 1] == 0);
    return;
  }
  size_t most = (*size > a_size + b_size ? *size : a_size + b_size) + 1;
  reserve(sum, most);
  memset(sum->limbs + *size, 0, (most - *size) * sizeof(uint64_t));
  if (b_size == 1) {
    mp_limb_t carry = mpn_addmul_1((mp_ptr)sum->limbs, (mp_srcptr)a, (mp_size_t)a_size, b[0]);
    mpn_add_1(
        (mp_ptr)sum->limbs + a_size, (mp_srcptr)sum->limbs + a_size, (mp_size_t)(most - a_size), carry);
  } else {
    reserve(product, a_size + b_size);
    mpn_mul((mp_ptr)product->limbs, (mp_srcptr)a, (mp_size_t)a_size, (mp_srcptr)b, (mp_size_t)b_size);
    mpn_add(
        (mp_ptr)sum->limbs, (mp_srcptr)sum->limbs, (mp_size_t)most, (mp_srcptr)product->limbs,
        (mp_size_t)(a_size + b_size));
  }
  while (most > 0 && sum->limbs[most - 1] == 0) most--;
  *size = most;
}

static size_t spill(room *r, wide value) {
  reserve(r, 4);
  r->limbs[0] = (uint64_t)value;
  r->limbs[1] = (uint64_t)(value >> 64);
  return r->limbs[1] ? 2 : r->limbs[0] ? 1 : 0;
}

static int compare(const uint64_t *a, size_t a_size, const uint64_t *b, size_t b_size) {
  if (a_size != b_size) return a_size < b_size ? -1 : 1;
  return a_size == 0 ? 0 : mpn_cmp((mp_srcptr)a, (mp_srcptr)b, (mp_size_t)a_size);
}

// r = a + b of signed numbers in limbs; r has room for the longer one and a limb. Returns the signed size.
static int32_t add_signed(uint64_t *r, const uint64_t *a, int32_t a_signed, const uint64_t *b, int32_t b_signed) {
  size_t a_size = (size_t)abs(a_signed), b_size = (size_t)abs(b_signed);
  if (b_size == 0) {
    memcpy(r, a, a_size * sizeof(uint64_t));
    return a_signed;
  }
  if (a_size == 0) {
    memcpy(r, b, b_size * sizeof(uint64_t));
    return b_signed;
  }
  int order = compare(a, a_size, b, b_size);
  if (order < 0) {
    const uint64_t *other = a;
    size_t other_size = a_size;
    int32_t other_signed = a_signed;
    a = b;
    a_size = b_size;
    a_signed = b_signed;
    b = other;
    b_size = other_size;
    b_signed = other_signed;
  }
  size_t size = a_size;
  if ((a_signed < 0) == (b_signed < 0)) {
    r[size] = mpn_add((mp_ptr)r, (mp_srcptr)a, (mp_size_t)a_size, (mp_srcptr)b, (mp_size_t)b_size);
    size++;
  } else {
    mpn_sub((mp_ptr)r, (mp_srcptr)a, (mp_size_t)a_size, (mp_srcptr)b, (mp_size_t)b_size);
  }
  while (size > 0 && r[size - 1] == 0) size--;
  return a_signed < 0 ? -(int32_t)size : (int32_t)size;
}

// The value of a form on the current layer: its limbs, and its signed size in *form_size.
static const uint64_t *evaluate_form(
    limb_machine *m, const limb_program *p, int64_t first, int64_t end, int32_t *form_size) {
  const values *v = &m->current;
  wide positive = 0, negative = 0;
  int64_t i = first;
  for (; i < end; i++) {
    int32_t column = p->term_columns[i], size = v->sizes[column], weight_size = p->term_sizes[i];
    if (size == 0) continue;
    if (size > 1 || size < -1 || weight_size > 1 || weight_size < -1) break;
    wide product = (wide)v->room.limbs[v->offsets[column]] * p->limbs[p->term_offsets[i]];
    wide sum = ((size < 0) != (weight_size < 0) ? negative : positive) + product;
    if (sum < product) break;
    *((size < 0) != (weight_size < 0) ? &negative : &positive) = sum;
  }
  if (i == end) {
    int is_negative = negative > positive;
    int32_t size = (int32_t)spill(&m->form, is_negative ? negative - positive : positive - negative);
    *form_size = is_negative ? -size : size;
    return m->form.limbs;
  }
  size_t positive_size = spill(&m->positive, positive), negative_size = spill(&m->negative, negative);
  for (; i < end; i++) {
    int32_t column = p->term_columns[i], size = v->sizes[column], weight_size = p->term_sizes[i];
    if (size == 0) continue;
    int opposite = (size < 0) != (weight_size < 0);
    add_product(
        opposite ? &m->negative : &m->positive, opposite ? &negative_size : &positive_size, &m->product,
        v->room.limbs + v->offsets[column], (size_t)abs(size), p->limbs + p->term_offsets[i], (size_t)abs(weight_size));
  }
  if (negative_size == 0) {
    *form_size = (int32_t)positive_size;
    return m->positive.limbs;
  }
  reserve(&m->form, (positive_size > negative_size ? positive_size : negative_size) + 1);
  *form_size = add_signed(
      m->form.limbs, m->positive.limbs, (int32_t)positive_size, m->negative.limbs, -(int32_t)negative_size);
  return m->form.limbs;
}

// Appends a row's value to the next layer.
static void append_row(
    limb_machine *m, const uint64_t *form, int32_t form_size, const uint64_t *bias, int32_t bias_size, uint8_t activation) {
  values *v = &m->next;
  size_t form_limbs = (size_t)abs(form_size), bias_limbs = (size_t)abs(bias_size);
  reserve(&v->room, v->used + (form_limbs > bias_limbs ? form_limbs : bias_limbs) + 2);
  uint64_t *target = v->room.limbs + v->used;
  int32_t size = add_signed(target, form, form_size, bias, bias_size);
  if (activation == LIMB_RELU && size < 0) size = 0;
  if (activation == LIMB_THRESHOLD) {
    target[0] = 1;
    size = size >= 0;
  }
  v->offsets[v->count] = v->used;
  v->sizes[v->count] = size;
  v->used += (size_t)abs(size);
  v->count++;
}

void limb_machine_run(limb_machine *m, const limb_program *p) {
  reserve(&m->form, 4);
  for (int64_t layer = 0; layer < p->layer_count; layer++) {
    m->next.used = m->next.count = 0;
    for (int64_t form = p->layer_forms[layer]; form < p->layer_forms[layer + 1]; form++) {
      int32_t size;
      const uint64_t *limbs = evaluate_form(m, p, p->form_terms[form], p->form_terms[form + 1], &size);
      for (int64_t row = p->form_rows[form]; row < p->form_rows[form + 1]; row++) {
        append_row(m, limbs, size, p->limbs + p->bias_offsets[row], p->bias_sizes[row], p->activations[layer]);
      }
    }
    values previous = m->current;
    m->current = m->next;
    m->next = previous;
  }
}
