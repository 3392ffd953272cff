"""French, in the polite form (vous)."""

from __future__ import annotations

from ivr.engine.locale.words import Clock, Currency, Words

CENTIMES = ("un centime", "centimes")
CENTS = ("un cent", "cents")

FRENCH = Words(
    no_input=(
        ("Excusez-moi, je n'ai rien entendu.", "Êtes-vous toujours là ?"),
        ("Je n'entends toujours rien. Prenez votre temps.", "Je suis toujours là. Prenez votre temps."),
    ),
    no_match=(
        ("Excusez-moi, je n'ai pas compris.", "Excusez-moi, je n'ai pas compris."),
        (
            "Cela n'a malheureusement pas fonctionné non plus. Essayons encore une fois.",
            "Cela n'a malheureusement pas fonctionné non plus. Essayons encore une fois.",
        ),
    ),
    sorry="Je suis désolé, un problème est survenu de notre côté. Veuillez nous recontacter ; nous avons gardé ce que "
    "vous nous avez dit.",
    cut_off="Vous revoilà. Reprenons là où nous en étions.",
    welcome_back="Heureux de vous retrouver.",
    go_on_or_over="Souhaitez-vous reprendre là où vous en étiez, ou recommencer ?",
    helped="Cela vous a-t-il aidé ?",
    rate="Êtes-vous satisfait de nous, de 1, pas du tout, à 5, très satisfait ?",
    comment="Que pourrions-nous améliorer ?",
    continuing="Reprenons là où nous en étions.",
    changed="Je suis désolé, notre menu a changé entre-temps. Recommençons depuis le début.",
    too_much="Je suis désolé, c'est plus que je ne peux retenir. Merci de le dire en moins de mots.",
    moment="Un instant, s'il vous plaît.",
    moved="Merci. Nous continuons dans votre autre conversation. Au revoir.",
    fault="Je suis désolé, nous avons une panne. Merci de rappeler dans quelques minutes ; je garde ce que vous m'avez "
    "dit.",
    use_keys="Veuillez utiliser les touches de votre téléphone.",
    choice="Pour {label}, appuyez sur {key}.",
    value="Pour {label}, appuyez sur {key}.",
    yes_or_no="Appuyez sur 1 pour oui, sur 2 pour non.",
    offer="Appuyez sur 1 pour reprendre, sur 2 pour recommencer.",
    go_on="reprendre",
    start_over="recommencer",
    chose="A choisi {labels}",
    gave="a indiqué {slots}",
    tried="a essayé : {articles}",
    nothing="Rien de choisi ni d'indiqué pour l'instant",
    unknown="inconnu",
    yours=("votre ", "vos "),
    yes=("oui", "o", "ouais", "oui merci", "oui s'il vous plaît", "bien sûr", "d'accord", "exact", "ok", "okay"),
    no=("non", "n", "non merci", "pas du tout", "faux", "inexact", "ce n'est pas ça"),
    digits={"une": "1"},
    days={"avant-hier": -2, "hier": -1, "aujourd'hui": 0, "demain": 1, "après-demain": 2},
    times={"midi": "12:00", "minuit": "00:00"},
    mornings=frozenset({"matin"}),
    evenings=frozenset({"midi", "soir"}),
    ordinals=(),
    date_fillers=frozenset({"le", "du"}),
    time_fillers=frozenset({"à", "h", "et", "min", "minutes", "du", "de", "l", "après"}),
    money_fillers=frozenset({"et", "virgule"}),
    date="{day} {month} {year}",
    first="1er",
    ordinal="{n}e",
    clock12=Clock("{h24} {unit}", "{h24} {unit} {m}", "{h24} h {mm}", ("heure", "heures"), "une"),
    clock24=Clock("{h24} {unit}", "{h24} {unit} {m}", "{h24} h {mm}", ("heure", "heures"), "une"),
    am="du matin",
    pm="de l'après-midi",
    money="{units} et {parts}",
    minus="moins {number}",
    currencies={
        "EUR": Currency("un euro", "euros", *CENTIMES),
        "CHF": Currency("un franc", "francs", *CENTIMES),
        "CAD": Currency("un dollar", "dollars", *CENTS),
        "USD": Currency("un dollar", "dollars", *CENTS),
        "GBP": Currency("une livre", "livres", "un penny", "pence"),
        "MXN": Currency("un peso", "pesos", "un centavo", "centavos"),
        "KRW": Currency("un won", "wons"),
        "JPY": Currency("un yen", "yens"),
    },
    symbols={"-": "tiret", ".": "point", "@": "arobase", "_": "tiret bas", "/": "barre", "+": "plus", "#": "dièse"},
)
