// SPDX-License-Identifier: Apache-2.0
/*
 * Text from people as bytes that a font card shows and never obeys.
 */
#ifndef JIAOHAO_DISPLAY_LED_GBK_H
#define JIAOHAO_DISPLAY_LED_GBK_H

#include <stddef.h>
#include <stdint.h>

// UTF-8 to GBK, whole characters only: the bytes written, at most `room`. There is no 5C in them,
// alone or as the second half of a character, so no card code (\F…) can come about; nor a control
// character. What the card cannot show is □.
size_t gbk_text(const char *utf8, uint8_t *out, size_t room);
// How wide they are in a font of `height` pixels: Chinese full, Latin half.
size_t gbk_width(const uint8_t *text, size_t length, size_t height);

#endif
