#include <errno.h>
#include <pwd.h>
#include <stddef.h>
#include <string.h>

enum { muster_longest_name = 256 };

static inline int muster_copy_user(int fault, const struct passwd *found, char *name, uid_t *uid,
                                   gid_t *gid) {
  if (fault != 0) return fault;
  if (found == NULL) return ENOENT;
  if (strlen(found->pw_name) >= muster_longest_name) return ERANGE;
  strcpy(name, found->pw_name);
  *uid = found->pw_uid;
  *gid = found->pw_gid;
  return 0;
}

// 0, or an errno; ENOENT where there is no such user. `name` has muster_longest_name bytes.
static inline int muster_user_numbered(uid_t number, char *name, uid_t *uid, gid_t *gid) {
  char buffer[16384];
  struct passwd entry;
  struct passwd *found = NULL;
  int fault = getpwuid_r(number, &entry, buffer, sizeof buffer, &found);
  return muster_copy_user(fault, found, name, uid, gid);
}

static inline int muster_user_named(const char *wanted, char *name, uid_t *uid, gid_t *gid) {
  char buffer[16384];
  struct passwd entry;
  struct passwd *found = NULL;
  int fault = getpwnam_r(wanted, &entry, buffer, sizeof buffer, &found);
  return muster_copy_user(fault, found, name, uid, gid);
}
