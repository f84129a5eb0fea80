// Rows of any length in blocks of 16 numbers: the last block is filled up with zeros, and only its part is written.
#ifndef WRIGHT_BLOCKS_H
#define WRIGHT_BLOCKS_H

#include "Lanes.h"

// Runs `body` on each block of `count` numbers: i is its first number, `part` how many it has. In all but the last block `part` is a
// constant, so that the questions after it cost nothing.
#define FOR_BLOCKS(count, body)                      \
  do {                                               \
    long i = 0;                                      \
    for (; i + 16 <= (count); i += 16) {             \
      const long part = 16;                          \
      body;                                          \
    }                                                \
    if (i < (count)) {                               \
      const long part = (count) - i;                 \
      body;                                          \
    }                                                \
  } while (0)

// v = the `part` numbers at p, then zeros.
#define BLOCK_READ(v, p, part)                                          \
  do {                                                                  \
    if ((part) == 16) {                                                 \
      (v) = LANES_LOAD_UNALIGNED(p);                                    \
    } else {                                                            \
      (v) = (lanes)(0.0f);                                              \
      for (long lane_ = 0; lane_ < (part); lane_++) (v)[lane_] = (p)[lane_]; \
    }                                                                   \
  } while (0)

// The first `part` numbers of v go to p.
#define BLOCK_WRITE(p, v, part)                                         \
  do {                                                                  \
    if ((part) == 16) {                                                 \
      LANES_STORE_UNALIGNED(p, v);                                      \
    } else {                                                            \
      for (long lane_ = 0; lane_ < (part); lane_++) (p)[lane_] = (v)[lane_]; \
    }                                                                   \
  } while (0)

// They are added to what is there.
#define BLOCK_ADD(p, v, part)                                           \
  do {                                                                  \
    lanes sum_;                                                         \
    BLOCK_READ(sum_, p, part);                                          \
    sum_ += (v);                                                        \
    BLOCK_WRITE(p, sum_, part);                                         \
  } while (0)

// They are added, or replace it.
#define BLOCK_PUT(p, v, part, accumulates)                              \
  do {                                                                  \
    if (accumulates)                                                    \
      BLOCK_ADD(p, v, part);                                            \
    else                                                                \
      BLOCK_WRITE(p, v, part);                                          \
  } while (0)

#endif
