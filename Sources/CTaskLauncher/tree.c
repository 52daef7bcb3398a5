// The processes below the shim. It is their reaper of last resort, so that none gets out.
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shim.h"

static int read_text(const char *path, char *text, size_t length) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t count = read(file, text, length - 1);
  close(file);
  text[count > 0 ? count : 0] = 0;
  return count > 0 ? 0 : -1;
}

// Behind the name in parentheses, which may itself hold anything: state, parent, …
static char *fields_of(pid_t pid, char *text, size_t length) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  if (read_text(path, text, length) != 0) return NULL;
  char *end = strrchr(text, ')');
  return end ? end + 2 : NULL;
}

int64_t shim_start_time(pid_t pid) {
  char text[1024];
  char *fields = fields_of(pid, text, sizeof text);
  for (int i = 0; fields && i < 19; i++) {
    fields = strchr(fields, ' ');
    if (fields) fields++;
  }
  return fields ? strtoll(fields, NULL, 10) : -1;
}

int64_t muster_start_time(pid_t pid) { return shim_start_time(pid); }

int64_t shim_read_number(const char *path, const char *word) {
  char text[4096];
  if (!path || read_text(path, text, sizeof text) != 0) return -1;
  if (!word) return isdigit((unsigned char)text[0]) ? strtoll(text, NULL, 10) : -1;
  char *rest = NULL;
  for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
    size_t length = strlen(word);
    if (strncmp(line, word, length) == 0 && line[length] == ' ')
      return strtoll(line + length, NULL, 10);
  }
  return -1;
}

typedef struct {
  pid_t pid;
  pid_t parent;
  int is_below;
} process;

static process *all_processes(int *count) {
  *count = 0;
  DIR *folder = opendir("/proc");
  if (!folder) return NULL;
  process *list = NULL;
  int room = 0;
  for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
    if (!isdigit((unsigned char)entry->d_name[0])) continue;
    pid_t pid = (pid_t)atoi(entry->d_name);
    char text[1024];
    char *fields = fields_of(pid, text, sizeof text);
    if (!fields || fields[0] == 'Z') continue;
    if (*count == room) {
      room = room ? room * 2 : 256;
      process *longer = realloc(list, sizeof(process) * (size_t)room);
      if (!longer) break;
      list = longer;
    }
    list[(*count)++] = (process){.pid = pid, .parent = (pid_t)atoi(fields + 2)};
  }
  closedir(folder);
  return list;
}

static int by_pid(const void *a, const void *b) {
  pid_t x = ((const process *)a)->pid, y = ((const process *)b)->pid;
  return (x > y) - (x < y);
}

// Marks what is below this process: every line of descent is followed up.
static void mark_below(process *list, int count) {
  pid_t self = getpid();
  qsort(list, (size_t)count, sizeof(process), by_pid);
  for (int i = 0; i < count; i++) {
    process *at = &list[i];
    for (int steps = 0; at && steps < count; steps++) {
      if (at->parent == self) {
        list[i].is_below = 1;
        break;
      }
      process sought = {.pid = at->parent};
      at = bsearch(&sought, list, (size_t)count, sizeof(process), by_pid);
    }
  }
}

static int catches(pid_t pid, int signal) {
  char path[64], text[4096];
  snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
  if (read_text(path, text, sizeof text) != 0) return 0;
  char *line = strstr(text, "SigCgt:");
  if (!line) return 0;
  return (int)(strtoull(line + 7, NULL, 16) >> (signal - 1) & 1);
}

void shim_signal_all(int signal, int is_kind) {
  int count = 0;
  process *list = all_processes(&count);
  if (!list) return;
  mark_below(list, count);
  int is_caught = 0;
  if (is_kind && signal != SIGKILL && signal != SIGSTOP && signal != SIGCONT)
    for (int i = 0; i < count && !is_caught; i++)
      is_caught = list[i].is_below && catches(list[i].pid, signal);
  for (int i = 0; i < count; i++) {
    if (!list[i].is_below || (is_caught && !catches(list[i].pid, signal))) continue;
    kill(list[i].pid, signal);
  }
  free(list);
}

static int has(const pid_list *list, pid_t pid) {
  for (int i = 0; i < list->count; i++)
    if (list->pids[i] == pid) return 1;
  return 0;
}

void shim_signal_orphans(int signal, pid_list *told, int is_all) {
  int count = 0;
  process *list = all_processes(&count);
  if (!list) return;
  mark_below(list, count);
  pid_t self = getpid();
  for (int i = 0; i < count; i++) {
    if (!list[i].is_below || (!is_all && list[i].parent != self)) continue;
    if (has(told, list[i].pid)) continue;
    pid_t *longer = realloc(told->pids, sizeof(pid_t) * (size_t)(told->count + 1));
    if (!longer) break;
    told->pids = longer;
    told->pids[told->count++] = list[i].pid;
    kill(list[i].pid, signal);
  }
  free(list);
}

void shim_kill_all(const orders *o) {
  if (o->kill) {
    int file = open(o->kill, O_WRONLY | O_CLOEXEC);
    if (file >= 0) {
      ssize_t ignored = write(file, "1", 1);
      (void)ignored;
      close(file);
    }
  }
  shim_signal_all(SIGKILL, 0);
}
