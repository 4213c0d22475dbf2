// SPDX-License-Identifier: Apache-2.0
/*
 * YAML read through tables, over libfyaml. A table says which keys a mapping may have, their type,
 * range, default and help text; the same table gives parser, --check, defaults and man page. All
 * scalars are typed by the table, never by YAML (`no` is a string until a table wants a bool).
 * Every fault of the file is listed at once as
 *   file:line: section key: what is wrong, what would be right
 * A file is hostile: at most YAML_BYTES_MAX long and YAML_DEPTH_MAX deep, UTF-8 without control
 * characters; anchors, aliases and tags are faults. One thread at a time per file.
 */
#ifndef JIAOHAO_COMMON_YAML_H
#define JIAOHAO_COMMON_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
    YAML_BYTES_MAX = 1 << 20,
    YAML_DEPTH_MAX = 16,
    YAML_ENTRIES_MAX = 1024, // in one mapping or list
    YAML_NODES_MAX = 65536,
    YAML_FAULTS_MAX = 1000, // kept; further ones are only counted
};

enum yaml_type {
    YAML_TEXT,     // char[size], one line; least = 1: may not be empty
    YAML_CODE,     // char[size]: letters, digits, '-' and '_'
    YAML_INT,      // int64_t in [least, most]
    YAML_U32,      // uint32_t in [least, most]
    YAML_BOOL,     // uint8_t: yes/no/true/false/on/off
    YAML_DURATION, // int64_t ms: "500 ms" "30 s" "15 min" "2 h"; least and most in ms
    YAML_DECIMAL,  // uint32_t thousandths: "1.5" -> 1500; least and most in thousandths
    YAML_CHOICE,   // uint32_t: place in choices[] (ended by NULL)
    YAML_SECTION,  // a mapping by `table` into the struct at offset
    YAML_CUSTOM,   // `read` decides (lists, references); not called when the key is absent
};

struct yaml_file;
struct yaml_node; // borrowed from its file

struct yaml_key {
    const char *name;
    enum yaml_type type;
    bool required;
    size_t offset, size;
    int64_t least, most;
    const char *fallback; // as it would stand in the file; NULL = left as it is
    const char *const *choices;
    const struct yaml_key *table;
    void (*read)(struct yaml_file *file, struct yaml_node *node, void *into, void *context);
    const char *help;
};

// Opens and parses; syntax errors and duplicate keys are faults. Never NULL but without memory.
struct yaml_file *yaml_open(const char *path);
// The same from bytes (tests, fuzzing); `path` is only what faults are named by. Copies both.
struct yaml_file *yaml_open_bytes(const char *path, const char *bytes, size_t length);
void yaml_close(struct yaml_file *file);                              // NULL is fine
struct yaml_node *yaml_root(struct yaml_file *file);                  // NULL if it did not parse
const char *yaml_bytes(const struct yaml_file *file, size_t *length); // as read; borrowed

// Reads a mapping by a table (ended by a NULL name) into `into`: for each key in the order of the
// table its default, then the file's value; unknown and missing keys are faults. `context` goes to
// custom readers. A NULL mapping gives the defaults.
void yaml_read(struct yaml_file *file, struct yaml_node *mapping, const struct yaml_key *table,
               void *into, void *context);
// Reads one scalar as `key` says into `into` (key->offset is not used); false + fault otherwise.
bool yaml_scalar(struct yaml_file *file, struct yaml_node *node, const struct yaml_key *key,
                 void *into);

// Walking, for custom readers. A wrong kind of node is a fault and gives 0 or NULL.
size_t yaml_count(struct yaml_file *file, struct yaml_node *sequence);
struct yaml_node *yaml_item(struct yaml_node *sequence, size_t place);
struct yaml_node *yaml_value(struct yaml_node *mapping, const char *key); // NULL: absent
size_t yaml_pairs(struct yaml_file *file, struct yaml_node *mapping);
struct yaml_node *yaml_pair(struct yaml_node *mapping, size_t place, const char **key); // value
const char *yaml_text(struct yaml_file *file, struct yaml_node *scalar); // NULL + fault otherwise
bool yaml_is_scalar(const struct yaml_node *node);
bool yaml_is_mapping(const struct yaml_node *node);
int yaml_line(const struct yaml_node *node); // of its key, where it has one; from 1

// Notes a fault at a node: "what is wrong, what would be right". The keys that lead to the node
// are put before it; a NULL node means the file as a whole.
__attribute__((format(printf, 3, 4))) void
yaml_fault(struct yaml_file *file, const struct yaml_node *node, const char *format, ...);
size_t yaml_fault_count(const struct yaml_file *file);
// All faults in the order of their lines, one a line.
void yaml_print_faults(const struct yaml_file *file, FILE *out);

// Prints the keys of a table as mdoc(7) list items; names stand behind `prefix` ("broker ").
void yaml_print_keys(const struct yaml_key *table, const char *prefix, FILE *out);

#endif
