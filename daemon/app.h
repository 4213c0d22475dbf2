// SPDX-License-Identifier: Apache-2.0
/*
 * The house put together: one struct that owns every room, made and freed in order.
 */
#ifndef JIAOHAO_APP_H
#define JIAOHAO_APP_H

struct app;

// Opens everything the file `path` names and is ready to run. NULL with the reasons logged or
// printed; *exit_code is then the program's (78 for a faulty file, 75 for a house in use, 70).
struct app *app_new(const char *path, int *exit_code);
// Serves until a signal ends it: the program's exit code.
int app_run(struct app *app);
// NULL is fine. What has gathered is committed first.
void app_free(struct app *app);

// Reads both files and prints all faults on standard output: 0, or 78 if there is one.
int app_check(const char *path);

#endif
