// SPDX-License-Identifier: Apache-2.0
/* Inside of hall_apply: what each kind of event checks, and what it makes so. */
#ifndef JIAOHAO_HALL_APPLY_H
#define JIAOHAO_HALL_APPLY_H

#include "daemon/hall/hall.h"

struct scene { // one event and what it names, found
    struct hall *hall;
    const struct event *event;
    struct ticket *ticket; // NULL = none
    int32_t at;            // its index
    uint16_t window;       // index, PLAN_NONE = none
};

struct apply_step {
    bool (*check)(const struct scene *scene); // NULL = nothing more to check
    void (*make)(struct scene *scene);        // NULL = nothing but the states
};

extern const struct apply_step apply_ticket_steps[EVENT_KINDS];
extern const struct apply_step apply_hall_steps[EVENT_KINDS];

// The counters of the ticket's present service.
struct service_state *apply_service(const struct scene *scene);

// Builds the hall of a new plan out of the old one: 0, -ENOMEM, or -EINVAL if something in use is
// missing in the plan. day.opened keeps only what is being served; hall.configured keeps all.
int remap_hall(struct hall **hall, const struct event *event);
// Whether counts and indices of the plan are within their bounds.
bool remap_plan_is_sound(const struct plan *plan);
// What is in use and missing in the plan, NULL if nothing; for a new day or for the same one.
const char *remap_missing(const struct hall *hall, const struct plan *plan, char what[32]);
// Whether this ticket could not be carried into a day with that plan.
bool remap_loses(const struct hall *hall, int32_t ticket, const struct plan *plan);

#endif
