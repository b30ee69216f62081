"""Telling officers in their chats what waits for them: at once, in rounds, until one takes it."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from bot.messages import Channel, Choice, Reply
from bot.outbox import seal_reply
from bot.texts import say
from bot.texts.format import local_moment
from db.areas import Area
from db.duty import Alert, add_alert, lock_alert, on_duty
from db.outbox import queue_replies
from db.quiet_hours import after_quiet_hours
from db.session import Session
from db.staff import active_staff
from db.staff_chats import StaffChat, staff_chats
from db.talks import drop_waiting
from db.ticket_states import DONE, State
from db.tickets import Ticket

DESK_ROLES = ("front_office", "chief")
ROUND = timedelta(minutes=5)
_OFTEN = 12  # rounds, which is an hour; then it is told
_SELDOM = timedelta(hours=1)
_WIDEST = 3
_UNTAKEN = frozenset({State.RECEIVED, State.VERIFIED})


def tell_chats(session: Session, chats: Sequence[StaffChat], reply: Reply, now: datetime) -> int:
    """Queue a reply to chats of staff; gives how many.

    Nobody's contact is held for it: an officer may be pressing a button at this moment. Where there
    are no buttons, a number would mean an older list, so that its choices are left out.
    """
    for chat in chats:
        fit = Reply(reply.text) if chat.channel == Channel.SMS else reply
        queue_replies(session, chat.contact_id, chat.channel, [seal_reply(session.vault, fit)], now)
    return len(chats)


def tell_staff(
    session: Session, roles: Collection[str], area_code: str, reply: Reply, now: datetime
) -> int:
    """Tell those of some roles whose area holds this one; gives how many chats are told."""
    return tell_chats(session, staff_chats(session, area_code, roles), reply, now)


def raise_alert(session: Session, ticket: Ticket, now: datetime, url: str | None) -> None:
    """Begin to tell officers of an emergency; `url` is where people reach our pages."""
    next_round(session, add_alert(session, ticket.id, now), ticket, now, url)


def next_round(
    session: Session, alert: Alert, ticket: Ticket, now: datetime, url: str | None
) -> None:
    """Tell of an emergency that nobody has taken; each round goes further, or is the next hour's.

    First those on duty, then front office and chief, then the officers of the Dinas.
    """
    alert.rounds += 1
    chats = _chats(session, ticket, alert.rounds, now)
    while not chats and alert.rounds < _WIDEST:
        alert.rounds += 1
        chats = _chats(session, ticket, alert.rounds, now)
    alert.next_at = now + (ROUND if alert.rounds < _OFTEN else _SELDOM)
    session.flush()
    tell_chats(session, chats, _alarm(session, ticket, url), now)


def settle(session: Session, ticket: Ticket, actor: str, now: datetime) -> None:
    """End what is told of a held ticket once somebody has taken it, or once it is done."""
    if State(ticket.state) in DONE:
        drop_waiting(session, ticket.id, actor, now)
    if State(ticket.state) in _UNTAKEN:
        return
    alert = lock_alert(session, ticket.id)
    if alert is None or alert.next_at is None:
        return
    alert.next_at = None
    taker = active_staff(session, ticket.staff_id)
    if taker is not None:
        alert.taken_by, alert.taken_at = taker.id, now
    session.flush()
    if ticket.kind == "emergency":
        chats = _chats(session, ticket, alert.rounds, now)
        others = [chat for chat in chats if taker is None or chat.staff_id != taker.id]
        key = "emergency.taken" if taker is not None else "emergency.off"
        text = say(key, number=ticket.number, name=taker.name if taker is not None else "")
        tell_chats(session, others, Reply(text), now)


def tell_holder(session: Session, ticket: Ticket, now: datetime, url: str | None) -> None:
    """Tell whoever holds a ticket that its citizen has said more; by night of emergencies only."""
    urgent = ticket.kind == "emergency"
    awake = urgent or after_quiet_hours(now, zone_of(session, ticket)) == now
    if ticket.staff_id is not None and awake:
        chats = staff_chats(session, ticket.area_code, (), (ticket.staff_id,))
        key = "emergency.news" if urgent else "ticket.news"
        text = say(key, number=ticket.number, page=page(url, f"tiket/{ticket.number}"))
        tell_chats(session, chats, Reply(text), now)


def alert_human(session: Session, ticket: Ticket, now: datetime, url: str | None) -> None:
    """Tell the desk once that somebody waits for a talk; at night, in the morning."""
    awake = after_quiet_hours(now, zone_of(session, ticket))
    if awake == now:
        tell_of_human(session, ticket, now, url)
    else:
        add_alert(session, ticket.id, awake)


def tell_of_human(session: Session, ticket: Ticket, now: datetime, url: str | None) -> None:
    """Tell those on duty, front office and chief that somebody waits for a talk."""
    text = say(
        "human.alert", number=ticket.number, area=area_of(session, ticket), page=page(url, "bicara")
    )
    tell_chats(session, _chats(session, ticket, 2, now), Reply(text), now)


def page(url: str | None, path: str) -> str:
    """Give the address of a page of the console; where we have none, in which menu it is found."""
    if url is not None:
        return f"{url}/console/{path}"
    return say(f"page.{path.partition('/')[0]}")


def area_of(session: Session, ticket: Ticket) -> str:
    """Give the name of a ticket's area."""
    return session.get_one(Area, ticket.area_code).name


def zone_of(session: Session, ticket: Ticket) -> str:
    """Give the zone of a ticket's area."""
    return session.get_one(Area, ticket.area_code).timezone


def _chats(session: Session, ticket: Ticket, rounds: int, now: datetime) -> Sequence[StaffChat]:
    """Give whom a round tells; who brought the ticket is not told of it."""
    duty = on_duty(session, ticket.area_code, now)
    roles: tuple[str, ...] = () if duty and rounds <= 1 else DESK_ROLES
    if rounds >= _WIDEST:
        roles = (*DESK_ROLES, "officer")
    chats = staff_chats(session, ticket.area_code, roles, duty)
    return [chat for chat in chats if chat.contact_id != ticket.contact_id]


def _alarm(session: Session, ticket: Ticket, url: str | None) -> Reply:
    text = say(
        "emergency.alert",
        number=ticket.number,
        area=area_of(session, ticket),
        moment=local_moment(ticket.created_at, zone_of(session, ticket)),
        page=page(url, f"tiket/{ticket.number}"),
    )
    return Reply(text, (Choice(f"take:{ticket.number}", say("choice.take")),))
