// SPDX-License-Identifier: Apache-2.0
/*
 * Saying what is wrong with a body, in both languages, with the key at fault made harmless.
 */
#ifndef JIAOHAO_WIRE_FAULT_H
#define JIAOHAO_WIRE_FAULT_H

#include "daemon/wire/wire.h"

// Fills *fault. The key may be hostile: it is cut to fit and its control characters become '?'.
// Always returns -EINVAL.
int fault_say(struct wire_fault *fault, const char *key, const char *en, const char *zh);

// Whether a text holds no control, line-separating or direction-changing characters.
bool fault_free(const char *text);

#endif
