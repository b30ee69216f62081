"""Everything that the page of one ticket shows to one officer, gathered in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.desk.blanks import filled
from bot.desk.deeds import Deed, deeds_for
from bot.desk.duplicates import may_repeat
from bot.texts import known, say
from bot.texts import tickets as words
from db import audit
from db.areas import area_name
from db.desk_tools import CannedAnswer, canned_answers, find_canned, note_viewer, present
from db.helped import helped_of
from db.session import Session
from db.staff import SECTIONS
from db.ticket_clock import light_of
from db.ticket_desk import visible_ticket
from db.ticket_live import mark_of
from db.ticket_notes import NOTE, Noted, notes_of
from db.ticket_page import (
    Reporter,
    aid_of_reporter,
    earlier_tickets,
    files_of,
    holders_for,
    names_of_actors,
    names_of_staff,
    reporter_of,
    staff_name,
)
from db.ticket_rules import HIGH, LOW, NORMAL, URGENT
from db.ticket_states import Decision
from db.tickets import Ticket, TicketEvent, history_of
from webhook.console.beside import beside
from webhook.console.desk import Desk
from webhook.console.incident_line import incident_line
from webhook.console.ticket_facts import facts_of, notes_shown

READ = "read ticket"
PRIORITIES = (URGENT, HIGH, NORMAL, LOW)
RESOLUTIONS = (Decision.UPHELD, Decision.PARTLY)
REJECTIONS = (Decision.REJECTED, Decision.REDIRECTED, Decision.DUPLICATE)
WRITTEN = (Deed.ANSWER, Deed.ASK, Deed.RESOLVE, Deed.REJECT)  # which canned answers may fill


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the forms of a page already: a deed that was refused, or a canned answer."""

    deed: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Happened:
    """One change of a ticket in words."""

    what: str
    who: str
    event: TicketEvent
    why: str


def gathered(
    session: Session, desk: Desk, ticket: Ticket, draft: Draft, unmasked: Reporter | None
) -> dict[str, Any]:
    """Give what the template of a ticket's page takes; that it was read is written down."""
    reads, knows = desk.sight.may_read(ticket), desk.sight.may_know_reporter(ticket)
    audit.record(session, desk.now, desk.actor, READ, f"ticket:{ticket.id}")
    note_viewer(session, ticket.id, desk.staff.id, desk.now)
    deeds = deeds_for(desk.sight, ticket)
    notes = notes_of(session, ticket.id) if reads else []
    mark = mark_of(session, desk.sight, ticket.id)
    return {
        "ticket": ticket,
        "reads": reads,
        "knows": knows,
        "deeds": deeds,
        "draft": draft,
        "light": light_of(ticket.risk_at, ticket.due_at, desk.now),
        "area": area_name(session, ticket.area_code),
        "told": facts_of(session, ticket, is_open=unmasked is not None) if reads else None,
        "files": files_of(session, ticket.id) if reads else [],
        "history": _history(session, ticket, reads),
        "notes": notes_shown(notes, is_open=unmasked is not None),
        "names": names_of_staff(session, [note.actor for note in notes]),
        "canned": canned_answers(session, ticket.section or ""),
        "others": present(session, ticket.id, desk.staff.id, desk.now).others,
        "mark": mark.text if mark else "",
        "heard": max((note.id for note in notes if note.kind != NOTE), default=0),
        **_choices(session, ticket, deeds),
        **incident_line(session, desk, ticket),
        **(_about_reporter(session, desk, ticket, reads, unmasked) if knows else {}),
        "holder_name": staff_name(session, ticket.staff_id),
        "first": _first(session, desk, ticket),
        "words": words,
        "writer": _writer,
        "also_here": also_here,
    }


def canned_draft(
    session: Session, desk: Desk, ticket: Ticket, canned_id: int | None, deed: str
) -> Draft:
    """Give a canned answer in the form that it was chosen for; its reader's name is put in later.

    A draft without a deed is an empty one.
    """
    found = find_canned(session, canned_id) if canned_id is not None else None
    if found is None or deed not in deeds_for(desk.sight, ticket) or deed not in WRITTEN:
        return Draft()
    return Draft(deed, {"text": _with_facts(session, desk, ticket, found)})


def _with_facts(session: Session, desk: Desk, ticket: Ticket, found: CannedAnswer) -> str:
    facts = {
        "nomor": ticket.number,
        "kelurahan": area_name(session, ticket.area_code),
        "petugas": desk.staff.name,
    }
    return filled(found.text, facts)


def _choices(session: Session, ticket: Ticket, deeds: Iterable[Deed]) -> dict[str, Any]:
    gives = Deed.ASSIGN in deeds or Deed.HAND in deeds
    return {
        "holders": holders_for(session, ticket) if gives else [],
        "categories": words.categories_of(ticket.kind)
        or {ticket.category: words.category_name(ticket.kind, ticket.category)},
        "sections": SECTIONS,
        "priorities": PRIORITIES,
        "resolutions": RESOLUTIONS,
        "rejections": REJECTIONS,
    }


def _about_reporter(
    session: Session, desk: Desk, ticket: Ticket, reads: bool, unmasked: Reporter | None
) -> dict[str, Any]:
    reporter = unmasked or reporter_of(session, desk.scope, ticket)
    is_own = ticket.contact_id is not None and ticket.helper_id is None
    talks = reads and is_own and not reporter.is_staff
    return {
        "reporter": reporter,
        "is_open": unmasked is not None,
        "aid": aid_of_reporter(session, desk.scope, ticket, desk.actor, desk.now),
        "earlier": earlier_tickets(session, desk.sight, ticket),
        "helped": helped_of(session, ticket, desk.now),
        "beside": beside(session, desk.sight, ticket) if talks else None,
    }


def _first(session: Session, desk: Desk, ticket: Ticket) -> str:
    """Give the number of the ticket that this one repeats, to whom it may be shown."""
    if ticket.decision != Decision.DUPLICATE or ticket.other_id is None:
        return ""
    first = visible_ticket(session, desk.sight, ticket.other_id)
    return first.number if first is not None and may_repeat(ticket, first, desk.sight) else ""


def _history(session: Session, ticket: Ticket, reads: bool) -> Sequence[Happened]:
    events = history_of(session, ticket.id)
    names = names_of_actors(session, events)
    before: TicketEvent | None = None
    happened = []
    for event in events:
        sealed = event.why_sealed
        why = session.vault.open(sealed, "why") if sealed and reads else ""
        happened.append(
            Happened(
                _what(ticket.kind, event, before, names),
                writer_of(event.actor, names),
                event,
                why,
            )
        )
        before = event
    return happened[::-1]


def _what(
    kind: str, event: TicketEvent, before: TicketEvent | None, names: Mapping[str, str]
) -> str:
    """Say in words what a change changed."""
    holder = names.get(f"staff:{event.staff_id}", "")
    if event.change == "handed":
        return say("desk.did_handed", name=holder)
    if event.change == "sorted" and before is not None:
        changed = [
            say(f"desk.did_{name}", value=value)
            for name, value in (
                ("category", words.category_name(kind, event.category)),
                ("section", words.section_name(event.section)),
                ("priority", words.priority_name(event.priority)),
            )
            if getattr(event, name) != getattr(before, name)
        ]
        return ", ".join(changed) or say("desk.did_sorted")
    if event.change == "grouped":
        return say("desk.did_grouped" if event.incident_id is not None else "desk.did_ungrouped")
    key, side = f"desk.did_{event.state}", event.actor.partition(":")[0]
    told = say(
        f"{key}_{side}" if known(f"{key}_{side}") else key,
        name=holder,
        agency=names.get(f"agency:{event.agency}", ""),
    )
    is_new = before is None or event.decision != before.decision
    decision = words.decision_name(event.decision) if is_new else ""
    return f"{told}: {decision}" if decision else told


def writer_of(actor: str, names: Mapping[str, str]) -> str:
    """Name who did something, for people of the desk."""
    side = actor.partition(":")[0]
    key = f"desk.by_{side}"
    return names.get(actor) or (say(key) if known(key) else actor)


def also_here(names: Sequence[str]) -> str:
    """Say who else has a ticket before him; empty where nobody has."""
    return say("desk.also_here", names=", ".join(names)) if names else ""


def _writer(note: Noted, names: Mapping[str, str]) -> str:
    return writer_of(note.actor, names)
