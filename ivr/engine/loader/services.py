"""services.yaml: the back offices that menus may ask. Addresses are data of the installation, never of a customer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from ivr.engine.flow import ServiceSpec, Template
from ivr.engine.loader import source, template, values
from ivr.engine.loader.mistakes import Mistakes, Unfit
from ivr.engine.loader.reader import Draft, Reader, one_of
from ivr.engine.loader.source import Fields

METHODS: tuple[Literal["GET", "POST"], ...] = ("GET", "POST")
# The host stands fast, whatever a customer says: a placeholder may only come behind the first slash of the path.
ADDRESS = re.compile(r"(https?://[A-Za-z0-9.:\[\]-]+/|demo:/)\S*")


def load_services(text: str | bytes, name: str) -> Mapping[str, ServiceSpec]:
    """The declared services by their names. Raises `MenuMistakes`; `name` is the file's, for messages."""
    mistakes = Mistakes(name)
    draft = Draft(mistakes)
    found = {}
    remedy = "list the services: {orders.status: {url: …, answer: […]}}"
    with Reader(source.read(text, mistakes), draft, "a services file") as top, top.inside("services", remedy) as every:
        for service, _, node in every.entries():
            with every.reader(service, node, "write its url and answer") as declared:
                found[service] = _service(declared, service)
    mistakes.raise_if_any()
    return found


def _service(declared: Reader, name: str) -> ServiceSpec:
    return ServiceSpec(
        name=name,
        url=declared.need("url", _url, (), "write the address, with {argument}s in its path"),
        method=declared.get("method", one_of(METHODS), "GET"),
        timeout=declared.get("timeout", values.duration, 3.0),
        answer=_answer(declared),
    )


def _url(text: str) -> Template:
    url = template.parse(text)
    if not url or not isinstance(url[0], str) or not ADDRESS.fullmatch(url[0]) or " " in text:
        raise Unfit("it is no address", "write https://host/path/{argument}, or demo:/path for the demo back office")
    return url


def _answer(declared: Reader) -> Mapping[str, str]:
    """Values by their own names (a list), or value -> key of the JSON answer (a mapping)."""
    node = declared.node("answer")
    if node is None:
        return {}
    if isinstance(node, Fields):
        with declared.reader("answer", node, "") as keys:
            return {value: keys.get(value, values.words, "") for value, _, _ in keys.entries()}
    return {text.value: text.value for text in declared.texts("answer")}
