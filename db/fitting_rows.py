"""Fitting, as SQL: the wave and the wording of each recipient of one broadcast."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    String,
    Time,
    and_,
    case,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.types import TypeEngine

from db.broadcast_watch import FOLLOWS
from db.broadcasts import Broadcast, Notice
from db.fitting import LANGUAGE, Places, by_hour, languages_of
from db.json_rows import json_rows
from db.schedules import Distribution
from db.slots import Slot

_PLACE: Mapping[str, TypeEngine[Any]] = {
    "area_code": String(),
    "language": String(),
    "wave_id": BigInteger(),
    "notice_id": BigInteger(),
}
_HOUR: Mapping[str, TypeEngine[Any]] = {
    "distribution_id": BigInteger(),
    "starts_at": Time(),
    "language": String(),
    "notice_id": BigInteger(),
}


class Fitting:
    """Finds the wave and the wording that fit a recipient, for one broadcast."""

    def __init__(
        self,
        dialect: str,
        broadcast: Broadcast,
        notices: Sequence[Notice],
        waves: Mapping[str, int],
    ) -> None:
        """Take the wordings, and the wave of each area."""
        self._broadcast = broadcast
        self._languages = languages_of(notices)
        places = _places(waves, notices, self._languages)
        self._place = json_rows(dialect, places, "place", _PLACE)
        hours = by_hour(notices, self._languages)
        rows = literal(json.dumps(hours))
        self._hour = json_rows(dialect, rows, "hour", _HOUR) if hours else None

    def of(self, chosen: Select[Any]) -> Select[Any]:
        """Select contact_id, channel, notice_id, wave_id of those for whom there is a wording."""
        found, place = chosen.subquery("found"), self._place
        language = case((found.c.language.in_(self._languages), found.c.language), else_=LANGUAGE)
        fits = and_(place.c.area_code == found.c.area_code, place.c.language == language)
        source: Any = found.join(place, fits)
        notice_id: Any = place.c.notice_id
        general: ColumnElement[bool] = true()
        if self._broadcast.kind in FOLLOWS and self._broadcast.round_id is not None:
            elsewhere = found.c.household_id.in_(_with_hours(self._broadcast.round_id))
            general = or_(found.c.household_id.is_(None), not_(elsewhere))
        if self._hour is not None:
            slot = _slots(self._hour).subquery("slot")
            his = and_(slot.c.household_id == found.c.household_id, slot.c.language == language)
            source = source.outerjoin(slot, his)
            notice_id = func.coalesce(slot.c.notice_id, place.c.notice_id)
            general = or_(slot.c.notice_id.is_not(None), general)
        columns = (found.c.contact_id, found.c.channel, notice_id.label("notice_id"))
        chosen_rows = select(*columns, place.c.wave_id).select_from(source)
        return chosen_rows.where(notice_id.is_not(None), general)


def _places(
    waves: Mapping[str, int], notices: Sequence[Notice], languages: Sequence[str]
) -> ColumnElement[str]:
    """Give the wave and the wording of each area in each language, as JSON."""
    places = Places(notices)
    rows = [
        {
            "area_code": code,
            "language": language,
            "wave_id": wave_id,
            "notice_id": places.nearest(code, language),
        }
        for code, wave_id in waves.items()
        for language in languages
    ]
    return literal(json.dumps(rows))


def _slots(hour: FromClause) -> Select[Any]:
    """Select the wording of each family that has an hour, in each language."""
    at = and_(hour.c.distribution_id == Slot.distribution_id, hour.c.starts_at == Slot.starts_at)
    return select(Slot.household_id, hour.c.language, hour.c.notice_id).join(hour, at)


def _with_hours(round_id: int) -> Select[Any]:
    """Select the families that have an hour in a round: of another day they are not reminded."""
    return (
        select(Slot.household_id)
        .join(Distribution, Distribution.id == Slot.distribution_id)
        .where(Distribution.round_id == round_id, ~Distribution.canceled)
    )
