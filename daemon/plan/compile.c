// SPDX-License-Identifier: Apache-2.0
/*
 * hall.yaml → plan: the sections in their order, and the source that days are made of.
 *
 * Invariant: a source exists only for a file without a fault, so whoever holds one holds a plan
 * that the core may obey without further checks. Must not touch the process's time zone before
 * the file is known to be good: a faulty file changes nothing.
 */
#include "daemon/plan/compile.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/plan/source.h"

static void keep_node(struct yaml_file *file, struct yaml_node *node, void *into, void *context) {
    (void)file, (void)context;
    *(struct yaml_node **)into = node;
}

#define PART(part, must, text)                                                                     \
    {                                                                                              \
        .name = #part, .type = YAML_CUSTOM, .required = (must), .read = keep_node,                 \
        .offset = offsetof(struct sections, part), .help = (text)                                  \
    }

static const struct yaml_key section_keys[] = {
    PART(hall, true, "who the hall is"),
    PART(order, false, "order of calling"),
    PART(rules, false, "limits and times"),
    PART(calendar, false, "closed and swapped days"),
    PART(hours, false, "weekly patterns of opening"),
    PART(zones, false, "where people wait"),
    PART(boards, false, "boards of business"),
    PART(series, false, "series of numbers"),
    PART(classes, false, "classes of tickets"),
    PART(reasons, false, "reasons to choose from"),
    PART(services, true, "what citizens come for"),
    PART(windows, true, "who serves what"),
    PART(devices, false, "pads, keypads, boards, speakers, printers"),
    PART(hours_override, false, "pattern of all services"),
    PART(messages, false, "texts to phones"),
    {.name = NULL},
};

static void compile_sections(struct compile *c) {
    compile_hall(c);
    compile_calendar(c);
    compile_hours(c);
    compile_places(c);
    compile_classes(c);
    compile_reasons(c);
    compile_services(c);
    compile_windows(c);
    compile_devices(c);
    compile_messages(c);
}

// FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/
static uint64_t hash_of(const char *bytes, size_t length) {
    uint64_t hash = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
    return hash;
}

static int keep_bytes(struct plan_source *source, const struct yaml_file *file) {
    const char *bytes = yaml_bytes(file, &source->length);

    source->bytes = malloc(source->length + 1);
    if (!source->bytes)
        return -1;
    memcpy(source->bytes, bytes, source->length + 1);
    source->plan.version = hash_of(bytes, source->length);
    return 0;
}

// Takes the file.
static struct plan_source *compile_file(struct yaml_file *file, FILE *out) {
    struct plan_source *source = calloc(1, sizeof(*source));
    struct compile *c = calloc(1, sizeof(*c));
    bool good = false;

    if (!file || !source || !c) {
        fprintf(out, "hall file: no memory\n");
        goto out;
    }
    c->file = file;
    c->source = source;
    c->plan = &source->plan;
    if (yaml_root(file)) {
        yaml_read(file, yaml_root(file), section_keys, &c->at, c);
        if (yaml_is_mapping(yaml_root(file)))
            compile_sections(c);
    }
    yaml_print_faults(file, out);
    good = yaml_fault_count(file) == 0 && keep_bytes(source, file) == 0;
out:
    yaml_close(file);
    free(c);
    if (good)
        return source;
    plan_source_free(source);
    return NULL;
}

struct plan_source *plan_compile(const char *path, FILE *out) {
    return compile_file(yaml_open(path), out);
}

struct plan_source *plan_compile_bytes(const char *path, const char *bytes, size_t length,
                                       FILE *out) {
    return compile_file(yaml_open_bytes(path, bytes, length), out);
}

void plan_source_free(struct plan_source *source) {
    if (!source)
        return;
    free(source->bytes);
    free(source);
}

const char *plan_source_bytes(const struct plan_source *source, size_t *length) {
    *length = source->length;
    return source->bytes;
}

int32_t plan_date_of(const struct plan_source *source, int64_t at_ms) {
    return calendar_date_of(&source->calendar, at_ms);
}

void plan_resolve(const struct plan_source *source, int32_t date, struct plan *plan) {
    memcpy(plan, &source->plan, sizeof(*plan));
    calendar_resolve(&source->calendar, date, plan);
}
