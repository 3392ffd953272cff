"""`segue migrate`: again and again, without a database, and on PostgreSQL."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

from context_bridge.migrate import current, migrate
from ivr.cli import main
from tests.servers import PostgresServer, free_port


def test_migrate_may_run_again_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_DATABASE_URL", f"sqlite:///{tmp_path / 'a.db'}")
    assert main(["migrate"]) == main(["migrate"]) == 0
    assert (tmp_path / "a.db").exists()


def test_migrate_tells_what_is_wrong_with_a_database_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, other = tmp_path / "folder", tmp_path / "other.db"
    folder.mkdir()
    other.write_text("nothing that SQLite knows" * 99)
    for path, remedy in [(folder, "see that this user may write"), (other, "the file is damaged or not a database")]:
        monkeypatch.setenv("IVR_DATABASE_URL", f"sqlite:///{path}")
        assert main(["migrate"]) == 2
        told = capsys.readouterr().err
        assert told.startswith(f"segue: {path}: ")
        assert remedy in told


def test_migrate_without_a_database(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("IVR_DATABASE_URL", f"postgresql://segue:pw@127.0.0.1:{free_port()}/segue")
    assert main(["migrate"]) == 2
    assert capsys.readouterr().err.endswith("start it, or correct IVR_DATABASE_URL\n")


def test_migrate_postgresql(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IVR_DATABASE_URL", postgres.database("not_migrated"))
    monkeypatch.setenv("IVR_PORT", str(free_port()))
    main(["doctor"])
    assert "run `segue migrate`" in capsys.readouterr().out
    assert main(["migrate"]) == 0
    main(["doctor"])
    assert "answers, and is up to date" in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_database_of_a_newer_segue_is_left_alone(
    kind: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Somebody went back to the version before, and not to the backup."""
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path / 'a.db'}"
        migrate(url)
        with closing(sqlite3.connect(tmp_path / "a.db")) as newer, newer:
            newer.execute("UPDATE alembic_version SET version_num = '0999'")
    else:
        url = request.getfixturevalue("postgres").database("newer")
        migrate(url)
        asyncio.run(_newer(url))
    monkeypatch.setenv("IVR_DATABASE_URL", url)
    for command in (["migrate"], ["switch", "list"], ["serve"]):
        assert main(command) == 2
        told = capsys.readouterr().err
        assert "the database is at revision 0999, of a newer Segue than this one" in told
        assert "or put the backup from before the upgrade in its place" in told
    main(["doctor"])
    (line,) = (line for line in capsys.readouterr().out.splitlines() if " database " in line)
    assert line.startswith("WRONG")
    assert "of a newer Segue" in line
    assert current(url) == "0999"


async def _newer(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("UPDATE alembic_version SET version_num = '0999'")
    await connection.close()
