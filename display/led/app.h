// SPDX-License-Identifier: Apache-2.0
/*
 * The boards of one machine, wired together.
 */
#ifndef JIAOHAO_DISPLAY_LED_APP_H
#define JIAOHAO_DISPLAY_LED_APP_H

int app_check(const char *path); // prints all faults; exit code 0 or 78
int app_run(const char *path);   // until a signal; the exit code

#endif
