// SPDX-License-Identifier: Apache-2.0
/*
 * Reading both databases: each job with connections of its own, on the reader's thread.
 */
#ifndef JIAOHAO_JOURNAL_READER_H
#define JIAOHAO_JOURNAL_READER_H

#include "daemon/journal/journal.h"

enum { READER_EVENTS_MAX = 1000 };

struct reader_page { // owns its events and their plans
    struct event *events;
    struct plan **plans;
    size_t count, plan_count;
    uint64_t first_known;
};

// Fills a page with up to `limit` events with seq > after, from both databases. 0 or -errno.
int reader_page_fill(struct reader_page *page, const char *directory, uint64_t after, size_t limit);
void reader_page_empty(struct reader_page *page);

// The contact of a ticket; length 0 if there is none. 0 or -errno.
int reader_contact(const char *directory, uint64_t ticket, struct row_secret *secret);

// A checked copy of hall.db at path, durable, put in place in one step. 0 or -errno.
int reader_backup(const char *directory, const char *path);

#endif
