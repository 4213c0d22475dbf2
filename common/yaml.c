// SPDX-License-Identifier: Apache-2.0
/*
 * A YAML file as a tree with positions, and the list of its faults. Opening, walking and telling
 * stand here; the tree is built in yaml_parse.c and read by tables in yaml_table.c.
 *
 * Invariant: faults are kept by line at all times, so that they print in the order in which an
 * installer goes through the file. Nothing here prints by itself or ends the program.
 */
#include "common/yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/yaml_node.h"

enum { BLOCK_BYTES = 65536, FAULT_BYTES = 768 };

struct yaml_block {
    struct yaml_block *next;
    size_t used, room;
    _Alignas(max_align_t) char bytes[];
};

void *yaml_alloc(struct yaml_file *file, size_t bytes) {
    size_t wanted = (bytes + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    struct yaml_block *block = file->blocks;

    if (!block || block->room - block->used < wanted) {
        size_t room = wanted > BLOCK_BYTES ? wanted : BLOCK_BYTES;
        block = calloc(1, sizeof(*block) + room);
        if (!block)
            return NULL;
        block->room = room;
        block->next = file->blocks;
        file->blocks = block;
    }
    block->used += wanted;
    return block->bytes + block->used - wanted;
}

// --- opening -----------------------------------------------------------------------------------

static struct yaml_file *file_new(const char *path) {
    struct yaml_file *file = calloc(1, sizeof(*file));

    if (!file)
        return NULL;
    file->path = strdup(path);
    file->bytes = calloc(1, 1);
    if (file->path && file->bytes)
        return file;
    yaml_close(file);
    return NULL;
}

static int read_all(int fd, char *bytes, size_t length) {
    size_t got = 0;

    while (got < length) {
        ssize_t n = read(fd, bytes + got, length - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        got += (size_t)n;
    }
    return 0;
}

// The file's bytes into *bytes (owned by the caller); 0 or -errno, -EFBIG if it is too large.
static int slurp(const char *path, char **bytes, size_t *length) {
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a FIFO in its place must not block us
    int rc = fd < 0 ? -errno : 0;

    if (rc == 0 && fstat(fd, &st) < 0)
        rc = -errno;
    if (rc == 0 && !S_ISREG(st.st_mode))
        rc = -EINVAL;
    if (rc == 0 && st.st_size > YAML_BYTES_MAX)
        rc = -EFBIG;
    if (rc == 0) {
        *length = (size_t)st.st_size;
        *bytes = calloc(1, *length + 1);
        rc = *bytes ? read_all(fd, *bytes, *length) : -ENOMEM;
    }
    if (fd >= 0)
        close(fd);
    return rc;
}

struct yaml_file *yaml_open(const char *path) {
    char *bytes = NULL;
    size_t length = 0;
    int rc = slurp(path, &bytes, &length);
    struct yaml_file *file = rc == 0 ? yaml_open_bytes(path, bytes, length) : file_new(path);

    if (file && rc == -EFBIG)
        yaml_fault(file, NULL, "the file is too large, at most 1 MiB");
    else if (file && rc != 0)
        yaml_fault(file, NULL, "the file cannot be read: %s", strerror(-rc));
    free(bytes);
    return file;
}

struct yaml_file *yaml_open_bytes(const char *path, const char *bytes, size_t length) {
    struct yaml_file *file = file_new(path);
    char *copy;

    if (!file)
        return NULL;
    if (length > YAML_BYTES_MAX) {
        yaml_fault(file, NULL, "the file is too large, at most 1 MiB");
        return file;
    }
    copy = calloc(1, length + 1);
    if (!copy)
        goto out;
    if (length > 0)
        memcpy(copy, bytes, length);
    free(file->bytes);
    file->bytes = copy;
    file->length = length;
    if (yaml_parse(file) == 0)
        return file;
out:
    yaml_close(file);
    return NULL;
}

void yaml_close(struct yaml_file *file) {
    if (!file)
        return;
    while (file->blocks) {
        struct yaml_block *next = file->blocks->next;
        free(file->blocks);
        file->blocks = next;
    }
    for (size_t i = 0; i < file->fault_count; i++)
        free(file->faults[i].text);
    free(file->faults);
    free(file->bytes);
    free(file->path);
    free(file);
}

const char *yaml_bytes(const struct yaml_file *file, size_t *length) {
    *length = file->length;
    return file->bytes;
}

// --- walking -----------------------------------------------------------------------------------

struct yaml_node *yaml_root(struct yaml_file *file) {
    return file->root;
}

static bool is_kind(struct yaml_file *file, struct yaml_node *node, enum yaml_kind kind) {
    static const char *const wanted[] = {"one value", "a mapping (key: value)", "a list ([a, b])"};

    if (!node || node->kind == YAML_BROKEN)
        return false;
    if (node->kind == kind)
        return true;
    if (node->kind == YAML_SCALAR && node->text[0] == '\0')
        yaml_fault(file, node, "empty, %s is wanted", wanted[kind]);
    else
        yaml_fault(file, node, "%s stands here, %s is wanted", wanted[node->kind], wanted[kind]);
    return false;
}

static struct yaml_node *child(struct yaml_node *node, size_t place) {
    struct yaml_node *at = node && place < node->count ? node->first : NULL;

    while (at && place-- > 0)
        at = at->next;
    return at;
}

size_t yaml_count(struct yaml_file *file, struct yaml_node *sequence) {
    return is_kind(file, sequence, YAML_SEQUENCE) ? sequence->count : 0;
}

struct yaml_node *yaml_item(struct yaml_node *sequence, size_t place) {
    return child(sequence, place);
}

struct yaml_node *yaml_value(struct yaml_node *mapping, const char *key) {
    if (!mapping || mapping->kind != YAML_MAPPING)
        return NULL;
    for (struct yaml_node *at = mapping->first; at; at = at->next)
        if (strcmp(at->key, key) == 0)
            return at;
    return NULL;
}

size_t yaml_pairs(struct yaml_file *file, struct yaml_node *mapping) {
    return is_kind(file, mapping, YAML_MAPPING) ? mapping->count : 0;
}

struct yaml_node *yaml_pair(struct yaml_node *mapping, size_t place, const char **key) {
    struct yaml_node *at = child(mapping, place);

    *key = at ? at->key : NULL;
    return at;
}

const char *yaml_text(struct yaml_file *file, struct yaml_node *scalar) {
    return is_kind(file, scalar, YAML_SCALAR) ? scalar->text : NULL;
}

bool yaml_is_scalar(const struct yaml_node *node) {
    return node && node->kind == YAML_SCALAR;
}

bool yaml_is_mapping(const struct yaml_node *node) {
    return node && node->kind == YAML_MAPPING;
}

int yaml_line(const struct yaml_node *node) {
    return node ? node->line : 1;
}

// --- faults ------------------------------------------------------------------------------------

// "services A board": what leads to the node, list items by their place from 1.
static void path_of(const struct yaml_node *node, char *out, size_t room) {
    const struct yaml_node *way[YAML_DEPTH_MAX + 2];
    size_t steps = 0, used = 0;

    out[0] = '\0';
    for (; node && node->parent && steps < YAML_DEPTH_MAX + 2; node = node->parent)
        way[steps++] = node;
    while (steps > 0 && used < room) {
        const struct yaml_node *at = way[--steps];
        const char *space = used ? " " : "";
        int n = at->key ? snprintf(out + used, room - used, "%s%.64s", space, at->key)
                        : snprintf(out + used, room - used, "%s%u", space, at->place + 1);
        used += n > 0 ? (size_t)n : 0;
    }
}

// Escapes in a file can spell what the file itself may not hold: never onto a terminal.
static void tame(char *text) {
    size_t at, length = strlen(text);

    while (length > 0 && yaml_text_fault(text, length, false, &at))
        text[at] = '?';
}

static void note(struct yaml_file *file, int line, const char *text) {
    size_t place = file->fault_count;
    char *copy;

    file->fault_total++;
    if (file->fault_count == YAML_FAULTS_MAX)
        return;
    if (file->fault_count == file->fault_room) {
        size_t room = file->fault_room ? file->fault_room * 2 : 16;
        struct yaml_note *more = realloc(file->faults, room * sizeof(*more));
        if (!more)
            return;
        file->faults = more;
        file->fault_room = room;
    }
    copy = strdup(text);
    if (!copy)
        return;
    for (; place > 0 && file->faults[place - 1].line > line; place--)
        file->faults[place] = file->faults[place - 1];
    file->faults[place] = (struct yaml_note){line, copy};
    file->fault_count++;
}

static void fault_v(struct yaml_file *file, const struct yaml_node *node, int line,
                    const char *format, va_list arguments) __attribute__((format(printf, 4, 0)));

static void fault_v(struct yaml_file *file, const struct yaml_node *node, int line,
                    const char *format, va_list arguments) {
    char text[FAULT_BYTES];
    size_t used;

    path_of(node, text, sizeof(text) / 2);
    used = strlen(text);
    if (used > 0)
        used += (size_t)snprintf(text + used, sizeof(text) - used, ": ");
    vsnprintf(text + used, sizeof(text) - used, format, arguments);
    tame(text);
    note(file, line, text);
}

void yaml_fault(struct yaml_file *file, const struct yaml_node *node, const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    fault_v(file, node, yaml_line(node), format, arguments);
    va_end(arguments);
}

void yaml_fault_at(struct yaml_file *file, const struct yaml_node *node, int line,
                   const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    fault_v(file, node, line, format, arguments);
    va_end(arguments);
}

size_t yaml_fault_count(const struct yaml_file *file) {
    return file->fault_total;
}

void yaml_print_faults(const struct yaml_file *file, FILE *out) {
    for (size_t i = 0; i < file->fault_count; i++)
        fprintf(out, "%s:%d: %s\n", file->path, file->faults[i].line, file->faults[i].text);
    if (file->fault_total > file->fault_count)
        fprintf(out, "%s: and %zu faults more\n", file->path,
                file->fault_total - file->fault_count);
}
