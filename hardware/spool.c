// SPDX-License-Identifier: Apache-2.0
/*
 * Slips under way. A job is read once, with every field bounded, and kept as the file
 * print-PRINTER-ID. Duplicates are dropped by id while the job is there and for as long again as
 * the broker could deliver it.
 *
 * Must not: print, or decide when a job is too old to be printed.
 */
#include "hardware/spool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"

enum { SEEN_MS = 120000 };

static const char *const state_names[] = {"", "waiting", "sending", "printed", "failed"};

// --- a job as JSON -----------------------------------------------------------------------------

static void text_of(const json_t *in, const char *key, char *out, size_t room) {
    const char *text = json_string_value(json_object_get(in, key));
    snprintf(out, room, "%s", text ? text : "");
}

static void name_of(const json_t *ticket, const char *key, struct slip_text *out) {
    const json_t *name = json_object_get(ticket, key);
    text_of(name, "zh", out->zh, sizeof out->zh);
    text_of(name, "en", out->en, sizeof out->en);
}

static uint32_t count_of(const json_t *in, const char *key) {
    json_int_t value = json_integer_value(json_object_get(in, key));
    return value < 0 ? 0 : value > 100000 ? 100000 : (uint32_t)value;
}

// "2026-11-23T17:30:05.123+08:00" as it is read by people of that place.
static void time_of(const json_t *ticket, char out[20]) {
    const char *text = json_string_value(json_object_get(ticket, "issued_at"));
    snprintf(out, 20, "%.16s", text ? text : "");
    if (strlen(out) == 16)
        out[10] = ' ';
}

static bool read_slip(const json_t *body, struct slip *slip) {
    const json_t *ticket = json_object_get(body, "ticket"), *wait = json_object_get(ticket, "wait");
    const char *kind = json_string_value(json_object_get(wait, "kind"));
    json_int_t id = json_integer_value(json_object_get(ticket, "id"));
    memset(slip, 0, sizeof *slip);
    text_of(ticket, "number", slip->number, sizeof slip->number);
    if (id <= 0 || !slip->number[0])
        return false;
    slip->id = (uint64_t)id;
    name_of(ticket, "hall_name", &slip->hall);
    name_of(ticket, "service_name", &slip->service);
    name_of(ticket, "zone_name", &slip->zone);
    name_of(ticket, "materials", &slip->materials);
    slip->ahead = count_of(ticket, "ahead");
    slip->has_wait = kind && strcmp(kind, "range") == 0;
    slip->wait_low_s = count_of(wait, "low_s");
    slip->wait_high_s = count_of(wait, "high_s");
    time_of(ticket, slip->issued);
    text_of(body, "url", slip->url, sizeof slip->url);
    return true;
}

static bool read_id(const json_t *body, char out[JOB_ID_BYTES]) {
    const char *id = json_string_value(json_object_get(body, "id"));
    size_t length = id ? strlen(id) : 0;
    if (!length || length > 18 || id[0] == '0' || id[strspn(id, "0123456789")])
        return false;
    memcpy(out, id, length + 1);
    return true;
}

// --- its file ----------------------------------------------------------------------------------

static void file_of(const struct spool *spool, const char *id, char out[80]) {
    snprintf(out, 80, "print-%s-%s", spool->printer, id);
}

static json_t *kept(const struct spool *spool, const struct job *job) {
    char name[80], *text;
    json_t *all;
    file_of(spool, job->id, name);
    text = keep_read(spool->keep, name);
    all = text ? json_loads(text, 0, NULL) : NULL;
    free(text);
    return all;
}

static void keep_job(const struct spool *spool, const struct job *job, const json_t *body) {
    json_t *old = body ? NULL : kept(spool, job);
    const json_t *slip = body ? body : json_object_get(old, "job");
    json_t *all =
        json_pack("{s:O?, s:s, s:s, s:I, s:I, s:b}", "job", slip, "state", state_names[job->state],
                  "error", job->error, "came", (json_int_t)job->came_ms, "until",
                  (json_int_t)job->until_ms, "again", job->again);
    char name[80], *text = all ? json_dumps(all, JSON_COMPACT) : NULL;
    file_of(spool, job->id, name);
    if (text)
        keep_write(spool->keep, name, text);
    free(text);
    json_decref(all);
    json_decref(old);
}

// --- taking up ---------------------------------------------------------------------------------

static struct job *free_job(struct spool *spool) {
    for (size_t i = 0; i < SPOOL_MAX; i++)
        if (spool->jobs[i].state == JOB_NONE)
            return &spool->jobs[i];
    return NULL;
}

static bool take_up(struct spool *spool, struct job *job) {
    json_t *all = kept(spool, job);
    const char *state = json_string_value(json_object_get(all, "state"));
    bool good = state && read_slip(json_object_get(all, "job"), &job->slip);
    for (unsigned i = JOB_WAITING; good && i <= JOB_FAILED; i++)
        if (strcmp(state, state_names[i]) == 0)
            job->state = (enum job_state)i;
    text_of(all, "error", job->error, sizeof job->error);
    job->came_ms = json_integer_value(json_object_get(all, "came"));
    job->until_ms = json_integer_value(json_object_get(all, "until"));
    job->again = json_is_true(json_object_get(all, "again")) || job->state == JOB_SENDING;
    if (job->state == JOB_SENDING)
        job->state = JOB_WAITING;
    json_decref(all);
    return good && job->state != JOB_NONE;
}

static void on_file(void *context, const char *name) {
    struct spool *spool = context;
    struct job *job = free_job(spool);
    char head[48];
    size_t length = (size_t)snprintf(head, sizeof head, "print-%s-", spool->printer);
    // "print-a-1" is no file of printer "a-1": what follows the name is digits only.
    if (!job || strlen(name) <= length || strlen(name + length) >= JOB_ID_BYTES ||
        name[length + strspn(name + length, "0123456789")])
        return;
    memset(job, 0, sizeof *job);
    snprintf(job->id, sizeof job->id, "%s", name + length);
    if (take_up(spool, job))
        return;
    log_warning("hardware", "%s makes no sense and is thrown away", name);
    keep_remove(spool->keep, name);
    memset(job, 0, sizeof *job);
}

void spool_open(struct spool *spool, const struct keep *keep, const char *printer) {
    char head[48];
    memset(spool, 0, sizeof *spool);
    spool->keep = keep;
    spool->printer = printer;
    snprintf(head, sizeof head, "print-%s-", printer);
    keep_each(keep, head, on_file, spool);
}

// --- jobs --------------------------------------------------------------------------------------

static bool was_seen(const struct spool *spool, const char *id, int64_t now_ms) {
    for (size_t i = 0; i < SPOOL_MAX; i++)
        if (spool->jobs[i].state && strcmp(spool->jobs[i].id, id) == 0)
            return true;
    for (size_t i = 0; i < SPOOL_SEEN; i++)
        if (spool->seen[i].until_ms > now_ms && strcmp(spool->seen[i].id, id) == 0)
            return true;
    return false;
}

const char *spool_add(struct spool *spool, const json_t *body, int64_t now_ms, int64_t keep_ms) {
    struct job *job = free_job(spool);
    struct job new = {.state = JOB_WAITING, .came_ms = now_ms, .until_ms = now_ms + keep_ms};
    if (!read_id(body, new.id))
        return "its id is no number";
    if (was_seen(spool, new.id, now_ms))
        return "";
    if (!read_slip(body, &new.slip))
        return "it has no ticket";
    if (!job)
        return "too many slips wait";
    *job = new;
    keep_job(spool, job, body);
    return NULL;
}

struct job *spool_first(struct spool *spool, enum job_state state) {
    struct job *first = NULL;
    for (size_t i = 0; i < SPOOL_MAX; i++) {
        struct job *job = &spool->jobs[i];
        if (job->state == state && (!first || job->slip.id < first->slip.id))
            first = job;
    }
    return first;
}

void spool_set(struct spool *spool, struct job *job, enum job_state state, const char *error) {
    job->state = state;
    snprintf(job->error, sizeof job->error, "%s", error);
    keep_job(spool, job, NULL);
}

void spool_over(struct spool *spool, struct job *job) {
    char name[80];
    size_t i = spool->seen_next++ % SPOOL_SEEN;
    memcpy(spool->seen[i].id, job->id, sizeof job->id);
    spool->seen[i].until_ms = job->until_ms + SEEN_MS;
    file_of(spool, job->id, name);
    keep_remove(spool->keep, name);
    memset(job, 0, sizeof *job);
}
