// SPDX-License-Identifier: Apache-2.0
/*
 * A disk that fails when told to: a SQLite VFS that passes everything on to the real one, but for
 * the writes and syncs a test wants to go wrong. Registered as the default, so that the journal
 * uses it without knowing.
 */
#ifndef JIAOHAO_TEST_FAULT_H
#define JIAOHAO_TEST_FAULT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include <sqlite3.h>

struct fault {
    atomic_int sync_io;     // this many syncs give EIO after being passed on
    atomic_int write_full;  // writes find no space
    atomic_int write_io;    // writes give EIO, writing nothing
    atomic_int write_short; // writes write half, then EIO
    atomic_int skip;        // so many writes are spared first
};

static struct fault fault;
static sqlite3_vfs fault_vfs;
static sqlite3_io_methods fault_methods;

struct fault_file {
    sqlite3_file base;
    sqlite3_file *real;
};

static sqlite3_file *real_of(sqlite3_file *file) {
    return ((struct fault_file *)file)->real;
}

static inline void fault_heal(void) {
    fault.sync_io = fault.write_full = fault.write_io = fault.write_short = fault.skip = 0;
}

static bool hit(atomic_int *count) {
    if (atomic_load(count) <= 0)
        return false;
    atomic_fetch_sub(count, 1);
    return true;
}

static int fault_close(sqlite3_file *file) {
    return real_of(file)->pMethods ? real_of(file)->pMethods->xClose(real_of(file)) : SQLITE_OK;
}
static int fault_read(sqlite3_file *file, void *out, int length, sqlite3_int64 at) {
    return real_of(file)->pMethods->xRead(real_of(file), out, length, at);
}
static int fault_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 at) {
    sqlite3_file *real = real_of(file);
    if ((fault.write_full | fault.write_io | fault.write_short) && !hit(&fault.skip)) {
        if (hit(&fault.write_full))
            return SQLITE_FULL;
        if (hit(&fault.write_io))
            return SQLITE_IOERR_WRITE;
        if (hit(&fault.write_short)) {
            real->pMethods->xWrite(real, bytes, length / 2, at);
            return SQLITE_IOERR_WRITE;
        }
    }
    return real->pMethods->xWrite(real, bytes, length, at);
}
static int fault_truncate(sqlite3_file *file, sqlite3_int64 size) {
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}
static int fault_sync(sqlite3_file *file, int flags) {
    int code = real_of(file)->pMethods->xSync(real_of(file), flags);
    return hit(&fault.sync_io) ? SQLITE_IOERR_FSYNC : code;
}
static int fault_size(sqlite3_file *file, sqlite3_int64 *size) {
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}
static int fault_lock(sqlite3_file *file, int lock) {
    return real_of(file)->pMethods->xLock(real_of(file), lock);
}
static int fault_unlock(sqlite3_file *file, int lock) {
    return real_of(file)->pMethods->xUnlock(real_of(file), lock);
}
static int fault_reserved(sqlite3_file *file, int *out) {
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}
static int fault_control(sqlite3_file *file, int what, void *with) {
    return real_of(file)->pMethods->xFileControl(real_of(file), what, with);
}
static int fault_sector(sqlite3_file *file) {
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}
static int fault_traits(sqlite3_file *file) {
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}
static int fault_shm_map(sqlite3_file *file, int region, int size, int extend,
                         void volatile **out) {
    return real_of(file)->pMethods->xShmMap(real_of(file), region, size, extend, out);
}
static int fault_shm_lock(sqlite3_file *file, int offset, int n, int flags) {
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}
static void fault_shm_barrier(sqlite3_file *file) {
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}
static int fault_shm_unmap(sqlite3_file *file, int erase) {
    return real_of(file)->pMethods->xShmUnmap(real_of(file), erase);
}
static int fault_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                      int *out_flags) {
    struct fault_file *mine = (struct fault_file *)file;
    sqlite3_vfs *real = vfs->pAppData;
    int code;
    mine->real = (sqlite3_file *)(mine + 1);
    memset(mine->real, 0, (size_t)real->szOsFile);
    code = real->xOpen(real, name, mine->real, flags, out_flags);
    file->pMethods = mine->real->pMethods ? &fault_methods : NULL;
    return code;
}

static inline void fault_install(void) {
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    fault_methods = (sqlite3_io_methods){
        2,
        fault_close,
        fault_read,
        fault_write,
        fault_truncate,
        fault_sync,
        fault_size,
        fault_lock,
        fault_unlock,
        fault_reserved,
        fault_control,
        fault_sector,
        fault_traits,
        fault_shm_map,
        fault_shm_lock,
        fault_shm_barrier,
        fault_shm_unmap,
        NULL,
        NULL,
    };
    fault_vfs = *real;
    fault_vfs.zName = "fault";
    fault_vfs.szOsFile = (int)sizeof(struct fault_file) + real->szOsFile;
    fault_vfs.pAppData = real;
    fault_vfs.xOpen = fault_open;
    sqlite3_vfs_register(&fault_vfs, 1);
}

#endif
