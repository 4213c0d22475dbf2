// SPDX-License-Identifier: Apache-2.0
/*
 * jiaohao-hardware put together: the lines, pads, keypads and printers of its section.
 */
#ifndef JIAOHAO_HARDWARE_APP_H
#define JIAOHAO_HARDWARE_APP_H

struct hardware_app;

// Reads the file and makes everything it names. NULL with the faults printed on standard error;
// *exit_code is then the program's.
struct hardware_app *hardware_app_new(const char *path, int *exit_code);
// Serves until a signal ends it: the program's exit code.
int hardware_app_run(struct hardware_app *app);
void hardware_app_free(struct hardware_app *app); // NULL is fine

// Reads the file and prints all faults on standard output: 0, or 78 if there is one.
int hardware_app_check(const char *path);

#endif
