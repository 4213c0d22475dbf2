// SPDX-License-Identifier: Apache-2.0
/*
 * One random key per business day, in a file of its own outside the database. From it are derived,
 * by purpose, the MAC of ticket tokens, the key of boxes (phones, comments) and the key of body
 * digests. Nothing derived is stored: who deletes the file has erased the day.
 *
 * Invariant: a key is durable before anything is derived from it. No secret is ever logged.
 */
#include "daemon/records/secrets.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "daemon/records/keyfile.h"

enum {
    KEY_BYTES = 32,
    KEYS_MAX = 16, // days at once; older ones are forgotten after two
    MAC_BYTES = 16,
    MAC_TEXT = 23, // base64url of it, with NUL
    PIN_OPS = 3,
    PIN_MEMORY = 16 << 20,
    SEAL_MOST = 1024,
};

struct day_key {
    int32_t date; // 0 = unused
    uint8_t token[KEY_BYTES], box[KEY_BYTES], digest[KEY_BYTES];
};

struct secrets {
    char folder[PATH_MAX - 32];
    struct day_key keys[KEYS_MAX];
};

// --- the keys of days --------------------------------------------------------------------------

static struct day_key *key_of(const struct secrets *secrets, int32_t date) {
    for (size_t i = 0; i < KEYS_MAX; i++)
        if (date && secrets->keys[i].date == date)
            return (struct day_key *)&secrets->keys[i];
    return NULL;
}

static void derive(const uint8_t key[KEY_BYTES], const char *purpose, uint8_t out[KEY_BYTES]) {
    crypto_generichash(out, KEY_BYTES, (const uint8_t *)purpose, strlen(purpose), key, KEY_BYTES);
}

// In the place of the oldest day when all are taken.
static void keep(struct secrets *secrets, int32_t date, const uint8_t key[KEY_BYTES]) {
    struct day_key *place = &secrets->keys[0];
    for (size_t i = 0; i < KEYS_MAX; i++)
        if (secrets->keys[i].date < place->date)
            place = &secrets->keys[i];
    if (place->date > date)
        return;
    place->date = date;
    derive(key, "jiaohao ticket token", place->token);
    derive(key, "jiaohao box", place->box);
    derive(key, "jiaohao body digest", place->digest);
}

static void key_path(const struct secrets *secrets, int32_t date, char out[PATH_MAX]) {
    snprintf(out, PATH_MAX, "%s/%08" PRId32, secrets->folder, date);
}

static int load(struct secrets *secrets, int32_t date) {
    char path[PATH_MAX];
    uint8_t key[KEY_BYTES + 1];
    int got;
    key_path(secrets, date, path);
    got = keyfile_read(path, key, sizeof key);
    if (got == KEY_BYTES)
        keep(secrets, date, key);
    sodium_memzero(key, sizeof key);
    if (got >= 0 && got != KEY_BYTES) {
        log_error("secrets", "%s is damaged: take it away; the links of its tickets end", path);
        got = -EBADMSG;
    }
    return got < 0 ? got : 0;
}

// The date a key file is named by, 0 if the name is none.
static int32_t date_of(const char *name) {
    if (strlen(name) != 8 || strspn(name, "0123456789") != 8)
        return 0;
    return (int32_t)strtol(name, NULL, 10);
}

static int each_key(struct secrets *secrets, int (*fn)(struct secrets *, int32_t, int32_t),
                    int32_t before) {
    DIR *folder = opendir(secrets->folder);
    struct dirent *entry;
    int rc = 0;
    if (!folder)
        return -errno;
    while ((entry = readdir(folder))) {
        int32_t date = date_of(entry->d_name);
        int one = date ? fn(secrets, date, before) : 0;
        rc = rc ? rc : one;
    }
    closedir(folder);
    return rc;
}

static int load_one(struct secrets *secrets, int32_t date, int32_t unused) {
    int rc = load(secrets, date);
    (void)unused;
    if (rc && rc != -EBADMSG)
        log_warning("secrets", "key of day %d cannot be read: %s", date, strerror(-rc));
    return 0; // another day's ruin does not keep the hall from opening
}

struct secrets *secrets_open(const char *folder) {
    struct secrets *secrets = calloc(1, sizeof *secrets);
    int rc = -ENOMEM;
    if (!secrets || sodium_init() < 0)
        goto out;
    rc = -ENAMETOOLONG;
    if ((size_t)snprintf(secrets->folder, sizeof secrets->folder, "%s", folder) >=
        sizeof secrets->folder)
        goto out;
    rc = mkdir(folder, 0700) && errno != EEXIST ? -errno : 0;
    if (!rc)
        rc = each_key(secrets, load_one, 0);
    if (!rc)
        return secrets;
out:
    log_error("secrets", "the folder of keys cannot be opened: %s", strerror(-rc));
    secrets_close(secrets);
    return NULL;
}

void secrets_close(struct secrets *secrets) {
    if (!secrets)
        return;
    sodium_memzero(secrets, sizeof *secrets);
    free(secrets);
}

int secrets_open_day(struct secrets *secrets, int32_t date) {
    char path[PATH_MAX];
    uint8_t key[KEY_BYTES];
    int rc;
    if (date < 10000101 || date > 99991231)
        return -EINVAL;
    if (key_of(secrets, date))
        return 0;
    rc = load(secrets, date);
    if (rc != -ENOENT)
        return rc;
    randombytes_buf(key, sizeof key);
    key_path(secrets, date, path);
    rc = keyfile_write(path, key, sizeof key);
    if (!rc)
        keep(secrets, date, key);
    sodium_memzero(key, sizeof key);
    return rc;
}

static int forget_one(struct secrets *secrets, int32_t date, int32_t before) {
    char path[PATH_MAX];
    struct day_key *key = key_of(secrets, date);
    if (date >= before)
        return 0;
    key_path(secrets, date, path);
    if (unlink(path))
        return -errno;
    if (key)
        sodium_memzero(key, sizeof *key);
    return 0;
}

int secrets_forget_before(struct secrets *secrets, int32_t date) {
    int rc = each_key(secrets, forget_one, date);
    return rc ? rc : keyfile_sync_folder(secrets->folder);
}

// --- ticket tokens -----------------------------------------------------------------------------

static void ticket_mac(const struct day_key *key, uint64_t ticket, char out[MAC_TEXT]) {
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    char text[48];
    int length = snprintf(text, sizeof text, "%" PRId32 ".%" PRIu64, key->date, ticket);
    crypto_auth_hmacsha256(mac, (const uint8_t *)text, (unsigned long long)length, key->token);
    sodium_bin2base64(out, MAC_TEXT, mac, MAC_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

int secrets_token(const struct secrets *secrets, int32_t date, uint64_t ticket,
                  char out[TOKEN_BYTES]) {
    const struct day_key *key = key_of(secrets, date);
    char mac[MAC_TEXT];
    if (!key)
        return -ENOENT;
    ticket_mac(key, ticket, mac);
    snprintf(out, TOKEN_BYTES, "t.%08" PRId32 ".%" PRIu64 ".%s", date, ticket, mac);
    return 0;
}

// Takes "t.DATE.ID." apart; what it does not accept in full is no token.
static bool token_parts(const char *token, int32_t *date, uint64_t *ticket) {
    size_t digits;
    if (strncmp(token, "t.", 2) != 0 || strspn(token + 2, "0123456789") != 8 || token[10] != '.')
        return false;
    digits = strspn(token + 11, "0123456789");
    if (digits < 1 || digits > 19 || token[11 + digits] != '.')
        return false;
    *date = (int32_t)strtol(token + 2, NULL, 10);
    *ticket = strtoull(token + 11, NULL, 10);
    return true;
}

bool secrets_token_check(const struct secrets *secrets, const char *token, uint64_t *ticket) {
    char right[TOKEN_BYTES];
    int32_t date;
    uint64_t id;
    // The whole token is made again and compared, so that there is one spelling of each.
    if (!token_parts(token, &date, &id) || secrets_token(secrets, date, id, right))
        return false;
    if (!secrets_equal(right, token))
        return false;
    *ticket = id;
    return true;
}

// --- boxes and digests -------------------------------------------------------------------------

int secrets_seal(const struct secrets *secrets, int32_t date, uint64_t ticket, const void *plain,
                 size_t length, struct row_secret *out) {
    const struct day_key *key = key_of(secrets, date);
    if (!key)
        return -ENOENT;
    if (length > SEAL_MOST)
        return -EMSGSIZE;
    memset(out, 0, sizeof *out);
    out->ticket = ticket;
    out->date = date;
    out->length = (uint16_t)(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + length);
    randombytes_buf(out->box, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(out->box + crypto_secretbox_NONCEBYTES, plain, length, out->box,
                          key->box);
    return 0;
}

int secrets_open_box(const struct secrets *secrets, const struct row_secret *box, void *out,
                     size_t room) {
    const struct day_key *key = key_of(secrets, box->date);
    const size_t over = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    if (!key)
        return -ENOENT;
    if (box->length < over || box->length > sizeof box->box)
        return -EBADMSG;
    if (box->length - over > room)
        return -EMSGSIZE;
    if (crypto_secretbox_open_easy(out, box->box + crypto_secretbox_NONCEBYTES,
                                   box->length - crypto_secretbox_NONCEBYTES, box->box, key->box))
        return -EBADMSG;
    return (int)(box->length - over);
}

int secrets_digest(const struct secrets *secrets, int32_t date, const void *body, size_t length,
                   uint8_t digest[SECRET_HASH_BYTES]) {
    const struct day_key *key = key_of(secrets, date);
    if (!key)
        return -ENOENT;
    crypto_generichash(digest, SECRET_HASH_BYTES, body, length, key->digest, KEY_BYTES);
    return 0;
}

// --- bearer tokens and PINs ----------------------------------------------------------------------

bool secrets_equal(const char *a, const char *b) {
    size_t length = strlen(a);
    return length == strlen(b) && sodium_memcmp(a, b, length) == 0;
}

void secrets_hash(const char *token, uint8_t hash[SECRET_HASH_BYTES]) {
    crypto_generichash(hash, SECRET_HASH_BYTES, (const uint8_t *)token, strlen(token), NULL, 0);
}

void secrets_session_token(char out[TOKEN_BYTES], uint8_t hash[SECRET_HASH_BYTES]) {
    uint8_t random[32];
    randombytes_buf(random, sizeof random);
    memcpy(out, "s.", 2);
    sodium_bin2base64(out + 2, TOKEN_BYTES - 2, random, sizeof random,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    secrets_hash(out, hash);
    sodium_memzero(random, sizeof random);
}

int secrets_file_token(const char *path, char out[TOKEN_BYTES]) {
    uint8_t unused[SECRET_HASH_BYTES];
    char line[TOKEN_BYTES + 1];
    int got;
    if (sodium_init() < 0)
        return -EIO;
    got = keyfile_read(path, out, TOKEN_BYTES - 1);
    if (got >= 0) {
        out[got] = 0;
        out[strcspn(out, "\r\n")] = 0;
    }
    if (got != -ENOENT && (got < 0 || strlen(out) >= 32))
        return got < 0 ? got : 0;
    secrets_session_token(out, unused);
    out[0] = 'o'; // an operator's, not a session's
    got = snprintf(line, sizeof line, "%s\n", out);
    return keyfile_write(path, line, (size_t)got);
}

int secrets_pin_hash(const char *pin, char out[128]) {
    char text[crypto_pwhash_STRBYTES];
    _Static_assert(crypto_pwhash_STRBYTES <= 128, "fits");
    if (crypto_pwhash_str_alg(text, pin, strlen(pin), PIN_OPS, PIN_MEMORY,
                              crypto_pwhash_ALG_ARGON2ID13))
        return -ENOMEM;
    memset(out, 0, 128);
    memcpy(out, text, sizeof text);
    return 0;
}

// The same work as for a hash of ours, thrown away.
static void waste_as_much(const char *pin) {
    static const uint8_t salt[crypto_pwhash_SALTBYTES] = {0};
    uint8_t out[32];
    if (crypto_pwhash(out, sizeof out, pin, strlen(pin), salt, PIN_OPS, PIN_MEMORY,
                      crypto_pwhash_ALG_ARGON2ID13))
        log_warning("secrets", "no memory to check a PIN");
    sodium_memzero(out, sizeof out);
}

bool secrets_pin_check(const char *hash, const char *pin) {
    if (hash[0] == 0) {
        waste_as_much(pin);
        return false;
    }
    return crypto_pwhash_str_verify(hash, pin, strlen(pin)) == 0;
}
