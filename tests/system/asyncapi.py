# SPDX-License-Identifier: Apache-2.0
"""docs/asyncapi.yaml as a judge: which channel a topic belongs to, and whether a payload fits it."""
import functools
import pathlib
import re

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Misfit(AssertionError):
    """A topic or payload that the document does not know."""


@functools.cache
def document():
    return yaml.safe_load((ROOT / "docs" / "asyncapi.yaml").read_text())


def look_up(ref):
    node = document()
    for word in ref.removeprefix("#/").split("/"):
        node = node[word]
    return node


@functools.cache
def channels():
    """[(name, pattern of the whole topic, schema's name)]"""
    found = []
    for name, channel in document()["channels"].items():
        pattern = re.sub(r"\\{[a-z]+\\}", "[^/]+", re.escape(channel["address"]))
        (message,) = channel["messages"].values()
        found.append((name, re.compile(pattern), look_up(message["$ref"])["payload"]["$ref"]))
    return found


@functools.cache
def validator(ref):
    schema = {"$ref": ref, "components": document()["components"]}
    return jsonschema.Draft202012Validator(schema)


def channel_of(topic):
    for name, pattern, ref in channels():
        if pattern.fullmatch(topic):
            return name, ref
    raise Misfit(f"{topic}: the document has no such channel")


def schema_of_event(kind):
    words = re.split(r"[.-]", kind)
    return "#/components/schemas/Event" + "".join(word.capitalize() for word in words)


def check(topic, body):
    """Whether the message is as the document says: its channel's name, or Misfit."""
    name, ref = channel_of(topic)
    if name == "event":
        kind = body.get("kind", "") if isinstance(body, dict) else ""
        if not topic.endswith("/event/" + kind.replace(".", "/")):
            raise Misfit(f"{topic}: carries kind {kind!r}")
        ref = schema_of_event(kind) # says more about a fault than "none of 44"
        if ref.rpartition("/")[2] not in document()["components"]["schemas"]:
            raise Misfit(f"{topic}: the document has no such kind")
    faults = sorted(validator(ref).iter_errors(body), key=str)
    if faults:
        where = "/".join(str(step) for step in faults[0].absolute_path)
        raise Misfit(f"{topic} {where}: {faults[0].message} in {body}")
    return name
