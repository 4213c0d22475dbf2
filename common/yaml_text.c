// SPDX-License-Identifier: Apache-2.0
/*
 * Which texts may stand in a file of ours. Names from the hall file end on boards, slips, pages and
 * LED cards, so what could steer any of these never gets in: invalid UTF-8, control characters,
 * line separators, and the invisible characters that turn the direction of writing.
 *
 * Must not judge anything but characters: lengths and meanings are the tables' business.
 */
#include "common/yaml_node.h"

// Length of the valid UTF-8 sequence at `s` (RFC 3629: shortest form, no surrogates), 0 if invalid.
static size_t sequence(const unsigned char *s, size_t left, uint32_t *code) {
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;

    if (length == 0 || s[0] > 0xf4 || length > left)
        return 0;
    *code = length == 1 ? s[0] : s[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        *code = *code << 6 | (s[i] & 0x3f);
    }
    if (*code < least[length] || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
        return 0;
    return length;
}

static const char *character_fault(uint32_t code, bool raw) {
    if (raw && (code == '\n' || code == '\r' || code == '\t'))
        return NULL;
    if (code == '\n' || code == '\r')
        return "more than one line, one is wanted (for a long one use \">-\")";
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f))
        return "a control character, none may be in a text";
    if (code == 0x2028 || code == 0x2029)
        return "a line separator, none may be in a text";
    if (code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
        (code >= 0x2066 && code <= 0x2069) || code == 0xfeff)
        return "an invisible character that turns text around, none may be in a text";
    return NULL;
}

const char *yaml_text_fault(const char *bytes, size_t length, bool raw, size_t *at) {
    const unsigned char *s = (const unsigned char *)bytes;

    for (size_t i = 0; i < length;) {
        uint32_t code = 0;
        size_t step = sequence(s + i, length - i, &code);
        const char *fault = step ? character_fault(code, raw) : "not UTF-8, save the file as UTF-8";

        if (fault) {
            *at = i;
            return fault;
        }
        i += step;
    }
    return NULL;
}
