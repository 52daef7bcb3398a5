#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "FakeNVML.h"

typedef struct {
  unsigned long long total, free, used;
} memory;

static char devices[4];
static unsigned long long drawn;

int fake_nvml_version(void) { return 1; }

// Whether a file of this name lies beside the library.
static int has(const char *name, long index) {
  Dl_info self;
  char path[1024];
  if (!dladdr((void *)&fake_nvml_version, &self)) return 0;
  snprintf(path, sizeof path, "%s", self.dli_fname);
  char *slash = strrchr(path, '/');
  if (!slash) return 0;
  snprintf(slash + 1, sizeof path - (size_t)(slash + 1 - path), "%s-%ld", name, index);
  return access(path, F_OK) == 0;
}

static long index_of(void *device) { return (char *)device - devices; }

int nvmlInit_v2(void) { return 0; }
int nvmlShutdown(void) { return 0; }
const char *nvmlErrorString(int error) { return error == 15 ? "GPU is lost" : "other"; }

int nvmlDeviceGetCount_v2(unsigned int *count) {
  *count = 4;
  return 0;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void **device) {
  *device = &devices[index];
  return 0;
}

int nvmlDeviceGetName(void *device, char *name, unsigned int length) {
  (void)device;
  snprintf(name, length, "NVIDIA H200");
  return 0;
}

int nvmlDeviceGetMinorNumber(void *device, unsigned int *minor) {
  *minor = (unsigned)index_of(device);
  return 0;
}

int nvmlDeviceGetMemoryInfo(void *device, memory *out) {
  out->total = 141ULL << 30;
  return has("lost", index_of(device)) ? 15 : 0;
}

int nvmlDeviceGetRemappedRows(
    void *device, unsigned int *a, unsigned int *b, unsigned int *c, unsigned int *failed) {
  *a = *b = *c = 0;
  *failed = (unsigned)has("broken", index_of(device));
  return 0;
}

int nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *energy) {
  (void)device;
  *energy = drawn += 5000;
  return 0;
}
