"""German, in the polite form (Sie)."""

from __future__ import annotations

from ivr.engine.locale.words import Clock, Currency, Words

CENTS = ("ein Cent", "Cent")

GERMAN = Words(
    no_input=(
        ("Entschuldigung, ich habe nichts gehört.", "Sind Sie noch da?"),
        ("Ich habe leider wieder nichts gehört. Lassen Sie sich Zeit.", "Ich bin noch da. Lassen Sie sich Zeit."),
    ),
    no_match=(
        (
            "Entschuldigung, das habe ich nicht verstanden.",
            "Entschuldigung, das habe ich nicht verstanden.",
        ),
        (
            "Das hat leider auch nicht geklappt. Versuchen wir es noch einmal.",
            "Das hat leider auch nicht geklappt. Versuchen wir es noch einmal.",
        ),
    ),
    sorry="Es tut mir leid, bei uns ist etwas schiefgegangen. Bitte melden Sie sich noch einmal; Ihre Angaben "
    "haben wir behalten.",
    cut_off="Willkommen zurück. Machen wir da weiter, wo wir waren.",
    welcome_back="Willkommen zurück.",
    go_on_or_over="Möchten Sie da weitermachen, wo Sie aufgehört haben, oder von vorn beginnen?",
    helped="Hat das geholfen?",
    rate="Wie zufrieden sind Sie mit uns, von 1, gar nicht, bis 5, sehr?",
    comment="Was können wir besser machen?",
    continuing="Machen wir da weiter, wo wir waren.",
    changed="Es tut mir leid, unser Menü hat sich inzwischen geändert. Beginnen wir noch einmal von vorn.",
    too_much="Es tut mir leid, das ist mehr, als ich mir merken kann. Bitte sagen Sie es kürzer.",
    moment="Einen Moment bitte.",
    moved="Vielen Dank. Wir machen in Ihrem anderen Gespräch weiter. Auf Wiederhören.",
    fault="Es tut mir leid, wir haben eine Störung. Bitte rufen Sie in ein paar Minuten wieder an; Ihre Angaben "
    "behalte ich.",
    use_keys="Bitte benutzen Sie die Tasten Ihres Telefons.",
    choice="{label}: Drücken Sie die {key}.",
    value="Für {label} drücken Sie die {key}.",
    yes_or_no="Drücken Sie die 1 für Ja, die 2 für Nein.",
    offer="Drücken Sie die 1, um weiterzumachen, die 2, um von vorn zu beginnen.",
    go_on="weitermachen",
    start_over="von vorn beginnen",
    chose="Gewählt: {labels}",
    gave="angegeben: {slots}",
    tried="versucht: {articles}",
    nothing="Noch nichts gewählt oder angegeben",
    unknown="unbekannt",
    yours=("Ihre ", "Ihren ", "Ihrer ", "Ihr "),
    yes=("ja", "j", "jo", "ja bitte", "ja gerne", "gerne", "klar", "genau", "stimmt", "richtig", "ok", "okay"),
    no=("nein", "n", "nee", "nö", "nein danke", "falsch", "stimmt nicht", "nicht richtig"),
    digits={"zwo": "2", "ein": "1", "eine": "1", "hundert": "100"},
    days={"vorgestern": -2, "gestern": -1, "heute": 0, "morgen": 1, "übermorgen": 2},
    times={"mittag": "12:00", "mittags": "12:00", "mitternacht": "00:00"},
    mornings=frozenset({"vormittags", "morgens", "früh"}),
    evenings=frozenset({"nachmittags", "abends"}),
    ordinals=("n", "r", "s"),
    date_fillers=frozenset({"der", "den", "dem", "am", "vom", "zum"}),
    time_fillers=frozenset({"um", "uhr", "und", "h"}),
    money_fillers=frozenset({"und"}),
    date="{ordinal}n {month} {year}",
    first="1",
    ordinal="{n}.",
    clock12=Clock("{h12} {unit} {ampm}", "{h12} {unit} {m} {ampm}", "{h24:02}:{mm} Uhr", ("Uhr", "Uhr"), "ein"),
    clock24=Clock("{h24} {unit}", "{h24} {unit} {m}", "{h24:02}:{mm} Uhr", ("Uhr", "Uhr"), "ein"),
    am="vormittags",
    pm="nachmittags",
    money="{units} und {parts}",
    minus="minus {number}",
    currencies={
        "EUR": Currency("ein Euro", "Euro", *CENTS),
        "CHF": Currency("ein Franken", "Franken", "ein Rappen", "Rappen"),
        "USD": Currency("ein Dollar", "Dollar", *CENTS),
        "CAD": Currency("ein Dollar", "Dollar", *CENTS),
        "GBP": Currency("ein Pfund", "Pfund", "ein Penny", "Pence"),
        "MXN": Currency("ein Peso", "Pesos", "ein Centavo", "Centavos"),
        "KRW": Currency("ein Won", "Won"),
        "JPY": Currency("ein Yen", "Yen"),
    },
    symbols={"-": "Minus", ".": "Punkt", "@": "At", "_": "Unterstrich", "/": "Schrägstrich", "+": "Plus", "#": "Raute"},
)
