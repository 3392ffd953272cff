"""services.yaml: the back offices that menus may ask. Addresses are data of the installation, never of a customer."""

from __future__ import annotations

from typing import get_args

from ivr.engine.allow import Allow, HostRule, NetworkRule
from ivr.engine.loader import address, source, values
from ivr.engine.loader.answer import answer, missing
from ivr.engine.loader.draft import Draft
from ivr.engine.loader.headers import headers, key_header, secrets
from ivr.engine.loader.mistakes import Mistakes
from ivr.engine.loader.reader import Reader
from ivr.engine.services import IDEMPOTENT, WITH_BODY, Body, Method, Services, ServiceSpec
from ivr.engine.steps import PATIENCE, Template

METHODS: tuple[Method, ...] = get_args(Method)
BODIES: tuple[Body, ...] = get_args(Body)
NO_ADDRESS: Template = ()
YES_NO = {"yes": True, "no": False, "true": True, "false": False}
MOST_RETRIES = 5


def load_services(text: str | bytes, name: str) -> Services:
    """The declared services by their names. Raises `MenuMistakes`; `name` is the file's, for messages."""
    mistakes = Mistakes(name)
    draft = Draft(mistakes)
    found = {}
    remedy = "list the services: {orders.status: {url: …, answer: […]}}"
    with Reader(source.read(text, mistakes), draft, "a services file") as top:
        allow, names = _allow(top), secrets(top)
        with top.inside("services", remedy) as every:
            for service, _, node in every.entries():
                with every.reader(service, node, "write its url and answer") as declared:
                    found[service] = _service(declared, service, allow, names)
    mistakes.raise_if_any()
    return Services(found, allow)


def _allow(top: Reader) -> Allow:
    rules = top.several("allow", address.rule)
    hosts = tuple(rule for rule in rules if isinstance(rule, HostRule))
    return Allow(hosts, tuple(rule for rule in rules if isinstance(rule, NetworkRule)))


def _service(declared: Reader, name: str, allow: Allow, names: tuple[str, ...]) -> ServiceSpec:
    method = declared.get("method", values.one_of(METHODS), METHODS[0])
    values_, headers_ = answer(declared), headers(declared, names)
    return ServiceSpec(
        name=name,
        url=_url(declared, allow),
        method=method,
        timeout=declared.get("timeout", values.duration, PATIENCE),
        answer=values_,
        headers=headers_,
        body=_body(declared, method),
        retries=_retries(declared, method),
        missing=missing(declared, values_),
        key_header=key_header(declared, method, headers_),
    )


def _url(declared: Reader, allow: Allow) -> Template:
    url = declared.need("url", address.url, NO_ADDRESS, "write the address, with {argument}s in its path")
    if url and not str(url[0]).startswith("demo:"):
        scheme, host, port = address.target(url)
        if not allow.names(scheme, host, port):
            wanted = address.entry(scheme, host, port)
            declared.wrong(declared.place("url"), f"allow does not list {wanted}", address.remedy(allow, wanted))
    return url


def _body(declared: Reader, method: Method) -> Body:
    if declared.has("body") and method not in WITH_BODY:
        declared.wrong(declared.place("body"), f"a {method} has no body", "take it away, or use POST")
    return declared.get("body", values.one_of(BODIES), "json")


def _retries(declared: Reader, method: Method) -> int:
    retries = declared.get("retries", values.whole(0, MOST_RETRIES), 0)
    spelt = declared.get("idempotent", values.one_of(tuple(YES_NO)), "yes" if method in IDEMPOTENT else "no")
    if retries and not YES_NO[spelt]:
        problem = f"asking twice may do it twice: this {method} is not idempotent"
        declared.wrong(declared.place("retries"), problem, "take retries away, or write idempotent: yes if it is")
    return retries
