# SPDX-License-Identifier: Apache-2.0
"""docs/openapi.yaml as a referee: whether requests and answers are what the document says.

    api = OpenApi()
    api.validate("POST", "/api/v1/tickets", {"service": "A"}, 201, answer_json)

A request body is judged only if the answer says that it was accepted (below 400): tests send wrong
ones on purpose. A path, a method or a status that the document does not know is a fault too.
Needs Debian's python3-jsonschema and python3-yaml, nothing else.
"""

import pathlib
import re

import jsonschema
import yaml

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"


class Contradiction(AssertionError):
    """The program and the document disagree."""


class OpenApi:
    def __init__(self, path=DOCUMENT):
        self.document = yaml.safe_load(pathlib.Path(path).read_text(encoding="utf-8"))
        self.resolver = jsonschema.RefResolver("", self.document)
        # literal paths are looked at before those with parameters
        self.patterns = sorted(
            ((_pattern(path), path) for path in self.document["paths"]),
            key=lambda pair: pair[1].count("{"),
        )
        self.seen = set()  # (path of the document, method) that were validated

    def resolve(self, node):
        """The node itself, or what its $ref points to."""
        while isinstance(node, dict) and "$ref" in node:
            node = self.resolver.resolve(node["$ref"])[1]
        return node

    def operation(self, method, path):
        """(path of the document, operation) for a request, or Contradiction."""
        path = path.split("?", 1)[0].split("#", 1)[0]
        for pattern, named in self.patterns:
            if pattern.fullmatch(path):
                operation = self.resolve(self.document["paths"][named]).get(method.lower())
                if operation:
                    return named, operation
        raise Contradiction(f"{method} {path} is not in the document")

    def knows(self, method, path):
        try:
            return bool(self.operation(method, path))
        except Contradiction:
            return False

    def validate(self, method, path, body, status, answer, content_type="application/json"):
        """Judges a request body and its answer. `answer` is decoded JSON, or None for no body."""
        named, operation = self.operation(method, path)
        where = f"{method} {named} → {status}"
        if status < 400:
            self._judge_body(operation, body, where)
        self._judge_answer(operation, status, answer, content_type, where)
        self.seen.add((named, method.upper()))

    def unseen(self):
        """Operations of the document that nothing has validated yet."""
        every = {
            (path, method.upper())
            for path, item in self.document["paths"].items()
            for method in self.resolve(item)
            if method in ("get", "post", "put", "delete")
        }
        return sorted(every - self.seen)

    def check(self, schema, value, where):
        """Judges a value by a schema, or by the name of one under components/schemas."""
        if isinstance(schema, str):
            schema = {"$ref": f"#/components/schemas/{schema}"}
        checker = jsonschema.Draft202012Validator(schema, resolver=self.resolver)
        faults = sorted(checker.iter_errors(value), key=lambda fault: list(map(str, fault.path)))
        if faults:
            best = jsonschema.exceptions.best_match(faults)
            at = "/".join(map(str, best.absolute_path)) or "(all)"
            raise Contradiction(f"{where}: {at}: {best.message}")

    def _judge_body(self, operation, body, where):
        described = self.resolve(operation.get("requestBody"))
        if body is None:
            if described and described.get("required"):
                raise Contradiction(f"{where}: accepted without its body")
            return
        if not described:
            if body:
                raise Contradiction(f"{where}: a body was accepted where none is described")
            return
        self.check(described["content"]["application/json"]["schema"], body, f"{where} request")

    def _judge_answer(self, operation, status, answer, content_type, where):
        answers = operation["responses"]
        described = self.resolve(answers.get(str(status)) or self._default(answers, status, where))
        content = described.get("content")
        kind = (content_type or "").split(";", 1)[0].strip()
        if not content:
            if answer is not None:
                raise Contradiction(f"{where}: has a body, none is described")
            return
        if kind not in content:
            raise Contradiction(f"{where}: content type {kind!r}, not one of {sorted(content)}")
        if kind.endswith("json"):
            self.check(content[kind]["schema"], answer, where)

    @staticmethod
    def _default(answers, status, where):
        if status < 400 or "default" not in answers:
            raise Contradiction(f"{where}: this status is not described")
        return answers["default"]


def _pattern(path):
    """A path of the document as a regular expression: {n} and {seq} are numbers."""
    parts = re.split(r"(\{\w+\})", path)
    words = {"{n}": r"\d+", "{seq}": r"\d+"}
    return re.compile("".join(words.get(p, r"[^/]+") if p[:1] == "{" else re.escape(p) for p in parts))
