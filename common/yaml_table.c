// SPDX-License-Identifier: Apache-2.0
/*
 * Reading a mapping by a table: types, ranges, defaults, unknown and missing keys; and the same
 * table as a list of keys for the man pages.
 *
 * Defaults go through the same readers as the file's own words, so a default that could not stand
 * in the file is a bug and stops the tests (assert). A faulty value leaves its default in place:
 * reading goes on, so that all faults are found in one run.
 */
#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "common/yaml_node.h"

enum { WHY_BYTES = 256 };

struct why { // what is wrong with a value, "" = nothing
    char text[WHY_BYTES];
};

static const struct {
    const char *name;
    int64_t ms;
} units[] = {{"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}};

// --- values as text ----------------------------------------------------------------------------

static void print_value(enum yaml_type type, int64_t value, char out[32]) {
    size_t unit = 0;

    if (type == YAML_DECIMAL) {
        snprintf(out, 32, "%" PRId64 ".%03" PRId64, value / 1000, value % 1000);
        while (strlen(out) > 3 && out[strlen(out) - 1] == '0' && out[strlen(out) - 2] != '.')
            out[strlen(out) - 1] = '\0';
        return;
    }
    if (type != YAML_DURATION) {
        snprintf(out, 32, "%" PRId64, value);
        return;
    }
    while (value != 0 && unit + 1 < sizeof(units) / sizeof(units[0]) &&
           value % units[unit + 1].ms == 0)
        unit++;
    snprintf(out, 32, "%" PRId64 " %s", value / units[unit].ms, units[value == 0 ? 1 : unit].name);
}

static void print_range(const struct yaml_key *key, char out[80]) {
    char least[32], most[32];

    print_value(key->type, key->least, least);
    print_value(key->type, key->most, most);
    snprintf(out, 80, "%s to %s", least, most);
}

static void print_choices(const struct yaml_key *key, char *out, size_t room) {
    size_t used = 0;

    out[0] = '\0';
    for (const char *const *at = key->choices; *at && used < room; at++)
        used += (size_t)snprintf(out + used, room - used, "%s%s", used ? ", " : "", *at);
}

// --- readers: text to value --------------------------------------------------------------------

static void read_text(const struct yaml_key *key, const char *text, char *into, struct why *why) {
    size_t length = strlen(text);

    if (length == 0 && (key->least > 0 || key->required))
        snprintf(why->text, WHY_BYTES, "empty, a text is wanted");
    else if (length >= key->size)
        snprintf(why->text, WHY_BYTES,
                 "too long: %zu bytes, at most %zu (a Chinese character takes 3)", length,
                 key->size - 1);
    else
        strncpy(into, text, key->size); // zero-fills the rest: structs are compared as bytes
}

static void read_code(const struct yaml_key *key, const char *text, char *into, struct why *why) {
    for (const char *c = text; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '-' && *c != '_') {
            snprintf(why->text, WHY_BYTES,
                     "\"%.64s\" is no code, use letters, digits, \"-\" and \"_\"", text);
            return;
        }
    if (text[0] == '\0')
        snprintf(why->text, WHY_BYTES, "empty, a code is wanted");
    else
        read_text(key, text, into, why);
}

// Digits with at most `places` after the point, in units of 10^-places; false if it is none.
static bool number(const char **text, unsigned places, int64_t *value) {
    const char *at = *text;
    bool point = false;
    unsigned left = places;

    *value = 0;
    if (!isdigit((unsigned char)*at))
        return false;
    for (; isdigit((unsigned char)*at) || (*at == '.' && !point && places > 0); at++) {
        if (*at == '.') {
            point = true;
            continue;
        }
        if ((point && left-- == 0) || *value > INT64_MAX / 100000 / 10)
            return false;
        *value = *value * 10 + (*at - '0');
    }
    if (at[-1] == '.')
        return false;
    for (; left > 0; left--)
        *value *= 10;
    *text = at;
    return true;
}

static bool read_number(const struct yaml_key *key, const char *text, int64_t *value) {
    bool negative = text[0] == '-' && key->type == YAML_INT;

    text += negative;
    if (!number(&text, key->type == YAML_DECIMAL ? 3 : 0, value) || *text)
        return false;
    if (negative)
        *value = -*value;
    return true;
}

static bool read_duration(const char *text, int64_t *value) {
    if (!number(&text, 0, value))
        return false;
    if (*value == 0 && *text == '\0')
        return true;
    while (*text == ' ')
        text++;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strcmp(text, units[i].name) == 0)
            return !__builtin_mul_overflow(*value, units[i].ms, value);
    return false;
}

static void read_quantity(const struct yaml_key *key, const char *text, int64_t *value,
                          struct why *why) {
    static const char *const wanted[] = {
        [YAML_INT] = "a whole number",
        [YAML_U32] = "a whole number",
        [YAML_DURATION] = "a duration such as \"500 ms\", \"30 s\", \"15 min\" or \"2 h\"",
        [YAML_DECIMAL] = "a number such as 1.5",
    };
    bool ok =
        key->type == YAML_DURATION ? read_duration(text, value) : read_number(key, text, value);
    char range[80];

    print_range(key, range);
    if (!ok)
        snprintf(why->text, WHY_BYTES, "\"%.64s\" is not %s, %s", text, wanted[key->type], range);
    else if (*value < key->least || *value > key->most)
        snprintf(why->text, WHY_BYTES, "%.64s is out of range, %s", text, range);
}

static void read_bool(const char *text, uint8_t *into, struct why *why) {
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(text, words[i]) == 0) {
            *into = i % 2;
            return;
        }
    snprintf(why->text, WHY_BYTES, "\"%.64s\" is neither yes nor no", text);
}

static void read_choice(const struct yaml_key *key, const char *text, uint32_t *into,
                        struct why *why) {
    char choices[160];

    for (uint32_t i = 0; key->choices[i]; i++)
        if (strcmp(text, key->choices[i]) == 0) {
            *into = i;
            return;
        }
    print_choices(key, choices, sizeof(choices));
    snprintf(why->text, WHY_BYTES, "\"%.64s\" is not known, one of: %s", text, choices);
}

static void read_value(const struct yaml_key *key, const char *text, void *into, struct why *why) {
    int64_t value = 0;

    why->text[0] = '\0';
    switch (key->type) {
    case YAML_TEXT:
        read_text(key, text, into, why);
        return;
    case YAML_CODE:
        read_code(key, text, into, why);
        return;
    case YAML_BOOL:
        read_bool(text, into, why);
        return;
    case YAML_CHOICE:
        read_choice(key, text, into, why);
        return;
    case YAML_INT:
    case YAML_U32:
    case YAML_DURATION:
    case YAML_DECIMAL:
        read_quantity(key, text, &value, why);
        if (why->text[0])
            return;
        if (key->type == YAML_U32 || key->type == YAML_DECIMAL)
            *(uint32_t *)into = (uint32_t)value;
        else
            *(int64_t *)into = value;
        return;
    case YAML_SECTION:
    case YAML_CUSTOM:
        break;
    }
    assert(!"a section or custom key has no scalar");
}

// --- reading a mapping -------------------------------------------------------------------------

bool yaml_scalar(struct yaml_file *file, struct yaml_node *node, const struct yaml_key *key,
                 void *into) {
    const char *text = yaml_text(file, node);
    struct why why;

    if (!text)
        return false;
    read_value(key, text, into, &why);
    if (why.text[0])
        yaml_fault(file, node, "%s", why.text);
    return !why.text[0];
}

static void *field(const struct yaml_key *key, void *into) {
    return (char *)into + key->offset;
}

static void take_default(struct yaml_file *file, const struct yaml_key *key, void *into) {
    struct why why = {""};

    if (key->type == YAML_SECTION)
        yaml_read(file, NULL, key->table, field(key, into), NULL);
    else if (key->fallback && key->type != YAML_CUSTOM)
        read_value(key, key->fallback, field(key, into), &why);
    assert(!why.text[0]);
}

static void take_value(struct yaml_file *file, struct yaml_node *node, const struct yaml_key *key,
                       void *into, void *context) {
    if (key->type == YAML_CUSTOM)
        key->read(file, node, field(key, into), context);
    else if (key->type != YAML_SECTION)
        yaml_scalar(file, node, key, field(key, into));
    else if (yaml_is_mapping(node))
        yaml_read(file, node, key->table, field(key, into), context);
    else
        (void)yaml_pairs(file, node); // says what is wanted
}

static void fault_unknown(struct yaml_file *file, struct yaml_node *mapping,
                          const struct yaml_key *table) {
    char known[400] = "";
    size_t used = 0;

    for (const struct yaml_key *key = table; key->name && used < sizeof(known); key++)
        used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s", used ? ", " : "",
                                 key->name);
    for (struct yaml_node *at = mapping->first; at; at = at->next) {
        const struct yaml_key *key = table;
        while (key->name && strcmp(key->name, at->key) != 0)
            key++;
        if (!key->name)
            yaml_fault(file, at, "unknown key, known here: %s", known);
    }
}

void yaml_read(struct yaml_file *file, struct yaml_node *mapping, const struct yaml_key *table,
               void *into, void *context) {
    bool given = yaml_pairs(file, mapping) > 0 || yaml_is_mapping(mapping);

    if (given)
        fault_unknown(file, mapping, table);
    for (const struct yaml_key *key = table; key->name; key++) {
        struct yaml_node *node = given ? yaml_value(mapping, key->name) : NULL;
        take_default(file, key, into);
        if (node)
            take_value(file, node, key, into, context);
        else if (given && key->required)
            yaml_fault(file, mapping, "\"%s\" is missing: %s", key->name, key->help);
    }
}

// --- man pages ---------------------------------------------------------------------------------

// Running text in lines of less than 80 bytes, as mandoc likes them.
static void print_wrapped(const char *text, FILE *out) {
    size_t column = 0;

    while (*text) {
        size_t word = strcspn(text, " ");
        if (column > 0 && column + 1 + word >= 80) {
            fputc('\n', out);
            column = 0;
        } else if (column > 0) {
            fputc(' ', out);
            column++;
        }
        fwrite(text, 1, word, out);
        column += word;
        text += word + strspn(text + word, " ");
    }
    fputc('\n', out);
}

static void print_kind(const struct yaml_key *key, FILE *out) {
    static const char *const kinds[] = {
        [YAML_TEXT] = "Text",      [YAML_CODE] = "Code",      [YAML_INT] = "Number",
        [YAML_U32] = "Number",     [YAML_BOOL] = "yes or no", [YAML_DURATION] = "Duration",
        [YAML_DECIMAL] = "Number", [YAML_CHOICE] = "One of",  [YAML_SECTION] = "Section",
        [YAML_CUSTOM] = "",
    };
    char text[200];

    if (key->type == YAML_CUSTOM)
        return;
    fprintf(out, "%s", kinds[key->type]);
    if (key->type == YAML_CHOICE) {
        print_choices(key, text, sizeof(text));
        fprintf(out, " %s", text);
    } else if (key->most > 0 && key->type != YAML_BOOL) {
        print_range(key, text);
        fprintf(out, ", %s", text);
    }
    if (key->required)
        fprintf(out, "; required.\n");
    else if (key->fallback)
        fprintf(out, "; default %s.\n", key->fallback[0] ? key->fallback : "empty");
    else
        fprintf(out, ".\n");
}

void yaml_print_keys(const struct yaml_key *table, const char *prefix, FILE *out) {
    for (const struct yaml_key *key = table; key->name; key++) {
        char below[80], help[256];
        if (key->type == YAML_SECTION) {
            snprintf(below, sizeof(below), "%s%s ", prefix, key->name);
            yaml_print_keys(key->table, below, out);
            continue;
        }
        snprintf(help, sizeof(help), "%c%s.", toupper(key->help[0]), key->help + 1);
        fprintf(out, ".It Ic %s%s\n", prefix, key->name);
        print_wrapped(help, out);
        print_kind(key, out);
    }
}
