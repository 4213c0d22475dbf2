// SPDX-License-Identifier: Apache-2.0
/*
 * Signing in at a pad: over HTTP at the staff door, because a PIN has no place on the bus. The
 * session that this begins is what the hall asks for when a verb comes from the window's pad.
 */
#ifndef JIAOHAO_HARDWARE_SESSION_H
#define JIAOHAO_HARDWARE_SESSION_H

#include <stdint.h>

struct loop;
struct sessions; // the way to the staff door
struct session;  // a pad's

enum { SESSION_UNREACHABLE = 998 }; // code: the door did not answer

// 0 = done, else the hall's refusal, or SESSION_UNREACHABLE.
typedef void session_fn(void *context, unsigned code);

struct sessions *sessions_new(struct loop *loop, const char *address, uint16_t port);
void sessions_free(struct sessions *sessions); // NULL is fine; the pads' are freed before

struct session *session_new(struct sessions *sessions, session_fn *done, void *context);
void session_free(struct session *session); // NULL is fine

// Asks; `done` comes later, also when the door cannot be reached. -EBUSY while one is under way.
int session_begin(struct session *session, const char *name, const char *pin, uint32_t window);
// Ends the session that this program began; -ENOENT if it did not begin one.
int session_end(struct session *session);

#endif
