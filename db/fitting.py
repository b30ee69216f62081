"""Fitting: which wording of a broadcast is for whom, by area, hour and language.

Done here rather than in SQL, where a planner that knows nothing of the wordings would try each of
them for each recipient.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from db.areas import self_and_above
from db.broadcasts import Notice

LANGUAGE = "id"  # of whoever chose none, or one in which nothing was written


def languages_of(notices: Iterable[Notice]) -> list[str]:
    """Give the languages in which something was written, and the one of whoever chose none."""
    return sorted({LANGUAGE, *(notice.language for notice in notices)})


class Places:
    """The wordings that are for whole areas."""

    def __init__(self, notices: Sequence[Notice]) -> None:
        """Take the wordings of one broadcast; the first of two for the same counts."""
        self._of: dict[tuple[str | None, str], int] = {}
        self._below: dict[tuple[str, str], int] = {}
        for notice in notices:
            if notice.slot is not None:
                continue
            self._of.setdefault((notice.area_code, notice.language), notice.id)
            for above in self_and_above(notice.area_code) if notice.area_code else ():
                self._below.setdefault((above, notice.language), notice.id)

    def nearest(self, area_code: str, language: str) -> int | None:
        """Give the wording of the smallest area that holds this one, else the one for all.

        Else it is one for a part of it: somebody who asked for the whole hears of that, too. Of one
        place the own language comes before that of all.
        """
        spoken = (language, LANGUAGE)
        around = sorted(self_and_above(area_code), key=len, reverse=True)
        found = [self._of.get((area, one)) for area in (*around, None) for one in spoken]
        found += [self._below.get((area_code, one)) for one in spoken]
        return next((notice_id for notice_id in found if notice_id is not None), None)


def by_hour(notices: Sequence[Notice], languages: Sequence[str]) -> list[dict[str, Any]]:
    """Give the wording of each hour of a distribution in each language, as rows of JSON."""
    of: dict[tuple[int | None, Any, str], int] = {}
    for notice in notices:
        of.setdefault((notice.distribution_id, notice.slot, notice.language), notice.id)
    hours = {(stop, slot) for stop, slot, _ in of if slot is not None}
    return [
        {
            "distribution_id": stop,
            "starts_at": slot.isoformat("microseconds"),
            "language": language,
            "notice_id": notice_id,
        }
        for stop, slot in hours
        for language in languages
        if (notice_id := of.get((stop, slot, language), of.get((stop, slot, LANGUAGE)))) is not None
    ]
