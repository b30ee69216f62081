"""What an officer wishes in an announcement by chat and is done in the console alone."""

from datetime import date

from bot.desk.alerting import page
from bot.notices.planning import Plan
from bot.notices.sentence import Said
from bot.texts import say
from bot.texts.format import plain_date
from bot.turn import Turn, button
from db.areas import Scope
from db.round_lists import RoundRow, rounds_about

_MOST = 3  # rounds in one answer


def tell_of_changes(turn: Turn, scope: Scope, said: Said) -> None:
    """Say where what was announced is changed or cancelled, and name what may be meant."""
    found = _meant(turn, scope, said)
    rounds = "\n".join(_line(turn, row) for row in found[:_MOST])
    more = len(found) - _MOST
    if more > 0:
        rounds = f"{rounds}\n{say('announce.more_rounds', count=more)}"
    turn.reply(
        "announce.changed_in_console" if found else "announce.nothing_to_change",
        button("menu", "choice.menu"),
        rounds=rounds,
        page=page(turn.public_url, "penyaluran"),
    )


def tell_of_limits(turn: Turn, said: str) -> None:
    """Say where those whom it concerns are chosen more exactly than by their areas."""
    _lead_there(turn, "announce.limited", said)


def tell_of_several(turn: Turn, said: str) -> None:
    """Say where more than one day, hour or place is planned."""
    _lead_there(turn, "announce.several", said)


def already_planned(turn: Turn, scope: Scope, plan: Plan) -> str:
    """Name what is planned of the same aid on the same day; an empty text where nothing is."""
    areas = [stop.area_code for stop in plan.stops]
    days = {stop.held_on for stop in plan.stops}
    found = rounds_about(turn.session, scope, turn.today, plan.program_code, areas, days)
    if not found:
        return ""
    lines = "\n".join(_line(turn, row) for row in found[:_MOST])
    return f"{say('announce.already', rounds=lines)}\n\n"


def _lead_there(turn: Turn, key: str, said: str) -> None:
    turn.reply(
        key,
        button("announce", "choice.announce"),
        button("menu", "choice.menu"),
        said=said,
        page=page(turn.public_url, "penyaluran/baru"),
    )


def _meant(turn: Turn, scope: Scope, said: Said) -> list[RoundRow]:
    """Give the rounds that fit; of the days, which may be the new ones, only what does at all."""
    entities = turn.parse.entities if turn.parse is not None else ()
    days = [date.fromisoformat(one.value) for one in entities if one.entity == "date"]
    about = turn.session, scope, turn.today, turn.entity("program"), said.areas
    return list(rounds_about(*about, days) or rounds_about(*about))


def _line(turn: Turn, row: RoundRow) -> str:
    days = [plain_date(day) for day in (row.first_on, row.last_on) if day is not None]
    line = say(
        "announce.round", program=row.round.program_code, area=row.area,
        days=" - ".join(dict.fromkeys(days)),
    )  # fmt: skip
    if turn.public_url is None:
        return line
    return f"{line}: {page(turn.public_url, f'penyaluran/{row.round.id}')}"
