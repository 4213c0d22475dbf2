// SPDX-License-Identifier: Apache-2.0
/*
 * Paths are matched as they are written, names and origins are known or not, keys and types are
 * good or not. Every route of the tables is found by itself, at its own door only.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/web/assets.h"
#include "daemon/web/door.h"
#include "daemon/web/request.h"
#include "daemon/web/route.h"

static void captures_are_bounded(void **state) {
    struct captures at = {0};
    (void)state;
    assert_true(route_matches("/windows/{n}/{verb}", "/windows/12/take-late", &at));
    assert_int_equal(at.n, 12);
    assert_string_equal(at.verb, "take-late");
    assert_true(route_matches("/calls/{seq}/why", "/calls/9223372036854775807/why", &at));
    assert_true(at.seq == INT64_MAX);
    assert_true(route_matches("/services/{code}/stop", "/services/SB-01/stop", &at));
    assert_string_equal(at.code, "SB-01");
    for (const char *const *path =
             (const char *const[]){"/windows/0/next", "/windows/10000/next", "/windows/01/next",
                                   "/windows/-1/next", "/windows/1e1/next", "/windows//next",
                                   "/windows/1/next/", "/windows/1/", "/windows/1",
                                   "/windows/1/aaaaaaaaaaaaaaaaaaaa", "windows/1/next",
                                   "/windows/1%2fnext", "/windows/1/ne%78t", "", "/", NULL};
         *path; path++)
        assert_false(route_matches("/windows/{n}/{verb}", *path, &at));
    assert_false(route_matches("/calls/{seq}/why", "/calls/9223372036854775808/why", &at));
    assert_false(route_matches("/services/{code}/stop", "/services/aaaaaaaaaaaaaaaa/stop", &at));
}

static void hostile_paths_are_no_paths(void **state) {
    static const char *const hostile[] = {
        "/../etc/passwd",  "/%2e%2e/etc/passwd", "//host/x",        "/api/v1/hall/",
        "/api/v1//hall",   "/API/v1/hall",       "/api/v1/hall%00", "/./api/v1/hall",
        "/api/v1/../hall", "/api/v1/hall;x=1",   "/\xff",           "/api/v2/hall"};
    struct captures at;
    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        unsigned methods = 0;
        const struct route *found =
            route_find(public_routes, EVHTTP_REQ_GET, hostile[i], &at, &methods);
        assert_int_equal(methods, 0);
        assert_true(found && strcmp(found->path, "*") == 0); // only ever the table of assets
        assert_null(route_find(operator_routes, EVHTTP_REQ_GET, hostile[i], &at, &methods));
    }
}

static void doors_are_apart(void **state) {
    struct captures at;
    (void)state;
    for (const struct route *route = staff_routes; route->method; route++) {
        unsigned methods = 0;
        if (strchr(route->path, '{') || strcmp(route->path, "/api/v1/stream") == 0)
            continue;
        route_find(public_routes, route->method, route->path, &at, &methods);
        assert_int_equal(methods, 0);
        assert_ptr_equal(route_find(staff_routes, route->method, route->path, &at, &methods),
                         route);
    }
    for (const struct route *route = operator_routes; route->method; route++) {
        unsigned methods = 0;
        if (strchr(route->path, '{'))
            continue;
        route_find(public_routes, route->method, route->path, &at, &methods);
        route_find(staff_routes, route->method, route->path, &at, &methods);
        assert_int_equal(methods, 0);
    }
}

// What changes something is never open to anyone, but for signing in.
static void writes_are_guarded(void **state) {
    const struct route *const tables[] = {public_routes, staff_routes, operator_routes};
    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (const struct route *route = tables[i]; route->method; route++)
            if (route->method != EVHTTP_REQ_GET && strncmp(route->path, "/api/v1/sessions", 16))
                assert_int_not_equal(route->who, WHO_ANY);
}

static void a_path_without_its_method_names_the_others(void **state) {
    struct captures at;
    unsigned methods = 0;
    (void)state;
    assert_null(route_find(public_routes, EVHTTP_REQ_POST, "/api/v1/ticket", &at, &methods));
    assert_int_equal(methods, EVHTTP_REQ_GET | EVHTTP_REQ_DELETE);
}

static void hosts(void **state) {
    static const char *const known[] = {
        "127.0.0.1",         "127.0.0.1:8080", "[::1]:8080",      "localhost:1", "LOCALHOST",
        "hall.example:8443", "hall.example:1", "port.example:99", "q.example",   "q.example:443"};
    static const char *const foreign[] = {"evil.example",
                                          "hall.example.evil.example",
                                          "xhall.example",
                                          "port.example:98",
                                          "port.example",
                                          "localhost.evil.example",
                                          "127.0.0.1.evil",
                                          "hall.example:",
                                          "hall.example:80x",
                                          "hall.example:8080808",
                                          "",
                                          "[::1",
                                          "[evil]",
                                          "1.2.3"};
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        assert_true(
            door_knows_host(known[i], "hall.example, port.example:99", "https://q.example"));
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        assert_false(
            door_knows_host(foreign[i], "hall.example, port.example:99", "https://q.example"));
}

static void origins(void **state) {
    (void)state;
    assert_true(door_knows_origin("http://10.0.0.1:8081", "10.0.0.1:8081", "", ""));
    assert_true(door_knows_origin("https://q.example", "10.0.0.1", "", "https://q.example/x"));
    assert_false(door_knows_origin("http://10.0.0.1:8080", "10.0.0.1:8081", "", ""));
    assert_false(door_knows_origin("null", "10.0.0.1", "", ""));
    assert_false(door_knows_origin("http://evil.example", "10.0.0.1", "", ""));
    assert_false(door_knows_origin("file://10.0.0.1", "10.0.0.1", "", ""));
    assert_false(door_knows_origin("http://", "10.0.0.1", "", ""));
    assert_false(door_knows_origin("", "10.0.0.1", "", ""));
}

static void types_and_keys(void **state) {
    char most[ANSWER_KEY_BYTES + 1];
    (void)state;
    assert_true(door_is_json("application/json"));
    assert_true(door_is_json("Application/JSON; charset=utf-8"));
    assert_false(door_is_json("application/jsonp"));
    assert_false(door_is_json("text/plain"));
    assert_false(door_is_json(NULL));
    memset(most, 'k', sizeof most);
    most[ANSWER_KEY_BYTES - 1] = 0;
    assert_true(door_key_is_good(most));
    most[ANSWER_KEY_BYTES - 1] = 'k';
    most[ANSWER_KEY_BYTES] = 0;
    assert_false(door_key_is_good(most));
    assert_false(door_key_is_good(""));
    assert_false(door_key_is_good("a b"));
    assert_false(door_key_is_good("a\n"));
    assert_false(door_key_is_good("\xe5\x8f\xab"));
}

static void assets_are_sorted(void **state) {
    (void)state;
    for (size_t i = 1; i < web_asset_count; i++)
        assert_true(strcmp(web_assets[i - 1].path, web_assets[i].path) < 0);
    assert_null(web_assets[web_asset_count].path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(captures_are_bounded),
        cmocka_unit_test(hostile_paths_are_no_paths),
        cmocka_unit_test(doors_are_apart),
        cmocka_unit_test(writes_are_guarded),
        cmocka_unit_test(a_path_without_its_method_names_the_others),
        cmocka_unit_test(hosts),
        cmocka_unit_test(origins),
        cmocka_unit_test(types_and_keys),
        cmocka_unit_test(assets_are_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
