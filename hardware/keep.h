// SPDX-License-Identifier: Apache-2.0
/*
 * What outlives a restart: small files in one folder, each written whole and durably. They are
 * written on the loop, because what they hold must be safe before the broker or a keypad is told
 * that it was heard; they are few and small.
 */
#ifndef JIAOHAO_HARDWARE_KEEP_H
#define JIAOHAO_HARDWARE_KEEP_H

#include <stddef.h>
#include <stdint.h>

struct keep {
    char folder[256];
};

// Makes the folder if it is not there. 0 or -errno.
int keep_open(struct keep *keep, const char *folder);
// Replaces the file by text, durably. 0 or -errno.
int keep_write(const struct keep *keep, const char *name, const char *text);
// The file's text (the caller frees it), NULL if there is none.
char *keep_read(const struct keep *keep, const char *name);
void keep_remove(const struct keep *keep, const char *name);
// The names that begin with prefix, each given to fn.
typedef void keep_fn(void *context, const char *name);
void keep_each(const struct keep *keep, const char *prefix, keep_fn *fn, void *context);

// Counts this start: more than any number before, also when the folder was lost (then by the wall
// clock's seconds). Ids of commands carry it.
uint32_t keep_count_start(const struct keep *keep, int64_t wall_s);

#endif
