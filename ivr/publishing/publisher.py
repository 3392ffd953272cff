"""Putting a version in force: the rules of `policy` on top of the store. Between several who publish, one wins."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from context_bridge.contract import ContextStore
from context_bridge.records import Published
from ivr.engine.flow import Flow
from ivr.engine.loader.bundle import bundle
from ivr.publishing import policy
from ivr.publishing.changes import changes
from ivr.publishing.policy import Moves, Stranded
from ivr.publishing.stored import stored

Prepare = Callable[[Flow], Awaitable[None]]


async def _nothing(_flow: Flow) -> None: ...


class Refused(Exception):
    """Not published; nothing was changed. The message says why and what to do."""


class Overtaken(Refused):
    """Another version is in force than the one that this was made from."""

    def __init__(self, menu: str, base: str | None, entry: Published | None, between: Sequence[str]) -> None:
        self.entry, self.changes = entry, tuple(between)
        if entry is None:
            text = f"{menu} was never published, so there is no version {base} to go on from; publish it as a new menu"
        else:
            text = (
                f"version {entry.version} of {menu} is in force now, published by {entry.author}: {entry.message}. "
                "Look at what it changed, bring that into yours, and publish again"
            )
        super().__init__(text)


class InUse(Refused):
    """The version takes steps away that journeys stand on."""

    def __init__(self, menu: str, removed: Sequence[Stranded]) -> None:
        self.removed = tuple(removed)
        where = ", ".join(f"{_journeys(each.journeys)} at {each.step}" for each in removed)
        maps = " ".join(f"--moved {each.step}={each.likely or 'STEP'}" for each in removed)
        super().__init__(
            f"this version of {menu} takes away steps at which customers are: {where}. "
            f"Keep these steps, or say where their customers go on: {maps}"
        )


class WrongMap(Refused):
    """The map of moved steps names steps that it cannot."""


class UnknownVersion(Refused):
    """The menu or the version was never published."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`new` False: exactly this was in force already."""

    entry: Published
    changes: tuple[str, ...] = ()
    new: bool = True


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants in force. `base`: the version that they started from; None: there was none."""

    flow: Flow
    base: str | None
    author: str
    message: str
    moved: Moves = field(default_factory=dict)
    rolled_back_from: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """What is in force (None: nothing yet), its flow (None: it cannot be read), and the whole map of moved steps."""

    now: Published | None
    old: Flow | None
    moved: Moves


class Publisher:
    """`prepare` is awaited for each version before it comes in force (its prompts are spoken, say)."""

    def __init__(self, store: ContextStore, clock: Callable[[], float], prepare: Prepare = _nothing) -> None:
        self._store, self._clock, self._prepare = store, clock, prepare

    async def publish(self, draft: Draft) -> Outcome:
        """Raises `Refused` of one of the kinds above, and `StoreUnavailable`."""
        case = await self.check(draft)
        now, flow = case.now, draft.flow
        if now is not None and now.version == flow.version:
            return Outcome(now, new=False)
        told = tuple(changes(case.old, flow)) if case.old else (f"the menu {flow.menu} is new",)
        await self._prepare(flow)
        entry = Published(
            menu=flow.menu,
            n=now.n + 1 if now else 1,
            version=flow.version,
            at=self._clock(),
            author=draft.author,
            message=draft.message,
            moved=case.moved,
            rolled_back_from=draft.rolled_back_from,
        )
        if not await self._store.publish(entry, bundle(flow.source, flow.parts)):
            raise await self._overtaken(draft, (await self._store.published(flow.menu))[0])
        return Outcome(entry, told)

    async def check(self, draft: Draft) -> Case:
        """What would be replaced. Raises as `publish` does, and changes nothing."""
        flow = draft.flow
        now = next(iter(await self._store.published(flow.menu)), None)
        if now is not None and now.version == flow.version:
            return Case(now, flow, {})
        if draft.base != (now.version if now else None):
            raise await self._overtaken(draft, now)
        old = await self._flow(now)
        moved = policy.expanded(draft.moved, old, flow)
        if now is not None:
            await self._refuse_unless_all_go_on(flow, old, moved)
        return Case(now, old, moved)

    async def roll_back(
        self, menu: str, version: str, author: str, message: str, moved: Moves | None = None
    ) -> Outcome:
        """Put an older version in force again. Steps that were moved since lead back by themselves."""
        entries = await self._store.published(menu)
        since = next((n for n, entry in enumerate(entries) if entry.version == version), None)
        flow = await stored(self._store, menu, version) if since is not None else None
        if flow is None:
            raise UnknownVersion(f"there is no version {version} of {menu} that can be read; `segue versions {menu}`")
        now = entries[0].version
        back = {**policy.undone(entries[:since], flow), **(moved or {})}
        return await self.publish(Draft(flow, now, author, message, back, rolled_back_from=now))

    async def removed(self, new: Flow, moved: Moves | None = None) -> tuple[Stranded, ...]:
        """Where journeys would stand nowhere if `new` came in force now."""
        entries = await self._store.published(new.menu)
        if not entries:
            return ()
        old = await self._flow(entries[0])
        return policy.stranded(old, new, moved or {}, await self._store.standing(new.menu))

    async def version(self, menu: str, version: str) -> Flow:
        """Raises `UnknownVersion`."""
        flow = await stored(self._store, menu, version)
        if flow is None:
            raise UnknownVersion(f"there is no version {version} of {menu} that can be read; `segue versions {menu}`")
        return flow

    async def _refuse_unless_all_go_on(self, flow: Flow, old: Flow | None, moved: Mapping[str, str]) -> None:
        standing = await self._store.standing(flow.menu)
        known = {*(old.steps if old else ()), *(place.step for place in standing)}
        if wrong := policy.wrong_moves(moved, known, flow):
            raise WrongMap("; ".join(wrong))
        if removed := policy.stranded(old, flow, moved, standing):
            raise InUse(flow.menu, removed)

    async def _overtaken(self, draft: Draft, now: Published | None) -> Overtaken:
        menu = draft.flow.menu
        before = await stored(self._store, menu, draft.base) if draft.base and now else None
        after = await self._flow(now)
        return Overtaken(menu, draft.base, now, changes(before, after) if before and after else ())

    async def _flow(self, entry: Published | None) -> Flow | None:
        return await stored(self._store, entry.menu, entry.version) if entry else None


def _journeys(count: int) -> str:
    return f"{count} journey{'s' * (count != 1)}"
