"""Back offices as services.yaml declares them. Frozen; what asking them does is in `ivr.backoffice`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from ivr.engine.allow import Allow
from ivr.engine.flow import Flow
from ivr.engine.steps import PATIENCE, InvokeStep, Ref, Template, Verify

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Body = Literal["json", "form"]
Asking = TypeVar("Asking", bound=InvokeStep | Verify)

# RFC 9110, section 9.2.2: asking twice is the same as asking once.
IDEMPOTENT: frozenset[Method] = frozenset({"GET", "PUT", "DELETE"})
WITH_BODY: frozenset[Method] = frozenset({"POST", "PUT", "PATCH"})


@dataclass(frozen=True, slots=True)
class SecretRef:
    """`{secret:NAME}` in a header."""

    name: str


HeaderValue = tuple[str | SecretRef, ...]


@dataclass(frozen=True, slots=True)
class KeyHeader:
    """The header that names an asking, so that the service does what is asked twice once. `quoted`: a String of
    structured headers (RFC 9651), as draft-ietf-httpapi-idempotency-key-header has it."""

    name: str
    quoted: bool = False


IDEMPOTENCY_KEY = KeyHeader("Idempotency-Key", quoted=True)


@dataclass(frozen=True, slots=True)
class AnswerField:
    """Where a value stands in the JSON that comes back: keys and indexes, from the outside in. With `values` (as it
    comes -> as the menu knows it) all others are unknown. `default` stands for what is absent, null or unknown; None:
    there is no such value then."""

    path: tuple[str | int, ...]
    values: Mapping[str, str] | None = None
    default: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """A declared back office. `url` names `{argument}`s; the others go into the `body`. An address that begins with
    `demo:/` is a path of our own demo back office. `timeout` (seconds) is the longest that anybody waits for it, with
    all `retries`. `missing`: the values when it says that there is no such thing; None: that is a failure.
    `key_header`: None where askings have no names."""

    name: str
    url: Template
    method: Method
    timeout: float
    answer: Mapping[str, AnswerField]
    headers: Mapping[str, HeaderValue] = field(default_factory=dict)
    body: Body = "json"
    retries: int = 0
    missing: Mapping[str, str] | None = None
    key_header: KeyHeader | None = None

    @property
    def in_url(self) -> frozenset[str]:
        return frozenset(part.name for part in self.url if isinstance(part, Ref))

    @property
    def has_body(self) -> bool:
        return self.method in WITH_BODY

    @property
    def is_demo(self) -> bool:
        return bool(self.url) and str(self.url[0]).startswith("demo:")

    @property
    def secrets(self) -> frozenset[str]:
        return frozenset(part.name for value in self.headers.values() for part in value if isinstance(part, SecretRef))


@dataclass(frozen=True)
class Services(Mapping[str, ServiceSpec]):
    """All declared back offices by name, and where they may be."""

    by_name: Mapping[str, ServiceSpec] = field(default_factory=dict)
    allow: Allow = field(default_factory=Allow)

    def __getitem__(self, name: str) -> ServiceSpec:
        return self.by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_name)

    def __len__(self) -> int:
        return len(self.by_name)


def informed(flow: Flow, services: Services) -> Flow:
    """A version is read from the store without services, since some may have gone: how long those that it asks may
    take, and which are safe to ask again, is known here."""
    steps = {
        name: informed_step(step, services.get(step.service)) if isinstance(step, InvokeStep | Verify) else step
        for name, step in flow.steps.items()
    }
    others = {language: informed(other, services) for language, other in flow.others.items()}
    return replace(flow, steps=steps, others=others)


def informed_step(step: Asking, spec: ServiceSpec | None) -> Asking:
    """`spec` of the service that it asks; None: it is not known, and the usual holds."""
    patience = spec.timeout if spec else PATIENCE
    if isinstance(step, Verify):
        return replace(step, patience=patience)
    return replace(step, patience=patience, safe=spec is not None and spec.method == "GET")  # RFC 9110, section 9.2.1
