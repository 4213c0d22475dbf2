// SPDX-License-Identifier: Apache-2.0
/*
 * Calls and slips: the two things that people stand and wait for. Both are worthless late, so each
 * carries an end: a call may be heard up to 60 s after it was made, a slip is of use while its
 * owner stands at the kiosk. A slip goes to the printer of the service's zone; a hall with printers
 * elsewhere only uses its first. The link of a slip is not on the bus: it is a key.
 */
#include "daemon/tell/calls.h"

#include <stdio.h>
#include <string.h>

#include "daemon/hall/plan.h"

enum { CALL_LASTS_MS = 60000, PRINT_LASTS_MS = 60000 };

static void call_to(struct queue *queue, const char *zone, json_t *call, int64_t lasts_ms) {
    char below[48];
    snprintf(below, sizeof below, "call/%s", zone);
    queue_put(queue, below, json_incref(call), lasts_ms, 0);
}

void calls_told(struct tell_room *room, struct queue *queue, const struct event *event) {
    struct wire_place place;
    json_t *call;
    int64_t lasts_ms;
    room_place(room, &place);
    lasts_ms = CALL_LASTS_MS - (place.now_ms - event->at.hall_ms);
    if (lasts_ms <= 0)
        return;
    call = wire_call(&place, event);
    if (!call)
        return;
    if (event->zone[0])
        call_to(queue, event->zone, call, lasts_ms);
    else // a notice for the whole house
        for (uint32_t i = 0; i < place.hall->plan.zone_count; i++)
            call_to(queue, place.hall->plan.zones[i].code, call, lasts_ms);
    json_decref(call);
}

// --- slips
// -----------------------------------------------------------------------------------------

static const struct plan_device *printer_for(const struct plan *plan, uint16_t zone) {
    const struct plan_device *any = NULL;
    for (uint32_t i = 0; i < plan->device_count; i++) {
        const struct plan_device *device = &plan->devices[i];
        if (device->kind != PLAN_DEVICE_PRINTER)
            continue;
        if (device->zone == zone)
            return device;
        if (!any)
            any = device;
    }
    return any;
}

static json_t *name_of(const char *zh, const char *en) {
    return json_pack("{s:s, s:s}", "zh", zh, "en", en);
}

// What may stand on a slip: never a need, a reason or a key.
static json_t *slip_of(const struct wire_place *place, int32_t ticket, uint16_t service) {
    static const char *const keys[] = {"id",    "number", "service", "service_name", "class",
                                       "ahead", "wait",   "zone",    "issued_at",    "hall_name"};
    const struct plan *plan = &place->hall->plan;
    const struct plan_service *s = &plan->services[service];
    json_t *view = wire_ticket(place, ticket), *slip = json_object();
    for (size_t i = 0; view && slip && i < sizeof keys / sizeof keys[0]; i++)
        if (json_object_get(view, keys[i]))
            json_object_set(slip, keys[i], json_object_get(view, keys[i]));
    json_decref(view);
    if (slip && s->materials.zh[0])
        json_object_set_new(slip, "materials", name_of(s->materials.zh, s->materials.en));
    if (slip && s->zone < plan->zone_count)
        json_object_set_new(slip, "zone_name",
                            name_of(plan->zones[s->zone].name.zh, plan->zones[s->zone].name.en));
    return slip;
}

void prints_told(struct tell_room *room, struct queue *queue, const struct event *event) {
    const struct plan_device *printer;
    struct wire_place place;
    char below[64], id[24];
    uint16_t service;
    int32_t ticket;
    if (event->kind != EVENT_TICKET_ISSUED || event->u.issued.channel != CHANNEL_KIOSK)
        return;
    room_place(room, &place);
    service = plan_service_at(&place.hall->plan, event->ticket.service);
    ticket = hall_ticket_by_id(place.hall, event->ticket.id);
    if (service == PLAN_NONE || ticket == HALL_NONE)
        return;
    printer = printer_for(&place.hall->plan, place.hall->plan.services[service].zone);
    if (!printer)
        return;
    snprintf(below, sizeof below, "print/%s", printer->name);
    snprintf(id, sizeof id, "%llu", (unsigned long long)event->ticket.id);
    queue_put(queue, below,
              json_pack("{s:s, s:o, s:s}", "id", id, "ticket", slip_of(&place, ticket, service),
                        "layout", "ticket"),
              PRINT_LASTS_MS - (place.now_ms - event->at.hall_ms), event->ticket.id);
}
