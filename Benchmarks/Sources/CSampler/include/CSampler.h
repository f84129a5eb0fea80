// Where a process spends its processor time: the place of the running instruction, many times a second.
#ifndef WRIGHT_CSAMPLER_H
#define WRIGHT_CSAMPLER_H

#include <stdint.h>

// Begins to write a place for each `microseconds` of processor time of all threads together, at most `capacity` of them. Returns 0, or -1
// where the system does not allow it.
int wright_sampler_start(long microseconds, uintptr_t *places, long capacity);

// Ends that; returns the number of places.
long wright_sampler_stop(void);

// The difference between addresses of this program in memory and in its file.
uintptr_t wright_sampler_load_offset(void);

// Whether the place belongs to the program itself and not to a library; a library's name is written to `name`.
int wright_sampler_is_own(uintptr_t place, char *name, long capacity);

#endif
