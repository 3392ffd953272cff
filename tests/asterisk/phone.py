"""A SIP phone for tests, on the loopback, with sound: calls and is called, presses keys, hangs up, or vanishes.

async with Phone(asterisk.sip_port) as phone:
    call = await phone.call("100")
    await call.hears(clip)
    await call.press("42#")
    await call.hang_up()
"""

from __future__ import annotations

import asyncio
import re
import secrets
from typing import Self

from recognition import audio
from recognition.speak import Clip
from tests.asterisk.hearing import where
from tests.asterisk.rtp import PACKET, Sound
from tests.asterisk.sip import Message, authorization, branch, parse, reply

PATIENCE = 30.0  # seconds for anything to happen; the machine may be slow
LISTEN = 10  # packets between two attempts to recognize what is heard


class Refused(Exception):
    """The call was not answered; the message is the status line."""


class Call:
    """One call of a phone. `ended` holds who ended it: `we` or `they`."""

    def __init__(self, phone: Phone, call_id: str, peer: tuple[str, int]) -> None:
        self.sound = Sound()
        self.invite: Message | None = None  # of an incoming call
        self.answered: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self.ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.id, self._phone, self._peer = call_id, phone, peer
        self._local = self._remote = self._target = ""
        self._sequence = 1
        self._listened = 0  # bytes of `heard` that `hears` is through with
        self._packet = asyncio.Event()
        self.sound.on_packet = self._packet.set

    # What a person does

    async def press(self, keys: str) -> float:
        """The time (event loop's clock) at which the last key was let go."""
        return await self.sound.press(keys)

    def hold(self, key: str) -> None:
        """Press a key and keep it down until `let_go`."""
        self.sound.hold(key)

    def let_go(self) -> None:
        self.sound.let_go()

    async def hears(self, clip: Clip, seconds: float = PATIENCE) -> None:
        """Until the beginning of the clip was heard, after all that `hears` has found before."""
        samples, _ = await asyncio.to_thread(audio.read, clip.path)
        begin = samples[: 8000 * 6 // 10]
        async with asyncio.timeout(seconds):
            while (found := where(self.sound.pcm(self._listened), begin)) is None:
                await self.packets(LISTEN)
        self._listened += found + len(begin)

    async def packets(self, count: int) -> None:
        """Until so many more packets of sound have come."""
        goal = len(self.sound.heard) + count * PACKET
        while len(self.sound.heard) < goal:
            self._packet.clear()
            await self._packet.wait()

    async def silence(self, seconds: float = 0.3) -> None:
        """Until nothing has been heard for so long: Asterisk sends no packets while nothing plays."""
        while True:
            self._packet.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._packet.wait()
            except TimeoutError:
                return

    async def answer(self) -> None:
        assert self.invite
        port = await self.sound.open()
        self._listen_to(self.invite.body)
        self._send(reply(self.invite, "200 OK", self._phone.contact, self._tag, self._phone.sdp(port)))

    def reject(self, status: str = "486 Busy Here") -> None:
        assert self.invite
        self._send(reply(self.invite, status, self._phone.contact, self._tag))
        self._end("we")

    def hang_up(self, reason: str = "") -> None:
        if not self.ended.done():
            self._request("BYE", [("reason", reason)] if reason else [])
            self._end("we")

    def transfer(self, uri: str) -> None:
        """A blind transfer (RFC 3515)."""
        self._request("REFER", [("refer-to", f"<{uri}>"), ("referred-by", self._phone.contact)])

    def vanish(self) -> None:
        """As a phone does whose radio link is gone: no packet and no word any more."""
        self._phone.forget(self.id)
        self.sound.stop()

    # What the phone does

    async def dial(self, number: str, headers: dict[str, str]) -> None:
        port = await self.sound.open()
        self._local = f"<sip:{self._phone.user}@127.0.0.1>;tag={secrets.token_hex(4)}"
        self._target = f"sip:{number}@{self._peer[0]}:{self._peer[1]}"
        self._remote = f"<{self._target}>"
        self._branch = branch()
        self._request("INVITE", list(headers.items()), self._phone.sdp(port), self._branch)

    def received(self, message: Message) -> None:
        if message.is_response:
            if message.method == "INVITE" and message.status >= 200:
                self._settled(message)
        elif message.method == "INVITE":
            self._invited(message)
        elif message.method in ("BYE", "CANCEL"):
            self._send(reply(message, "200 OK", self._phone.contact, self._tag))
            if message.method == "CANCEL" and self.invite:
                self._send(reply(self.invite, "487 Request Terminated", self._phone.contact, self._tag))
            self._end("they")
        elif message.method != "ACK":
            self._send(reply(message, "200 OK", self._phone.contact, self._tag))

    def _settled(self, response: Message) -> None:
        """A final response to our INVITE; repeated ones are acknowledged again."""
        accepted = response.status < 300
        if accepted:
            self._remote, self._target = response["to"], response.uri("contact")
        self._request("ACK", via=None if accepted else self._branch)
        if self.answered.done():
            return
        if accepted:
            self._listen_to(response.body)
            self.answered.set_result(response)
        else:
            self.answered.set_exception(Refused(response.start))
            self._end("they")

    def _invited(self, request: Message) -> None:
        if self.invite is None:
            self.invite = request
            self._tag = secrets.token_hex(4)
            self._local, self._remote = f"{request['to']};tag={self._tag}", request["from"]
            self._target = request.uri("contact")
            self._send(reply(request, "180 Ringing", self._phone.contact, self._tag))
        elif request["cseq"] != self.invite["cseq"]:  # a new session description within the call
            self._listen_to(request.body)
            self._send(reply(request, "200 OK", self._phone.contact, self._tag, self._phone.sdp(self.sound.port)))

    _tag = ""

    def _listen_to(self, sdp: str) -> None:
        host, port = re.search(r"^c=IN IP4 (\S+)", sdp, re.M), re.search(r"^m=audio (\d+)", sdp, re.M)
        assert host, sdp
        assert port, sdp
        self.sound.start(host[1], int(port[1]))

    def _request(
        self, method: str, extra: list[tuple[str, str]] | None = None, body: str = "", via: str | None = None
    ) -> None:
        if method not in ("ACK", "INVITE"):
            self._sequence += 1
        headers = [
            ("via", f"SIP/2.0/UDP 127.0.0.1:{self._phone.port};rport;branch={via or branch()}"),
            ("max-forwards", "70"),
            ("from", self._local),
            ("to", self._remote),
            ("call-id", self.id),
            ("cseq", f"{self._sequence} {method}"),
            ("contact", self._phone.contact),
        ]
        self._send(Message(f"{method} {self._target} SIP/2.0", [*headers, *(extra or [])], body))

    def _send(self, message: Message) -> None:
        self._phone.send(message, self._peer)

    def _end(self, by: str) -> None:
        if not self.ended.done():
            self.ended.set_result(by)
            self.vanish()


class Phone(asyncio.DatagramProtocol):
    """Of the user `user`, beside the Asterisk that listens on `server` (a UDP port of 127.0.0.1)."""

    def __init__(self, server: int, user: str = "+15550100") -> None:
        self.user = user
        self.ringing: asyncio.Queue[Call] = asyncio.Queue()
        self._server = "127.0.0.1", server
        self._calls: dict[str, Call] = {}
        self._registering: asyncio.Future[Message] | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        self.port = int(self._transport.get_extra_info("sockname")[1])
        self.contact = f"<sip:{self.user}@127.0.0.1:{self.port}>"
        return self

    async def __aexit__(self, *exc: object) -> None:
        for call in list(self._calls.values()):
            call.hang_up()
        self._transport.close()

    async def call(self, number: str, headers: dict[str, str] | None = None) -> Call:
        """Returns when the call is answered. Raises `Refused`."""
        call = Call(self, secrets.token_hex(8), self._server)
        self._calls[call.id] = call
        await call.dial(number, headers or {})
        async with asyncio.timeout(PATIENCE):
            await call.answered
        return call

    async def rings(self) -> Call:
        """The next incoming call."""
        async with asyncio.timeout(PATIENCE):
            return await self.ringing.get()

    async def register(self, secret: str) -> None:
        """Tell the server where we are."""
        challenge = await self._register(1, [])
        assert challenge.status == 401, challenge.start
        uri = f"sip:127.0.0.1:{self._server[1]}"
        proof = authorization(challenge["www-authenticate"], "REGISTER", uri, self.user, secret)
        done = await self._register(2, [("authorization", proof)])
        assert done.status == 200, done.start

    async def _register(self, sequence: int, extra: list[tuple[str, str]]) -> Message:
        self._registering = asyncio.get_running_loop().create_future()
        me = f"<sip:{self.user}@127.0.0.1:{self._server[1]}>"
        headers = [
            ("via", f"SIP/2.0/UDP 127.0.0.1:{self.port};rport;branch={branch()}"),
            ("max-forwards", "70"),
            ("from", f"{me};tag=segue"),
            ("to", me),
            ("call-id", f"register-{self.port}"),
            ("cseq", f"{sequence} REGISTER"),
            ("contact", self.contact),
            ("expires", "3600"),
            *extra,
        ]
        self.send(Message(f"REGISTER sip:127.0.0.1:{self._server[1]} SIP/2.0", headers), self._server)
        async with asyncio.timeout(PATIENCE):
            return await self._registering

    def sdp(self, port: int) -> str:
        return (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
            "a=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n"
        )

    def send(self, message: Message, peer: tuple[str, int]) -> None:
        if not self._transport.is_closing():
            self._transport.sendto(message.encode(), peer)

    def forget(self, call_id: str) -> None:
        self._calls.pop(call_id, None)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not data[:1].isalpha():
            return  # keep-alive
        message = parse(data)
        call = self._calls.get(message["call-id"])
        if call:
            call.received(message)
        elif message.is_response:
            if message.method == "REGISTER" and self._registering and not self._registering.done():
                self._registering.set_result(message)
        elif message.method == "INVITE":
            call = self._calls[message["call-id"]] = Call(self, message["call-id"], addr)
            call.received(message)
            self.ringing.put_nowait(call)
        elif message.method != "ACK":
            self.send(reply(message, "481 Call Does Not Exist", self.contact), addr)
