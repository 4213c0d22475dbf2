// SPDX-License-Identifier: Apache-2.0
/*
 * Hostile bytes from a line that should be a LED card: the reader stays within its buffer, what it
 * takes for a reply has a word or is fine, and it is in step again at the next good frame. The same
 * bytes as text from people become no code.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "display/led/bx5k.h"
#include "display/led/gbk.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void read_on(struct bx5k_reader *reader, const uint8_t *bytes, size_t length) {
    struct bx5k_reply reply;
    for (size_t i = 0; i < length; i++) {
        if (bx5k_read(reader, bytes[i], &reply)) {
            const char *word = bx5k_error(&reply);
            assert(!word || strlen(word) < 24);
        }
        assert(reader->length <= BX5K_REPLY_MAX);
    }
}

static void still_in_step(struct bx5k_reader *reader) {
    uint8_t frame[BX5K_FRAME_MAX];
    size_t length = bx5k_ask(BX5K_PING, BX5K_ANY_CARD, frame);
    struct bx5k_reply reply;
    int good = 0;
    for (size_t i = 0; i < length; i++)
        good += bx5k_read(reader, frame[i], &reply);
    assert(good == 1 && reply.group == 0xA2);
}

static void no_code(const uint8_t *bytes, size_t length) {
    uint8_t out[BX5K_TEXT_MAX];
    char *text = malloc(length + 1);
    size_t used;
    assert(text);
    memcpy(text, bytes, length);
    text[length] = 0;
    used = gbk_text(text, out, sizeof out);
    assert(!memchr(out, '\\', used));
    gbk_width(out, used, 16);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct bx5k_reader reader = {0};
    read_on(&reader, bytes, length);
    still_in_step(&reader);
    no_code(bytes, length);
    return 0;
}
