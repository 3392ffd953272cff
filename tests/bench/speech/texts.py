"""What is said in the test set, to which question, and what should be understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from recognition.listen import Hints

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()  # of whoever says today
Group = Literal[
    "yes_no", "menu", "unlisted", "digits", "free_digits", "money", "date", "time", "number", "open", "outside"
]

# As an operator would write them; what callers say below is not copied from here.
MENU: Mapping[str, tuple[str, ...]] = {
    "billing": ("billing", "bill", "a question about my bill", "invoice", "why is my bill so high"),
    "support": ("technical support", "support", "tech support", "it is not working", "help with my internet"),
    "agent": ("agent", "speak to an agent", "talk to an agent", "representative", "a real person", "customer service"),
    "order_status": ("track my order", "order status", "where is my order", "my package has not arrived", "delivery"),
    "activate_card": ("activate my card", "activate a new card", "card activation"),
    "cancel": ("cancel", "cancel my account", "cancel my subscription", "close my account"),
    "payment": ("make a payment", "pay my bill", "pay by card", "payment"),
    "hours": ("opening hours", "what time do you open", "what time do you close", "hours"),
    "locations": ("store locations", "nearest store", "where are you located", "find a store"),
    "password": ("reset my password", "password reset", "forgot my password", "I cannot log in"),
    "refund": ("refund", "I want a refund", "money back", "return an item", "send it back"),
    "address": ("change my address", "update my address", "I moved", "address change"),
    "repeat": ("repeat", "repeat that", "say that again"),
    "main_menu": ("main menu", "go back", "start over"),
    "lost_card": ("lost card", "report a lost card", "stolen card", "block my card"),
    "sales": ("sales", "buy something", "new customer", "place an order"),
}
ALWAYS: Mapping[str, tuple[str, ...]] = {
    "repeat": ("repeat", "say that again"),
    "operator": ("operator", "talk to a person"),
}
YES_NO: Mapping[str, tuple[str, ...]] = {
    "yes": ("Yes", "yes", "yeah", "yep", "yes please", "sure", "ok", "okay", "correct", "right"),
    "no": ("No", "no", "nope", "nah", "no thanks", "no thank you", "wrong", "incorrect"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """`wanted`: the option's id or the canonical value; empty: it should be rejected; for `open` the words."""

    group: Group
    text: str
    wanted: str
    hints: Hints


def _options(phrases: Mapping[str, tuple[str, ...]]) -> Hints:
    return Hints("options", "en-US", {**ALWAYS, **phrases}, frozenset(ALWAYS))


def _slot(kind: Literal["digits", "number", "money", "date", "time", "text"], least: int = 0, most: int = 0) -> Hints:
    return Hints(kind, "en-US", ALWAYS, frozenset(ALWAYS), least, most)


ASK_MENU = _options(MENU)
ASK_YES_NO = Hints("yes_no", "en-US", {**ALWAYS, **YES_NO}, frozenset(ALWAYS))

YES = ("yes", "yeah", "yep", "yes please", "sure", "that's right", "correct", "yes that's correct", "okay")
NO = (
    "no",
    "nope",
    "no thanks",
    "no thank you",
    "that's wrong",
    "not really",
    "incorrect",
    "no that's not right",
    "nah",
)

LISTED: Sequence[tuple[str, str]] = (
    ("billing", "billing please"),
    ("billing", "I have a question about my bill"),
    ("support", "technical support"),
    ("support", "I need help with my internet"),
    ("agent", "I want to speak to an agent"),
    ("agent", "customer service"),
    ("order_status", "where is my order"),
    ("order_status", "I'd like to track my order"),
    ("activate_card", "I need to activate my card"),
    ("cancel", "I want to cancel my subscription"),
    ("payment", "make a payment"),
    ("payment", "I would like to pay my bill please"),
    ("hours", "opening hours"),
    ("hours", "what time do you close"),
    ("locations", "find a store"),
    ("locations", "where are you located"),
    ("password", "I forgot my password"),
    ("password", "reset my password please"),
    ("refund", "I want a refund"),
    ("refund", "can I get my money back"),
    ("address", "I want to change my address"),
    ("repeat", "can you repeat that please"),
    ("main_menu", "main menu"),
    ("lost_card", "I want to report a lost card"),
    ("sales", "sales"),
    ("sales", "I'd like to place an order"),
)
UNLISTED: Sequence[tuple[str, str]] = (
    ("billing", "there is a problem with my bill"),
    ("support", "my internet is not working"),
    ("agent", "let me talk to a real person"),
    ("order_status", "my package still has not arrived"),
    ("activate_card", "I got a new card and want to activate it"),
    ("cancel", "please close my account today"),
    ("payment", "can I pay with a credit card"),
    ("locations", "where is the nearest store"),
    ("password", "I can't log in to my account"),
    ("refund", "I'd like to return something I bought"),
    ("lost_card", "somebody has stolen my card"),
    ("sales", "I am a new customer"),
)
KNOWN_LENGTH: Sequence[tuple[str, str]] = (
    ("4217", "four two one seven"),
    ("9035", "nine oh three five"),
    ("5588", "double five double eight"),
    ("1060", "one zero six zero"),
    ("7731", "seven seven three one"),
    ("482913", "four eight two nine one three"),
    ("660042", "six six oh oh four two"),
    ("915370", "it's nine one five three seven zero"),
    ("24680135", "two four six eight zero one three five"),
    ("30997214", "three oh nine nine seven two one four"),
    ("5558172640", "five five five, eight one seven, two six four zero"),
    ("2025550143", "two zero two, five five five, zero one four three"),
)
ANY_LENGTH: Sequence[tuple[str, str]] = (
    ("7", "seven"),
    ("35", "three five"),
    ("108", "one zero eight"),
    ("4096", "four oh nine six"),
    ("61254", "six one two five four"),
    ("773301", "seven seven three three oh one"),
    ("4217", "my number is four two one seven"),
    ("8842095", "eight eight four two oh nine five"),
    ("16273849", "one six two seven three eight four nine"),
    ("905431782", "nine oh five, four three one, seven eight two"),
)
MONEY: Sequence[tuple[str, str]] = (
    ("12.50", "twelve dollars and fifty cents"),
    ("20.00", "twenty dollars"),
    ("149.99", "one hundred forty nine dollars and ninety nine cents"),
    ("9.99", "nine ninety nine"),
    ("250.00", "two hundred and fifty dollars please"),
    ("0.75", "seventy five cents"),
    ("1200.00", "twelve hundred dollars"),
    ("35.10", "it's thirty five dollars and ten cents"),
)
DATES: Sequence[tuple[str, str]] = (
    ("2026-06-21", "June twenty first, twenty twenty six"),
    ("1985-03-03", "March third, nineteen eighty five"),
    ("2027-12-25", "the twenty fifth of December, twenty twenty seven"),
    ("1990-11-12", "November twelfth, nineteen ninety"),
    ("2001-01-30", "January thirtieth, two thousand one"),
    ("2026-07-04", "July the fourth, two thousand twenty six"),
    ("2026-03-03", "tomorrow"),
    ("2026-03-02", "today please"),
)
TIMES: Sequence[tuple[str, str]] = (
    ("14:30", "two thirty p m"),
    ("09:00", "nine a m"),
    ("15:00", "three o'clock in the afternoon"),
    ("10:15", "a quarter past ten in the morning"),
    ("18:45", "six forty five p m"),
    ("12:00", "noon"),
    ("16:30", "half past four in the afternoon"),
    ("11:20", "at eleven twenty a m"),
)
NUMBERS: Sequence[tuple[str, str]] = (
    ("3", "three"),
    ("12", "twelve"),
    ("45", "forty five"),
    ("150", "one hundred fifty"),
    ("1250", "one thousand two hundred and fifty"),
    ("2.5", "two point five"),
)
OPEN = (
    "my internet has been down since this morning",
    "I ordered a laptop last week and it has not arrived yet",
    "the screen of my phone is broken",
    "please tell John that the meeting is moved to Friday",
    "I was charged twice for the same order",
    "I would like to know if the blue one is still available",
)
OUTSIDE = (
    "what a lovely day it is today",
    "my dog likes to run in the park",
    "hold on a second I am driving",
    "can you turn down the television",
    "we had pizza for dinner last night",
    "the train to the airport leaves every hour",
    "hey come over here and look at this",
    "I think the weather will be better next week",
    "honey where did you put the scissors",
    "she plays the piano very well",
)


def said() -> list[Said]:
    """The whole test set, without voices."""
    asked: list[Said] = []
    asked += [Said("yes_no", text, "yes", ASK_YES_NO) for text in YES]
    asked += [Said("yes_no", text, "no", ASK_YES_NO) for text in NO]
    asked += [Said("menu", text, wanted, ASK_MENU) for wanted, text in LISTED]
    asked += [Said("unlisted", text, wanted, ASK_MENU) for wanted, text in UNLISTED]
    asked += [Said("digits", t, wanted, _slot("digits", len(wanted), len(wanted))) for wanted, t in KNOWN_LENGTH]
    asked += [Said("free_digits", text, wanted, _slot("digits", 1, 10)) for wanted, text in ANY_LENGTH]
    asked += [Said("money", text, wanted, _slot("money")) for wanted, text in MONEY]
    asked += [Said("date", text, wanted, _slot("date")) for wanted, text in DATES]
    asked += [Said("time", text, wanted, _slot("time")) for wanted, text in TIMES]
    asked += [Said("number", text, wanted, _slot("number")) for wanted, text in NUMBERS]
    asked += [Said("open", text, text, _slot("text")) for text in OPEN]
    for hints in (ASK_MENU, ASK_YES_NO, _slot("digits", 4, 4), _slot("money"), _slot("date"), _slot("time")):
        asked += [Said("outside", text, "", hints) for text in OUTSIDE]
    return asked
