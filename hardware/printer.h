// SPDX-License-Identifier: Apache-2.0
/*
 * A ticket printer: slips from print/{printer} onto paper, and back to the hall what became of
 * them. Its faults (paper, cover, …) are asked for between slips.
 */
#ifndef JIAOHAO_HARDWARE_PRINTER_H
#define JIAOHAO_HARDWARE_PRINTER_H

#include "hardware/config.h"
#include "hardware/station.h"

struct printer;

// NULL with the reason logged. The config is borrowed.
struct printer *printer_new(struct hardware *hardware, const struct config_printer *config);
void printer_free(struct printer *printer); // NULL is fine

#endif
