"""What stands on the poster of a round, and the address behind its code."""

from collections.abc import Sequence
from urllib.parse import quote

from bot.poster_layout import Poster, Where
from bot.settings import Settings
from bot.texts import say
from bot.texts.format import clock, long_date, zone_name
from db.round_changes import undecided_change
from db.round_lists import RoundRow, stops_of
from db.rounds import CANCELED, areas_named
from db.schedules import Distribution
from db.session import Session


def chat_link(settings: Settings, words: str) -> str | None:
    """Give the address that opens a chat with us, with the first words written already."""
    if settings.twilio is not None and settings.twilio.whatsapp_from is not None:
        number = settings.twilio.whatsapp_from.removeprefix("whatsapp:+")
        return f"https://wa.me/{number}?text={quote(words)}"
    if settings.telegram is not None and settings.telegram.name is not None:
        return f"https://t.me/{settings.telegram.name}"
    return settings.page_url


def poster_of(session: Session, row: RoundRow, settings: Settings) -> Poster | None:
    """Say on a poster where and when a round is; None where nothing of it holds any more.

    While nobody has approved a change of it there is none, either.
    Areas whose families come to one place at one time stand together. Nothing of it is about one
    person.
    """
    held = [stop for stop in stops_of(session, row.round.id) if not stop.distribution.canceled]
    is_changing = undecided_change(session, row.round.id) is not None
    if row.round.state == CANCELED or not held or is_changing:
        return None
    areas = areas_named(session, [stop.distribution.area_code for stop in held])
    places: dict[tuple[str, str, str, bool], list[str]] = {}
    for stop in held:
        zone = areas[stop.distribution.area_code].timezone
        places.setdefault(_when(stop.distribution, zone), []).append(stop.area)
    return Poster(
        program=row.program,
        stage=row.round.stage or "",
        places=tuple(Where(_joined(names), *when) for when, names in places.items()),
        bring=row.round.bring or say("notice.usual_bring"),
        contact=row.round.contact or "",
        office=say("poster.office", area=row.area),
        link=chat_link(settings, say("poster.ask", program=row.round.program_code)),
    )


def _when(one: Distribution, zone: str) -> tuple[str, str, str, bool]:
    hours = f"{clock(one.starts_at)}-{clock(one.ends_at)} {zone_name(zone)}"
    return long_date(one.held_on), hours, one.place, one.quota is not None


def _joined(areas: Sequence[str]) -> str:
    """Write `Melai, Lamangga dan Wameo`."""
    if len(areas) == 1:
        return areas[0]
    return say("poster.join", first=", ".join(areas[:-1]), last=areas[-1])
