// SPDX-License-Identifier: Apache-2.0
/*
 * Keys that live outside the database and its backups: one per business day, in data/keys/DATE
 * (0600). Ticket tokens are derived from it (HMAC of the day's secret and the ticket's id), phones
 * and comments are encrypted with it; erasing a day is deleting its key.
 */
#ifndef JIAOHAO_RECORDS_SECRETS_H
#define JIAOHAO_RECORDS_SECRETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/records/record.h"

enum { TOKEN_BYTES = 64 }; // printable token with its NUL

struct secrets;

// The folder is made if missing. NULL with the reason logged.
struct secrets *secrets_open(const char *folder);
void secrets_close(struct secrets *secrets); // wipes memory; NULL is fine

// Makes sure the key of this day exists, durable before use. 0 or -errno.
int secrets_open_day(struct secrets *secrets, int32_t date);
// Destroys the keys of days before this one. 0 or -errno.
int secrets_forget_before(struct secrets *secrets, int32_t date);

// "t.DATE.ID.MAC" of a ticket of that day. 0 or -ENOENT (no such day's key).
int secrets_token(const struct secrets *secrets, int32_t date, uint64_t ticket,
                  char out[TOKEN_BYTES]);
// Whether the token is one of ours; *ticket gets its id. Constant time in the MAC.
bool secrets_token_check(const struct secrets *secrets, const char *token, uint64_t *ticket);

// Encrypts up to 1024 bytes into *out / decrypts into out[room]; returns the length or -errno.
int secrets_seal(const struct secrets *secrets, int32_t date, uint64_t ticket, const void *plain,
                 size_t length, struct row_secret *out);
int secrets_open_box(const struct secrets *secrets, const struct row_secret *box, void *out,
                     size_t room);

// A digest of a request's body under the day's key: phones and comments are easily guessed from a
// plain hash, and no longer once the key is gone. 0 or -ENOENT.
int secrets_digest(const struct secrets *secrets, int32_t date, const void *body, size_t length,
                   uint8_t digest[SECRET_HASH_BYTES]);

// The secret in a file of one line, made (random, 0600, durable) if there is none. 0 or -errno.
int secrets_file_token(const char *path, char out[TOKEN_BYTES]);
// Constant time, for bearer secrets.
bool secrets_equal(const char *a, const char *b);

// A new random token ("s.…", for sessions and kiosks) and its hash.
void secrets_session_token(char out[TOKEN_BYTES], uint8_t hash[SECRET_HASH_BYTES]);
void secrets_hash(const char *token, uint8_t hash[SECRET_HASH_BYTES]);

// argon2id, 3 ops, 16 MiB: 20 ms and more: on a worker, never on the loop. 0 or -ENOMEM.
int secrets_pin_hash(const char *pin, char out[128]);
// An empty hash is compared with a dummy, so that unknown names take as long as known ones.
bool secrets_pin_check(const char *hash, const char *pin);

#endif
