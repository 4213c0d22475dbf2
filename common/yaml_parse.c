// SPDX-License-Identifier: Apache-2.0
/*
 * Builds the tree of a YAML file from libfyaml's events. Events, not its documents: so every node
 * has its line, all duplicate keys are found in one run, and nothing is ever expanded. What YAML
 * can do beyond mappings, lists and scalars (anchors, aliases, tags, documents, keys that are
 * lists) is a fault: a configuration needs none of it, and bombs are made of it.
 *
 * Invariant: memory and time are bounded by the file's length, YAML_DEPTH_MAX, YAML_ENTRIES_MAX
 * and YAML_NODES_MAX. libfyaml prints nothing: its errors are collected and become faults.
 */
#include <errno.h>
#include <libfyaml.h>
#include <string.h>

#include "common/yaml_node.h"

struct builder {
    struct yaml_file *file;
    struct yaml_node *open; // innermost mapping or list; NULL outside
    const char *key;        // read, its value is still to come
    int key_line, line;     // line: of the last event that had one
    unsigned depth, documents;
    bool stop;
    int rc;
};

static const char *keep(struct builder *b, const char *text, size_t length) {
    char *copy = yaml_alloc(b->file, length + 1);

    if (!copy) {
        b->rc = -ENOMEM;
        return "";
    }
    if (length > 0)
        memcpy(copy, text, length);
    return copy;
}

static uint32_t hash_of(const char *text) {
    uint32_t hash = 2166136261u;

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return hash;
}

static void give_up(struct builder *b, const char *why) {
    yaml_fault_at(b->file, b->open, b->line, "%s", why);
    b->stop = true;
}

static bool is_duplicate(const struct yaml_node *parent, const struct yaml_node *node,
                         int *first_line) {
    for (const struct yaml_node *at = parent->first; at; at = at->next)
        if (at->key_hash == node->key_hash && strcmp(at->key, node->key) == 0) {
            *first_line = at->line;
            return true;
        }
    return false;
}

// Links the node below its parent; a second value of a key stays outside the tree.
static void link_node(struct builder *b, struct yaml_node *node) {
    struct yaml_node *parent = node->parent;
    int first_line = 0;

    if (node->key && is_duplicate(parent, node, &first_line)) {
        yaml_fault(b->file, node, "stands here twice, first in line %d, leave one", first_line);
        return;
    }
    if (parent->count == YAML_ENTRIES_MAX) {
        give_up(b, "too many entries, at most 1024");
        return;
    }
    node->place = parent->count++;
    if (parent->last)
        parent->last->next = node;
    else
        parent->first = node;
    parent->last = node;
}

static struct yaml_node *add(struct builder *b, enum yaml_kind kind) {
    struct yaml_node *node;

    if (b->file->node_count++ >= YAML_NODES_MAX) {
        give_up(b, "the file has too many entries");
        return NULL;
    }
    node = yaml_alloc(b->file, sizeof(*node));
    if (!node) {
        b->rc = -ENOMEM;
        return NULL;
    }
    node->kind = kind;
    node->parent = b->open;
    node->line = b->key ? b->key_line : b->line;
    node->key = b->key;
    node->key_hash = b->key ? hash_of(b->key) : 0;
    b->key = NULL;
    if (!node->parent)
        b->file->root = node;
    else
        link_node(b, node);
    return node;
}

static bool wants_key(const struct builder *b) {
    return b->open && b->open->kind == YAML_MAPPING && !b->key;
}

static void scalar(struct builder *b, struct fy_event *event) {
    size_t length = 0, at;
    const char *text = fy_token_get_text(event->scalar.value, &length);
    bool is_key = wants_key(b);
    const char *fault;
    struct yaml_node *node;

    while (length > 0 && strchr(" \t\r\n", text[length - 1])) // what "|" and ">" leave behind
        length--;
    fault = text ? yaml_text_fault(text, length, false, &at) : NULL;
    if (is_key) {
        b->key = keep(b, text, text ? length : 0);
        b->key_line = b->line;
        if (fault)
            give_up(b, fault);
        return;
    }
    node = add(b, fault ? YAML_BROKEN : YAML_SCALAR);
    if (!node)
        return;
    node->text = keep(b, text, text ? length : 0);
    if (fault)
        yaml_fault(b->file, node, "%s", fault);
    if (event->scalar.anchor || event->scalar.tag)
        yaml_fault(b->file, node, "anchors (&) and tags (!) mean nothing here, write the value");
}

static void open_node(struct builder *b, enum yaml_kind kind, bool dressed) {
    struct yaml_node *node;

    if (wants_key(b)) {
        give_up(b, "a key must be one word, not a list or mapping");
        return;
    }
    if (++b->depth > YAML_DEPTH_MAX) {
        give_up(b, "nested too deeply, at most 16 levels");
        return;
    }
    node = add(b, kind);
    if (!node)
        return;
    if (dressed)
        yaml_fault(b->file, node, "anchors (&) and tags (!) mean nothing here, leave them out");
    b->open = node;
}

static void close_node(struct builder *b) {
    b->depth--;
    b->open = b->open->parent;
}

static void alias(struct builder *b) {
    struct yaml_node *node;

    if (wants_key(b)) {
        give_up(b, "aliases (*) are not used here, write the key");
        return;
    }
    node = add(b, YAML_BROKEN);
    if (node)
        yaml_fault(b->file, node, "aliases (*) are not used here, write the value again");
}

static void take(struct builder *b, struct fy_event *event) {
    const struct fy_mark *mark = fy_event_start_mark(event);

    if (mark)
        b->line = mark->line + 1;
    switch (event->type) {
    case FYET_DOCUMENT_START:
        if (b->documents++ > 0)
            give_up(b, "a second document (---) begins here, only one is read");
        break;
    case FYET_MAPPING_START:
        open_node(b, YAML_MAPPING, event->mapping_start.anchor || event->mapping_start.tag);
        break;
    case FYET_SEQUENCE_START:
        open_node(b, YAML_SEQUENCE, event->sequence_start.anchor || event->sequence_start.tag);
        break;
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END:
        close_node(b);
        break;
    case FYET_SCALAR:
        scalar(b, event);
        break;
    case FYET_ALIAS:
        alias(b);
        break;
    case FYET_NONE:
    case FYET_STREAM_START:
    case FYET_STREAM_END:
    case FYET_DOCUMENT_END:
        break;
    }
}

static void tell_errors(struct builder *b, struct fy_diag *diag) {
    struct fy_diag_error *error;
    void *iterator = NULL;
    size_t told = 0;

    while ((error = fy_diag_errors_iterate(diag, &iterator)) != NULL) {
        if (error->type != FYET_ERROR || told++ > 0)
            continue; // what follows the first is its echo
        yaml_fault_at(b->file, NULL, error->line > 0 ? error->line : b->line,
                      "not YAML: %s (begun in or before this line)", error->msg);
    }
    if (told == 0)
        yaml_fault_at(b->file, NULL, b->line, "not YAML: the file cannot be understood from here");
}

static void run(struct builder *b, struct fy_parser *parser, struct fy_diag *diag) {
    struct fy_event *event;

    while (!b->stop && b->rc == 0 && (event = fy_parser_parse(parser)) != NULL) {
        take(b, event);
        fy_parser_event_free(parser, event);
    }
    if (b->rc == 0 && !b->stop && fy_parser_get_stream_error(parser)) {
        tell_errors(b, diag);
        b->stop = true;
    }
    if (b->stop)
        b->file->root = NULL;
    else if (b->rc == 0 && !b->file->root)
        yaml_fault_at(b->file, NULL, 1, "the file is empty");
}

static bool text_is_clean(struct yaml_file *file) {
    size_t at = 0, skip = 0;
    const char *fault;
    int line = 1;

    if (file->length >= 3 && memcmp(file->bytes, "\xef\xbb\xbf", 3) == 0)
        skip = 3; // a byte order mark, as some editors leave it
    fault = yaml_text_fault(file->bytes + skip, file->length - skip, true, &at);
    if (!fault)
        return true;
    for (size_t i = 0; i < at + skip; i++)
        line += file->bytes[i] == '\n';
    yaml_fault_at(file, NULL, line, "%s", fault);
    return false;
}

static void swallow(struct fy_diag *diag, void *user, const char *text, size_t length) {
    (void)diag, (void)user, (void)text, (void)length;
}

int yaml_parse(struct yaml_file *file) {
    struct builder b = {.file = file, .line = 1};
    struct fy_diag_cfg quiet;
    struct fy_parse_cfg how = {.search_path = "",
                               .flags = FYPCF_COLLECT_DIAG | FYPCF_JSON_NONE |
                                        FYPCF_DEFAULT_VERSION_1_2};
    struct fy_parser *parser = NULL;

    if (!text_is_clean(file))
        return 0;
    fy_diag_cfg_default(&quiet);
    quiet.fp = NULL;
    quiet.output_fn = swallow;
    how.diag = fy_diag_create(&quiet);
    if (how.diag) {
        fy_diag_set_collect_errors(how.diag, true);
        parser = fy_parser_create(&how);
    }
    if (!parser || fy_parser_set_string(parser, file->bytes, file->length) != 0)
        b.rc = -ENOMEM;
    else
        run(&b, parser, how.diag);
    fy_parser_destroy(parser);
    fy_diag_destroy(how.diag);
    return b.rc;
}
