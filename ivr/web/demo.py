"""The demo's back offices: what a shop, a bank and a clinic would answer. Served only with IVR_DEMO.

Numbers that begin with 0 do not exist. All others do, and the same number is always the same thing. What a customer
changes is agreed to and forgotten; but what is asked under one `Idempotency-Key` is done once.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import msgspec
from aiohttp import web

from ivr.web.once import Once

STATES = ("on its way", "being packed", "ready to be picked up", "with our carrier")
ZIP = "10001"  # where everything is delivered to
REGISTERED = "+14155550134"  # of everybody who has a card; the demo's phone calls from it
MODELS = ("Acme Air 13", "Acme Pro 15")


class DemoBackOffice:
    def routes(self) -> list[web.RouteDef]:
        once = Once()
        return [
            web.get("/demo/orders/{order:[0-9]+}", self.order),
            web.post("/demo/orders/{order}/zip", once(self.zip)),
            web.get("/demo/orders/{order:[0-9]+}/invoice", self.invoice),
            web.post("/demo/orders/{order}/delivery", once(self.delivery)),
            web.post("/demo/orders/{order}/cancellation", once(self.cancellation)),
            web.post("/demo/orders/{order}/returns", once(self.returns)),
            web.get("/demo/cards/{card:[0-9]+}", self.card),
            web.post("/demo/cards/{card}/holder", once(self.holder)),
            web.post("/demo/cards/{card}/pin", once(self.pin)),
            web.put("/demo/cards/{card}/{change:activation|block|limit}", once(self.done)),
            web.get("/demo/laptops/{serial:[0-9]+}", self.laptop),
            web.get("/demo/patients/{insurance:[0-9]+}", self.patient),
            web.get("/demo/appointments/free/{doctor}/{day}/{part}", self.free),
            web.get("/demo/appointments/{insurance:[0-9]+}", self.appointment),
            web.post("/demo/appointments/{insurance:[0-9]+}", once(self.agreed)),
            web.put("/demo/appointments/{insurance:[0-9]+}", once(self.agreed)),
            web.delete("/demo/appointments/{insurance:[0-9]+}", once(self.agreed)),
        ]

    # The shop

    async def order(self, request: web.Request) -> web.Response:
        """Those that begin with 9 have been delivered."""
        order = request.match_info["order"]
        state = STATES[int(order[-1]) % len(STATES)]
        match order[0]:
            case "0":
                return _json({"status": "unknown", "eta": _day(2)})
            case "9":
                return _json({"status": "delivered", "eta": _day(-2)})
            case _:
                return _json({"status": state, "eta": _day(2)})

    async def zip(self, request: web.Request) -> web.Response:
        return _json({"ok": (await request.json())["zip"] == ZIP})

    async def invoice(self, request: web.Request) -> web.Response:
        """Odd orders are paid."""
        paid = "49.90" if int(request.match_info["order"]) % 2 else "20.00"
        return _json({"total": "49.90", "paid": paid, "due": "0.00" if paid == "49.90" else "29.90"})

    async def delivery(self, request: web.Request) -> web.Response:
        """From tomorrow on, and not on Sundays."""
        day = datetime.date.fromisoformat((await request.json())["day"])
        return _json({"moved": day > _today() and day.isoweekday() <= 6})

    async def cancellation(self, _request: web.Request) -> web.Response:
        return _json({"refund": "49.90"})

    async def returns(self, request: web.Request) -> web.Response:
        return _json({"label": f"RX{request.match_info['order'][-4:]}"})

    async def laptop(self, request: web.Request) -> web.Response:
        """Serial numbers that begin with 9 are old."""
        serial = request.match_info["serial"]
        if serial.startswith("0"):
            return _json({"model": "unknown", "warranty": "unknown"})
        return _json({"model": MODELS[int(serial) % 2], "warranty": "over" if serial.startswith("9") else "covered"})

    # The bank

    async def card(self, request: web.Request) -> web.Response:
        """Those that begin with 9 are active already."""
        state = {"0": "unknown", "9": "active"}.get(request.match_info["card"][0], "new")
        return _json({"state": state})

    async def holder(self, _request: web.Request) -> web.Response:
        return _json({"registered": REGISTERED})

    async def pin(self, request: web.Request) -> web.Response:
        """The last four digits of the card."""
        return _json({"ok": (await request.json())["pin"] == request.match_info["card"][-4:]})

    async def done(self, _request: web.Request) -> web.Response:
        return _json({})

    # The clinic

    async def patient(self, request: web.Request) -> web.Response:
        if request.match_info["insurance"].startswith("0"):
            raise web.HTTPNotFound
        return _json({"status": "known", "mobile": REGISTERED})

    async def free(self, request: web.Request) -> web.Response:
        """Nobody is there on Sundays, nor in the past."""
        asked = request.match_info
        day = datetime.date.fromisoformat(asked["day"])
        if day <= _today() or day.isoweekday() > 6:
            raise web.HTTPNotFound
        return _json({"status": "free", "day": str(day), "hour": "09:30" if asked["part"] == "morning" else "14:15"})

    async def appointment(self, request: web.Request) -> web.Response:
        """Who has a number that ends with 0 has none."""
        if request.match_info["insurance"].endswith("0"):
            raise web.HTTPNotFound
        return _json({"status": "booked", "doctor": "chen", "day": _day(9), "hour": "10:30"})

    async def agreed(self, _request: web.Request) -> web.Response:
        return _json({"status": "done"})


def _json(answer: Mapping[str, str | bool]) -> web.Response:
    return web.Response(body=msgspec.json.encode(answer), content_type="application/json")


def _today() -> datetime.date:
    return datetime.datetime.now(tz=datetime.UTC).date()


def _day(ahead: int) -> str:
    return str(_today() + datetime.timedelta(days=ahead))
