// SPDX-License-Identifier: Apache-2.0
/*
 * A line full of noise: every frame that is read out of it, written again, is the bytes it came
 * from; how the bytes were cut into pieces makes no difference.
 */
#include <assert.h>
#include <string.h>

#include "hardware/ff68.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

struct heard {
    const uint8_t *bytes;
    size_t length, count;
    uint32_t sum;
};

static void hear(void *context, const struct ff68_frame *frame) {
    struct heard *heard = context;
    uint8_t out[FF68_FRAME_MAX];
    size_t length = ff68_encode(frame, out);
    assert(memmem(heard->bytes, heard->length, out, length));
    heard->count++;
    for (size_t i = 0; i < length; i++)
        heard->sum = heard->sum * 31 + out[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct ff68_reader whole = {0}, pieces = {0};
    struct heard a = {.bytes = bytes, .length = length}, b = a;
    ff68_feed(&whole, bytes, length, hear, &a);
    for (size_t i = 0; i < length; i++)
        ff68_feed(&pieces, bytes + i, 1, hear, &b);
    assert(a.count == b.count && a.sum == b.sum && whole.skipped == pieces.skipped);
    return 0;
}
