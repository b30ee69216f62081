"""What is kept of one person, in words: the lists that name him, and who looked at him."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.texts import known, say
from bot.texts.format import plain_date
from db.audit import Looked
from db.privacy import Source, downloads_of, file_of, looks_at, roles_of
from db.session import Session

_LOOKED_THROUGH = 100  # rows of the trail; what is the same on one day is told once
_LINES = 6  # of one paragraph


def source_lines(sources: Iterable[Source]) -> list[str]:
    """Name the lists with agency and date."""
    return [
        say("dossier.source", agency=item.agency, list=item.name, as_of=plain_date(item.as_of))
        for item in sources
    ]


def look_lines(
    session: Session, person_id: int | None, contact_id: int | None, zone: str, most: int
) -> list[str]:
    """Tell who did what on which day, the newest first; by role, never by name."""
    looks = looks_at(session, person_id, contact_id, _LOOKED_THROUGH)
    roles = roles_of(session, looks)
    lines = [
        say(
            "dossier.look",
            who=_who(item, roles, contact_id),
            what=_what(item),
            day=plain_date(item.at.astimezone(ZoneInfo(zone)).date()),
        )
        for item in looks
    ]
    return list(dict.fromkeys(lines))[:most]


def download_line(session: Session, person_id: int | None, zone: str) -> list[str]:
    """Tell in one sentence when lists were downloaded in which a person may stand."""
    moments = [] if person_id is None else downloads_of(session, person_id)
    days = dict.fromkeys(plain_date(at.astimezone(ZoneInfo(zone)).date()) for at in moments)
    return [say("dossier.downloads", days="; ".join(list(days)[:_LINES]))] if days else []


def listed(heading: str, lines: list[str]) -> list[str]:
    """Put lines below a heading, in paragraphs that fit a message."""
    parts = [lines[at : at + _LINES] for at in range(0, len(lines), _LINES)]
    paragraphs = ["\n".join(f"- {line}" for line in part) for part in parts]
    return [f"{heading}\n{paragraphs[0]}", *paragraphs[1:]] if paragraphs else []


def whole_file(
    session: Session, person_id: int | None, contact_id: int | None, zone: str, now: datetime
) -> dict[str, Any]:
    """Give all that is kept of a person for a file, with the trail in words."""
    kept = file_of(session, person_id, contact_id)
    trail = look_lines(session, person_id, contact_id, zone, _LOOKED_THROUGH)
    trail += download_line(session, person_id, zone)
    return {"made_at": now.isoformat(), **kept, "trail": trail}


def _who(item: Looked, roles: dict[str, str], contact_id: int | None) -> str:
    if item.actor in roles:
        return say(f"role.{roles[item.actor]}")
    if item.actor == f"contact:{contact_id}":
        return say("dossier.yourself")
    if item.actor.startswith("contact:"):
        return say("dossier.other_phone")
    return say("dossier.office" if item.actor == "cli" else "dossier.service")


def _what(item: Looked) -> str:
    key = f"trail.{item.action.replace(' ', '_')}"
    return say(key) if known(key) else say("dossier.something")
