// SPDX-License-Identifier: Apache-2.0
/*
 * The tree behind yaml.h, shared by yaml.c (faults, walking), yaml_parse.c (building) and
 * yaml_table.c (reading by tables). Nobody else includes this.
 */
#ifndef JIAOHAO_COMMON_YAML_NODE_H
#define JIAOHAO_COMMON_YAML_NODE_H

#include "common/yaml.h"

enum yaml_kind {
    YAML_SCALAR,
    YAML_MAPPING,
    YAML_SEQUENCE,
    YAML_BROKEN, // already a fault: readers pass over it in silence
};

struct yaml_node {
    struct yaml_node *parent, *next, *first, *last;
    const char *key;  // in a mapping; NULL in a list
    const char *text; // of a scalar
    uint32_t key_hash, count, place;
    int line;
    enum yaml_kind kind;
};

struct yaml_block; // of memory for nodes and their texts

struct yaml_note {
    int line;
    char *text;
};

struct yaml_file {
    char *path;
    char *bytes;
    size_t length;
    struct yaml_node *root;
    struct yaml_block *blocks;
    size_t node_count;
    struct yaml_note *faults; // by line, then in the order of finding
    size_t fault_count, fault_room, fault_total;
};

// Zeroed memory that lives as long as the file; NULL without any.
void *yaml_alloc(struct yaml_file *file, size_t bytes);

// Builds file->root from file->bytes. Faults are noted; 0 or -ENOMEM.
int yaml_parse(struct yaml_file *file);

// The same as yaml_fault, for places without a node.
__attribute__((format(printf, 4, 5))) void yaml_fault_at(struct yaml_file *file,
                                                         const struct yaml_node *node, int line,
                                                         const char *format, ...);

// What is wrong with a text, NULL if nothing: UTF-8 without control, format or line-separating
// characters. With `raw` line ends and tabs are fine (a whole file). *at gets the place.
const char *yaml_text_fault(const char *bytes, size_t length, bool raw, size_t *at);

#endif
