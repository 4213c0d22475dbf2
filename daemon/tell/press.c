// SPDX-License-Identifier: Apache-2.0
/*
 * From a press to its reply. The window is the device's in the plan, the actor is the person signed
 * in there, the id is the idempotency key under the device's own scope: a second delivery is
 * answered from what was stored, not done again. Ids of an older start of the device are refused,
 * because a broker may deliver what was pressed before a power cut.
 *
 * Invariant: each press with an id gets exactly one reply. The pipeline answers later than anybody
 * may live, so what it answers to is a waiting press of its own, cut off when this ends.
 */
#include "daemon/tell/press.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/pipeline.h"
#include "daemon/records/people.h"

enum {
    REPLY_LASTS_MS = 10000,
    WAITING_MAX = 512,
    CHANNEL_KEYPAD = 5, // of a rating: another terminal of the hall
    AGE_MOST_MS = 86400000,
    CODE_BAD_VALUE = 707,
    CODE_OLD_START = 708,
    CODE_NO_SPACE = 901,
    CODE_UNKNOWN = 902,
    CODE_BUSY = 903,
    CODE_KEY_REUSED = 706,
};

struct waiting {             // one press at the pipeline
    struct presses *presses; // NULL = nobody waits any more
    struct waiting *next, **back;
    uint16_t window;
    char device[DEVICE_NAME_BYTES], id[COMMAND_ID_BYTES];
};

struct presses {
    struct tell_room *room;
    struct queue *queue;
    struct waiting *first;
    unsigned count;
};

// --- replies
// ---------------------------------------------------------------------------------------

struct reply {
    const char *device, *id;
    uint32_t code; // 0 = done
    const char *error;
    uint16_t window; // shown as it is now, 0 = not
};

static void reply_send(struct presses *presses, const struct reply *reply) {
    char below[64];
    struct wire_place place;
    uint16_t window;
    json_t *body = json_pack("{s:s, s:b}", "id", reply->id, "ok", reply->code == 0);
    if (!body)
        return;
    if (reply->code) {
        json_object_set_new(body, "code", json_integer(reply->code));
        json_object_set_new(body, "error", json_string(reply->error));
    }
    room_place(presses->room, &place);
    window = reply->window ? plan_window_at(&place.hall->plan, reply->window) : PLAN_NONE;
    if (window != PLAN_NONE)
        json_object_set_new(body, "window", wire_window(&place, window));
    snprintf(below, sizeof below, "reply/%s", reply->device);
    queue_put(presses->queue, below, body, REPLY_LASTS_MS, 0);
}

static int language_of(const struct tell_room *room) {
    const struct hall *hall = pipeline_settled(room->house.pipeline);
    return strncmp(hall->plan.languages, "en", 2) == 0;
}

static void send_refusal(struct presses *presses, struct reply *reply,
                         const struct refusal *refusal) {
    char text[512];
    refusal_say(refusal, language_of(presses->room), text, sizeof text);
    reply->code = refusal->code;
    reply->error = text;
    reply_send(presses, reply);
}

static void send_code(struct presses *presses, struct reply *reply, uint32_t code) {
    static const struct {
        uint32_t code;
        const char *zh, *en;
    } texts[] = {
        {CODE_OLD_START, "这条指令来自设备上一次启动，已忽略。",
         "This command is from an earlier start of the device and was ignored."},
        {CODE_KEY_REUSED, "同一编号已用于另一条指令。",
         "This id was used for another command already."},
        {CODE_NO_SPACE, "未保存：磁盘空间不足。请通知管理员。",
         "Not stored: the disk is full. Please tell the manager."},
        {CODE_UNKNOWN, "结果不明，请用同一编号重发。",
         "The outcome is not known. Please repeat with the same id."},
        {CODE_BUSY, "系统繁忙，请稍后重试。", "The hall is busy. Please try again."},
    };
    int english = language_of(presses->room);
    reply->code = code;
    reply->error = "";
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].code == code)
            reply->error = english ? texts[i].en : texts[i].zh;
    reply_send(presses, reply);
}

static void send_fault(struct presses *presses, struct reply *reply,
                       const struct wire_fault *fault) {
    char text[256];
    snprintf(text, sizeof text, "%s%s%s", fault->key, fault->key[0] ? ": " : "",
             language_of(presses->room) ? fault->text : fault->text_zh);
    reply->code = CODE_BAD_VALUE;
    reply->error = text;
    reply_send(presses, reply);
}

// --- answers of the pipeline
// -----------------------------------------------------------------------

static void waiting_free(struct waiting *waiting) {
    if (waiting->presses) {
        *waiting->back = waiting->next;
        if (waiting->next)
            waiting->next->back = waiting->back;
        waiting->presses->count--;
    }
    free(waiting);
}

static uint32_t code_of(enum answer_kind kind) {
    switch (kind) {
    case ANSWER_KEY_REUSED:
        return CODE_KEY_REUSED;
    case ANSWER_NOT_STORED:
        return CODE_NO_SPACE;
    case ANSWER_BUSY:
        return CODE_BUSY;
    case ANSWER_DONE:
    case ANSWER_REPEATED:
    case ANSWER_REFUSED:
    case ANSWER_UNKNOWN:
        break;
    }
    return CODE_UNKNOWN;
}

static void on_answer(void *context, const struct answer *answer) {
    struct waiting *waiting = context;
    struct presses *presses = waiting->presses;
    struct reply reply = {.device = waiting->device, .id = waiting->id, .window = waiting->window};
    if (!presses) {
        free(waiting);
        return;
    }
    if (answer->kind == ANSWER_DONE || answer->kind == ANSWER_REPEATED)
        reply_send(presses, &reply);
    else if (answer->kind == ANSWER_REFUSED)
        send_refusal(presses, &reply, &answer->refusal);
    else
        send_code(presses, &reply, code_of(answer->kind));
    waiting_free(waiting);
}

static struct waiting *waiting_new(struct presses *presses, const struct reply *reply) {
    struct waiting *waiting;
    if (presses->count == WAITING_MAX)
        return NULL;
    waiting = calloc(1, sizeof *waiting);
    if (!waiting)
        return NULL;
    snprintf(waiting->device, sizeof waiting->device, "%s", reply->device);
    snprintf(waiting->id, sizeof waiting->id, "%s", reply->id);
    waiting->window = reply->window;
    waiting->presses = presses;
    waiting->next = presses->first;
    waiting->back = &presses->first;
    if (waiting->next)
        waiting->next->back = &waiting->next;
    presses->first = waiting;
    presses->count++;
    return waiting;
}

static void ask(struct presses *presses, const struct press_said *said,
                const struct command *command, struct reply *reply) {
    char scope[48];
    struct pipeline_ask ask = {.command = *command, .answer = on_answer};
    snprintf(scope, sizeof scope, "m:%s", said->plan->name);
    ask.key = (struct pipeline_key){
        .scope = scope,
        .key = reply->id,
        .body = said->message->payload,
        .length = said->message->length,
    };
    ask.context = waiting_new(presses, reply);
    if (ask.context)
        pipeline_ask(presses->room->house.pipeline, &ask);
    else
        send_code(presses, reply, CODE_BUSY);
}

// --- reading a press
// -------------------------------------------------------------------------------

static int fault_at(struct wire_fault *fault, const char *key, const char *en, const char *zh) {
    snprintf(fault->key, sizeof fault->key, "%s", key);
    snprintf(fault->text, sizeof fault->text, "%s", en);
    snprintf(fault->text_zh, sizeof fault->text_zh, "%s", zh);
    return -EINVAL;
}

static bool in_range(const json_t *value, json_int_t least, json_int_t most) {
    return json_is_integer(value) && json_integer_value(value) >= least &&
           json_integer_value(value) <= most;
}

// do: "rate": whose press it was is nobody's business, so no person is needed.
static int read_rate(const struct press_said *said, struct command *command,
                     struct wire_fault *fault) {
    const json_t *ask_seq = json_object_get(said->body, "ask");
    const json_t *level = json_object_get(said->body, "level");
    const json_t *age = json_object_get(said->body, "age_ms");
    if (json_object_size(said->body) != (age ? 5u : 4u))
        return fault_at(fault, "do", "rate has id, do, ask, level and age_ms only",
                        "rate 只含 id、do、ask、level、age_ms");
    if (!in_range(ask_seq, 1, INT64_MAX))
        return fault_at(fault, "ask", "must be the seq of the rating asked", "应为评价邀请的序号");
    if (!in_range(level, 1, 5))
        return fault_at(fault, "level", "must be 1 to 5", "应为 1 至 5");
    if (age && !in_range(age, 0, AGE_MOST_MS))
        return fault_at(fault, "age_ms", "must be 0 to 86400000", "应为 0 至 86400000");
    command->kind = COMMAND_RATE;
    command->call = (uint64_t)json_integer_value(ask_seq);
    command->level = (uint8_t)json_integer_value(level);
    command->rating_channel = CHANNEL_KEYPAD;
    return 0;
}

static int read_verb(struct presses *presses, const struct press_said *said,
                     struct command *command, struct wire_fault *fault) {
    static const char *const also[] = {"id", "do", NULL};
    const char *verb = json_string_value(json_object_get(said->body, "do"));
    int64_t now_ms = pipeline_now(presses->room->house.pipeline).hall_ms;
    if (verb && strcmp(verb, "rate") == 0)
        return read_rate(said, command, fault);
    command->kind = verb ? (uint16_t)command_verbed(verb) : COMMAND_NONE;
    if (command->kind == COMMAND_NONE || said->plan->kind != PLAN_DEVICE_PAD)
        return fault_at(fault, "do", "must be a verb of the window", "应为窗口操作");
    command->actor = people_at_window(presses->room->house.people, command->window, now_ms);
    return wire_command(said->body, command, also, fault);
}

static uint16_t window_of(const struct tell_room *room, const struct plan_device *device) {
    const struct plan *plan = &pipeline_settled(room->house.pipeline)->plan;
    if (device->kind != PLAN_DEVICE_PAD && device->kind != PLAN_DEVICE_KEYPAD)
        return 0;
    return device->window < plan->window_count ? plan->windows[device->window].number : 0;
}

int presses_take(struct presses *presses, const struct press_said *said, struct wire_fault *fault) {
    const char *id = json_string_value(json_object_get(said->body, "id"));
    struct reply reply = {.device = said->plan->name, .id = id};
    struct command command = {.window = window_of(presses->room, said->plan)};
    struct refusal refusal = {.code = REFUSED_NOT_SIGNED_IN};
    uint64_t boot;
    if (!id || device_id_boot(id, &boot))
        return fault_at(fault, "id", "must be \"<boot>-<count>\"", "应为“启动次数-序号”");
    if (!command.window)
        return fault_at(fault, "", "this device is no pad or keypad", "此设备不是呼叫器或评价器");
    if (boot < said->device->boot) {
        send_code(presses, &reply, CODE_OLD_START);
        return 0;
    }
    said->device->boot = boot;
    if (read_verb(presses, said, &command, fault)) {
        send_fault(presses, &reply, fault);
        return -EINVAL;
    }
    reply.window = command.kind == COMMAND_RATE ? 0 : command.window;
    snprintf(command.device, sizeof command.device, "%s", said->plan->name);
    if (!command.actor && command.kind != COMMAND_RATE)
        send_refusal(presses, &reply, &refusal);
    else
        ask(presses, said, &command, &reply);
    return 0;
}

// --- making and freeing
// ----------------------------------------------------------------------------

struct presses *presses_new(struct tell_room *room, struct queue *queue) {
    struct presses *presses = calloc(1, sizeof *presses);
    if (!presses)
        return NULL;
    presses->room = room;
    presses->queue = queue;
    return presses;
}

void presses_free(struct presses *presses) {
    if (!presses)
        return;
    for (struct waiting *waiting = presses->first; waiting; waiting = waiting->next)
        waiting->presses = NULL;
    free(presses);
}
