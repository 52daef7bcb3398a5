// Calls of Linux that Swift has no words for: process descriptors, notices, reading as a user.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "include/CTaskLauncher.h"

extern char **environ;

pid_t muster_spawn_shim(const char *shim, const char *directory, const char *log) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  if (posix_spawn_file_actions_init(&files) != 0) return -ENOMEM;
  if (posix_spawnattr_init(&attributes) != 0) return -ENOMEM;
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&files, 2, log, O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_addclosefrom_np(&files, 3);
  // Blocked until the shim reads them: an order that comes before that is not lost, and kills
  // nobody.
  sigset_t all;
  sigfillset(&all);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &all);
  posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  char *arguments[] = {(char *)"gnoded-shim", (char *)directory, NULL};
  pid_t pid = 0;
  int error = posix_spawn(&pid, shim, &files, &attributes, arguments, environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  return error == 0 ? pid : -error;
}

int muster_open_process(pid_t pid) {
  int descriptor = (int)syscall(SYS_pidfd_open, pid, 0U);
  return descriptor >= 0 ? descriptor : -errno;
}

void muster_reap(pid_t pid) {
  int status = 0;
  waitpid(pid, &status, WNOHANG);
}

int muster_signal_process(int descriptor, int signal, int value) {
  siginfo_t information;
  memset(&information, 0, sizeof information);
  information.si_signo = signal;
  information.si_code = SI_QUEUE;
  information.si_pid = getpid();
  information.si_uid = getuid();
  information.si_value.sival_int = value;
  int outcome = (int)syscall(SYS_pidfd_send_signal, descriptor, signal, &information, 0U);
  return outcome == 0 ? 0 : -errno;
}

int muster_signal_number(const char *name) {
  for (int i = 1; i < NSIG; i++) {
    const char *known = sigabbrev_np(i);
    if (known && strcmp(known, name) == 0) return i;
  }
  return 0;
}

const char *muster_signal_name(int number) { return sigabbrev_np(number); }

int muster_open_notices(void) {
  int descriptor = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  return descriptor >= 0 ? descriptor : -errno;
}

int muster_watch(int notices, const char *directory) {
  int number = inotify_add_watch(notices, directory, IN_MOVED_TO | IN_ONLYDIR);
  return number >= 0 ? number : -errno;
}

void muster_unwatch(int notices, int number) { inotify_rm_watch(notices, number); }

int muster_take_notices(int notices, int *numbers, int most) {
  // Room for one event with the longest name, and for as many short ones as fit.
  char buffer[16384] __attribute__((aligned(8)));
  size_t room = (size_t)most * sizeof(struct inotify_event);
  if (room > sizeof buffer) room = sizeof buffer;
  if (room < sizeof(struct inotify_event) + 256) room = sizeof(struct inotify_event) + 256;
  ssize_t length = read(notices, buffer, room);
  int count = 0;
  for (ssize_t at = 0; at < length && count < most;) {
    struct inotify_event *event = (struct inotify_event *)(buffer + at);
    if (event->mask & IN_MOVED_TO) numbers[count++] = event->wd;
    at += (ssize_t)(sizeof *event + event->len);
  }
  return count;
}

int muster_groups(const char *user, gid_t group, gid_t *groups, int most) {
  int count = most;
  if (getgrouplist(user, group, groups, &count) >= 0) return count;
  if (most > 0) groups[0] = group;
  return most > 0;
}

static ssize_t read_part(
    const char *path, int64_t *offset, int64_t *size, void *bytes, size_t most) {
  // Not blocking, so that a pipe in a file's place does not hold the agent up.
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0) return -errno;
  struct stat status;
  ssize_t count = -EINVAL;
  if (fstat(file, &status) == 0 && S_ISREG(status.st_mode)) {
    *size = status.st_size;
    if (*offset < 0) *offset = *size + *offset > 0 ? *size + *offset : 0;
    count = pread(file, bytes, most, *offset);
    if (count < 0) count = -errno;
  }
  close(file);
  return count;
}

ssize_t muster_read_as(
    uid_t user, gid_t group, const gid_t *groups, int group_count, const char *path,
    int64_t *offset, int64_t *size, void *bytes, size_t most) {
  if (geteuid() != 0) return read_part(path, offset, size, bytes, most);
  // The bare system calls change this thread alone; those of the C library change all threads.
  gid_t own[256];
  int own_count = getgroups(256, own);
  if (own_count < 0) return -errno;
  if (syscall(SYS_setgroups, group_count, groups) != 0) return -errno;
  setfsgid(group);
  setfsuid(user);
  ssize_t count = -EPERM;
  if ((uid_t)setfsuid((uid_t)-1) == user && (gid_t)setfsgid((gid_t)-1) == group)
    count = read_part(path, offset, size, bytes, most);
  setfsuid(0);
  setfsgid(getegid());
  if (syscall(SYS_setgroups, own_count, own) != 0 && count >= 0) count = -errno;
  return count;
}

static int write_all(int file, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t count = write(file, bytes, length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -errno;
    bytes += count;
    length -= (size_t)count;
  }
  return 0;
}

int muster_write_file(
    const char *path, const void *bytes, size_t length, int mode, int is_whole) {
  char draft[4096];
  if (snprintf(draft, sizeof draft, "%s.draft", path) >= (int)sizeof draft) return -ENAMETOOLONG;
  const char *name = is_whole ? draft : path;
  int file = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (file < 0) return -errno;
  int outcome = write_all(file, bytes, length);
  if (outcome == 0 && fchmod(file, (mode_t)mode) != 0) outcome = -errno;
  if (close(file) != 0 && outcome == 0) outcome = -errno;
  if (outcome == 0 && is_whole && rename(draft, path) != 0) outcome = -errno;
  return outcome;
}

int muster_overwrite_file(const char *path, const void *bytes, size_t length, int mode) {
  int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);
  if (file < 0) return -errno;
  ssize_t count = pwrite(file, bytes, length, 0);
  int outcome = count == (ssize_t)length ? 0 : count < 0 ? -errno : -ENOSPC;
  if (close(file) != 0 && outcome == 0) outcome = -errno;
  return outcome;
}

int64_t muster_append_file(const char *path, const void *bytes, size_t length, int mode) {
  int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, mode);
  if (file < 0) return -errno;
  int64_t place = lseek(file, 0, SEEK_END);
  int outcome = write_all(file, bytes, length);
  close(file);
  return outcome == 0 ? place : outcome;
}

int muster_disk_room(const char *path, int64_t *free, int64_t *all) {
  struct statvfs status;
  if (statvfs(path, &status) != 0) return -errno;
  *free = (int64_t)status.f_bavail * (int64_t)status.f_frsize;
  *all = (int64_t)status.f_blocks * (int64_t)status.f_frsize;
  return 0;
}

int muster_address(char *text, size_t length) {
  struct ifaddrs *list = NULL;
  if (getifaddrs(&list) != 0) return -1;
  int outcome = -1;
  for (struct ifaddrs *one = list; one && outcome != 0; one = one->ifa_next) {
    if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET) continue;
    if (!(one->ifa_flags & IFF_UP) || one->ifa_flags & IFF_LOOPBACK) continue;
    struct sockaddr_in *address = (struct sockaddr_in *)one->ifa_addr;
    if (inet_ntop(AF_INET, &address->sin_addr, text, (socklen_t)length)) outcome = 0;
  }
  freeifaddrs(list);
  return outcome;
}
