"""What `bench_twilio.py` compares, each a process of its own: `python twilio_servers.py KIND PORT DATABASE`.

`segue` is the whole product on PostgreSQL. `bare` is an aiohttp handler that reads the form and answers a fixed
document: nothing that answers webhooks in this process can be quicker. `defaults` is how a careful author writes the
same with the libraries' own means: Twilio's validator and TwiML classes, and an ORM session for each request that
loads the call, checks the turn, and commits call, history and answer.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # run as a script

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncAttrs, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Gather, VoiceResponse

from context_bridge.migrate import migrate
from ivr.collector import settle
from ivr.server import application, build
from ivr.settings import Settings
from tests.bench.again import MENU

SID, TOKEN = "AC" + "b" * 32, "twilio-auth-token"
PUBLIC = "https://segue.example"
PROMPT = "Again? For go on, press 1. For stop, press 2."


def document(turn: int) -> str:
    response = VoiceResponse()
    gather = Gather(
        input="dtmf speech",
        action=f"/twilio/voice/0.{turn}",
        method="POST",
        action_on_empty_result=True,
        timeout=60,
        num_digits=1,
        finish_on_key="",
        language="en-US",
        hints="go on,stop",
    )
    gather.say(PROMPT, language="en-US")
    response.append(gather)
    return str(response)


def bare() -> web.Application:
    """Answers with the next turn's document, which the load needs to go on."""
    documents = [document(turn).encode() for turn in range(1000)]

    async def handle(request: web.Request) -> web.Response:
        await request.post()
        turn = int(request.match_info.get("turn", "0"))
        return web.Response(body=documents[turn + 1], content_type="text/xml")

    app = web.Application()
    app.add_routes([web.post("/twilio/voice", handle), web.post(r"/twilio/voice/0.{turn:\d+}", handle)])
    return app


class Base(AsyncAttrs, DeclarativeBase):
    pass


class Call(Base):
    __tablename__ = "call"
    sid: Mapped[str] = mapped_column(primary_key=True)
    turn: Mapped[int]
    step: Mapped[str]
    caller: Mapped[str]
    updated_at: Mapped[float]


class Line(Base):
    __tablename__ = "line"
    call: Mapped[str] = mapped_column(primary_key=True)
    turn: Mapped[int] = mapped_column(primary_key=True)
    heard: Mapped[str]
    at: Mapped[float]


class Answer(Base):
    __tablename__ = "answer"
    call: Mapped[str] = mapped_column(primary_key=True)
    turn: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str]


async def defaults(database: str) -> web.Application:
    engine = create_async_engine(database.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    sessions, validator = async_sessionmaker(engine, expire_on_commit=False), RequestValidator(TOKEN)

    async def handle(request: web.Request) -> web.Response:
        form = await request.post()
        signature = request.headers.get("X-Twilio-Signature", "")
        if not validator.validate(PUBLIC + request.path_qs, form, signature):
            return web.Response(status=403)
        turn, sid = int(request.match_info.get("turn", "0")), str(form["CallSid"])
        async with sessions() as session, session.begin():
            told = await session.get(Answer, (sid, turn))
            if told is not None:
                return web.Response(text=told.body, content_type="text/xml")
            call = await session.scalar(select(Call).where(Call.sid == sid).with_for_update())
            if call is None:
                call = Call(sid=sid, turn=0, step="again", caller=str(form["From"]), updated_at=time.time())
                session.add(call)
            call.turn, call.updated_at = turn + 1, time.time()
            session.add(Line(call=sid, turn=turn, heard=str(form.get("Digits", "")), at=time.time()))
            body = document(call.turn)
            session.add(Answer(call=sid, turn=turn, body=body))
        return web.Response(text=body, content_type="text/xml")

    app = web.Application()
    app.add_routes([web.post("/twilio/voice", handle), web.post(r"/twilio/voice/0.{turn:\d+}", handle)])
    return app


async def serve(app: web.Application, port: int) -> None:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    settle()  # as the product does; here the others get it too
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


async def segue(port: int, database: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        menus = Path(name) / "menus"
        menus.mkdir()
        (menus / "again.yaml").write_text(MENU)
        settings = Settings(
            port=port,
            data_dir=Path(name),
            database_url=database,
            public_url=PUBLIC,
            menus=menus,
            menu="again",
            twilio_account=SID,
            twilio_tokens=TOKEN,
        )
        async with build(settings) as parts:
            await serve(application(parts), port)


async def main(kind: str, port: int, database: str) -> None:
    if kind == "segue":
        await asyncio.to_thread(migrate, database)
        await segue(port, database)
    else:
        await serve(bare() if kind == "bare" else await defaults(database), port)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
