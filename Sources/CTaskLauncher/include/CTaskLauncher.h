// What the agent needs of Linux and cannot say in Swift: see README.md.
#ifndef MUSTER_TASK_LAUNCHER_H
#define MUSTER_TASK_LAUNCHER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// The main function of gnoded-shim: `gnoded-shim DIRECTORY`.
int muster_shim_main(int argc, char **argv);

// Starts a shim in a session of its own and with all signals blocked, its errors going to `log`; its pid, or -errno.
pid_t muster_spawn_shim(const char *shim, const char *directory, const char *log);

// Takes the marker of a member's directory, as its shim does before it creates a task: who has it
// is the only one ever to create them. 0, or -errno; -EEXIST: somebody has it.
int muster_take_marker(const char *directory);

// When a process started, in ticks since the machine did, or -1 where there is no such process.
int64_t muster_start_time(pid_t pid);

// A descriptor of a process that becomes readable when it ends, or -errno.
int muster_open_process(pid_t pid);

// Takes a child's end off the kernel's list, if it is one and has ended.
void muster_reap(pid_t pid);

// Sends `signal` with a number to the process behind a descriptor; 0, or -errno.
int muster_signal_process(int descriptor, int signal, int value);

// The signal that orders a shim to end its tasks; its number is the grace in milliseconds.
int muster_terminate_order(void);
// The signal that orders a shim to pass a signal on; its number is that signal.
int muster_signal_order(void);

// The number of a signal by its name without SIG, or 0.
int muster_signal_number(const char *name);
// The name of a signal without SIG, or NULL.
const char *muster_signal_name(int number);

// A descriptor that becomes readable when files are renamed in watched directories, or -errno.
int muster_open_notices(void);
// Watches a directory; its number among the watched, or -errno.
int muster_watch(int notices, const char *directory);
void muster_unwatch(int notices, int number);
// The numbers of directories in which something was renamed; how many, 0 where there are none.
int muster_take_notices(int notices, int *numbers, int most);

// Milliseconds since the machine started, those in which it slept too.
int64_t muster_boot_ms(void);

// The groups of a user, the given one among them; how many, at most `most`.
int muster_groups(const char *user, gid_t group, gid_t *groups, int most);

// Reads a regular file as a user would who has these groups, in this thread alone; the count of
// bytes, or -errno. An offset below 0 counts from the end; the true one and the size come back.
ssize_t muster_read_as(
    uid_t user, gid_t group, const gid_t *groups, int group_count, const char *path,
    int64_t *offset, int64_t *size, void *bytes, size_t most);

// Writes a file; `is_whole`: aside first, so that it is there whole or not at all. 0, or -errno.
int muster_write_file(
    const char *path, const void *bytes, size_t length, int mode, int is_whole);
// Writes over the beginning of a file, which needs no room on the disk where it is as long. 0, or
// -errno.
int muster_overwrite_file(const char *path, const void *bytes, size_t length, int mode);
// Adds to the end of a file; the place where the bytes begin, or -errno.
int64_t muster_append_file(const char *path, const void *bytes, size_t length, int mode);

// Bytes that an ordinary user may still write to a file's disk, and how many it has in all.
int muster_disk_room(const char *path, int64_t *free, int64_t *all);

// An address of this machine at which others may reach it; 0, or -1 where it has none.
int muster_address(char *text, size_t length);

// --- NVIDIA's management library, loaded where it is installed ---

typedef struct muster_nvml muster_nvml;

typedef struct {
  char model[96];
  char uuid[96];
  int minor;
  int64_t memory_mib;
} muster_accelerator;

// Loads the library from a path, or by its usual name where that is NULL; NULL: it isn't there,
// and `trouble` says why.
muster_nvml *muster_nvml_open(const char *path, char *trouble, size_t length);
void muster_nvml_close(muster_nvml *library);
int muster_nvml_count(muster_nvml *library);
// Describes an accelerator; 0, or the library's error.
int muster_nvml_describe(muster_nvml *library, int index, muster_accelerator *out);
// Whether an accelerator is well: 0, or 1 and words for what is wrong with it.
int muster_nvml_trouble(muster_nvml *library, int index, char *words, size_t length);
// What an accelerator has drawn since its driver was loaded, in millijoules, or -1.
int64_t muster_nvml_energy(muster_nvml *library, int index);

#endif
