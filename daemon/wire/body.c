// SPDX-License-Identifier: Apache-2.0
/*
 * Bodies read by tables: every key a body may have is one entry of a table; here is how each type
 * is checked and stored.
 *
 * A body is hostile: nothing is stored that is longer, larger or other than its entry says, a
 * number is never rounded, null is no value, and an unknown key is a fault, so that a misspelt one
 * is not silently lost. The first fault ends the reading. Rules of the hall have no place here.
 */
#include "daemon/wire/body.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/hall/hall.h"
#include "daemon/wire/fault.h"

enum { LIST_MAX = 20, CASES_MAX = 200, CASE_TEXT_BYTES = 160 };

struct slot { // one key being read
    const struct body_key *key;
    const json_t *value;
    char *into;
    struct wire_fault *fault;
};

static int refuse(const struct slot *slot, const char *en, const char *zh) {
    return fault_say(slot->fault, slot->key->name, en, zh);
}

static bool code_of(const char *text, bool printed) {
    for (const char *at = text; *at; at++) {
        bool word = (*at >= '0' && *at <= '9') || (*at >= 'A' && *at <= 'Z') ||
                    (*at >= 'a' && *at <= 'z') || (!printed && (*at == '-' || *at == '_'));
        if (!word)
            return false;
    }
    return *text != '\0';
}

static int refuse_text(const struct slot *slot) {
    char en[160], zh[160];
    unsigned most = (unsigned)slot->key->size - 1;
    snprintf(en, sizeof en, "Must be one line of text, at most %u bytes.", most);
    snprintf(zh, sizeof zh, "应为一行文字，不超过%u字节。", most);
    return refuse(slot, en, zh);
}

static int refuse_code(const struct slot *slot) {
    char en[160], zh[160];
    unsigned most = (unsigned)slot->key->size - 1;
    const char *marks = slot->key->type == BODY_NUMBER ? "" : ", '-' and '_'";
    snprintf(en, sizeof en, "Must be letters and digits%s, 1 to %u of them.", marks, most);
    snprintf(zh, sizeof zh, "应为1至%u个字母或数字。", most);
    return refuse(slot, en, zh);
}

static int read_text(const struct slot *slot) {
    const char *text = json_string_value(slot->value);
    if (!text || strlen(text) >= slot->key->size || !fault_free(text))
        return refuse_text(slot);
    memcpy(slot->into, text, strlen(text) + 1);
    return 0;
}

static int read_code(const struct slot *slot) {
    const char *text = json_string_value(slot->value);
    if (!text || strlen(text) >= slot->key->size || !code_of(text, slot->key->type == BODY_NUMBER))
        return refuse_code(slot);
    memcpy(slot->into, text, strlen(text) + 1);
    return 0;
}

static void store(char *into, size_t size, uint64_t value) {
    uint8_t narrow = (uint8_t)value;
    uint16_t half = (uint16_t)value;
    uint32_t word = (uint32_t)value;
    const void *from = size == 1   ? (void *)&narrow
                       : size == 2 ? (void *)&half
                       : size == 4 ? (void *)&word
                                   : (void *)&value;
    memcpy(into, from, size);
}

static int read_whole(const struct slot *slot) {
    char en[160], zh[160];
    unsigned long long least = slot->key->least, most = slot->key->most;
    json_int_t value = json_integer_value(slot->value);
    if (json_is_integer(slot->value) && value >= 0 && (uint64_t)value >= least &&
        (uint64_t)value <= most) {
        store(slot->into, slot->key->size, (uint64_t)value);
        return 0;
    }
    snprintf(en, sizeof en, "Must be a whole number from %llu to %llu.", least, most);
    snprintf(zh, sizeof zh, "应为%llu至%llu之间的整数。", least, most);
    return refuse(slot, en, zh);
}

static int read_bool(const struct slot *slot) {
    if (!json_is_boolean(slot->value))
        return refuse(slot, "Must be true or false.", "应为true或false。");
    *slot->into = json_is_true(slot->value) ? 1 : 0;
    return 0;
}

// The place of a word among the names, -1 if it is none of them.
static int named(const char *const *names, const char *word) {
    for (int at = 0; word && *word && names[at]; at++) {
        if (strcmp(names[at], word) == 0)
            return at;
    }
    return -1;
}

static int refuse_choice(const struct slot *slot, const char *en_start, const char *zh_start) {
    char words[120] = "", en[200], zh[200];
    for (size_t at = slot->key->least, used = 0; slot->key->names[at] && used < sizeof words;
         at++) {
        const char *gap = used ? ", " : "";
        if (*slot->key->names[at])
            used += (size_t)snprintf(words + used, sizeof words - used, "%s%s", gap,
                                     slot->key->names[at]);
    }
    snprintf(en, sizeof en, "%s: %s.", en_start, words);
    snprintf(zh, sizeof zh, "%s：%s。", zh_start, words);
    return refuse(slot, en, zh);
}

static int read_choice(const struct slot *slot) {
    int place = named(slot->key->names, json_string_value(slot->value));
    if (place < (int)slot->key->least)
        return refuse_choice(slot, "Must be one of", "应为其中之一");
    *(uint8_t *)slot->into = (uint8_t)place;
    return 0;
}

static int read_bits(const struct slot *slot) {
    unsigned bits = 0;
    size_t at;
    json_t *word;
    if (!json_is_array(slot->value))
        return refuse_choice(slot, "Must be a list of", "应为列表，可选");
    json_array_foreach(slot->value, at, word) {
        int bit = named(slot->key->names, json_string_value(word));
        if (bit < 0 || at >= LIST_MAX)
            return refuse_choice(slot, "Must be a list of", "应为列表，可选");
        bits |= 1u << bit;
    }
    *(uint8_t *)slot->into = (uint8_t)bits;
    return 0;
}

static int read_time(const struct slot *slot) {
    int64_t ms = 0;
    const char *text = json_string_value(slot->value);
    if (!text || !body_time(text, &ms))
        return refuse(slot, "Must be a time with its offset, like 2026-11-23T17:30:00+08:00.",
                      "应为带时区的时间，如2026-11-23T17:30:00+08:00。");
    memcpy(slot->into, &ms, sizeof ms);
    return 0;
}

static int read_note(const struct slot *slot) {
    static const struct body_key keys[] = {
        {"zh", BODY_TEXT, true, offsetof(struct plan_note, zh), PLAN_NOTE_BYTES, 0, 0, NULL},
        {"en", BODY_TEXT, false, offsetof(struct plan_note, en), PLAN_NOTE_BYTES, 0, 0, NULL},
        {0}};
    static const struct body_rules rules = {.table = keys};
    struct plan_note note = {0};
    if (!json_is_object(slot->value) || body_read(slot->value, &rules, &note, slot->fault))
        return refuse(slot,
                      "Must be {\"zh\": text, \"en\": text}, each one line of at most 255 bytes.",
                      "应为{\"zh\": 文字, \"en\": 文字}，各一行，不超过255字节。");
    memcpy(slot->into, &note, sizeof note);
    return 0;
}

static int read_codes(const struct slot *slot) {
    struct command *command = (struct command *)(void *)slot->into;
    size_t at;
    json_t *word;
    bool right = json_is_array(slot->value) && json_array_size(slot->value) <= EVENT_SERVICES_MAX;
    json_array_foreach(slot->value, at, word) {
        const char *code = json_string_value(word);
        right = right && code && strlen(code) < PLAN_CODE_BYTES && code_of(code, false);
        if (!right)
            break;
        strcpy(command->services[at], code); // NOLINT(clang-analyzer-security.insecureAPI.strcpy)
    }
    if (!right)
        return refuse(slot, "Must be a list of at most 16 service codes.",
                      "应为业务代码列表，最多16个。");
    command->service_count = (uint32_t)json_array_size(slot->value);
    return 0;
}

static int read_list(const struct slot *slot) {
    size_t at;
    json_t *word;
    bool right = json_is_array(slot->value) && json_array_size(slot->value) <= LIST_MAX;
    json_array_foreach(slot->value, at, word) {
        const char *text = json_string_value(word);
        right = right && text && strlen(text) < CASE_TEXT_BYTES && fault_free(text);
    }
    return right ? 0
                 : refuse(slot, "Must be a list of at most 20 lines of text.",
                          "应为文字列表，最多20项，各一行。");
}

static int read_date(const struct slot *slot) {
    const char *text = json_string_value(slot->value);
    if (!text || !body_date(text))
        return refuse(slot, "Must be a date like 2026-11-23, or a time with its offset.",
                      "应为日期，如2026-11-23，或带时区的时间。");
    return 0;
}

struct one_case { // 办件: checked here, kept by the records of a later day
    char case_no[64], item[CASE_TEXT_BYTES];
    uint8_t outcome;
};

static int read_case(const json_t *body, struct wire_fault *fault) {
    static const struct body_key keys[] = {
        {"case_no", BODY_TEXT, true, offsetof(struct one_case, case_no), 64, 0, 0, NULL},
        {"item", BODY_TEXT, false, offsetof(struct one_case, item), CASE_TEXT_BYTES, 0, 0, NULL},
        {"outcome", BODY_CHOICE, false, offsetof(struct one_case, outcome), 1, 1, 0, outcome_names},
        {"missing", BODY_LIST, false, 0, 0, 0, 0, NULL},
        {"deadline", BODY_DATE, false, 0, 0, 0, 0, NULL},
        {0}};
    static const struct body_rules rules = {.table = keys};
    struct one_case one = {0};
    if (!json_is_object(body))
        return fault_say(fault, "cases", "Each case must be an object with a case_no.",
                         "每个办件应为含case_no的对象。");
    return body_read(body, &rules, &one, fault);
}

static int read_cases(const struct slot *slot) {
    size_t at;
    json_t *one;
    if (!json_is_array(slot->value))
        return read_whole(slot);
    if (json_array_size(slot->value) > CASES_MAX)
        return refuse(slot, "Must be at most 200 cases.", "最多200个办件。");
    json_array_foreach(slot->value, at, one) {
        if (read_case(one, slot->fault))
            return -EINVAL;
    }
    store(slot->into, slot->key->size, json_array_size(slot->value));
    return 0;
}

static int read_words(const struct slot *slot) {
    size_t at, used = 0;
    json_t *word;
    bool right = json_is_array(slot->value);
    slot->into[0] = '\0';
    json_array_foreach(slot->value, at, word) {
        const char *code = json_string_value(word);
        right = right && code && code_of(code, false) && used + strlen(code) + 2 < slot->key->size;
        if (!right)
            break;
        used += (size_t)snprintf(slot->into + used, slot->key->size - used, "%s%s", used ? "," : "",
                                 code);
    }
    return right ? 0
                 : refuse(slot, "Must be a short list of words (letters, digits, '-', '_').",
                          "应为词语列表，由字母、数字、-、_组成。");
}

static int read_passed(const struct slot *slot) {
    (void)slot;
    return 0;
}

static int (*const readers[])(const struct slot *slot) = {
    [BODY_TEXT] = read_text,     [BODY_CODE] = read_code,   [BODY_NUMBER] = read_code,
    [BODY_WHOLE] = read_whole,   [BODY_BOOL] = read_bool,   [BODY_CHOICE] = read_choice,
    [BODY_BITS] = read_bits,     [BODY_TIME] = read_time,   [BODY_NOTE] = read_note,
    [BODY_CODES] = read_codes,   [BODY_CASES] = read_cases, [BODY_WORDS] = read_words,
    [BODY_PASSED] = read_passed, [BODY_DATE] = read_date,   [BODY_LIST] = read_list,
};

static const struct body_key *key_named(const struct body_rules *rules, const char *name) {
    static const struct body_key passed = {.name = "", .type = BODY_PASSED};
    for (const struct body_key *key = rules->table; key->name; key++) {
        if (strcmp(key->name, name) == 0)
            return key;
    }
    for (const char *const *also = rules->also; also && *also; also++) {
        if (strcmp(*also, name) == 0)
            return &passed;
    }
    return NULL;
}

static int missing(const struct body_rules *rules, const json_t *body, struct wire_fault *fault) {
    for (const struct body_key *key = rules->table; key->name; key++) {
        if (key->required && !json_object_get(body, key->name))
            return fault_say(fault, key->name, "Is missing; it must be given.",
                             "缺少此项，必须填写。");
    }
    return 0;
}

int body_read(const json_t *body, const struct body_rules *rules, void *into,
              struct wire_fault *fault) {
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)body, name, value) { // only read; jansson's macro wants it so
        const struct body_key *key = key_named(rules, name);
        if (!key)
            return fault_say(fault, name, "Is not known here; leave it out or check its spelling.",
                             "不认识此项，请去掉或检查拼写。");
        struct slot slot = {key, value, (char *)into + key->offset, fault};
        int error = readers[key->type](&slot);
        if (error)
            return error;
    }
    return missing(rules, body, fault);
}
