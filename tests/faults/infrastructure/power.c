/* Keeps beside each file what a disk would still have after a power loss: its content at the last fsync that ended.
   Loaded with LD_PRELOAD; POWER_FROM is the folder that is watched, POWER_TO where the durable copies go. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void keep(int fd) {
    const char *from = getenv("POWER_FROM"), *to = getenv("POWER_TO");
    char link[64], path[PATH_MAX], draft[PATH_MAX], kept[PATH_MAX], buffer[65536];
    if (!from || !to) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return;
    path[length] = 0;
    const char *name = strrchr(path, '/') + 1;
    if (strncmp(path, from, strlen(from)) || (size_t)(name - path) != strlen(from) + 1) return;
    snprintf(draft, sizeof draft, "%s/.draft-%s-%d", to, name, getpid());
    snprintf(kept, sizeof kept, "%s/%s", to, name);
    int in = open(path, O_RDONLY), out = open(draft, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ssize_t got = -1;
    while (in >= 0 && out >= 0 && (got = read(in, buffer, sizeof buffer)) > 0)
        if (write(out, buffer, got) != got) { got = -1; break; }
    if (in >= 0) close(in);
    if (out >= 0) close(out);
    if (got == 0) rename(draft, kept);
}

static int synced(const char *name, int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    int answer = real(fd);
    if (answer == 0) keep(fd);
    return answer;
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }
