/* A disk that can be told to fail, for the program that this is preloaded into.
 *
 * FAULTS_FOLDER: only files in it are touched. FAULTS_PANEL: a file of four 64-bit numbers, shared
 * with the test: what fails now (see `fails`), how many syncs of a WAL there were, how many calls
 * were failed, and whether each synced file is copied to NAME.synced: what a disk that forgets all
 * that was not synced would still have after a power cut.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

enum { NOTHING, FULL, READ_ONLY, BROKEN_WRITES, BROKEN_SYNCS };

static volatile int64_t *panel;
static const char *folder;

__attribute__((constructor)) static void start(void) {
    folder = getenv("FAULTS_FOLDER");
    const char *name = getenv("FAULTS_PANEL");
    int file = name ? open(name, O_RDWR) : -1;
    if (file < 0 || !folder) return;
    void *shared = mmap(NULL, 32, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (shared != MAP_FAILED) panel = shared;
    close(file);
}

/* Whether `descriptor` is a file of the folder; its path goes into `path`. */
static int ours(int descriptor, char *path) {
    char link[64];
    if (!panel) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strncmp(path, folder, strlen(folder)) == 0;
}

/* The error that a call has to fail with now, or 0. */
static int fails(int descriptor, int is_sync) {
    char path[PATH_MAX];
    if (!panel || panel[0] == NOTHING || !ours(descriptor, path)) return 0;
    int error = 0;
    if (panel[0] == FULL) error = is_sync ? 0 : ENOSPC;
    if (panel[0] == READ_ONLY) error = EROFS;
    if (panel[0] == BROKEN_WRITES) error = is_sync ? 0 : EIO;
    if (panel[0] == BROKEN_SYNCS) error = is_sync ? EIO : 0;
    if (error) __atomic_fetch_add(&panel[2], 1, __ATOMIC_SEQ_CST);
    return error;
}

static void keep_what_is_synced(const char *path) {
    char half[PATH_MAX + 16], whole[PATH_MAX + 16];
    snprintf(half, sizeof half, "%s.syncing", path);
    snprintf(whole, sizeof whole, "%s.synced", path);
    int from = open(path, O_RDONLY), to = open(half, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    while (from >= 0 && to >= 0 && sendfile(to, from, NULL, 1 << 24) > 0) continue;
    close(from);
    close(to);
    rename(half, whole);
}

static void synced(int descriptor) {
    char path[PATH_MAX];
    if (!ours(descriptor, path)) return;
    size_t length = strlen(path);
    int is_wal = length > 4 && strcmp(path + length - 4, "-wal") == 0;
    if (panel[3]) keep_what_is_synced(path);
    if (is_wal) __atomic_fetch_add(&panel[1], 1, __ATOMIC_SEQ_CST);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FAIL(descriptor, is_sync)                       \
    do {                                                \
        int error = fails(descriptor, is_sync);         \
        if (error) { errno = error; return -1; }        \
    } while (0)

ssize_t write(int descriptor, const void *data, size_t size) {
    FAIL(descriptor, 0);
    return REAL(write)(descriptor, data, size);
}

ssize_t pwrite(int descriptor, const void *data, size_t size, off_t at) {
    FAIL(descriptor, 0);
    return REAL(pwrite)(descriptor, data, size, at);
}

ssize_t pwrite64(int descriptor, const void *data, size_t size, off64_t at) {
    FAIL(descriptor, 0);
    return REAL(pwrite64)(descriptor, data, size, at);
}

int fsync(int descriptor) {
    FAIL(descriptor, 1);
    int result = REAL(fsync)(descriptor);
    if (result == 0) synced(descriptor);
    return result;
}

int fdatasync(int descriptor) {
    FAIL(descriptor, 1);
    int result = REAL(fdatasync)(descriptor);
    if (result == 0) synced(descriptor);
    return result;
}
