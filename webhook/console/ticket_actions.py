"""What officers do with a ticket, each by a form that says which version they saw."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from bot.desk.answering import answer, note
from bot.desk.blanks import with_name
from bot.desk.deeds import Deed, deeds_for
from bot.desk.duplicates import may_repeat
from bot.desk.handing import hand_ticket, sort_ticket
from bot.desk.moving import Move, hold, move_ticket
from bot.texts import say
from bot.texts import tickets as words
from db.session import Session
from db.staff import SECTIONS
from db.ticket_changes import StaleTicket
from db.ticket_desk import visible_by_number
from db.ticket_notes import last_said
from db.ticket_page import holders_for
from db.ticket_states import By, Decision, IllegalMove, State
from db.tickets import Ticket
from webhook.console.desk import Desk
from webhook.console.fields import field
from webhook.console.guards import require
from webhook.console.ticket_view import PRIORITIES, REJECTIONS, RESOLUTIONS, Draft

LONGEST = 1_000  # characters of what an officer writes
_ROLES = ("front_office", "back_office", "chief", "officer", "admin")
_FIELDS = ("text", "staff", "category", "section", "priority", "decision", "other")
_NO_VERSION = -1
_TOLD = frozenset({Deed.ASK, Deed.ANSWER, Deed.RESOLVE, Deed.REJECT})  # the citizen reads of them

Refusing = Callable[[Desk, str, Draft], Response]


class Refused(Exception):
    """A form that does not say enough; its argument is the key of the sentence."""


@dataclass(frozen=True, slots=True)
class Doing:
    """One deed on its way: the ticket as it was read, and what the form gave."""

    session: Session
    desk: Desk
    ticket: Ticket
    fields: Mapping[str, str]
    seen: int

    @property
    def by(self) -> dict[str, Any]:
        """Give who does it, when, and on which version."""
        return {"actor": self.desk.actor, "now": self.desk.now, "seen": self.seen}

    @property
    def why(self) -> str:
        """Give what was written, fit to be told."""
        return with_name(self.fields["text"], None)

    @property
    def required_why(self) -> str:
        """Give what was written; raises Refused where nothing was."""
        if not self.fields["text"]:
            raise Refused("desk.no_text")
        return self.why

    def move(self, *moves: Move) -> None:
        """Move the ticket and tell its citizen."""
        move_ticket(self.session, self.ticket.id, *moves, by=By.DESK, **self.by)


def add_actions(blueprint: Blueprint, refused: Refusing, tell: Callable[[], None]) -> None:
    """Add the route of the deeds to those of the page, which also shows what was refused.

    `tell` lets what citizens are told go out at once.
    """

    @blueprint.post("/tiket/<number>/<deed>")
    @require(*_ROLES)
    def act(desk: Desk, number: str, deed: str) -> Response:
        """Do one deed, unless it is not this officer's or somebody was faster."""
        if deed not in _DEEDS:
            abort(404)
        wanted = Deed(deed)
        fields = {name: field(name) for name in _FIELDS}
        seen = request.form.get("seen", _NO_VERSION, type=int)
        if any(len(text) > LONGEST for text in fields.values()):
            return refused(desk, number, Draft(deed, fields, say("desk.too_long", most=LONGEST)))
        try:
            _do(desk, number, wanted, fields, seen)
        except StaleTicket:
            return refused(desk, number, Draft(deed, fields, say("desk.stale")))
        except IllegalMove:
            return refused(desk, number, Draft(deed, fields, say("desk.not_possible")))
        except Refused as problem:
            return refused(desk, number, Draft(deed, fields, say(str(problem))))
        tell()
        flash(say(f"desk.done_{deed}"))
        return redirect(url_for("console.tickets.show", number=number), 303)


def _do(desk: Desk, number: str, deed: Deed, fields: Mapping[str, str], seen: int) -> None:
    with desk.begin() as session:
        ticket = visible_by_number(session, desk.sight, number.replace("\0", ""))
        if ticket is None:
            abort(404)
        if seen != ticket.version:
            raise StaleTicket
        if deed in _TOLD:
            _require_all_read(session, desk, ticket, seen)
        if deed not in deeds_for(desk.sight, ticket):
            abort(403)
        _DEEDS[deed](Doing(session, desk, ticket, fields, seen))


def _require_all_read(session: Session, desk: Desk, ticket: Ticket, seen: int) -> None:
    """Raise StaleTicket if citizen or colleague said something after the page was made."""
    hold(session, ticket.id, seen)  # so that nothing is added between this look and the deed
    if last_said(session, ticket.id, but=desk.actor) > request.form.get("heard", 0, type=int):
        raise StaleTicket


def _verify(doing: Doing) -> None:
    doing.move(Move(State.VERIFIED))


def _assign(doing: Doing) -> None:
    doing.move(Move(State.ASSIGNED, staff_id=_holder(doing), why=doing.why))


def _take(doing: Doing) -> None:
    doing.move(Move(State.ASSIGNED, staff_id=doing.desk.staff.id))


def _work(doing: Doing) -> None:
    doing.move(Move(State.IN_PROGRESS))


def _give_back(doing: Doing) -> None:
    doing.move(Move(State.VERIFIED, why=doing.why))


def _hand(doing: Doing) -> None:
    hand_ticket(doing.session, doing.ticket.id, _holder(doing), why=doing.why, **doing.by)


def _sort(doing: Doing) -> None:
    ticket, fields = doing.ticket, doing.fields
    known = words.categories_of(ticket.kind) or {ticket.category: ""}
    section, priority = fields["section"] or None, fields["priority"]
    if fields["category"] not in known or section not in (None, *SECTIONS):
        raise Refused("desk.bad_choice")
    if priority not in map(str, PRIORITIES):
        raise Refused("desk.bad_choice")
    sort_ticket(
        doing.session, ticket.id,
        category=fields["category"], section=section, priority=int(priority),
        why=doing.why, **doing.by,
    )  # fmt: skip


def _ask(doing: Doing) -> None:
    doing.move(Move(State.WAITING, why=doing.required_why))


def _answer(doing: Doing) -> None:
    if not doing.fields["text"]:
        raise Refused("desk.no_text")
    answer(doing.session, doing.ticket.id, doing.fields["text"], **doing.by)


def _note(doing: Doing) -> None:
    if not doing.fields["text"]:
        raise Refused("desk.no_text")
    note(doing.session, doing.ticket.id, doing.fields["text"], **doing.by)


def _resolve(doing: Doing) -> None:
    decision = _decision(doing, RESOLUTIONS)
    doing.move(Move(State.RESOLVED, why=doing.required_why, decision=decision))


def _reject(doing: Doing) -> None:
    decision = _decision(doing, REJECTIONS)
    if decision is Decision.DUPLICATE:
        other = _other(doing)
        doing.move(Move(State.REJECTED, why=doing.why, decision=decision, other_id=other))
        return
    doing.move(Move(State.REJECTED, why=doing.required_why, decision=decision))


def _decision(doing: Doing, allowed: tuple[Decision, ...]) -> Decision:
    if doing.fields["decision"] not in allowed:
        raise Refused("desk.no_decision")
    return Decision(doing.fields["decision"])


def _holder(doing: Doing) -> int:
    """Give the officer that was picked; he must be one to whom this ticket may go."""
    offered = {str(one.id): one.id for one in holders_for(doing.session, doing.ticket)}
    if doing.fields["staff"] not in offered:
        raise Refused("desk.no_holder")
    return offered[doing.fields["staff"]]


def _other(doing: Doing) -> int:
    """Give the ticket that this one repeats."""
    other = visible_by_number(doing.session, doing.desk.sight, doing.fields["other"])
    if other is None or not may_repeat(doing.ticket, other, doing.desk.sight):
        raise Refused("desk.no_other")
    return other.id


_DEEDS: Mapping[str, Callable[[Doing], None]] = {
    Deed.VERIFY: _verify,
    Deed.ASSIGN: _assign,
    Deed.TAKE: _take,
    Deed.WORK: _work,
    Deed.GIVE_BACK: _give_back,
    Deed.HAND: _hand,
    Deed.SORT: _sort,
    Deed.ASK: _ask,
    Deed.ANSWER: _answer,
    Deed.NOTE: _note,
    Deed.RESOLVE: _resolve,
    Deed.REJECT: _reject,
}
