// SPDX-License-Identifier: Apache-2.0
/*
 * `jiaohao user add`: the first people of a hall, before anybody can sign in, and any later one.
 * Asks the running daemon; if none runs, the row is written by this program itself, under the same
 * lock, so that two never write one database. A PIN not given is made up and printed once.
 */
#include <errno.h>
#include <event2/event.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/cli/cli.h"
#include "daemon/journal/journal.h"
#include "daemon/records/people.h"
#include "daemon/records/secrets.h"

enum { PIN_ROOM = 16, PIN_DIGITS = 6, TEN_YEARS_MS_DAYS = 3650 };

struct wish {
    const char *name, *role;
    char pin[PIN_ROOM];
    int made_up;
};

static int usage(void) {
    fprintf(stderr, "usage: jiaohao user add NAME --role guide|staff|lead|manager|admin|kiosk "
                    "[--pin DIGITS]\n");
    return CLI_USAGE;
}

static int role_of(const char *name) {
    for (int i = 0; i < ROLES; i++)
        if (strcmp(role_names[i], name) == 0)
            return i;
    return -1;
}

static int wants_pin(const struct wish *wish) {
    return strcmp(wish->role, "kiosk") != 0;
}

static void make_up_pin(struct wish *wish) {
    snprintf(wish->pin, sizeof wish->pin, "%0*u", PIN_DIGITS, randombytes_uniform(1000000));
    wish->made_up = 1;
}

static int pin_is_good(const char *pin) {
    size_t length = strlen(pin);
    return length >= 4 && length <= 12 && strspn(pin, "0123456789") == length;
}

static int read_wish(const struct cli *cli, struct wish *wish) {
    if (cli->argc < 2 || strcmp(cli->argv[0], "add") != 0 || cli->argc % 2 != 0)
        return -EINVAL;
    wish->name = cli->argv[1];
    for (int i = 2; i + 1 < cli->argc; i += 2) {
        if (strcmp(cli->argv[i], "--role") == 0)
            wish->role = cli->argv[i + 1];
        else if (strcmp(cli->argv[i], "--pin") == 0)
            snprintf(wish->pin, sizeof wish->pin, "%s", cli->argv[i + 1]);
        else
            return -EINVAL;
    }
    if (!wish->role || role_of(wish->role) < 0 || strlen(wish->name) >= PERSON_NAME_BYTES)
        return -EINVAL;
    if (wants_pin(wish) && !wish->pin[0])
        make_up_pin(wish);
    return !wants_pin(wish) || pin_is_good(wish->pin) ? 0 : -EINVAL;
}

static void print_person(const struct wish *wish, const char *token) {
    if (token)
        printf("%s (%s): token %s\n", wish->name, wish->role, token);
    else if (wish->made_up)
        printf("%s (%s): PIN %s\n", wish->name, wish->role, wish->pin);
    else
        printf("%s (%s)\n", wish->name, wish->role);
}

// --- through the running daemon ------------------------------------------------------------------

static int add_by_daemon(const struct cli *cli, const struct wish *wish) {
    json_t *body = json_pack("{s:s, s:s}", "name", wish->name, "role", wish->role);
    json_t *reply = NULL;
    int status;
    if (wants_pin(wish))
        json_object_set_new(body, "pin", json_string(wish->pin));
    status = operator_ask(&cli->config, "/people", body, &reply);
    if (status == 201)
        print_person(wish, json_string_value(json_object_get(reply, "token")));
    else
        operator_complain(status, reply);
    json_decref(body);
    json_decref(reply);
    return status == 201 ? CLI_OK : CLI_FAILED;
}

// Asked first, so that nobody reads of a database in use where all is well.
static int daemon_runs(const struct config *config) {
    json_t *reply = NULL;
    int status = operator_ask(config, "/health", NULL, &reply);
    json_decref(reply);
    return status > 0;
}

// --- by ourselves ------------------------------------------------------------------------------

static void take_row(void *context, const struct row *row) {
    people_take(context, row);
}

static void committed(void *context, enum commit commit) {
    *(enum commit *)context = commit;
}

static int commit_rows(struct journal *journal, const struct row *rows, size_t count) {
    struct batch batch = {.rows = rows, .row_count = count};
    enum commit commit = COMMIT_UNKNOWN;
    int rc = journal_commit(journal, &batch, committed, &commit);
    if (rc)
        return rc;
    journal_wait(journal);
    return commit == COMMIT_DONE ? 0 : -EIO;
}

static int fill_rows(const struct wish *wish, uint32_t id, struct row rows[2],
                     char token[TOKEN_BYTES]) {
    struct row_person *person = &rows[0].u.person;
    struct row_session *session = &rows[1].u.session;
    int64_t now_ms = (int64_t)time(NULL) * 1000;
    rows[0].kind = ROW_PERSON;
    person->id = id;
    person->role = (uint32_t)role_of(wish->role);
    person->created_ms = now_ms;
    snprintf(person->name, sizeof person->name, "%s", wish->name);
    if (wants_pin(wish))
        return secrets_pin_hash(wish->pin, person->pin_hash);
    rows[1].kind = ROW_SESSION;
    secrets_session_token(token, session->hash);
    session->person = id;
    session->program = 1;
    session->created_ms = now_ms;
    session->expires_ms = now_ms + TEN_YEARS_MS_DAYS * INT64_C(86400000);
    return 0;
}

static int add_here(struct journal *journal, const struct wish *wish) {
    struct people *people = people_new();
    struct row rows[2] = {0};
    char token[TOKEN_BYTES] = "";
    int rc = people ? journal_rows(journal, ROW_PERSON, take_row, people) : -ENOMEM;
    if (!rc && people_named(people, wish->name)) {
        fprintf(stderr, "jiaohao: there is a %s already\n", wish->name);
        rc = -EEXIST;
    }
    if (!rc)
        rc = fill_rows(wish, people_next_id(people), rows, token);
    if (!rc)
        rc = commit_rows(journal, rows, wants_pin(wish) ? 1 : 2);
    if (!rc)
        print_person(wish, token[0] ? token : NULL);
    people_free(people);
    return rc;
}

int cli_user(struct cli *cli) {
    struct journal_options options = {.directory = cli->config.data};
    struct wish wish = {0};
    struct journal *journal;
    struct event_base *base;
    int rc;
    if (sodium_init() < 0 || read_wish(cli, &wish))
        return usage();
    base = event_base_new();
    if (!base)
        return CLI_FAILED;
    if (daemon_runs(&cli->config)) {
        rc = add_by_daemon(cli, &wish);
    } else if (journal_open(&journal, &options, base) == 0) {
        rc = add_here(journal, &wish) ? CLI_FAILED : CLI_OK;
        journal_close(journal);
    } else {
        rc = CLI_FAILED; // the journal has said why
    }
    event_base_free(base);
    return rc;
}
