// SPDX-License-Identifier: Apache-2.0
/*
 * HTTP: three doors with route tables of their own (public, staff, operator), sign-in, limits,
 * pages and streams. Turns requests into commands for the pipeline and answers when told.
 */
#ifndef JIAOHAO_WEB_WEB_H
#define JIAOHAO_WEB_WEB_H

#include <stdbool.h>

#include "daemon/config.h"

struct loop;
struct pipeline;
struct journal;
struct people;
struct secrets;
struct web;

struct web_house { // what app.c hands over, all borrowed
    struct loop *loop;
    struct pipeline *pipeline;
    struct journal *journal;
    struct people *people;
    struct secrets *secrets;
    const struct config *config;
    // further figures for /metrics, may be NULL: appends Prometheus text to out
    void (*figures)(void *context, char *out, unsigned long room);
    // reasons why the house is not ready, "" = ready
    void (*health)(void *context, char *out, unsigned long room);
    // reads the files again (POST /reload at the operator's door), writes faults a line each: 0,
    // the number of faults, or -errno; may be NULL
    int (*reload)(void *context, char *faults, unsigned long room);
    // a manager confirms the wall clock (POST /clock/confirm); may be NULL
    void (*confirm_clock)(void *context);
    // whether the wall clock waits to be confirmed; may be NULL
    bool (*clock_is_doubtful)(void *context);
    void *context;
};

// Listens on the doors that are open. 0 and *web, or -errno with the reason logged.
int web_new(struct web **web, const struct web_house *house);
void web_free(struct web *web); // NULL is fine

#endif
