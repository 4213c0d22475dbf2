// SPDX-License-Identifier: Apache-2.0
/*
 * One line per happening on standard error, for the systemd journal: "<4>module: text" when
 * JOURNAL_STREAM is set, else "warning module: text" with the time. Never personal data.
 * A message repeated at the same place more than 10 times in 10 s is counted, not printed.
 */
#ifndef JIAOHAO_COMMON_LOG_H
#define JIAOHAO_COMMON_LOG_H

enum log_level { LOG_ERROR = 3, LOG_WARNING = 4, LOG_NOTICE = 5, LOG_INFO = 6, LOG_DEBUG = 7 };

// Messages above this level are not printed (default LOG_INFO; program start only).
void log_set_level(enum log_level level);
// Thread-safe. `module` is a literal such as "journal".
__attribute__((format(printf, 3, 4))) void log_write(enum log_level level, const char *module,
                                                     const char *format, ...);

#define log_error(module, ...) log_write(LOG_ERROR, module, __VA_ARGS__)
#define log_warning(module, ...) log_write(LOG_WARNING, module, __VA_ARGS__)
#define log_notice(module, ...) log_write(LOG_NOTICE, module, __VA_ARGS__)
#define log_info(module, ...) log_write(LOG_INFO, module, __VA_ARGS__)
#define log_debug(module, ...) log_write(LOG_DEBUG, module, __VA_ARGS__)

#endif
