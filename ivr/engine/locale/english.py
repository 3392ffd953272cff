"""English of the United States; `BRITISH` is that of the other regions."""

from __future__ import annotations

from dataclasses import replace

from ivr.engine.locale.words import Clock, Currency, Words

CENTS = ("1 cent", "cents")

ENGLISH = Words(
    no_input=(
        ("Sorry, I did not hear anything.", "Are you still there?"),
        ("I still did not hear you. Please take your time.", "I am still here. Please take your time."),
    ),
    no_match=(
        ("Sorry, I did not get that.", "Sorry, I did not get that."),
        (
            "I am afraid that did not work either. Let us try once more.",
            "I am afraid that did not work either. Let us try once more.",
        ),
    ),
    sorry="I am sorry, something went wrong on our side. Please contact us again; we have kept what you told us.",
    cut_off="Welcome back. Let us go on where we were.",
    welcome_back="Welcome back.",
    go_on_or_over="Would you like to go on where you left off, or start over?",
    helped="Did that help?",
    rate="How content are you with us, from 1, not at all, to 5, very?",
    comment="What could we do better?",
    continuing="Let us go on where we were.",
    changed="I am sorry, our menu has changed since. Let us begin again.",
    too_much="I am sorry, that is more than I can keep. Please use fewer words.",
    moment="One moment please.",
    moved="Thank you. We go on in your other conversation. Goodbye.",
    fault="I am sorry, we have a fault here. Please call again in a few minutes; I keep what you told me.",
    use_keys="Please use the keys of your phone.",
    choice="To {label}, press {key}.",
    value="For {label}, press {key}.",
    yes_or_no="Press 1 for yes, 2 for no.",
    offer="Press 1 to go on, 2 to start over.",
    go_on="go on",
    start_over="start over",
    chose="Chose {labels}",
    gave="gave {slots}",
    tried="tried: {articles}",
    nothing="Nothing chosen or given yet",
    unknown="unknown",
    yours=("your ",),
    yes=("yes", "y", "yeah", "yep", "yes please", "sure", "ok", "okay", "correct", "right"),
    no=("no", "n", "nope", "nah", "no thanks", "no thank you", "wrong", "incorrect"),
    digits={"oh": "0", "o": "0"},
    days={"yesterday": -1, "today": 0, "tomorrow": 1, "the day after tomorrow": 2},
    times={"noon": "12:00", "midday": "12:00", "midnight": "00:00"},
    mornings=frozenset({"morning"}),
    evenings=frozenset({"afternoon", "evening"}),
    ordinals=(),
    date_fillers=frozenset({"the", "of", "on"}),
    time_fillers=frozenset({"at", "o", "clock", "oh", "hours", "in", "the"}),
    money_fillers=frozenset({"and"}),
    date="{month} {day}, {year}",
    first="1",
    ordinal="",
    clock12=Clock("{h12} {ampm}", "{h12}:{mm} {ampm}", "{h12}:{mm} {ampm}"),
    clock24=Clock("{h12} {ampm}", "{h12}:{mm} {ampm}", "{h24:02}:{mm}"),
    am="AM",
    pm="PM",
    money="{units} and {parts}",
    minus="minus {number}",
    currencies={
        "USD": Currency("1 dollar", "dollars", *CENTS),
        "CAD": Currency("1 dollar", "dollars", *CENTS),
        "EUR": Currency("1 euro", "euros", *CENTS),
        "GBP": Currency("1 pound", "pounds", "1 penny", "pence"),
        "CHF": Currency("1 franc", "francs", "1 centime", "centimes"),
        "MXN": Currency("1 peso", "pesos", "1 centavo", "centavos"),
        "KRW": Currency("1 won", "won"),
        "JPY": Currency("1 yen", "yen"),
    },
    symbols={"-": "dash", ".": "dot", "@": "at", "_": "underscore", "/": "slash", "+": "plus", "#": "hash"},
)
BRITISH = replace(ENGLISH, date="{day} {month} {year}")
