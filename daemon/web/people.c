// SPDX-License-Identifier: Apache-2.0
/*
 * People: listed without their secrets, added, disabled. A kiosk is a person with a token and no
 * PIN. PINs are hashed on a thread; a body with a PIN takes no idempotency key, because a key's
 * digest of it could be guessed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/worker.h"
#include "daemon/web/handlers.h"
#include "daemon/web/reply.h"

enum { KIOSK_DAYS = 3650, DAY_MS = 86400000 };

struct adding {
    struct request *request;
    struct row rows[3]; // person, audit, session of a kiosk
    size_t row_count;
    char pin[16], token[TOKEN_BYTES];
    int hashed;
};

static int role_named(const char *name) {
    for (int i = 0; name && i < ROLES; i++)
        if (strcmp(role_names[i], name) == 0)
            return i;
    return -1;
}

static json_t *person_json(const struct row_person *person) {
    return json_pack("{s:i, s:s, s:s}", "id", (int)person->id, "name", person->name, "role",
                     person->role < ROLES ? role_names[person->role] : "");
}

void people_get(struct request *request) {
    const struct people *people = request->web->house.people;
    json_t *list = json_array();
    for (size_t i = 0; i < people_count(people); i++)
        if (people_nth(people, i)->disabled_ms == 0)
            json_array_append_new(list, person_json(people_nth(people, i)));
    reply_json(request, 200, json_pack("{s:o}", "people", list));
}

// --- adding ------------------------------------------------------------------------------------

static void audit(const struct request *request, struct row *row, const char *what, uint32_t id) {
    row->kind = ROW_AUDIT;
    row->u.audit.at_ms = web_now(request->web);
    row->u.audit.actor = request->signed_in ? request->person.id : 0;
    snprintf(row->u.audit.what, sizeof row->u.audit.what, "%s", what);
    snprintf(row->u.audit.which, sizeof row->u.audit.which, "%u", id);
}

static void added(struct request *request, const struct answer *answer) {
    struct adding *adding = request->more;
    json_t *body;
    (void)answer;
    for (size_t i = 0; i < adding->row_count; i++)
        people_take(request->web->house.people, &adding->rows[i]);
    body = json_pack("{s:o}", "person", person_json(&adding->rows[0].u.person));
    if (adding->token[0])
        json_object_set_new(body, "token", json_string(adding->token));
    reply_json(request, 201, body);
}

static void fill_kiosk(struct adding *adding, struct row *row) {
    struct row_session *session = &row->u.session;
    row->kind = ROW_SESSION;
    secrets_session_token(adding->token, session->hash);
    session->person = adding->rows[0].u.person.id;
    session->program = 1;
    session->created_ms = adding->rows[0].u.person.created_ms;
    session->expires_ms = session->created_ms + KIOSK_DAYS * (int64_t)DAY_MS;
}

// Whether somebody else is just adding a person of this name.
static bool is_being_added(const struct request *request) {
    const struct adding *adding = request->more;
    for (const struct request *one = request->web->requests; one; one = one->next) {
        const struct adding *other = one->more;
        if (one != request && one->done == added && one->waits &&
            strcmp(other->rows[0].u.person.name, adding->rows[0].u.person.name) == 0)
            return true;
    }
    return false;
}

// Ids are given here, at the last moment, so that two who are added at once get two.
static void add(struct request *request) {
    struct adding *adding = request->more;
    struct row_person *person = &adding->rows[0].u.person;
    struct web *web = request->web;
    struct command nothing = {.kind = COMMAND_NONE};
    struct wire_fault taken = {"name", "There is somebody with this name.", "已有同名人员。"};
    if (people_named(web->house.people, person->name)) {
        reply_fault(request, PROBLEM_VALUE, &taken);
        return;
    }
    if (is_being_added(request)) {
        reply_problem(request, PROBLEM_BUSY);
        return;
    }
    person->id = people_next_id(web->house.people);
    if (person->id <= web->last_person)
        person->id = web->last_person + 1;
    web->last_person = person->id;
    audit(request, &adding->rows[1], "person.add", person->id);
    adding->row_count = 2;
    if (person->role == ROLE_KIOSK)
        fill_kiosk(adding, &adding->rows[adding->row_count++]);
    request->done = added;
    request_ask(request, &nothing, adding->rows, adding->row_count);
}

static void hash_pin(void *job) {
    struct adding *adding = job;
    adding->hashed = secrets_pin_hash(adding->pin, adding->rows[0].u.person.pin_hash);
}

static void hash_done(void *job) {
    struct adding *adding = job;
    struct request *request = adding->request;
    memset(adding->pin, 0, sizeof adding->pin);
    if (request->web)
        request->web->signing_in--;
    if (!request_back(request))
        return;
    if (adding->hashed)
        reply_problem(request, PROBLEM_BUSY);
    else
        add(request);
}

static bool name_is_good(const char *name) {
    if (!name || !name[0] || name[0] == ' ' || name[strlen(name) - 1] == ' ')
        return false;
    for (const unsigned char *c = (const unsigned char *)name; *c; c++)
        if (*c < ' ' || *c == 0x7f || strchr("\"\\<>&;:/", *c))
            return false;
    return true;
}

static bool pin_is_good(const char *pin) {
    size_t length = pin ? strlen(pin) : 0;
    return length >= 4 && length <= 12 && strspn(pin, "0123456789") == length;
}

// The key at fault, NULL if all is well.
static const char *read_person(struct request *request, struct adding *adding) {
    struct row_person *person = &adding->rows[0].u.person;
    bool wrong = false;
    const char *name = request_text(request, "name", PERSON_NAME_BYTES - 1, &wrong);
    const char *pin = request_text(request, "pin", 12, &wrong);
    int role = role_named(request_text(request, "role", 16, &wrong));
    if (role < 0)
        return "role";
    if (!name_is_good(name))
        return "name";
    if (wrong || (role == ROLE_KIOSK ? pin != NULL : !pin_is_good(pin)))
        return "pin";
    adding->rows[0].kind = ROW_PERSON;
    snprintf(person->name, sizeof person->name, "%s", name);
    snprintf(adding->pin, sizeof adding->pin, "%s", pin ? pin : "");
    person->role = (uint32_t)role;
    person->created_ms = web_now(request->web);
    return NULL;
}

static void hash_then_add(struct request *request) {
    struct web *web = request->web;
    struct adding *adding = request->more;
    if (web->signing_in >= WEB_SIGNING_IN_MOST ||
        worker_submit(web->worker, hash_pin, hash_done, adding)) {
        reply_problem(request, PROBLEM_BUSY);
        return;
    }
    web->signing_in++;
    request_wait(request);
}

void people_post(struct request *request) {
    struct adding *adding = calloc(1, sizeof *adding);
    struct wire_fault fault = {.text = "Send a name of up to 31 bytes, a role, and a PIN of 4 to "
                                       "12 digits (a kiosk has none).",
                               .text_zh = "请填写姓名、角色和 4 到 12 位数字密码 (自助机无密码)。"};
    const char *wrong;
    request->more = adding;
    if (!adding || !people_has_room(request->web->house.people)) {
        reply_problem(request, PROBLEM_BUSY);
        return;
    }
    adding->request = request;
    request->key[0] = 0;
    wrong = read_person(request, adding);
    if (wrong) {
        snprintf(fault.key, sizeof fault.key, "%s", wrong);
        reply_fault(request, PROBLEM_VALUE, &fault);
    } else if (adding->pin[0]) {
        hash_then_add(request);
    } else {
        add(request);
    }
}

// --- disabling -----------------------------------------------------------------------------------

static void disabled(struct request *request, const struct answer *answer) {
    (void)answer;
    people_take(request->web->house.people, request->more);
    reply_empty(request, 204);
}

// Sessions of a disabled person count as over at once, and are deleted soon after.
void people_delete(struct request *request) {
    struct command nothing = {.kind = COMMAND_NONE};
    uint32_t id = request->at.seq > UINT32_MAX ? 0 : (uint32_t)request->at.seq;
    const struct row_person *person = people_by_id(request->web->house.people, id);
    struct row *rows = calloc(2, sizeof *rows);
    request->more = rows;
    if (!person || !rows) {
        reply_problem(request, PROBLEM_NO_PATH);
        return;
    }
    rows[0].kind = ROW_PERSON;
    rows[0].u.person = *person;
    rows[0].u.person.disabled_ms = web_now(request->web);
    audit(request, &rows[1], "person.disable", id);
    request->done = disabled;
    request_ask(request, &nothing, rows, 2);
}
