// The parts of the shim: its orders, its tasks, and the processes below it.
#ifndef MUSTER_SHIM_H
#define MUSTER_SHIM_H

#include "include/CTaskLauncher.h"

typedef struct {
  char **environment;
  int environment_count;
} task_orders;

typedef struct {
  int64_t at;  // on the boot clock
  int signal;  // 0: end the member
} timed_order;

typedef struct {
  pid_t *pids;
  int count;
} pid_list;

// What the agent wrote down for a shim: pairs of words, each followed by a zero byte.
typedef struct {
  int has_user;
  uid_t uid;
  gid_t gid;
  gid_t *groups;
  int group_count;
  char *directory;
  char *output;
  char *errors;
  int64_t empty_before;  // outputs that were written last before this wall time are emptied
  char **arguments;
  int argument_count;
  char **environment;
  int environment_count;
  task_orders *tasks;
  int task_count;
  char **join;  // files that a task writes itself into, to be limited
  int join_count;
  char **rmdir;
  int rmdir_count;
  char *oom;
  char *peak;
  char *kill;
  char *prolog;  // run with `site` for its environment: nothing of the job's
  char **site;
  int site_count;
  char *epilog;
  char *notify;
  char *contact;
  timed_order timed[8];
  int timed_count;
} orders;

orders *shim_read_orders(const char *path);
// Starts a task; its pid, or 0 and words for what went wrong.
pid_t shim_start_task(const orders *o, int index, char *words, size_t length);
// Runs a program beside the tasks and waits for it, five minutes at most; 0 where it ended well.
int shim_run_beside(const orders *o, char *program);
// Sends a signal to every process below this one; `is_kind`: to those alone that catch it, where
// there are any.
void shim_signal_all(int signal, int is_kind);
// Sends a signal to those below this one that have lost their parent to it, but to none of `told`,
// to which it adds them; and where `is_all`, to all others below as well.
void shim_signal_orphans(int signal, pid_list *told, int is_all);
// Kills every process below this one.
void shim_kill_all(const orders *o);
// When a process started, in ticks since the machine did, or -1.
int64_t shim_start_time(pid_t pid);
// The first number in a file, or the one behind a word; -1 where there is none.
int64_t shim_read_number(const char *path, const char *word);

#endif
