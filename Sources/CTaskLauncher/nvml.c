// NVIDIA's management library, without its header: only what is used, as its reference has it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "include/CTaskLauncher.h"

typedef void *device;
typedef struct {
  unsigned long long total, free, used;
} memory;
typedef struct {
  device device;
  unsigned long long type, detail;
  unsigned int gpu_instance, compute_instance;
} event;

enum { nvml_success = 0, nvml_gpu_is_lost = 15, nvml_xid_event = 8, nvml_uncorrected = 1 };

struct muster_nvml {
  void *handle;
  void *events;
  int (*shutdown)(void);
  const char *(*error)(int);
  int (*count)(unsigned int *);
  int (*device)(unsigned int, device *);
  int (*name)(device, char *, unsigned int);
  int (*uuid)(device, char *, unsigned int);
  int (*minor)(device, unsigned int *);
  int (*memory)(device, memory *);
  int (*energy)(device, unsigned long long *);
  int (*ecc)(device, int, int, unsigned long long *);
  int (*remapped)(
      device, unsigned int *, unsigned int *, unsigned int *, unsigned int *);
  int (*make_events)(void **);
  int (*ask_events)(device, unsigned long long, void *);
  int (*next_event)(void *, event *, unsigned int);
  char lost[64][96];  // what an event said of an accelerator, which is not said twice
};

static const char *words_for(muster_nvml *n, int error) {
  return n->error ? n->error(error) : "an error of the library";
}

// Old libraries lack the newer functions; only the first few must be there.
static int load(muster_nvml *n) {
  void *h = n->handle;
  *(void **)&n->shutdown = dlsym(h, "nvmlShutdown");
  *(void **)&n->error = dlsym(h, "nvmlErrorString");
  *(void **)&n->count = dlsym(h, "nvmlDeviceGetCount_v2");
  *(void **)&n->device = dlsym(h, "nvmlDeviceGetHandleByIndex_v2");
  *(void **)&n->name = dlsym(h, "nvmlDeviceGetName");
  *(void **)&n->uuid = dlsym(h, "nvmlDeviceGetUUID");
  *(void **)&n->minor = dlsym(h, "nvmlDeviceGetMinorNumber");
  *(void **)&n->memory = dlsym(h, "nvmlDeviceGetMemoryInfo");
  *(void **)&n->energy = dlsym(h, "nvmlDeviceGetTotalEnergyConsumption");
  *(void **)&n->ecc = dlsym(h, "nvmlDeviceGetTotalEccErrors");
  *(void **)&n->remapped = dlsym(h, "nvmlDeviceGetRemappedRows");
  *(void **)&n->make_events = dlsym(h, "nvmlEventSetCreate");
  *(void **)&n->ask_events = dlsym(h, "nvmlDeviceRegisterEvents");
  *(void **)&n->next_event = dlsym(h, "nvmlEventSetWait_v2");
  return n->count && n->device && n->name && n->memory;
}

static void ask_for_events(muster_nvml *n) {
  if (!n->make_events || !n->ask_events || !n->next_event) return;
  if (n->make_events(&n->events) != nvml_success) {
    n->events = NULL;
    return;
  }
  int count = muster_nvml_count(n);
  for (int i = 0; i < count; i++) {
    device one;
    if (n->device((unsigned)i, &one) == nvml_success)
      n->ask_events(one, nvml_xid_event, n->events);
  }
}

muster_nvml *muster_nvml_open(const char *path, char *trouble, size_t length) {
  void *handle = dlopen(path ? path : "libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    snprintf(trouble, length, "%s", dlerror());
    return NULL;
  }
  muster_nvml *n = calloc(1, sizeof *n);
  int (*begin)(void) = NULL;
  *(void **)&begin = dlsym(handle, "nvmlInit_v2");
  if (n) n->handle = handle;
  if (!n || !begin || !load(n)) {
    snprintf(trouble, length, "the library lacks functions that every version of it has");
  } else {
    int error = begin();
    if (error == nvml_success) {
      ask_for_events(n);
      return n;
    }
    snprintf(trouble, length, "%s", words_for(n, error));
  }
  free(n);
  dlclose(handle);
  return NULL;
}

void muster_nvml_close(muster_nvml *n) {
  if (n->shutdown) n->shutdown();
  dlclose(n->handle);
  free(n);
}

int muster_nvml_count(muster_nvml *n) {
  unsigned int count = 0;
  return n->count(&count) == nvml_success ? (int)count : 0;
}

int muster_nvml_describe(muster_nvml *n, int index, muster_accelerator *out) {
  memset(out, 0, sizeof *out);
  out->minor = index;
  device one;
  int error = n->device((unsigned)index, &one);
  if (error != nvml_success) return error;
  error = n->name(one, out->model, sizeof out->model);
  if (error != nvml_success) return error;
  unsigned int minor = 0;
  if (n->minor && n->minor(one, &minor) == nvml_success) out->minor = (int)minor;
  if (n->uuid) n->uuid(one, out->uuid, sizeof out->uuid);
  memory room = {0};
  if (n->memory(one, &room) == nvml_success) out->memory_mib = (int64_t)(room.total >> 20);
  return 0;
}

// Errors that end a job but not an accelerator: a program's own faults, by the driver's numbers.
static int is_programs_fault(unsigned long long xid) {
  return xid == 13 || xid == 31 || xid == 43 || xid == 45 || xid == 68 || xid == 69;
}

static void take_events(muster_nvml *n) {
  event one;
  for (int i = 0; n->events && i < 64; i++) {
    memset(&one, 0, sizeof one);
    if (n->next_event(n->events, &one, 0) != nvml_success) return;
    if (!(one.type & nvml_xid_event) || is_programs_fault(one.detail)) continue;
    int count = muster_nvml_count(n);
    for (int index = 0; index < count && index < 64; index++) {
      device known;
      if (n->device((unsigned)index, &known) == nvml_success && known == one.device)
        snprintf(
            n->lost[index], sizeof n->lost[index], "the driver reported Xid %llu", one.detail);
    }
  }
}

int muster_nvml_trouble(muster_nvml *n, int index, char *words, size_t length) {
  take_events(n);
  if (index < 64 && n->lost[index][0]) {
    snprintf(words, length, "%s", n->lost[index]);
    return 1;
  }
  device one;
  memory room;
  int error = n->device((unsigned)index, &one);
  if (error == nvml_success) error = n->memory(one, &room);
  if (error != nvml_success) {
    snprintf(words, length, "%s", words_for(n, error));
    return 1;
  }
  unsigned int fixed = 0, broken = 0, waits = 0, failed = 0;
  if (n->remapped && n->remapped(one, &fixed, &broken, &waits, &failed) == nvml_success && failed) {
    snprintf(words, length, "a row of its memory could not be replaced");
    return 1;
  }
  unsigned long long errors = 0;
  if (n->ecc && n->ecc(one, nvml_uncorrected, 0, &errors) == nvml_success && errors > 0) {
    snprintf(words, length, "%llu uncorrected errors of its memory", errors);
    return 1;
  }
  return 0;
}

int64_t muster_nvml_energy(muster_nvml *n, int index) {
  device one;
  unsigned long long energy = 0;
  if (!n->energy || n->device((unsigned)index, &one) != nvml_success) return -1;
  return n->energy(one, &energy) == nvml_success ? (int64_t)energy : -1;
}
