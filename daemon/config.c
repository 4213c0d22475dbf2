// SPDX-License-Identifier: Apache-2.0
/*
 * jiaohao.yaml read by tables. What a table cannot say is checked after it: addresses are IP
 * addresses (nothing may resolve names on the loop), nobody hears staff or operators over plain
 * HTTP off this machine unless the installer says that something else guards the way.
 *
 * A faulty file fills *config as far as it goes, but its caller must not use it. No secret is read
 * here: only the paths of the files that hold them.
 */
#include "daemon/config.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/yaml.h"
#include "daemon/records/phone.h"

static const char *const levels[] = {"error", "warning", "notice", "info", "debug", NULL};

#define DOOR(field) .offset = offsetof(struct config_door, field)
#define DOOR_KEYS(number)                                                                          \
    {.name = "address",                                                                            \
     .type = YAML_TEXT,                                                                            \
     .size = 64,                                                                                   \
     .fallback = "127.0.0.1",                                                                      \
     DOOR(address),                                                                                \
     .help = "IP address to listen on"},                                                           \
        {.name = "port",                                                                           \
         .type = YAML_U32,                                                                         \
         .least = 0,                                                                               \
         .most = 65535,                                                                            \
         .fallback = (number),                                                                     \
         DOOR(port),                                                                               \
         .help = "port to listen on; 0 shuts the door"},                                           \
    {                                                                                              \
        .name = "hosts", .type = YAML_TEXT, .size = 256, .fallback = "", DOOR(hosts),              \
        .help = "further Host names it answers to, separated by commas"                            \
    }

static const struct yaml_key public_keys[] = {DOOR_KEYS("8080"), {.name = NULL}};
static const struct yaml_key operator_keys[] = {DOOR_KEYS("8082"), {.name = NULL}};
static const struct yaml_key staff_keys[] = {
    DOOR_KEYS("8081"),
    {.name = "plain",
     .type = YAML_BOOL,
     .fallback = "no",
     DOOR(plain),
     .help = "allow plain HTTP off loopback: a proxy with TLS or a VPN guards the way"},
    {.name = NULL},
};

#define BROKER(field) .offset = offsetof(struct config_broker, field)

static const struct yaml_key broker_keys[] = {
    {.name = "address",
     .type = YAML_TEXT,
     .size = 64,
     .fallback = "127.0.0.1",
     BROKER(address),
     .help = "IP address of the MQTT broker"},
    {.name = "port",
     .type = YAML_U32,
     .least = 1,
     .most = 65535,
     .fallback = "1883",
     BROKER(port),
     .help = "its port"},
    {.name = "account",
     .type = YAML_TEXT,
     .size = 32,
     .least = 1,
     .fallback = "jiaohaod",
     BROKER(account),
     .help = "account on the broker, the client id too"},
    {.name = "password_file",
     .type = YAML_TEXT,
     .size = CONFIG_PATH_BYTES,
     .least = 1,
     .fallback = "broker/accounts/jiaohaod",
     BROKER(password_file),
     .help = "file whose one line is the account's password"},
    {.name = "pages_url",
     .type = YAML_TEXT,
     .size = 128,
     .fallback = "",
     BROKER(pages_url),
     .help = "where board pages reach the broker (ws://... or wss://...); empty: on the page's own "
             "host, at pages_port"},
    {.name = "pages_port",
     .type = YAML_U32,
     .least = 1,
     .most = 65535,
     .fallback = "9001",
     BROKER(pages_port),
     .help = "the broker's port for MQTT over WebSocket"},
    {.name = "pages_file",
     .type = YAML_TEXT,
     .size = CONFIG_PATH_BYTES,
     .least = 1,
     .fallback = "broker/pages",
     BROKER(pages_file),
     .help = "file of the accounts lent to board pages, a line account:password each"},
    {.name = NULL},
};

#define HOOKS(field) .offset = offsetof(struct config_hooks, field)

static const struct yaml_key hooks_keys[] = {
    {.name = "sms",
     .type = YAML_TEXT,
     .size = CONFIG_PATH_BYTES,
     .fallback = "",
     HOOKS(sms),
     .help = "program that sends one message to a phone; empty: none are sent, no number is kept"},
    {.name = "timeout",
     .type = YAML_DURATION,
     .least = 1000,
     .most = 300000,
     .fallback = "20 s",
     HOOKS(timeout_ms),
     .help = "how long it may run before it is killed"},
    {.name = "at_once",
     .type = YAML_U32,
     .least = 1,
     .most = 16,
     .fallback = "4",
     HOOKS(at_once),
     .help = "how many of them run at the same time"},
    {.name = "per_phone",
     .type = YAML_U32,
     .least = 1,
     .most = 100,
     .fallback = "6",
     HOOKS(per_phone),
     .help = "most messages to one phone in a business day"},
    {.name = "per_day",
     .type = YAML_U32,
     .least = 0,
     .most = 100000,
     .fallback = "5000",
     HOOKS(per_day),
     .help = "most messages of the whole hall in a business day"},
    {.name = "countries",
     .type = YAML_TEXT,
     .size = 64,
     .least = 1,
     .fallback = "+86",
     HOOKS(countries),
     .help = "countries whose numbers are taken, separated by commas; plain numbers of 11 digits "
             "are of the first"},
    {.name = NULL},
};

#define CONFIG(field) .offset = offsetof(struct config, field)

// Sections of the device programs, which check them themselves.
static void leave_alone(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    (void)file, (void)node, (void)into, (void)context;
}

static const struct yaml_key config_keys[] = {
    {.name = "hall",
     .type = YAML_TEXT,
     .size = CONFIG_PATH_BYTES,
     .least = 1,
     .fallback = "hall.yaml",
     CONFIG(hall_file),
     .help = "the hall's own file, see hall.yaml(5)"},
    {.name = "data",
     .type = YAML_TEXT,
     .size = CONFIG_PATH_BYTES,
     .least = 1,
     .fallback = "/var/lib/jiaohao",
     CONFIG(data),
     .help = "folder of the databases and keys"},
    {.name = "public_url",
     .type = YAML_TEXT,
     .size = 128,
     .fallback = "",
     CONFIG(public_url),
     .help = "where phones reach the public door (http://... or https://...); empty: they cannot, "
             "and slips carry no link"},
    {.name = "log_level",
     .type = YAML_CHOICE,
     .choices = levels,
     .fallback = "info",
     CONFIG(log_level),
     .help = "what is logged: this and all that is graver"},
    {.name = "public", .type = YAML_SECTION, .table = public_keys, CONFIG(public_door)},
    {.name = "staff", .type = YAML_SECTION, .table = staff_keys, CONFIG(staff_door)},
    {.name = "operator", .type = YAML_SECTION, .table = operator_keys, CONFIG(operator_door)},
    {.name = "broker", .type = YAML_SECTION, .table = broker_keys, CONFIG(broker)},
    {.name = "hooks", .type = YAML_SECTION, .table = hooks_keys, CONFIG(hooks)},
    {.name = "display",
     .type = YAML_CUSTOM,
     .read = leave_alone,
     .help = "for jiaohao-display(8), which checks it"},
    {.name = "audio",
     .type = YAML_CUSTOM,
     .read = leave_alone,
     .help = "for jiaohao-audio(8), which checks it"},
    {.name = "hardware",
     .type = YAML_CUSTOM,
     .read = leave_alone,
     .help = "for jiaohao-hardware(8), which checks it"},
    {.name = NULL},
};

// --- what tables cannot say --------------------------------------------------------------------

struct reading {
    struct yaml_file *file;
    struct config *config;
    const char *path;
};

// The node a fault belongs to: the key where it stands, else the section, else the file.
static struct yaml_node *node_of(const struct reading *r, const char *section, const char *key) {
    struct yaml_node *root = yaml_root(r->file);
    struct yaml_node *at = section ? yaml_value(root, section) : root;
    struct yaml_node *node = yaml_value(at, key);

    return node ? node : at ? at : root;
}

static bool is_address(const char *text) {
    uint8_t bytes[16];

    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

static bool is_loopback(const char *text) {
    uint8_t bytes[16];

    if (inet_pton(AF_INET, text, bytes) == 1)
        return bytes[0] == 127;
    return strcmp(text, "::1") == 0;
}

static void check_address(const struct reading *r, const char *section, const char *address) {
    if (!is_address(address))
        yaml_fault(r->file, node_of(r, section, "address"),
                   "\"%s\" is no IP address, write it as 127.0.0.1 (names are not looked up)",
                   address);
}

static void check_doors(const struct reading *r) {
    const struct config *config = r->config;
    const struct config_door *doors[] = {&config->public_door, &config->staff_door,
                                         &config->operator_door};
    static const char *const names[] = {"public", "staff", "operator"};

    for (size_t i = 0; i < 3; i++) {
        check_address(r, names[i], doors[i]->address);
        for (size_t k = 0; k < i; k++)
            if (doors[i]->port != 0 && doors[i]->port == doors[k]->port &&
                strcmp(doors[i]->address, doors[k]->address) == 0)
                yaml_fault(r->file, node_of(r, names[i], "port"),
                           "%s has port %u already, each door needs its own", names[k],
                           doors[i]->port);
    }
    if (config->staff_door.port && is_address(config->staff_door.address) &&
        !is_loopback(config->staff_door.address) && !config->staff_door.plain)
        yaml_fault(r->file, node_of(r, "staff", "address"),
                   "staff over plain HTTP off this machine: put a proxy with TLS before 127.0.0.1, "
                   "or say \"plain: yes\" if a VPN guards the way");
    if (config->operator_door.port && is_address(config->operator_door.address) &&
        !is_loopback(config->operator_door.address))
        yaml_fault(r->file, node_of(r, "operator", "address"),
                   "the operator's door is for this machine only, use 127.0.0.1");
}

static void check_url(const struct reading *r, const char *section, const char *key,
                      const char *url) {
    const char *scheme = section ? "ws" : "http";
    size_t length = strlen(scheme);

    if (url[0] == '\0')
        return;
    if (strncmp(url, scheme, length) != 0 ||
        (strncmp(url + length, "://", 3) != 0 && strncmp(url + length, "s://", 4) != 0) ||
        strpbrk(url, " \"<>#?"))
        yaml_fault(r->file, node_of(r, section, key), "\"%s\" is no address, write %s://host:port",
                   url, scheme);
    else if (!section && url[strlen(url) - 1] == '/')
        yaml_fault(r->file, node_of(r, section, key), "\"%s\" ends with \"/\", leave it out", url);
}

static void check_hooks(const struct reading *r) {
    const char *countries = r->config->hooks.countries;

    if (countries[0] && !phone_countries_are_good(countries))
        yaml_fault(r->file, node_of(r, "hooks", "countries"),
                   "\"%s\" is no list of countries, write it as \"+86\" or \"+86,+852\"",
                   countries);
}

static void resolve(const struct reading *r, struct yaml_node *node, char out[CONFIG_PATH_BYTES]) {
    const char *slash = strrchr(r->path, '/');
    size_t folder = slash ? (size_t)(slash - r->path) + 1 : 0, length = strlen(out);

    if (out[0] == '/' || out[0] == '\0' || folder == 0)
        return;
    if (folder + length >= CONFIG_PATH_BYTES) {
        yaml_fault(r->file, node, "the path is too long, at most %d bytes with its folder",
                   CONFIG_PATH_BYTES - 1);
        return;
    }
    memmove(out + folder, out, length + 1);
    memcpy(out, r->path, folder);
}

static void resolve_all(const struct reading *r) {
    struct config *config = r->config;

    resolve(r, node_of(r, NULL, "hall"), config->hall_file);
    resolve(r, node_of(r, NULL, "data"), config->data);
    resolve(r, node_of(r, "broker", "password_file"), config->broker.password_file);
    resolve(r, node_of(r, "broker", "pages_file"), config->broker.pages_file);
    resolve(r, node_of(r, "hooks", "sms"), config->hooks.sms);
}

int config_read(const char *path, struct config *config, FILE *out) {
    struct reading r = {.file = yaml_open(path), .config = config, .path = path};
    size_t faults;

    memset(config, 0, sizeof(*config));
    if (!r.file) {
        fprintf(out, "%s: no memory\n", path);
        return 1;
    }
    yaml_read(r.file, yaml_root(r.file), config_keys, config, NULL);
    config->log_level += LOG_ERROR; // the first level's number
    check_doors(&r);
    check_hooks(&r);
    check_address(&r, "broker", config->broker.address);
    check_url(&r, NULL, "public_url", config->public_url);
    check_url(&r, "broker", "pages_url", config->broker.pages_url);
    resolve_all(&r);
    yaml_print_faults(r.file, out);
    faults = yaml_fault_count(r.file);
    yaml_close(r.file);
    return (int)faults;
}

void config_print_keys(FILE *out) {
    yaml_print_keys(config_keys, "", out);
}
