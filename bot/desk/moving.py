"""Moving a ticket on, by whoever's hand, and telling the citizen in one plain sentence."""

from dataclasses import dataclass
from datetime import datetime

from bot.desk.alerting import settle
from bot.desk.duplicates import tell_of_ended, tell_repeating
from bot.desk.followers import tell_follower, tell_moved
from bot.desk.telling import tell
from bot.messages import Choice, Reply
from bot.texts import known, say
from bot.texts.format import without_gaps
from db import audit
from db.contacts import hold_contact
from db.own_tickets import follower_chat, is_followed
from db.session import Session
from db.ticket_changes import lock_ticket, move
from db.ticket_rules import Agency
from db.ticket_states import OPEN, By, Decision, State
from db.tickets import Ticket, bringer_of, is_told_by_chat


@dataclass(frozen=True, slots=True)
class Move:
    """One move, as somebody wants it; what each must name stands in `db.ticket_states.moved`."""

    to: State
    why: str = ""  # told to the citizen where he is asked, answered or refused
    decision: Decision | None = None
    staff_id: int | None = None
    agency: str | None = None
    other_id: int | None = None


def hold(session: Session, ticket_id: int, seen: int | None = None) -> Ticket:
    """Hold a ticket with whose it is, in the order in which a message does; see `lock_ticket`."""
    contact_id = bringer_of(session, ticket_id)
    if contact_id is not None:
        hold_contact(session, contact_id)
    return lock_ticket(session, ticket_id, seen)


def move_ticket(
    session: Session,
    ticket_id: int,
    *moves: Move,
    by: By,
    actor: str,
    now: datetime,
    seen: int | None = None,
) -> Ticket:
    """Make one or more moves of a ticket and tell its citizen of the last.

    Raises NoSuchTicket, StaleTicket where `seen` is not its version any more, or IllegalMove; the
    transaction is to be given up then.
    """
    ticket = hold(session, ticket_id, seen)
    for wanted in moves:
        move(
            session, ticket, wanted.to,
            by=by, actor=actor, now=now, why=wanted.why, decision=wanted.decision,
            staff_id=wanted.staff_id, agency=wanted.agency, other_id=wanted.other_id,
        )  # fmt: skip
        audit.record(session, now, actor, f"ticket {wanted.to}", f"ticket:{ticket.id}")
    settle(session, ticket, actor, now)
    if by is not By.CITIZEN:  # who did it himself is answered by the capability
        tell_state(session, ticket, moves[-1].why, now, by)
    tell_moved(session, ticket, actor, now)
    tell_repeating(session, ticket, moves[-1].why, now)
    tell_of_ended(session, ticket, now)
    return ticket


def tell_state(session: Session, ticket: Ticket, why: str, now: datetime, by: By = By.DESK) -> bool:
    """Tell the citizen of a held ticket how it stands now, and by whom; False if he is away."""
    if not is_told_by_chat(ticket):
        return False
    ticket.told_at = now
    session.flush()
    reply = Reply(state_sentence(session, ticket, why, by), state_choices(ticket))
    return tell_bringer(session, ticket, reply, now)


def tell_bringer(session: Session, ticket: Ticket, reply: Reply, now: datetime) -> bool:
    """Tell who brought a held ticket, or who follows it for another; False if he is away.

    What he writes back then belongs to this ticket.
    """
    if ticket.helper_id is not None or _is_with_another(session, ticket, now):
        return tell_follower(session, ticket, reply, now)
    if ticket.contact_id is None:
        return False
    contact = hold_contact(session, ticket.contact_id)
    spoken_of = ticket.id if State(ticket.state) in OPEN | {State.RESOLVED} else None
    return tell(session, contact, reply, now, ticket_id=spoken_of)


def _is_with_another(session: Session, ticket: Ticket, now: datetime) -> bool:
    """Say whether another than who brought a ticket looks after its family today, or nobody."""
    if not is_followed(session, ticket):
        return False
    chat = follower_chat(session, ticket, now)
    return chat is None or chat.id != ticket.contact_id


def state_sentence(session: Session, ticket: Ticket, why: str, by: By = By.DESK) -> str:
    """Say in plain words how a ticket stands, with the desk's own words where it gave any."""
    told = f"ticket.told_{ticket.state}"
    names = [f"{told}_{ticket.decision}", f"{told}_by_{by}", told]
    key = next(name for name in names if known(name))
    agency = session.get(Agency, ticket.agency) if ticket.agency else None
    text = say(
        key,
        number=ticket.number,
        why=why or say("ticket.no_words"),
        agency=agency.name if agency else "",
        section=say(f"ticket.section_{ticket.section or 'none'}"),
    )
    return without_gaps(text)


def state_choices(ticket: Ticket) -> tuple[Choice, ...]:
    """Give what the citizen may do with a ticket as it stands."""
    number = ticket.number
    if ticket.state == State.RESOLVED:
        return (
            Choice(f"ticket:yes:{number}", say("choice.ticket_yes")),
            Choice(f"ticket:no:{number}", say("choice.ticket_no")),
        )
    this = Choice(f"track:{number}", say("choice.track_this"))
    if ticket.decision == Decision.REDIRECTED:
        return (this, Choice("human", say("choice.human")))
    if ticket.decision == Decision.SILENCE:
        return (this, Choice(f"ticket:no:{number}", say("choice.ticket_reopen")))
    return (this,)
