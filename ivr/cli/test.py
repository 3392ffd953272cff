"""Play the conversations of the menus (docs/conversations.md), and tell which of them go another way.

With --coverage, also which steps and choices of their menus no conversation walks. The exit code is 1 when a
conversation fails, or when coverage is under what is asked for."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from ivr import conversation, settings
from ivr.cli.check import CONVERSATIONS, read
from ivr.cli.complaint import Complaint
from ivr.conversation import CannotPlay, Conversation, Result
from ivr.coverage import Coverage, Report
from ivr.engine.flow import Flow
from ivr.flows import read_folder
from ivr.rehearsal import rehearsal_of


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", type=Path, help="files or folders; otherwise conversations/ of the menus")
    parser.add_argument("--coverage", action="store_true", help="name the steps and choices that are not tested")
    parser.add_argument("--coverage-file", type=Path, metavar="FILE", help="write that to FILE, as JSON")
    for what in ("steps", "choices"):
        parser.add_argument(
            f"--fail-under-{what}", type=float, metavar="PERCENT", help=f"fail when fewer {what} are tested"
        )


async def run(chosen: argparse.Namespace) -> int:
    setting = settings.load()
    flows, _ = read_folder(setting.menus, setting.services)
    told = [
        conversation.load(read(path), str(path)) for path in _files(chosen.paths or [setting.menus / CONVERSATIONS])
    ]
    meant = {one.menu for one in told} if chosen.paths else flows.keys()
    coverages = {name: Coverage(flow) for name, flow in sorted(flows.items()) if name in meant}
    failed = 0
    for one in told:
        result = await _played(one, flows, coverages, setting.region)
        print(_report(result))
        failed += not result.passed
    print(f"{len(told) - failed} passed, {failed} failed" if failed else f"{len(told)} passed")
    reports = [coverage.report(_file_of(coverage.flow, setting.menus)) for coverage in coverages.values()]
    return 1 if failed + _tell_coverage(reports, chosen) else 0


async def _played(
    told: Conversation, flows: Mapping[str, Flow], coverages: Mapping[str, Coverage], region: str
) -> Result:
    if told.menu not in flows:
        raise Complaint(f"{told.file}: there is no menu {told.menu!r}; there are: {', '.join(sorted(flows))}")
    try:
        async with rehearsal_of(told, flows, region, coverages[told.menu].watch) as player:
            return await conversation.run(told, player)
    except CannotPlay as error:  # the stage cannot be set as the conversation wants it
        raise Complaint(f"{told.file}: {error}") from error


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        is_folder = path.is_dir() or path.name == CONVERSATIONS  # which nobody has made yet
        found = sorted(path.glob("*.yaml")) if is_folder else [path]
        if not found:
            raise Complaint(f"{path} holds no conversations; docs/conversations.md says how to write one")
        yield from found


def _file_of(flow: Flow, folder: Path) -> str:
    found = (path for path in sorted(folder.glob("*.yaml")) if read(path) == flow.source)
    return os.path.relpath(next(found, folder / f"{flow.menu}.yaml"))


def _tell_coverage(reports: list[Report], chosen: argparse.Namespace) -> int:
    """How many limits are not kept."""
    limits = {"steps": chosen.fail_under_steps, "choices": chosen.fail_under_choices}
    if chosen.coverage_file:
        _write(reports, chosen.coverage_file)
    if not (chosen.coverage or any(limit is not None for limit in limits.values())):
        return 0
    failed = 0
    for report in reports:
        steps = f"{report.steps_walked} of {report.steps} steps ({report.of_steps:.0f} %)"
        choices = f"{report.choices_walked} of {report.choices} choices ({report.of_choices:.0f} %)"
        print(f"{report.menu}: {steps}, {choices}")
        for untested in report.untested:
            print(f"  {untested}")
        for what, percent in (("steps", report.of_steps), ("choices", report.of_choices)):
            if limits[what] is not None and percent < limits[what]:
                print(f"FAIL {report.menu}: fewer than {limits[what]:g} % of its {what} are tested")
                failed += 1
    return failed


def _write(reports: list[Report], file: Path) -> None:
    menus = [asdict(report) | {"of_steps": report.of_steps, "of_choices": report.of_choices} for report in reports]
    try:
        file.write_text(json.dumps(menus, indent=2, ensure_ascii=False) + "\n", "utf-8")
    except OSError as error:
        raise Complaint(f"{file} cannot be written: {error.strerror}; name another file") from error


def _report(result: Result) -> str:
    named = f"{os.path.relpath(result.conversation.file)}  {result.conversation.name}"
    if result.lacking:
        return f"FAIL {named}\n  cannot be played in the terminal: {', '.join(result.lacking)}"
    return f"FAIL {named}\n{result.mismatch}" if result.mismatch else f"PASS {named}"
