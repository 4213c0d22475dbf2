// SPDX-License-Identifier: Apache-2.0
/*
 * hall.yaml → struct plan (daemon/hall/plan.h), all faults at once; and the calendar: which
 * business day a moment belongs to and when its services open, in the hall's own time zone.
 *
 * plan_date_of and plan_resolve make the hall's zone the process's (TZ), once: one process, one
 * hall. Call them on the loop's thread only, and first before other threads start.
 */
#ifndef JIAOHAO_PLAN_COMPILE_H
#define JIAOHAO_PLAN_COMPILE_H

#include <stdio.h>

#include "daemon/hall/plan.h"

struct plan_source; // a compiled file that days are made of

// Compiles a file: NULL and all faults on `out` if there is any, else the caller owns the source.
struct plan_source *plan_compile(const char *path, FILE *out);
// The same from bytes; `path` is only what faults are named by.
struct plan_source *plan_compile_bytes(const char *path, const char *bytes, size_t length,
                                       FILE *out);
void plan_source_free(struct plan_source *source);

// The file's bytes as read (borrowed), for "hall show".
const char *plan_source_bytes(const struct plan_source *source, size_t *length);

// The business day (yyyymmdd) that a moment belongs to.
int32_t plan_date_of(const struct plan_source *source, int64_t at_ms);
// Fills *plan with the plan of that business day.
void plan_resolve(const struct plan_source *source, int32_t date, struct plan *plan);

#endif
