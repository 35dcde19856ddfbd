/* Preloaded into a process: makes its N-th change to a folder the last one, or a failed one.

   FAULT_DIR   the folder that is watched
   FAULT_MODE  count: only count | kill: SIGKILL before the change | torn: write half of it, then SIGKILL
               eio: this change fails | full: this change and all that follow fail for want of space
   FAULT_AT    which change, from 1
   FAULT_LOG   file to which the number of changes is written at the end (count) */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long changes;
static const char *folder, *mode;
static long wanted;

__attribute__((constructor)) static void begin(void) {
    folder = getenv("FAULT_DIR");
    mode = getenv("FAULT_MODE");
    wanted = getenv("FAULT_AT") ? atol(getenv("FAULT_AT")) : 0;
}

__attribute__((destructor)) static void end(void) {
    const char *log = getenv("FAULT_LOG");
    if (!log || !mode || strcmp(mode, "count")) return;
    FILE *file = fopen(log, "w");
    if (file) {
        fprintf(file, "%ld\n", (long)changes);
        fclose(file);
    }
}

static int watched(const char *path) {
    return folder && mode && path && !strncmp(path, folder, strlen(folder));
}

static int watched_fd(int fd) {
    char link[64], path[PATH_MAX];
    if (!folder || !mode) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return watched(path);
}

/* Returns an errno to fail with, 0 to go on, or -1 to tear the write. */
static int fate(void) {
    long now = ++changes;
    if (!strcmp(mode, "count") || now < wanted) return 0;
    if (!strcmp(mode, "full")) return ENOSPC;
    if (now > wanted) return 0;
    if (!strcmp(mode, "kill")) kill(getpid(), SIGKILL);
    if (!strcmp(mode, "torn")) return -1;
    return EIO;
}

#define REAL(name, ...) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))(__VA_ARGS__)
#define DECIDE(is_watched)                                    \
    if (is_watched) {                                         \
        int error = fate();                                   \
        if (error == -1) kill(getpid(), SIGKILL);             \
        if (error) { errno = error; return -1; }              \
    }
#define DECIDE_WRITE(fd, half)                                \
    if (watched_fd(fd)) {                                     \
        int error = fate();                                   \
        if (error == -1) { half; kill(getpid(), SIGKILL); }   \
        if (error) { errno = error; return -1; }              \
    }

ssize_t write(int fd, const void *data, size_t n) {
    DECIDE_WRITE(fd, REAL(write, fd, data, n / 2));
    return REAL(write, fd, data, n);
}
ssize_t pwrite(int fd, const void *data, size_t n, off_t at) {
    DECIDE_WRITE(fd, REAL(pwrite, fd, data, n / 2, at));
    return REAL(pwrite, fd, data, n, at);
}
ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at) {
    DECIDE_WRITE(fd, REAL(pwrite64, fd, data, n / 2, at));
    return REAL(pwrite64, fd, data, n, at);
}
int fsync(int fd) { DECIDE(watched_fd(fd)); return REAL(fsync, fd); }
int fdatasync(int fd) { DECIDE(watched_fd(fd)); return REAL(fdatasync, fd); }
int ftruncate(int fd, off_t size) { DECIDE(watched_fd(fd)); return REAL(ftruncate, fd, size); }
int ftruncate64(int fd, off64_t size) { DECIDE(watched_fd(fd)); return REAL(ftruncate64, fd, size); }
int rename(const char *from, const char *to) { DECIDE(watched(to)); return REAL(rename, from, to); }
int link(const char *from, const char *to) { DECIDE(watched(to)); return REAL(link, from, to); }
int unlink(const char *path) { DECIDE(watched(path)); return REAL(unlink, path); }
