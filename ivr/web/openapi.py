"""The OpenAPI 3.1 document, built from the same table that the server routes by: it cannot be out of date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from aiohttp import web

from ivr.http import Route, answer
from ivr.web.schema import Wrong

REF = "#/components/schemas/{name}"
ABOUT = (
    "The desk's side of Segue. Where a desk key is set, send it as `Authorization: Bearer <key>` or log in at /login. "
    "Failures are `application/problem+json`, whose `detail` says what to do."
)


class OpenApi:
    """Serves `/openapi.json` for all routes of `table`."""

    def __init__(self, table: Iterable[Route], version: str = "0.1.0") -> None:
        self.document = document(table, version)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/openapi.json", self.serve)]

    async def serve(self, _request: web.Request) -> web.Response:
        return answer(self.document)


def document(table: Iterable[Route], version: str) -> dict[str, Any]:
    routes = list(table)
    kinds = [kind for route in routes for kind in (route.body, route.answer) if kind is not None] + [Wrong]
    schemas, components = msgspec.json.schema_components(kinds, ref_template=REF)
    described = dict(zip(map(repr, kinds), schemas, strict=True))  # by repr: list[Pop] is not the same object twice
    paths: dict[str, Any] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, described)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Segue", "version": version, "description": ABOUT},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"desk": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: Route, described: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "summary": route.summary,
        "operationId": f"{route.method.lower()} {route.path}",
        "responses": {str(route.status): _answer(route, described)} | _problems(route),
    }
    if parameters := _parameters(route):
        found["parameters"] = parameters
    if route.body is not None:
        content = {"application/json": {"schema": described[repr(route.body)]}}
        found["requestBody"] = {"required": True, "content": content}
    if route.desk:
        found["security"] = [{"desk": []}]
    return found


def _answer(route: Route, described: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"description": HTTPStatus(route.status).phrase}
    if route.answer is not None:
        found["content"] = {route.media: {"schema": described[repr(route.answer)]}}
    elif route.media != "application/json":
        found["content"] = {route.media: {"schema": {"type": "string"}}}
    return found


def _problems(route: Route) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": REF.format(name="Wrong")}}}
    statuses = sorted({*route.problems, *((401,) if route.desk else ())})
    return {str(status): {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def _parameters(route: Route) -> list[dict[str, Any]]:
    text = {"schema": {"type": "string"}}
    inside = [{"name": name, "in": "path", "required": True, **text} for name in re.findall(r"{(\w+)}", route.path)]
    after = [{"name": name, "in": "query", "description": words, **text} for name, words in (route.query or {}).items()]
    return inside + after
