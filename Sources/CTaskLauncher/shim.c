// The process that stands between the agent and a member's tasks. It starts them, waits for them,
// writes down how they ended, and needs nobody for that: the agent may die, be replaced and come
// back meanwhile. See Documentation/Internals/Agent.md.
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int64_t muster_boot_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t wall_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int muster_terminate_order(void) { return SIGRTMIN + 1; }
int muster_signal_order(void) { return SIGRTMIN + 2; }

// Writes a file that is there whole or not at all, and stays after a power failure.
static int write_whole(const char *name, const char *text, int is_durable) {
  char draft[64];
  snprintf(draft, sizeof draft, ".%s.%d", name, (int)getpid());
  int file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return -1;
  size_t length = strlen(text);
  int is_written = write(file, text, length) == (ssize_t)length;
  if (is_durable) is_written = is_written && fsync(file) == 0;
  close(file);
  if (!is_written || rename(draft, name) != 0) return -1;
  if (is_durable) {
    int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (here >= 0) {
      fsync(here);
      close(here);
    }
  }
  return 0;
}

// A full disk must not lose an end: it is tried again until there is room, or nobody to read it,
// for the folder is removed.
static void write_end(const char *text) {
  struct stat here;
  while (write_whole("end", text, 1) != 0 && stat(".", &here) == 0 && here.st_nlink > 0) {
    struct timespec pause = {0, 200000000};
    nanosleep(&pause, NULL);
  }
}

// The marker: it is linked into place with its content, which only one process can ever do.
static int take_marker(int folder) {
  char draft[64], text[160], boot[64] = "-";
  int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  if (file >= 0) {
    ssize_t length = read(file, boot, sizeof boot - 1);
    boot[length > 0 ? length : 0] = 0;
    boot[strcspn(boot, "\n")] = 0;
    close(file);
  }
  snprintf(draft, sizeof draft, ".marker.%d", (int)getpid());
  snprintf(
      text, sizeof text, "%d %lld %s\n", (int)getpid(), (long long)shim_start_time(getpid()), boot);
  file = openat(folder, draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file < 0) return -errno;
  int is_written =
      write(file, text, strlen(text)) == (ssize_t)strlen(text) && fsync(file) == 0;
  close(file);
  int outcome = -EIO;
  if (is_written) outcome = linkat(folder, draft, folder, "marker", 0) == 0 ? 0 : -errno;
  unlinkat(folder, draft, 0);
  fsync(folder);
  return outcome;
}

int muster_take_marker(const char *directory) {
  int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return -errno;
  int outcome = take_marker(folder);
  close(folder);
  return outcome;
}

// --- what the tasks say ---

typedef struct {
  int socket;
  long checkpoints;
  int is_ready;
  char status[1024];
  int is_new;
  int64_t written;
} news;

static void open_news(news *n, const orders *o) {
  n->socket = -1;
  if (!o->notify) return;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(o->notify) >= sizeof address.sun_path) return;
  strcpy(address.sun_path, o->notify);
  int made = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (made < 0) return;
  unlink(o->notify);
  mode_t old = umask(0177);
  int outcome = bind(made, (struct sockaddr *)&address, sizeof address);
  umask(old);
  if (outcome != 0 || (o->has_user && lchown(o->notify, o->uid, o->gid) != 0)) {
    perror("gnoded-shim: MUSTER_NOTIFY");
    close(made);
    return;
  }
  n->socket = made;
}

static void take_line(news *n, const char *line) {
  if (strcmp(line, "CHECKPOINT=1") == 0) {
    n->checkpoints++;
    n->is_new = 1;
  } else if (strcmp(line, "READY=1") == 0) {
    n->is_ready = 1;
    n->is_new = 1;
  } else if (strncmp(line, "STATUS=", 7) == 0) {
    snprintf(n->status, sizeof n->status, "%s", line + 7);
    n->is_new = 1;
  }
}

static void read_news(news *n) {
  char message[4096];
  for (int i = 0; i < 64; i++) {
    ssize_t length = recv(n->socket, message, sizeof message - 1, 0);
    if (length < 0) return;
    message[length] = 0;
    char *rest = NULL;
    for (char *line = strtok_r(message, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
      take_line(n, line);
  }
}

// Ten times a second at most, however much the tasks say.
static void write_news(news *n, int is_last) {
  int64_t now = muster_boot_ms();
  if (!n->is_new || (!is_last && now - n->written < 100)) return;
  char text[1200];
  snprintf(
      text, sizeof text, "checkpoints %ld\nready %d\nstatus %s\n", n->checkpoints, n->is_ready,
      n->status);
  if (write_whole("news", text, 0) == 0) {
    n->is_new = 0;
    n->written = now;
  }
}

// --- the life of a member ---

typedef struct {
  const orders *orders;
  pid_t *tasks;
  int running;
  int code;
  int signal;
  int is_bad;
  int is_terminated;
  int64_t kill_at;  // on the boot clock; 0: never
  pid_list told;    // who was asked to end
  int64_t fence_at;
  int64_t cpu_us;
  int64_t memory_kib;
  int timed_done;
  news news;
} member;

static void add_usage(member *m, const struct rusage *usage) {
  m->cpu_us += (int64_t)usage->ru_utime.tv_sec * 1000000 + usage->ru_utime.tv_usec;
  m->cpu_us += (int64_t)usage->ru_stime.tv_sec * 1000000 + usage->ru_stime.tv_usec;
  if (usage->ru_maxrss > m->memory_kib) m->memory_kib = usage->ru_maxrss;
}

static void terminate(member *m, int64_t grace_ms, int is_ordered) {
  int64_t at = muster_boot_ms() + (grace_ms > 0 ? grace_ms : 0);
  if (is_ordered) m->is_terminated = 1;
  if (m->kill_at && m->kill_at <= at) return;
  int is_first = !m->kill_at;
  m->kill_at = at;
  if (!is_first) return;
  if (grace_ms > 0) {
    shim_signal_orphans(SIGTERM, &m->told, 1);
    shim_signal_all(SIGCONT, 0);
  }
}

// One task's end: the first to end badly says how the member ended, and takes the others along.
static void task_ended(member *m, pid_t pid, int status) {
  int i = 0;
  while (i < m->orders->task_count && m->tasks[i] != pid) i++;
  if (i == m->orders->task_count) return;
  m->tasks[i] = 0;
  m->running--;
  int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  if (code == 0 || m->is_bad) return;
  m->is_bad = 1;
  m->code = code;
  m->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  if (m->running > 0) terminate(m, 10000, 0);
}

// Whether any child is left.
static int reap(member *m) {
  for (;;) {
    int status = 0;
    struct rusage usage;
    pid_t pid = wait4(-1, &status, WNOHANG, &usage);
    if (pid == 0) return 1;
    if (pid < 0) return errno != ECHILD;
    add_usage(m, &usage);
    task_ended(m, pid, status);
  }
}

static void take_signals(member *m, int signals) {
  struct signalfd_siginfo one;
  while (read(signals, &one, sizeof one) == sizeof one) {
    if ((int)one.ssi_signo == muster_terminate_order())
      terminate(m, one.ssi_int, 1);
    else if ((int)one.ssi_signo == muster_signal_order())
      shim_signal_all(one.ssi_int, 1);
    else if (one.ssi_signo == SIGTERM || one.ssi_signo == SIGINT)
      terminate(m, 10000, 1);
  }
}

// The agent writes when it last heard from the controller, how long that is enough, and the sum of
// both: it is written over in place, and may be read half.
static void check_fence(member *m, int64_t now) {
  if (!m->orders->contact || now < m->fence_at) return;
  m->fence_at = now + 30000;
  FILE *file = fopen(m->orders->contact, "re");
  if (!file) return;
  long long contact = 0, fence = 0, sum = 0;
  int count = fscanf(file, "%lld %lld %lld", &contact, &fence, &sum);
  fclose(file);
  if (count != 3 || contact + fence != sum) {
    m->fence_at = now + 1000;
    return;
  }
  if (fence <= 0) return;
  // A contact from before the machine started says nothing; nor does one from the future.
  if (contact > now) return;
  if (now >= contact + fence)
    terminate(m, 5000, 1);
  else if (contact + fence < m->fence_at)
    m->fence_at = contact + fence;
}

// Sends what is due now; the time of what is next, or 0.
static int64_t keep_times(member *m, int64_t now) {
  int64_t next = 0;
  const orders *o = m->orders;
  for (int i = 0; i < o->timed_count; i++) {
    if (m->timed_done & (1 << i)) continue;
    if (o->timed[i].at <= now) {
      m->timed_done |= 1 << i;
      if (o->timed[i].signal)
        shim_signal_all(o->timed[i].signal, 1);
      else
        terminate(m, 30000, 1);
    } else if (!next || o->timed[i].at < next) {
      next = o->timed[i].at;
    }
  }
  check_fence(m, now);
  if (o->contact && (!next || m->fence_at < next)) next = m->fence_at;
  return next;
}

static int wait_for(member *m, int signals, int64_t until) {
  struct pollfd polled[2] = {
      {.fd = signals, .events = POLLIN}, {.fd = m->news.socket, .events = POLLIN}};
  int64_t now = muster_boot_ms();
  if (m->news.is_new && (!until || until > now + 100)) until = now + 100;
  int64_t pause = !until ? -1 : until > now ? until - now : 0;
  if (pause > 60000) pause = 60000;
  int count = poll(polled, 2, (int)pause);
  take_signals(m, signals);
  if (m->news.socket >= 0) read_news(&m->news);
  write_news(&m->news, 0);
  return count;
}

// Until all that was started is gone, tasks and what they left behind alike.
static void live(member *m, int signals) {
  for (;;) {
    int is_any = reap(m);
    if (m->running == 0 && !is_any) return;
    int64_t now = muster_boot_ms();
    int64_t next = keep_times(m, now);
    int is_over = m->running == 0 && !m->kill_at;
    if (is_over || (m->kill_at && now >= m->kill_at)) {
      shim_kill_all(m->orders);
      next = now + 10;
    } else if (m->kill_at) {
      // Who was born while the others were asked, of a parent that has gone, was asked by nobody.
      shim_signal_orphans(SIGTERM, &m->told, 0);
      int64_t soon = now + 200 < m->kill_at ? now + 200 : m->kill_at;
      if (!next || soon < next) next = soon;
    }
    wait_for(m, signals, next);
  }
}

static void write_how_it_ended(member *m) {
  const orders *o = m->orders;
  int64_t peak = shim_read_number(o->peak, NULL);
  if (peak > 0) m->memory_kib = peak / 1024;
  int64_t killed = o->oom ? shim_read_number(o->oom, "oom_kill") : 0;
  char text[512];
  snprintf(
      text, sizeof text,
      "code %d\nsignal %d\noom %d\nterminated %d\nat %lld\ncpu %lld\nmemory %lld\n", m->code,
      m->signal, killed > 0 && m->is_bad, m->is_terminated, (long long)wall_ms(),
      (long long)(m->cpu_us / 1000), (long long)m->memory_kib);
  write_end(text);
  for (int i = 0; i < o->rmdir_count; i++) rmdir(o->rmdir[i]);
}

// A member that could not be started leaves an end that says why.
static void write_trouble(member *m, const char *words) {
  char text[768];
  snprintf(
      text, sizeof text, "code 127\nsignal 0\nat %lld\ntrouble %.500s\n", (long long)wall_ms(),
      words);
  write_end(text);
  for (int i = 0; i < m->orders->rmdir_count; i++) rmdir(m->orders->rmdir[i]);
}

static int open_signals(void) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  sigset_t some;
  sigemptyset(&some);
  sigaddset(&some, SIGCHLD);
  sigaddset(&some, SIGTERM);
  sigaddset(&some, SIGINT);
  sigaddset(&some, muster_terminate_order());
  sigaddset(&some, muster_signal_order());
  return signalfd(-1, &some, SFD_CLOEXEC | SFD_NONBLOCK);
}

int muster_shim_main(int argc, char **argv) {
  if (argc != 2 || chdir(argv[1]) != 0) {
    fprintf(stderr, "usage: gnoded-shim DIRECTORY\n");
    return 2;
  }
  if (getsid(0) != getpid()) setsid();
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  orders *o = shim_read_orders("orders");
  if (!o) return 1;
  int taken = muster_take_marker(".");
  if (taken != 0) {
    // Another shim has been here: this attempt's tasks were created, or will be.
    if (taken != -EEXIST) fprintf(stderr, "gnoded-shim: marker: %s\n", strerror(-taken));
    return taken == -EEXIST ? 0 : 1;
  }
  int signals = open_signals();
  member m = {.orders = o, .tasks = calloc((size_t)o->task_count + 1, sizeof(pid_t))};
  if (signals < 0 || !m.tasks) {
    write_trouble(&m, "the shim has no room for its own");
    return 1;
  }
  open_news(&m.news, o);
  char words[512] = "";
  if (o->prolog && shim_run_beside(o, o->prolog) != 0)
    snprintf(words, sizeof words, "the prolog %s did not end well", o->prolog);
  for (int i = 0; i < o->task_count && !words[0]; i++) {
    m.tasks[i] = shim_start_task(o, i, words, sizeof words);
    if (m.tasks[i] > 0) m.running++;
  }
  if (words[0]) {
    m.kill_at = 1;
    live(&m, signals);
    if (o->epilog) shim_run_beside(o, o->epilog);
    write_trouble(&m, words);
  } else {
    write_whole("started", "1\n", 0);
    live(&m, signals);
    if (m.news.socket >= 0) read_news(&m.news);
    write_news(&m.news, 1);
    if (o->epilog && shim_run_beside(o, o->epilog) != 0)
      fprintf(stderr, "gnoded-shim: the epilog %s did not end well\n", o->epilog);
    write_how_it_ended(&m);
  }
  if (m.news.socket >= 0) unlink(o->notify);
  return 0;
}
