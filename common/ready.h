// SPDX-License-Identifier: Apache-2.0
/*
 * Tells the service manager that we are ready, how we are, and that we still turn (watchdog):
 * sd_notify(3). Without NOTIFY_SOCKET nothing happens.
 */
#ifndef JIAOHAO_COMMON_READY_H
#define JIAOHAO_COMMON_READY_H

struct loop;
struct ready;

// Arms the watchdog timer if the manager asks for one. NULL only without memory.
struct ready *ready_new(struct loop *loop);
void ready_free(struct ready *ready);
void ready_set(struct ready *ready,
               const char *status); // READY=1 and STATUS=…; may be called again
void ready_stopping(struct ready *ready);

#endif
