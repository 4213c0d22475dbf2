// SPDX-License-Identifier: Apache-2.0
/*
 * jiaohao.yaml as a device program sees it. Only the keys it needs are looked at: the rest of the
 * file belongs to jiaohaod, which checks it, and to the other device programs. The hall's code is
 * read from hall.yaml, so that it stands in one place; the accounts are the files beside the
 * daemon's own password.
 *
 * Invariant: a faulty file leaves *machine half filled, and its caller must not use it. Passwords
 * are read when a link is made, wiped after it, and never logged.
 */
#include "common/machine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"
#include "common/loop.h"

enum { PATH_BYTES = 256, TOPIC_BYTES = 128, SAY_BYTES = 512, GONE_BYTES = 96, FAULTS_MAX = 8 };

static const char *const levels[] = {"error", "warning", "notice", "info", "debug", NULL};

struct reading {
    struct yaml_file *file;
    const char *path;
    char hall[PATH_BYTES], password_file[PATH_BYTES];
};

// --- keys by name ------------------------------------------------------------------------------

// Reads one key of a mapping, or its default where it is not written.
static void read_key(struct yaml_file *file, struct yaml_node *mapping, const struct yaml_key *key,
                     void *into) {
    struct yaml_node *node = mapping ? yaml_value(mapping, key->name) : NULL;
    if (node)
        yaml_scalar(file, node, key, into);
}

// A relative path is relative to the folder of the file that names it.
static int resolve(const char *beside, char path[PATH_BYTES]) {
    const char *slash = strrchr(beside, '/');
    size_t folder = slash ? (size_t)(slash - beside) + 1 : 0, length = strlen(path);
    if (path[0] == '/' || folder == 0)
        return 0;
    if (folder + length >= PATH_BYTES)
        return -ENAMETOOLONG;
    memmove(path + folder, path, length + 1);
    memcpy(path, beside, folder);
    return 0;
}

static void resolve_or_fault(struct reading *r, struct yaml_node *node, char path[PATH_BYTES]) {
    if (resolve(r->path, path))
        yaml_fault(r->file, node, "the path is too long, at most %d bytes with its folder",
                   PATH_BYTES - 1);
}

static void read_top(struct reading *r, struct machine *machine) {
    static const struct yaml_key hall = {
        .name = "hall", .type = YAML_TEXT, .size = PATH_BYTES, .least = 1};
    static const struct yaml_key level = {
        .name = "log_level", .type = YAML_CHOICE, .choices = levels};
    struct yaml_node *root = yaml_root(r->file);
    snprintf(r->hall, sizeof r->hall, "hall.yaml");
    machine->log_level = LOG_INFO - LOG_ERROR;
    read_key(r->file, root, &hall, r->hall);
    read_key(r->file, root, &level, &machine->log_level);
    machine->log_level += LOG_ERROR; // the first level's number
    resolve_or_fault(r, yaml_value(root, "hall"), r->hall);
}

static void read_broker(struct reading *r, struct machine *machine) {
    static const struct yaml_key address = {.name = "address", .type = YAML_TEXT, .size = 64};
    static const struct yaml_key port = {
        .name = "port", .type = YAML_U32, .least = 1, .most = 65535};
    static const struct yaml_key password_file = {
        .name = "password_file", .type = YAML_TEXT, .size = PATH_BYTES, .least = 1};
    struct yaml_node *at = yaml_value(yaml_root(r->file), "broker");
    uint8_t bytes[16];
    char *slash;
    snprintf(machine->broker_address, sizeof machine->broker_address, "127.0.0.1");
    machine->broker_port = 1883;
    snprintf(r->password_file, sizeof r->password_file, "broker/accounts/jiaohaod");
    read_key(r->file, at, &address, machine->broker_address);
    read_key(r->file, at, &port, &machine->broker_port);
    read_key(r->file, at, &password_file, r->password_file);
    if (inet_pton(AF_INET, machine->broker_address, bytes) != 1 &&
        inet_pton(AF_INET6, machine->broker_address, bytes) != 1)
        yaml_fault(r->file, at,
                   "\"%s\" is no IP address, write it as 127.0.0.1 (names are not "
                   "looked up)",
                   machine->broker_address);
    resolve_or_fault(r, at, r->password_file);
    slash = strrchr(r->password_file, '/');
    snprintf(machine->accounts, sizeof machine->accounts, "%.*s",
             slash ? (int)(slash - r->password_file) : 1, slash ? r->password_file : ".");
}

// The hall's code; the rest of hall.yaml is jiaohaod's.
static size_t read_hall(const char *path, struct machine *machine, FILE *out) {
    static const struct yaml_key code = {.name = "code", .type = YAML_CODE, .size = 32, .least = 1};
    struct yaml_file *file = yaml_open(path);
    struct yaml_node *at;
    char name[32] = "";
    size_t faults;
    if (!file) {
        fprintf(out, "%s: no memory\n", path);
        return 1;
    }
    at = yaml_root(file) ? yaml_value(yaml_root(file), "hall") : NULL;
    read_key(file, at, &code, name);
    if (!name[0] && !yaml_fault_count(file))
        yaml_fault(file, at, "the hall has no code, write \"code: …\" under \"hall\"");
    snprintf(machine->prefix, sizeof machine->prefix, "jiaohao/%s/", name);
    faults = yaml_fault_count(file);
    yaml_print_faults(file, out);
    yaml_close(file);
    return faults;
}

int machine_read(const char *path, struct machine *machine, const struct machine_section *section,
                 FILE *out) {
    struct reading r = {.file = yaml_open(path), .path = path};
    struct yaml_node *root;
    size_t faults;
    memset(machine, 0, sizeof *machine);
    if (!r.file) {
        fprintf(out, "%s: no memory\n", path);
        return 1;
    }
    root = yaml_root(r.file);
    if (root) {
        read_top(&r, machine);
        read_broker(&r, machine);
        yaml_read(r.file, yaml_value(root, section->section), section->table, section->into,
                  section->context);
    }
    faults = yaml_fault_count(r.file);
    yaml_print_faults(r.file, out);
    yaml_close(r.file);
    if (root)
        faults += read_hall(r.hall, machine, out);
    return (int)faults;
}

// --- the link ----------------------------------------------------------------------------------

// The one line of the account's file, without its end.
static int read_password(const char *path, char *out, size_t room) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length;
    if (fd < 0)
        return -errno;
    length = read(fd, out, room - 1);
    close(fd);
    if (length < 0)
        return -EIO;
    out[length] = 0;
    out[strcspn(out, "\r\n")] = 0;
    return out[0] ? 0 : -ENODATA;
}

static void device_topic(const struct machine *machine, const char *name, char out[TOPIC_BYTES]) {
    snprintf(out, TOPIC_BYTES, "%sdevice/%s", machine->prefix, name);
}

static void gone_text(const char *kind, char out[GONE_BYTES]) {
    snprintf(out, GONE_BYTES, "{\"online\":false,\"kind\":\"%s\"}", kind);
}

struct bus *machine_link(const struct machine *machine, struct loop *loop, const char *name,
                         const char *kind, const struct bus_events *events) {
    char path[PATH_BYTES + 64], password[128], topic[TOPIC_BYTES], will[GONE_BYTES];
    // What a board or speaker missed is over; a slip, a reply or a rating asked is not.
    bool clean = strcmp(kind, "board") == 0 || strcmp(kind, "speaker") == 0;
    struct bus_options options = {.address = machine->broker_address,
                                  .port = (uint16_t)machine->broker_port,
                                  .account = name,
                                  .password = password,
                                  .will_topic = topic,
                                  .will_payload = will,
                                  .clean = clean};
    struct bus *bus;
    int rc;
    snprintf(path, sizeof path, "%s/%s", machine->accounts, name);
    rc = read_password(path, password, sizeof password);
    if (rc) {
        log_error("machine", "%s: the password of this account cannot be read: %s", path,
                  strerror(-rc));
        return NULL;
    }
    device_topic(machine, name, topic);
    gone_text(kind, will);
    bus = bus_new(loop, &options, events);
    explicit_bzero(password, sizeof password);
    return bus;
}

// "a,b" as the inside of a JSON array; words that the daemon would refuse are left out.
static void fault_list(const char *faults, char *out, size_t room) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    size_t used = 0, count = 0;
    out[0] = 0;
    for (const char *word = faults; *word && count < FAULTS_MAX;) {
        size_t length = strcspn(word, ",");
        if (length && length < 24 && strspn(word, letters) >= length)
            used += (size_t)snprintf(out + used, room - used, "%s\"%.*s\"", count++ ? "," : "",
                                     (int)length, word);
        word += length + (word[length] == ',');
    }
}

int machine_report(const struct machine *machine, struct bus *bus, const char *name,
                   const char *kind, const char *faults) {
    char topic[TOPIC_BYTES], list[FAULTS_MAX * 28], since[32], text[SAY_BYTES];
    time_t now = (time_t)(loop_wall_ms() / 1000);
    struct tm utc;
    struct bus_publish message = {.topic = topic, .payload = text, .qos = 1, .retain = true};
    gmtime_r(&now, &utc);
    strftime(since, sizeof since, "%Y-%m-%dT%H:%M:%S+00:00", &utc);
    fault_list(faults, list, sizeof list);
    device_topic(machine, name, topic);
    message.length = (size_t)snprintf(
        text, sizeof text, "{\"online\":true,\"kind\":\"%s\",\"faults\":[%s],\"since\":\"%s\"}",
        kind, list, since);
    return bus_publish(bus, &message);
}

void machine_leave(const struct machine *machine, struct bus *bus, const char *name,
                   const char *kind) {
    char topic[TOPIC_BYTES], text[GONE_BYTES];
    struct bus_publish message = {.topic = topic, .payload = text, .qos = 1, .retain = true};
    if (bus && bus_is_up(bus)) {
        device_topic(machine, name, topic);
        gone_text(kind, text);
        message.length = strlen(text);
        bus_publish(bus, &message);
    }
    bus_free(bus);
}
