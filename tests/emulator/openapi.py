"""Checks the traffic against Discord's OpenAPI document, where DISCORD_OPENAPI names it."""

import functools
import json
import os
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, exceptions

from bot.emulator.rest.exchange import Exchange, Recorder

Schema = dict[str, Any]
relevance: Any = exceptions  # jsonschema's stubs leave it half typed
_INVALID_FORM = 50035


class Checker:
    """Collects what does not fit the document.

    Requests are checked when the emulator took them; those it refused as 50035 are counted in
    `refused`, since some tests send them on purpose.
    """

    def __init__(self, document: Path) -> None:
        self._spec = _loaded(document)
        self._paths = _compiled(self._spec["paths"])
        self.checked = 0
        self.violations: list[str] = []
        self.refused: list[str] = []

    def record(self, exchange: Exchange) -> None:
        """Check one exchange; give this to `run_emulator(recorder=...)`."""
        self.checked += 1
        operation = self._operation(exchange)
        if operation is None:
            self._report(exchange, "the document has no such operation")
            return
        self._check_response(exchange, operation)
        if exchange.status < 400:
            self._check_request(exchange, operation)
        elif exchange.response and exchange.response.get("code") == _INVALID_FORM:
            self.refused.append(f"{exchange.method} {exchange.path}: {exchange.response}")

    def faults(self, schema: str, subject: object) -> list[str]:
        """What of a single object does not fit a named schema."""
        validator: Any = self._validator({"$ref": f"#/components/schemas/{schema}"})
        return [
            f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(subject)
        ]

    def _operation(self, exchange: Exchange) -> Schema | None:
        for pattern, item in self._paths:
            if pattern.fullmatch(exchange.path) and exchange.method.lower() in item:
                return item[exchange.method.lower()]
        return None

    def _check_response(self, exchange: Exchange, operation: Schema) -> None:
        answers = operation["responses"]
        answer = answers.get(str(exchange.status)) or answers.get(f"{exchange.status // 100}XX")
        if answer is None:
            self._report(exchange, f"status {exchange.status} is not documented")
            return
        answer = self._resolved(answer)
        if "content" in answer:
            self._validate(exchange, answer["content"]["application/json"]["schema"], "response")

    def _check_request(self, exchange: Exchange, operation: Schema) -> None:
        content = operation.get("requestBody", {}).get("content", {})
        if exchange.body.json is None or not content:
            return
        schema = content.get(exchange.content_type)
        if schema is None:
            self._report(exchange, f"content type {exchange.content_type} is not documented")
            return
        self._validate(exchange, schema["schema"], "request")

    def _validate(self, exchange: Exchange, schema: Schema, which: str) -> None:
        subject = exchange.response
        if which == "request":
            subject = exchange.body.json
            for upload in exchange.body.uploads:
                subject = {**subject, f"files[{upload.index}]": "binary"}
        validator: Any = self._validator(schema)
        error: Any = relevance.best_match(validator.iter_errors(subject))
        if error is not None:
            self._report(exchange, f"{which} {error.json_path}: {error.message[:500]}")

    def _validator(self, schema: Schema) -> Draft202012Validator:
        return Draft202012Validator({**schema, "components": self._spec["components"]})

    def _resolved(self, node: Schema) -> Schema:
        while "$ref" in node:
            found: Any = self._spec
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            node = found
        return node

    def _report(self, exchange: Exchange, problem: str) -> None:
        self.violations.append(f"{exchange.method} {exchange.path}: {problem}")


def openapi_checker() -> Checker | None:
    """A fresh checker, or None when DISCORD_OPENAPI names no document."""
    document = os.environ.get("DISCORD_OPENAPI")
    return Checker(Path(document)) if document else None


@contextmanager
def checked_traffic() -> Generator[Recorder | None]:
    """A recorder for `run_emulator`; fails at the end when anything did not fit the document."""
    checker = openapi_checker()
    if checker is None:
        yield None
        return
    yield checker.record
    assert not checker.violations, "\n".join(checker.violations)


@functools.cache
def _loaded(document: Path) -> Schema:
    """The document, allowing what Discord says in words but its schemas forget."""
    spec: Schema = json.loads(document.read_text())
    schemas = spec["components"]["schemas"]
    schemas["SnowflakeType"] = {"type": ["string", "integer"]}
    # the codes inside a form error are words
    nested = {"type": "object", "required": ["code", "message"]}
    schemas["InnerErrors"]["properties"]["_errors"]["items"] = nested
    return spec


def _compiled(paths: Schema) -> list[tuple[re.Pattern[str], Schema]]:
    """Paths as patterns, literal ones before templates, so that "@original" is itself."""
    ordered = sorted(paths.items(), key=lambda item: item[0].count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), item) for path, item in ordered]
