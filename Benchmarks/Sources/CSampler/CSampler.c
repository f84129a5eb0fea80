// A profiling timer whose signal notes the program counter of the thread that it interrupts.
#define _GNU_SOURCE
#include "CSampler.h"

#include <dlfcn.h>
#include <link.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <ucontext.h>

static uintptr_t *samples;
static long room;
static atomic_long count;

static void note(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)info;
  const long place = atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
  if (place >= room) return;
  const ucontext_t *state = context;
#if defined(__x86_64__)
  samples[place] = (uintptr_t)state->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
  samples[place] = (uintptr_t)state->uc_mcontext.pc;
#else
  (void)state;
  samples[place] = 0;
#endif
}

int wright_sampler_start(long microseconds, uintptr_t *places, long capacity) {
  samples = places;
  room = capacity;
  atomic_store(&count, 0);
  struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO | SA_RESTART};
  const struct itimerval every = {{0, microseconds}, {0, microseconds}};
  return sigaction(SIGPROF, &action, NULL) == 0 && setitimer(ITIMER_PROF, &every, NULL) == 0 ? 0 : -1;
}

long wright_sampler_stop(void) {
  const struct itimerval never = {{0, 0}, {0, 0}};
  setitimer(ITIMER_PROF, &never, NULL);
  // A signal that is under way finds the handler still there, and its room.
  const long taken = atomic_load(&count);
  return taken < room ? taken : room;
}

static int first(struct dl_phdr_info *info, size_t size, void *offset) {
  (void)size;
  *(uintptr_t *)offset = info->dlpi_addr;
  return 1;
}

uintptr_t wright_sampler_load_offset(void) {
  uintptr_t offset = 0;
  dl_iterate_phdr(first, &offset);
  return offset;
}

int wright_sampler_is_own(uintptr_t place, char *name, long capacity) {
  Dl_info here, there;
  name[0] = 0;
  if (!dladdr((void *)place, &there) || !dladdr((void *)&wright_sampler_start, &here)) return 0;
  const char *slash = strrchr(there.dli_fname, '/');
  snprintf(name, (size_t)capacity, "%s", slash ? slash + 1 : there.dli_fname);
  return here.dli_fbase == there.dli_fbase;
}
