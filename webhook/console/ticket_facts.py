"""What a ticket tells, as its page shows it: under names, and with long numbers half hidden."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.texts import known, say
from bot.texts.masking import without_numbers
from db.areas import area_name
from db.session import Session
from db.ticket_notes import ADDED, Noted
from db.ticket_page import told_by
from db.tickets import Ticket


@dataclass(frozen=True, slots=True)
class Facts:
    """The story, when and where, and the other answers of a form under their names."""

    story: str
    occurred: str
    details: list[tuple[str, str]]
    is_masked: bool  # whether something is hidden that can be opened


def facts_of(session: Session, ticket: Ticket, *, is_open: bool) -> Facts:
    """Give what a ticket tells; NIK, KK and telephone numbers in full where it is open.

    Whoever asks must be allowed to read it, and to open it an audit row must be written.
    """
    told = told_by(session, ticket)
    shown: Callable[[str], str] = str if is_open else without_numbers
    details = [
        (label_of(ticket.kind, key), _value(session, ticket.kind, key, str(value)))
        for key, value in told.details.items()
        if isinstance(value, str | int) and value != ""
    ]
    every = (told.story, told.occurred, *(value for _, value in details))
    return Facts(
        story=shown(told.story),
        occurred=shown(told.occurred),
        details=[(label, shown(value)) for label, value in details],
        is_masked=any(shown(text) != text for text in every),
    )


def notes_shown(notes: Sequence[Noted], *, is_open: bool) -> Sequence[Noted]:
    """Give the notes of a ticket, those by citizens as their stories are shown."""
    if is_open:
        return notes
    return [
        replace(note, text=without_numbers(note.text)) if note.kind == ADDED else note
        for note in notes
    ]


def label_of(kind: str, key: str) -> str:
    """Name an answer as the form of a kind does, or as all forms do."""
    labels = (f"{kind}.label_{key}", f"desk.detail_{key}", "desk.detail_other")
    return next(say(label) for label in labels if known(label))


def _value(session: Session, kind: str, key: str, value: str) -> str:
    if key == "area":
        return area_name(session, value) or value
    picked = f"{kind}.{key}_{value}".lower()
    return say(picked) if known(picked) else value
