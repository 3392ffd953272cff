"""Korean, in the polite form (존댓말)."""

from __future__ import annotations

from ivr.engine.locale.words import Clock, Currency, Words

NATIVE = ("하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉", "열", "열하나", "열둘")
COUNTING = ("한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열", "열한", "열두")  # hours are counted

KOREAN = Words(
    no_input=(
        ("죄송합니다. 아무 말씀도 듣지 못했습니다.", "아직 계십니까?"),
        ("아직 듣지 못했습니다. 천천히 하셔도 됩니다.", "저는 아직 여기 있습니다. 천천히 하셔도 됩니다."),
    ),
    no_match=(
        ("죄송합니다. 잘 알아듣지 못했습니다.", "죄송합니다. 잘 이해하지 못했습니다."),
        (
            "이번에도 잘 되지 않았습니다. 다시 한번 부탁드립니다.",
            "이번에도 잘 되지 않았습니다. 다시 한번 부탁드립니다.",
        ),
    ),
    sorry="죄송합니다. 저희 쪽에 문제가 생겼습니다. 다시 연락해 주시기 바랍니다. 말씀하신 내용은 보관해 두었습니다.",
    cut_off="다시 오신 것을 환영합니다. 하던 곳부터 이어서 진행하겠습니다.",
    welcome_back="다시 오신 것을 환영합니다.",
    go_on_or_over="하시던 곳부터 계속하시겠습니까, 아니면 처음부터 다시 시작하시겠습니까?",
    helped="도움이 되었습니까?",
    rate="저희 서비스에 얼마나 만족하십니까? 1은 전혀 만족하지 않음, 5는 매우 만족입니다.",
    comment="무엇을 개선하면 좋겠습니까?",
    continuing="하던 곳부터 이어서 진행하겠습니다.",
    changed="죄송합니다. 그동안 메뉴가 바뀌었습니다. 처음부터 다시 시작하겠습니다.",
    too_much="죄송합니다. 내용이 너무 길어 저장할 수 없습니다. 조금 더 짧게 말씀해 주세요.",
    moment="잠시만 기다려 주세요.",
    moved="감사합니다. 다른 대화에서 이어서 진행하겠습니다. 안녕히 계십시오.",
    fault="죄송합니다. 저희 쪽에 장애가 있습니다. 몇 분 뒤에 다시 전화해 주세요. 말씀하신 내용은 보관하고 있습니다.",
    use_keys="전화기의 버튼을 눌러 주세요.",
    choice="{label}, {key}번을 눌러 주세요.",
    value="{label}, {key}번을 눌러 주세요.",
    yes_or_no="예는 1번, 아니요는 2번을 눌러 주세요.",
    offer="계속하시려면 1번, 처음부터 다시 시작하시려면 2번을 눌러 주세요.",
    go_on="계속하기",
    start_over="처음부터 다시 시작",
    chose="선택: {labels}",
    gave="입력: {slots}",
    tried="시도: {articles}",
    nothing="아직 선택하거나 입력한 것이 없음",
    unknown="알 수 없음",
    yours=("고객님의 ", "귀하의 "),
    yes=("예", "네", "네 맞아요", "맞아요", "맞습니다", "그래요", "그렇습니다", "좋아요", "응", "ok", "okay"),
    no=("아니요", "아니오", "아뇨", "아니", "아닙니다", "아니에요", "틀려요", "틀립니다", "괜찮아요"),
    digits={
        "공": "0",
        **{word: str(n) for n, word in enumerate(NATIVE, start=1)},
        **{word: str(n) for n, word in enumerate(COUNTING, start=1)},
    },
    days={"그저께": -2, "어제": -1, "오늘": 0, "내일": 1, "모레": 2},
    times={"정오": "12:00", "자정": "00:00"},
    mornings=frozenset({"오전", "아침", "새벽"}),
    evenings=frozenset({"오후", "저녁", "밤"}),
    ordinals=(),
    date_fillers=frozenset(),
    time_fillers=frozenset({"시", "분"}),
    money_fillers=frozenset(),
    date="{year}년 {month} {day}일",
    first="1",
    ordinal="{n}번째",
    clock12=Clock("{ampm} {h12}시", "{ampm} {h12}시 {m}분", "{ampm} {h12}:{mm}"),
    clock24=Clock("{ampm} {h12}시", "{ampm} {h12}시 {m}분", "{ampm} {h12}:{mm}"),
    am="오전",
    pm="오후",
    money="{units} {parts}",
    minus="마이너스 {number}",
    currencies={
        "KRW": Currency("1원", "원"),
        "USD": Currency("1달러", "달러", "1센트", "센트"),
        "CAD": Currency("1달러", "달러", "1센트", "센트"),
        "EUR": Currency("1유로", "유로", "1센트", "센트"),
        "GBP": Currency("1파운드", "파운드", "1펜스", "펜스"),
        "CHF": Currency("1프랑", "프랑", "1상팀", "상팀"),
        "MXN": Currency("1페소", "페소", "1센타보", "센타보"),
        "JPY": Currency("1엔", "엔"),
    },
    symbols={"-": "다시", ".": "점", "@": "골뱅이", "_": "밑줄", "/": "슬래시", "+": "더하기", "#": "샵"},
)
