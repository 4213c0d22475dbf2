// SPDX-License-Identifier: Apache-2.0
/*
 * Small secret files: read whole, or written so that they are there, whole, after a power cut.
 */
#ifndef JIAOHAO_RECORDS_KEYFILE_H
#define JIAOHAO_RECORDS_KEYFILE_H

#include <stddef.h>

// Reads at most `room` bytes: how many, or -errno.
int keyfile_read(const char *path, void *out, size_t room);
// Writes beside it (0600), syncs, renames, syncs the folder. 0 or -errno; never half a file.
int keyfile_write(const char *path, const void *bytes, size_t length);
// Makes what happened in this folder (a file renamed or deleted) last. 0 or -errno.
int keyfile_sync_folder(const char *folder);

#endif
