// SPDX-License-Identifier: Apache-2.0
/*
 * YAML read through tables, over libfyaml. A table says which keys a mapping may have, their type,
 * range, default and help text; the same table gives parser, --check, defaults and man page. All
 * scalars are typed by the table, never by YAML (`no` is a string until a table wants a bool).
 * Every fault of the file is listed at once as
 *   file:line: section key: what is wrong, what would be right
 */
#ifndef JIAOHAO_COMMON_YAML_H
#define JIAOHAO_COMMON_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum yaml_type {
    YAML_TEXT,     // char[size]
    YAML_CODE,     // char[size]: letters, digits, '-' and '_'
    YAML_INT,      // int64_t in [least, most]
    YAML_U32,      // uint32_t in [least, most]
    YAML_BOOL,     // uint8_t: yes/no/true/false/on/off
    YAML_DURATION, // int64_t ms: "500 ms" "30 s" "15 min" "2 h"; least and most in ms
    YAML_DECIMAL,  // uint32_t thousandths: "1.5" -> 1500; least and most in thousandths
    YAML_CHOICE,   // uint32_t: place in choices[]
    YAML_SECTION,  // a mapping by `table` into the struct at offset
    YAML_CUSTOM,   // `read` decides (lists, references)
};

struct yaml_file;
struct yaml_node; // borrowed from its file

struct yaml_key {
    const char *name;
    enum yaml_type type;
    bool required;
    size_t offset, size;
    int64_t least, most;
    const char *fallback; // as it would stand in the file; NULL = zeros
    const char *const *choices;
    const struct yaml_key *table;
    void (*read)(struct yaml_file *file, struct yaml_node *node, void *into, void *context);
    const char *help;
};

// Opens and parses; syntax errors and duplicate keys are faults. Never NULL but without memory.
struct yaml_file *yaml_open(const char *path);
// The same from bytes (tests, fuzzing); `path` is only what faults are named by.
struct yaml_file *yaml_open_bytes(const char *path, const char *bytes, size_t length);
void yaml_close(struct yaml_file *file);
struct yaml_node *yaml_root(struct yaml_file *file); // NULL if it did not parse

// Reads a mapping by a table (ended by a NULL name) into `into`: defaults first, then the file;
// unknown and missing keys are faults. `context` goes to custom readers.
void yaml_read(struct yaml_file *file, struct yaml_node *mapping, const struct yaml_key *table,
               void *into, void *context);

// Walking, for custom readers. A wrong kind of node is a fault and gives 0 or NULL.
size_t yaml_count(struct yaml_file *file, struct yaml_node *sequence);
struct yaml_node *yaml_item(struct yaml_node *sequence, size_t place);
struct yaml_node *yaml_value(struct yaml_node *mapping, const char *key);
size_t yaml_pairs(struct yaml_file *file, struct yaml_node *mapping);
struct yaml_node *yaml_pair(struct yaml_node *mapping, size_t place, const char **key); // value
const char *yaml_text(struct yaml_file *file, struct yaml_node *scalar); // NULL + fault otherwise
int yaml_line(struct yaml_node *node);

// Notes a fault at a node: "key: what is wrong, what would be right".
__attribute__((format(printf, 3, 4))) void yaml_fault(struct yaml_file *file,
                                                      struct yaml_node *node, const char *format,
                                                      ...);
size_t yaml_fault_count(const struct yaml_file *file);
// All faults in the order of their lines, one a line.
void yaml_print_faults(const struct yaml_file *file, FILE *out);

#endif
