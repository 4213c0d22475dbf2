# SPDX-License-Identifier: Apache-2.0
"""The document is sound in itself, and its referee really finds contradictions."""

import jsonschema
import pytest

from openapi import Contradiction, OpenApi

PROBLEM = {
    "type": "/problems/nobody-waiting", "title": "Nobody is waiting", "status": 409, "code": 401,
    "detail": "Nobody is waiting.", "title_zh": "无人等候", "detail_zh": "无人等候。",
}


@pytest.fixture(name="api", scope="module")
def fixture_api():
    return OpenApi()


def references(node):
    """Every $ref below a node."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_reference_leads_somewhere(api):
    for reference in references(api.document):
        assert api.resolve({"$ref": reference}) is not None


def test_every_schema_is_a_schema_and_fits_its_examples(api):
    for name, schema in api.document["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        for example in schema.get("examples", []):
            api.check(name, example, name)


def test_a_literal_path_goes_before_a_parameter(api):
    assert api.operation("GET", "/api/v1/windows/3/queue")[0].endswith("/queue")
    assert api.operation("POST", "/api/v1/windows/3/next")[0].endswith("/next")
    assert api.operation("GET", "/api/v1/events?after=3")[0] == "/api/v1/events"


def test_a_path_a_method_or_a_status_not_described_is_a_contradiction(api):
    for method, path in (("GET", "/api/v1/nowhere"), ("PUT", "/api/v1/hall"),
                         ("POST", "/api/v1/windows/3/dance"), ("GET", "/api/v1/windows/x")):
        assert not api.knows(method, path)
    with pytest.raises(Contradiction, match="status is not described"):
        api.validate("GET", "/api/v1/hall", None, 202, {})


def test_a_problem_must_be_whole_and_of_its_own_type(api):
    def validate(answer, kind="application/problem+json"):
        api.validate("POST", "/api/v1/windows/3/next", {}, 409, answer, kind)

    validate(PROBLEM)
    with pytest.raises(Contradiction, match="content type"):
        validate(PROBLEM, "application/json")
    with pytest.raises(Contradiction, match="detail_zh"):
        validate({key: value for key, value in PROBLEM.items() if key != "detail_zh"})
    with pytest.raises(Contradiction, match="999"):
        validate(PROBLEM | {"code": 999})
    with pytest.raises(Contradiction, match="hint"):
        validate(PROBLEM | {"hint": "x"})


def test_an_accepted_body_must_be_as_described_and_a_refused_one_need_not(api):
    path = "/api/v1/day/extend"
    api.validate("POST", path, {"til": 5}, 422, PROBLEM, "application/problem+json")
    with pytest.raises(Contradiction, match="request"):
        api.validate("POST", path, {"til": 5}, 200, {})
    with pytest.raises(Contradiction, match="without its body"):
        api.validate("POST", path, None, 200, {})


def test_nothing_may_follow_a_204(api):
    api.validate("DELETE", "/api/v1/notices/9", None, 204, None, None)
    with pytest.raises(Contradiction, match="has a body"):
        api.validate("DELETE", "/api/v1/notices/9", None, 204, {})
