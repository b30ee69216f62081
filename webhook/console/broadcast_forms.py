"""The form of a broadcast: what it is about, whom it concerns, when it goes out."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.notices.drafting import Draft
from bot.notices.languages import LANGUAGES
from bot.notices.own_words import SHORTEST, wrong_with
from bot.notices.planning import FARTHEST, outermost
from bot.notices.whom import audience_of, narrowed, touches
from bot.notices.wording import LONGEST
from bot.texts import say
from bot.texts.format import grouped
from db.audiences import Filters
from db.broadcast_lists import find_broadcast, wordings_of
from db.broadcasts import Broadcast, Kind, Notice
from db.round_changes import announced_besides
from db.round_lists import RoundRow, find_round_row, stops_of
from db.rounds import CANCELED, Round
from db.session import Session
from webhook.console import audience_forms
from webhook.console.audience_forms import Choices, Unfit
from webhook.console.desk import Desk
from webhook.console.fields import field, line

ROUND = "round"
ABOUT = (ROUND, Kind.NEWS, Kind.EMERGENCY)
_FIELDS = ("about", "round", "untold", "like", "program", "send_at", "expires", "urgent")
_SLACK = timedelta(minutes=10)  # in which a form is filled in


def blank() -> dict[str, Any]:
    """Give an empty form."""
    values = dict.fromkeys((*_FIELDS, *(f"text_{code}" for code in LANGUAGES)), "")
    return {**values, **audience_forms.values_of(None)}


def values_for(session: Session, desk: Desk, given: str) -> dict[str, Any]:
    """Give the form for a round: its own audience, and of that who has not heard of it yet."""
    values = blank() | {"about": ROUND, "round": given}
    row = _round_of(session, desk, given)
    if row is None:
        return values
    is_told = bool(announced_besides(session, row.round.id, besides=0))
    own = audience_forms.values_of(audience_of_round(session, row.round))
    return values | own | {"area": [], "untold": "1" if is_told else ""}


def written() -> dict[str, Any]:
    """Give what the form holds, to be shown again as it was."""
    values: dict[str, Any] = {name: line(name) for name in _FIELDS}
    return {**values, **written_texts(), **audience_forms.written()}


def written_texts() -> dict[str, str]:
    """Give what the form says in each language."""
    return {f"text_{code}": field(f"text_{code}") for code in LANGUAGES}


def values_of(session: Session, desk: Desk, broadcast: Broadcast) -> dict[str, Any]:
    """Give what the form would hold for a broadcast that was prepared, to make another of it."""
    filters = audience_of(session, broadcast)
    if broadcast.round_id is not None:
        values = values_for(session, desk, str(broadcast.round_id))
        round_ = session.get_one(Round, broadcast.round_id)
        values |= audience_forms.values_of(filters)
        if set(filters.areas) == set(audience_of_round(session, round_).areas):
            values["area"] = []
        values |= {f"text_{code}": text for code, text in (broadcast.texts or {}).items()}
    else:
        values = blank() | audience_forms.values_of(filters)
        values |= {"about": broadcast.kind, "program": filters.program or ""}
        values["urgent"] = "1" if broadcast.urgent else ""
        if broadcast.expires_at is not None:
            last = broadcast.expires_at.astimezone(ZoneInfo(desk.staff.zone))
            values["expires"] = last.date().isoformat()
        for notice in wordings_of(session, broadcast.id, len(LANGUAGES)):
            values[f"text_{notice.language}"] = notice.text
    return values | {"like": str(broadcast.id)}


def offered_for(session: Session, desk: Desk, values: Mapping[str, Any]) -> Choices:
    """Give what may be chosen, with what the round and the broadcast before have chosen."""
    row = _round_of(session, desk, values["round"])
    like = _number(values["like"])
    before = None if like is None else find_broadcast(session, desk.scope, like)
    return audience_forms.choices(
        session, desk,
        None if row is None else row.round.filters,
        None if before is None else before.broadcast.audience,
    )  # fmt: skip


def read_draft(
    session: Session, desk: Desk, values: Mapping[str, Any], offered: Choices
) -> Draft:  # fmt: skip
    """Read the form; raises Unfit with the sentence that says what is wrong."""
    if values["about"] not in ABOUT:
        raise Unfit(say("broadcast.no_about"))
    send_at = _moment(values["send_at"], desk)
    if values["urgent"] and values["about"] != Kind.EMERGENCY:
        raise Unfit(say("broadcast.not_urgent"))
    if values["about"] == ROUND:
        return _of_round(session, desk, values, offered, send_at)
    kind = Kind(values["about"])
    areas = audience_forms.chosen_areas(values, offered)
    if not areas:
        raise Unfit(say("broadcast.no_area"))
    program = values["program"] or None
    if program is not None and program not in {one.code for one in offered.programs}:
        raise Unfit(say("round.no_program"))
    expires_at = _end_of(values["expires"], desk)
    if send_at is not None and expires_at is not None and expires_at <= send_at:
        raise Unfit(say("broadcast.ends_first"))
    return Draft(
        kind=kind,
        filters=audience_forms.read_filters(values, offered, areas, program),
        texts=_texts(values, kind),
        urgent=values["urgent"] == "1",
        send_at=send_at,
        expires_at=expires_at,
    )


def _of_round(
    session: Session, desk: Desk, values: Mapping[str, Any], offered: Choices,
    send_at: datetime | None,
) -> Draft:  # fmt: skip
    row = _round_of(session, desk, values["round"])
    if row is None:
        raise Unfit(say("broadcast.no_round"))
    if row.round.state == CANCELED or (row.last_on is not None and row.last_on < desk.today):
        raise Unfit(say("broadcast.round_over"))
    own = audience_of_round(session, row.round)
    chosen = audience_forms.chosen_areas(values, offered)
    wished = audience_forms.read_filters(values, offered, chosen or own.areas, None)
    filters = narrowed(own, wished)
    if filters is None or values["program"] not in ("", row.round.program_code):
        raise Unfit(say("broadcast.not_of_round"))
    if values["untold"]:
        filters = replace(filters, untold_of=row.round.id)
    stops = [one.distribution.area_code for one in stops_of(session, row.round.id)]
    return Draft(
        kind=Kind.DISTRIBUTION,
        filters=filters,
        texts=texts_of(values, Kind.DISTRIBUTION),
        round_id=row.round.id,
        areas=tuple(one for one in stops if touches(one, chosen)) if chosen else None,
        send_at=send_at,
    )


def _round_of(session: Session, desk: Desk, given: str) -> RoundRow | None:
    number = _number(given)
    return None if number is None else find_round_row(session, desk.scope, number)


def audience_of_round(session: Session, round_: Round) -> Filters:
    """Give whom a round is for."""
    if round_.filters is not None:
        return Filters.from_data(round_.filters)
    stops = (one.distribution for one in stops_of(session, round_.id))
    areas = outermost(stop.area_code for stop in stops if not stop.canceled)
    return Filters(areas, round_.program_code)


def _number(given: str) -> int | None:
    return int(given[:18]) if given.isdecimal() else None


def check_lengths(languages: Iterable[str], notices: Iterable[Notice]) -> None:
    """Raise Unfit where somebody's own words are too long, once they are filled."""
    longest: dict[str, int] = {}
    for one in notices:
        longest[one.language] = max(len(one.text), longest.get(one.language, 0))
    for code in languages:
        _check_length(code, longest.get(code, 0))


def _check_length(code: str, length: int) -> None:
    if length > LONGEST:
        language, most = say(f"choice.language_{code}"), grouped(LONGEST)
        over = grouped(length - LONGEST)
        raise Unfit(say("broadcast.long_text", language=language, count=over, most=most))


def _texts(values: Mapping[str, Any], kind: Kind) -> dict[str, str]:
    if len(values["text_id"]) < SHORTEST:
        raise Unfit(say("broadcast.no_text", least=SHORTEST))
    return texts_of(values, kind)


def texts_of(
    values: Mapping[str, Any], kind: Kind, is_canceled: bool = False
) -> dict[str, str]:  # fmt: skip
    """Read what is to be said in each language, of a round instead of ours; raises Unfit."""
    texts = {code: values[f"text_{code}"] for code in LANGUAGES if values[f"text_{code}"]}
    for code, text in texts.items():
        _check_length(code, len(text))
        for wrong in wrong_with(text, kind, is_canceled):
            raise Unfit(f"{say(f'choice.language_{code}')}: {wrong}")
    return texts


def _moment(text: str, desk: Desk) -> datetime | None:
    """Read when it is to go out; nothing is as soon as it is approved."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(desk.staff.zone))
        moment = found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unfit(say("broadcast.bad_moment")) from None
    if moment < desk.now - _SLACK:
        raise Unfit(say("broadcast.past_moment"))
    if moment > desk.now + FARTHEST:
        raise Unfit(say("broadcast.far_moment"))
    return moment


def _end_of(text: str, desk: Desk) -> datetime | None:
    """Read the last day on which it may be sent."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Unfit(say("broadcast.bad_moment")) from None
    if day < desk.today or day.year > desk.today.year + 1:
        raise Unfit(say("broadcast.bad_last_day"))
    midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(desk.staff.zone))
    return midnight.astimezone(UTC)
