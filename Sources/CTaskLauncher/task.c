// A task: from the fork to the exec, as the user, in the right place, limited.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "shim.h"

typedef struct {
  int error;
  char what[200];
} trouble;

_Noreturn static void give_up(int pipe, const char *what, const char *which) {
  trouble t = {.error = errno};
  snprintf(t.what, sizeof t.what, "%s %s", what, which ? which : "");
  ssize_t ignored = write(pipe, &t, sizeof t);
  (void)ignored;
  _exit(127);
}

// Where a limit can't be joined the task runs all the same: the agent has said so in its log.
static void join_limits(const orders *o) {
  for (int i = 0; i < o->join_count; i++) {
    int file = open(o->join[i], O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, "0", 1) != 1) perror(o->join[i]);
    if (file >= 0) close(file);
  }
}

static void become_user(const orders *o, int pipe) {
  if (!o->has_user) return;
  if (setgroups((size_t)o->group_count, o->groups) != 0) give_up(pipe, "can't take groups of", "");
  if (setresgid(o->gid, o->gid, o->gid) != 0) give_up(pipe, "can't take the group of the user", "");
  if (setresuid(o->uid, o->uid, o->uid) != 0) give_up(pipe, "can't become the user", "");
}

static int open_output(const orders *o, const char *path, int pipe) {
  int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  int file = open(path, flags, 0666);
  if (file < 0) give_up(pipe, "can't open the output file", path);
  fcntl(file, F_SETFL, O_APPEND);  // it did not wait for a pipe's reader, but its writes may
  struct stat status;
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) return file;
  int64_t written = (int64_t)status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000;
  if (written < o->empty_before && ftruncate(file, 0) != 0)
    give_up(pipe, "can't empty the output file", path);
  return file;
}

static void open_streams(const orders *o, int index, int pipe) {
  int input = open("/dev/null", O_RDONLY);
  if (input < 0) give_up(pipe, "can't open", "/dev/null");
  orders later = *o;
  if (index > 0) later.empty_before = 0;  // the first task of a member has emptied it
  int output = open_output(&later, o->output, pipe);
  int is_one = !o->errors || strcmp(o->errors, o->output) == 0;
  int errors = is_one ? output : open_output(&later, o->errors, pipe);
  if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(errors, 2) < 0)
    give_up(pipe, "can't set up the streams", "");
}

static char **environment_of(const orders *o, int index) {
  const task_orders *task = &o->tasks[index];
  int count = o->environment_count + task->environment_count;
  char **all = calloc((size_t)count + 1, sizeof(char *));
  if (!all) return NULL;
  for (int i = 0; i < o->environment_count; i++) all[i] = o->environment[i];
  for (int i = 0; i < task->environment_count; i++)
    all[o->environment_count + i] = task->environment[i];
  return all;
}

// Signals are as a process expects to find them: none ignored, none blocked.
static void reset_signals(void) {
  for (int i = 1; i < NSIG; i++) signal(i, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static void lift_protection(void) {
  int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  ssize_t ignored = write(file, "0", 1);
  (void)ignored;
  close(file);
}

_Noreturn static void run_task(const orders *o, int index, int pipe, pid_t shim) {
  setsid();
  lift_protection();
  join_limits(o);
  become_user(o, pipe);
  // If the shim is killed, its tasks go too; asked for after the change of user, which undoes it.
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (getppid() != shim) _exit(127);
  umask(022);
  if (chdir(o->directory) != 0) give_up(pipe, "can't enter the directory", o->directory);
  open_streams(o, index, pipe);
  // Descriptor 3 up: all but the pipe, which closes itself.
  if (pipe != 3) {
    if (dup3(pipe, 3, O_CLOEXEC) < 0) give_up(pipe, "can't set up the streams", "");
    pipe = 3;
  }
  syscall(SYS_close_range, 4U, ~0U, 0U);
  char **environment = environment_of(o, index);
  if (!environment) give_up(pipe, "no memory for the environment", "");
  reset_signals();
  environ = environment;
  execvpe(o->arguments[0], o->arguments, environment);
  give_up(pipe, "can't run", o->arguments[0]);
}

int shim_run_beside(const orders *o, char *program) {
  pid_t pid = fork();
  if (pid == 0) {
    setsid();
    if (chdir("/") != 0) _exit(127);
    reset_signals();
    char *arguments[] = {program, NULL};
    execve(program, arguments, o->site ? o->site : environ);
    perror(program);
    _exit(127);
  }
  int status = -1;
  for (int i = 0; pid > 0 && i < 300000; i++) {
    if (waitpid(pid, &status, WNOHANG) == pid) return status;
    struct timespec pause = {0, 1000000};
    nanosleep(&pause, NULL);
  }
  if (pid > 0) {
    kill(-pid, SIGKILL);
    waitpid(pid, &status, 0);
  }
  return -1;
}

pid_t shim_start_task(const orders *o, int index, char *words, size_t length) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    snprintf(words, length, "no pipe for a task: %s", strerror(errno));
    return 0;
  }
  pid_t shim = getpid();
  pid_t pid = fork();
  if (pid == 0) {
    close(ends[0]);
    run_task(o, index, ends[1], shim);
  }
  close(ends[1]);
  trouble t = {0};
  if (pid < 0)
    snprintf(words, length, "can't create a process: %s", strerror(errno));
  else if (read(ends[0], &t, sizeof t) == (ssize_t)sizeof t)
    snprintf(words, length, "%s: %s", t.what, strerror(t.error));
  close(ends[0]);
  return pid > 0 ? pid : 0;
}
