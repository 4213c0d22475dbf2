// SPDX-License-Identifier: Apache-2.0
/*
 * The sections classes and reasons of hall.yaml. The order's preset says how fast the score of a
 * class grows; a class that is written out may say otherwise. What is left out is filled with the
 * habits of the field: three classes, and the usual reasons.
 */
#include <stddef.h>
#include <string.h>

#include "daemon/plan/source.h"

// --- classes -----------------------------------------------------------------------------------

enum usual { NORMAL, PRIORITY, APPOINTMENT, USUAL };

static const struct plan_class usual_classes[USUAL] = {
    [NORMAL] = {.code = "normal", .name = {"普通", "Normal"}, .open_to_all = 1},
    [PRIORITY] = {.code = "priority",
                  .name = {"优先", "Priority"},
                  .needs_reason = 1,
                  .open_to_all = 1},
    [APPOINTMENT] = {.code = "appointment", .name = {"预约", "Appointment"}},
};

struct pace {
    uint32_t rate_milli;
    int64_t head_ms;
    uint32_t alternate;
};

// A head start that no wait of a day makes up for, even weighted down at a secondary window.
#define AHEAD(places) ((places)*INT64_C(100000) * 60000)

static const struct pace paces[][USUAL] = {
    [ORDER_FIRST_COME] = {{1000, 0, 0}, {1000, 0, 0}, {1000, 0, 0}},
    [ORDER_STRICT] = {{1000, 0, 0}, {1000, AHEAD(2), 0}, {1000, AHEAD(1), 0}},
    [ORDER_ACCUMULATING] = {{1000, 0, 0}, {2000, 2 * 60000, 0}, {1500, 8 * 60000, 0}},
    [ORDER_ALTERNATION] = {{1000, 0, 0}, {1000, AHEAD(2), 2}, {1000, AHEAD(1), 2}},
};

static const struct yaml_key class_keys[] = {
    {.name = "name",
     .type = YAML_CUSTOM,
     .read = compile_name,
     .offset = offsetof(struct plan_class, name),
     .help = "its name, {zh: ..., en: ...}"},
    {.name = "rate",
     .type = YAML_DECIMAL,
     .least = 0,
     .most = 100000,
     .offset = offsetof(struct plan_class, rate_milli),
     .help = "points per minute of waiting"},
    {.name = "head",
     .type = YAML_DURATION,
     .least = 0,
     .most = AHEAD(2),
     .offset = offsetof(struct plan_class, head_ms),
     .help = "head start"},
    {.name = "alternate",
     .type = YAML_U32,
     .least = 0,
     .most = 100,
     .offset = offsetof(struct plan_class, alternate),
     .help = "after so many of this class in a row one of the others; 0 = off"},
    {.name = "needs_reason",
     .type = YAML_BOOL,
     .offset = offsetof(struct plan_class, needs_reason),
     .help = "whether citizens choose a reason"},
    {.name = "open_to_all",
     .type = YAML_BOOL,
     .offset = offsetof(struct plan_class, open_to_all),
     .help = "whether it may be taken without a member of staff"},
    {.name = NULL},
};

static void add_class(struct compile *c, const char *code, struct yaml_node *node) {
    struct plan_class *class = &c->plan->classes[c->plan->class_count++];
    const struct pace *pace;
    size_t kind = NORMAL;

    for (size_t i = 0; i < USUAL; i++)
        if (strcmp(usual_classes[i].code, code) == 0) {
            kind = i;
            class->name = usual_classes[i].name;
        }
    pace = &paces[c->order.preset][kind];
    memcpy(class->code, code, strlen(code));
    class->rate_milli = pace->rate_milli;
    class->head_ms = pace->head_ms;
    class->alternate = pace->alternate;
    class->needs_reason = usual_classes[kind].needs_reason;
    class->open_to_all = usual_classes[kind].open_to_all;
    yaml_read(c->file, node, class_keys, class, c);
    if (node && !class->name.zh[0] && !yaml_value(node, "name"))
        yaml_fault(c->file, node, "\"name\" is missing: its name, {zh: ..., en: ...}");
}

void compile_classes(struct compile *c) {
    size_t count = compile_entries(c, c->at.classes, PLAN_CLASSES_MAX);
    bool open = false;

    for (size_t i = 0; i < count; i++) {
        const char *key;
        char code[PLAN_CODE_BYTES] = "";
        struct yaml_node *node = yaml_pair(c->at.classes, i, &key);
        if (compile_code(c, node, key, code))
            add_class(c, code, node);
    }
    for (size_t i = 0; !c->at.classes && i < USUAL; i++)
        add_class(c, usual_classes[i].code, NULL);
    for (uint32_t i = 0; i < c->plan->class_count; i++)
        open = open || c->plan->classes[i].open_to_all;
    if (c->plan->class_count > 0 && !open)
        yaml_fault(c->file, c->at.classes,
                   "no class may be taken by citizens, one needs \"open_to_all: yes\"");
}

// --- reasons -----------------------------------------------------------------------------------

static const struct plan_reason usual_reasons[] = {
    {"elderly", {"60岁及以上老年人", "Aged 60 or over"}, PLAN_REASON_PRIORITY, 0},
    {"disabled", {"残疾人", "Person with a disability"}, PLAN_REASON_PRIORITY, 0},
    {"military",
     {"现役军人、退役军人、消防救援人员", "Military, veteran or fire service"},
     PLAN_REASON_PRIORITY,
     0},
    {"pregnant", {"孕妇", "Pregnant"}, PLAN_REASON_PRIORITY, 0},
    {"infant", {"携带婴幼儿", "With an infant"}, PLAN_REASON_PRIORITY, 0},
    {"unwell", {"身体不适", "Person feels unwell"}, PLAN_REASON_CALL, 0},
    {"supplement", {"补交材料", "Brings missing papers"}, PLAN_REASON_CALL, 0},
    {"error", {"更正差错", "Mends a mistake"}, PLAN_REASON_CALL, 0},
    {"lead", {"值班长安排", "Arranged by the floor lead"}, PLAN_REASON_CALL, 0},
    {"lunch", {"午休", "Lunch"}, PLAN_REASON_PAUSE, 0},
    {"break", {"短暂离开", "Short break"}, PLAN_REASON_PAUSE, 0},
    {"errand", {"内部事务", "Work behind the counter"}, PLAN_REASON_PAUSE, 0},
    {"fault", {"系统故障", "System fault"}, PLAN_REASON_PAUSE, 0},
};

static const char *const uses[] = {
    [PLAN_REASON_PRIORITY] = "priority",
    [PLAN_REASON_CALL] = "call",
    [PLAN_REASON_PAUSE] = "pause",
};

static void add_usual_reasons(struct compile *c, uint32_t use) {
    for (size_t i = 0; i < sizeof(usual_reasons) / sizeof(usual_reasons[0]); i++)
        if (usual_reasons[i].use == use && c->plan->reason_count < PLAN_REASONS_MAX)
            c->plan->reasons[c->plan->reason_count++] = usual_reasons[i];
}

static void read_reasons(struct compile *c, struct yaml_node *node, uint32_t use) {
    size_t count = yaml_pairs(c->file, node);

    for (size_t i = 0; i < count; i++) {
        const char *key;
        struct yaml_node *item = yaml_pair(node, i, &key);
        struct plan_reason *reason = &c->plan->reasons[c->plan->reason_count];
        if (c->plan->reason_count == PLAN_REASONS_MAX) {
            yaml_fault(c->file, item, "one reason too many, at most %d in all", PLAN_REASONS_MAX);
            return;
        }
        if (!compile_code(c, item, key, reason->code))
            continue;
        c->plan->reason_count++;
        reason->use = use;
        compile_name(c->file, item, &reason->name, c);
    }
}

void compile_reasons(struct compile *c) {
    size_t count = yaml_pairs(c->file, c->at.reasons);

    for (size_t i = 0; i < count; i++) {
        const char *key;
        struct yaml_node *node = yaml_pair(c->at.reasons, i, &key);
        if (strcmp(key, "priority") != 0 && strcmp(key, "call") != 0 && strcmp(key, "pause") != 0)
            yaml_fault(c->file, node, "unknown key, known here: priority, call, pause");
    }
    for (uint32_t use = 0; use < sizeof(uses) / sizeof(uses[0]); use++) {
        struct yaml_node *node = yaml_value(c->at.reasons, uses[use]);
        if (node)
            read_reasons(c, node, use);
        else
            add_usual_reasons(c, use);
    }
}
