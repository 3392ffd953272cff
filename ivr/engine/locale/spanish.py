"""Spanish, in the polite form (usted)."""

from __future__ import annotations

from ivr.engine.locale.words import Clock, Currency, Words

CENTS = ("un céntimo", "céntimos")
CENTAVOS = ("un centavo", "centavos")

SPANISH = Words(
    no_input=(
        ("Disculpe, no he oído nada.", "¿Sigue usted ahí?"),
        ("Sigo sin oír nada. Tómese su tiempo, por favor.", "Sigo aquí. Tómese su tiempo, por favor."),
    ),
    no_match=(
        ("Disculpe, no le he entendido.", "Disculpe, no le he entendido."),
        (
            "Me temo que tampoco ha funcionado. Intentémoslo una vez más.",
            "Me temo que tampoco ha funcionado. Intentémoslo una vez más.",
        ),
    ),
    sorry="Lo siento, ha habido un problema por nuestra parte. Por favor, vuelva a ponerse en contacto con nosotros; "
    "hemos guardado sus datos.",
    cut_off="Bienvenido de nuevo. Sigamos donde lo dejamos.",
    welcome_back="Bienvenido de nuevo.",
    go_on_or_over="¿Desea seguir donde lo dejó o empezar de nuevo?",
    helped="¿Le ha servido?",
    rate="¿Qué tan satisfecho está con nosotros, de 1, nada, a 5, mucho?",
    comment="¿Qué podríamos mejorar?",
    continuing="Sigamos donde lo dejamos.",
    changed="Lo siento, nuestro menú ha cambiado desde entonces. Empecemos de nuevo.",
    too_much="Lo siento, es más de lo que puedo guardar. Por favor, dígalo con menos palabras.",
    moment="Un momento, por favor.",
    moved="Gracias. Seguimos en su otra conversación. Hasta luego.",
    fault="Lo siento, tenemos una avería. Por favor, llame de nuevo en unos minutos; guardo lo que me ha dicho.",
    use_keys="Por favor, use las teclas de su teléfono.",
    choice="Para {label}, pulse {key}.",
    value="Para {label}, pulse {key}.",
    yes_or_no="Pulse 1 para sí, 2 para no.",
    offer="Pulse 1 para seguir, 2 para empezar de nuevo.",
    go_on="seguir",
    start_over="empezar de nuevo",
    chose="Eligió {labels}",
    gave="indicó {slots}",
    tried="probó: {articles}",
    nothing="Aún no ha elegido ni indicado nada",
    unknown="desconocido",
    yours=("su ", "sus "),
    yes=("sí", "si", "s", "sí por favor", "claro", "claro que sí", "vale", "de acuerdo", "correcto", "ok", "okay"),
    no=("no", "n", "no gracias", "incorrecto", "no es correcto", "para nada"),
    digits={"un": "1", "una": "1", "ciento": "100"},
    days={"anteayer": -2, "ayer": -1, "hoy": 0, "mañana": 1, "pasado mañana": 2},
    times={"mediodía": "12:00", "medianoche": "00:00"},
    mornings=frozenset({"mañana", "madrugada"}),
    evenings=frozenset({"tarde", "noche"}),
    ordinals=(),
    date_fillers=frozenset({"de", "del", "el"}),
    time_fillers=frozenset({"a", "la", "las", "y", "h", "en", "punto", "con", "de", "minutos"}),
    money_fillers=frozenset({"y", "con", "de"}),
    date="{day} de {month} de {year}",
    first="1",
    ordinal="{n}.º",
    clock12=Clock("{unit} {h12} {ampm}", "{unit} {h12} y {m} {ampm}", "{unit} {h12}:{mm} {ampm}", ("la", "las"), "una"),
    clock24=Clock("{unit} {h24}", "{unit} {h24} y {m}", "{unit} {h24}:{mm}", ("la", "las"), "una"),
    am="a. m.",
    pm="p. m.",
    money="{units} y {parts}",
    minus="menos {number}",
    currencies={
        "EUR": Currency("un euro", "euros", *CENTS),
        "MXN": Currency("un peso", "pesos", *CENTAVOS),
        "USD": Currency("un dólar", "dólares", *CENTAVOS),
        "CAD": Currency("un dólar", "dólares", *CENTAVOS),
        "GBP": Currency("una libra", "libras", "un penique", "peniques"),
        "CHF": Currency("un franco", "francos", *CENTS),
        "KRW": Currency("un won", "wones"),
        "JPY": Currency("un yen", "yenes"),
    },
    symbols={
        "-": "guion",
        ".": "punto",
        "@": "arroba",
        "_": "guion bajo",
        "/": "barra",
        "+": "más",
        "#": "almohadilla",
    },
)
