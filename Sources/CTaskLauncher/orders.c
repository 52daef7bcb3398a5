// The shim's orders, as the agent writes them: KEY 0 VALUE 0 KEY 0 VALUE 0 …
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shim.h"

static char *read_file(const char *path, size_t *length) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return NULL;
  struct stat status;
  if (fstat(file, &status) != 0) return NULL;
  char *bytes = malloc((size_t)status.st_size + 1);
  size_t done = 0;
  while (bytes && done < (size_t)status.st_size) {
    ssize_t count = read(file, bytes + done, (size_t)status.st_size - done);
    if (count <= 0) break;
    done += (size_t)count;
  }
  close(file);
  if (bytes) bytes[done] = 0;
  *length = done;
  return bytes;
}

static void append(char ***list, int *count, char *value) {
  char **longer = realloc(*list, sizeof(char *) * (size_t)(*count + 2));
  if (!longer) abort();
  longer[(*count)++] = value;
  longer[*count] = NULL;
  *list = longer;
}

static void add_task(orders *o) {
  task_orders *longer = realloc(o->tasks, sizeof(task_orders) * (size_t)(o->task_count + 1));
  if (!longer) abort();
  o->tasks = longer;
  o->tasks[o->task_count++] = (task_orders){0};
}

static void add_group(orders *o, gid_t group) {
  gid_t *longer = realloc(o->groups, sizeof(gid_t) * (size_t)(o->group_count + 1));
  if (!longer) abort();
  o->groups = longer;
  o->groups[o->group_count++] = group;
}

static void add_time(orders *o, const char *value) {
  if (o->timed_count == 8) return;
  timed_order *next = &o->timed[o->timed_count];
  long long at = 0;
  if (sscanf(value, "%lld %d", &at, &next->signal) != 2) return;
  next->at = at;
  o->timed_count++;
}

static void take_number(orders *o, const char *key, const char *value) {
  if (strcmp(key, "uid") == 0) {
    o->has_user = 1;
    o->uid = (uid_t)strtoul(value, NULL, 10);
  } else if (strcmp(key, "gid") == 0) {
    o->gid = (gid_t)strtoul(value, NULL, 10);
  } else if (strcmp(key, "group") == 0) {
    add_group(o, (gid_t)strtoul(value, NULL, 10));
  } else if (strcmp(key, "empty-before") == 0) {
    o->empty_before = strtoll(value, NULL, 10);
  } else if (strcmp(key, "at") == 0) {
    add_time(o, value);
  } else if (strcmp(key, "task") == 0) {
    add_task(o);
  }
}

static void take(orders *o, const char *key, char *value) {
  char **places[] = {&o->directory, &o->output, &o->errors,  &o->oom,    &o->peak,
                     &o->kill,      &o->notify, &o->contact, &o->prolog, &o->epilog};
  const char *names[] = {"directory", "output", "errors",  "oom",    "peak",
                         "kill",      "notify", "contact", "prolog", "epilog"};
  for (int i = 0; i < 10; i++) {
    if (strcmp(key, names[i]) != 0) continue;
    *places[i] = value;
    return;
  }
  if (strcmp(key, "argument") == 0) {
    append(&o->arguments, &o->argument_count, value);
  } else if (strcmp(key, "environment") == 0 && o->task_count == 0) {
    append(&o->environment, &o->environment_count, value);
  } else if (strcmp(key, "environment") == 0) {
    task_orders *task = &o->tasks[o->task_count - 1];
    append(&task->environment, &task->environment_count, value);
  } else if (strcmp(key, "site") == 0) {
    append(&o->site, &o->site_count, value);
  } else if (strcmp(key, "join") == 0) {
    append(&o->join, &o->join_count, value);
  } else if (strcmp(key, "rmdir") == 0) {
    append(&o->rmdir, &o->rmdir_count, value);
  } else {
    take_number(o, key, value);
  }
}

orders *shim_read_orders(const char *path) {
  size_t length = 0;
  char *bytes = read_file(path, &length);
  orders *o = calloc(1, sizeof *o);
  if (!bytes || !o) {
    perror("gnoded-shim: orders");
    return NULL;
  }
  size_t at = 0;
  while (at < length) {
    char *key = bytes + at;
    at += strlen(key) + 1;
    if (at >= length) break;
    char *value = bytes + at;
    at += strlen(value) + 1;
    take(o, key, value);
  }
  if (!o->argument_count || !o->task_count || !o->directory || !o->output) {
    fprintf(stderr, "gnoded-shim: the orders are not whole\n");
    return NULL;
  }
  return o;
}
