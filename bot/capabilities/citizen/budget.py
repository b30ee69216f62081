"""How much was set aside for aid and how much was spent: the totals that everybody may know."""

import re
from collections.abc import Sequence

from bot.messages import Choice
from bot.report_tables import decimal
from bot.texts import say
from bot.texts.format import packed, plain_date, rupiah
from bot.turn import Turn, button
from db.areas import Scope
from db.budgets import BudgetLine, by_strategy, lines_of, sums_of, years_of

_WORD = re.compile(r"[a-z']+")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_BUDGET = frozenset(("anggaran", "anggarannya", "apbd", "apbdnya"))
# What else such a question is made of; whoever says more may be complaining.
_AROUND = frozenset(
    ("berapa", "brp", "brapa", "berapakah", "bansos", "bantuan", "sosial", "kota", "kabupaten",
     "daerah", "dinas", "dinsos", "pemerintah", "pemda", "pemkot", "tahun", "thn", "th", "ini",
     "lalu", "untuk", "utk", "buat", "dari", "di", "total", "jumlah", "uang", "dana", "besar",
     "besarnya", "semua", "seluruh", "yang", "yg", "dipakai", "terpakai", "digunakan", "sudah",
     "sdh", "realisasi", "realisasinya", "serapan", "dan", "kah", "sih", "ya", "pak", "bu", "kak",
     "min", "mau", "tahu", "tau", "tanya", "info", "lihat", "orang", "miskin", "warga", "kita",
     "kami", "ada", "apa", "saja", "nya")
)  # fmt: skip


def is_asked(turn: Turn) -> bool:
    """Say whether a message plainly asks how much was set aside for aid."""
    said = set(_WORD.findall(turn.text.lower())) - turn.places.words
    return bool(said & _BUDGET) and said <= _BUDGET | _AROUND


def handle(turn: Turn) -> None:
    """Tell the sums of the year that is named, or else of the last one that is known."""
    scope = Scope(turn.places.city)
    years = years_of(turn.session, scope)
    named = _YEAR.search(turn.text)
    lines: list[BudgetLine] = []
    for year in [int(named[1])] if named else years:
        lines = [line for line in lines_of(turn.session, scope, year) if line.in_use]
        if lines:
            break
    if not lines:
        turn.reply("budget_told.none", *_next())
        return
    *before, last = packed(_told(turn, lines))
    for text in before:
        turn.tell(text)
    turn.tell(last, *_next())


def _told(turn: Turn, lines: Sequence[BudgetLine]) -> Sequence[str]:
    whole = sums_of(lines)
    parts = [
        say(
            "budget_told.strategy",
            strategy=say(f"budget.{key}"), allocated=rupiah(sums.allocated),
            realised=rupiah(sums.realised),
        )
        for key, sums in by_strategy(lines).items()
        if sums.lines
    ]  # fmt: skip
    more = [say("budget_told.more", address=turn.public_url)] if turn.public_url else []
    newest = max(lines, key=lambda line: line.as_of)
    told = say(
        "budget_told.sums",
        year=newest.year, place=turn.places.names.get(turn.places.city or "", ""),
        allocated=rupiah(whole.allocated), realised=rupiah(whole.realised),
        share=decimal(whole.share), source=newest.source, day=plain_date(newest.as_of),
        strategies="\n".join(parts),
    )  # fmt: skip
    return [told, *more]


def _next() -> tuple[Choice, ...]:
    return button("program", "choice.program"), button("menu", "choice.menu")
