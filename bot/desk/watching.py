"""The watch: what nobody does but the time that runs out.

Every dispatcher calls it with each sweep. What is due is read first and then held, each in a small
transaction of its own and looked at again, so that nothing is told twice.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from bot.desk.alerting import area_of, next_round, page, tell_of_human, tell_staff, zone_of
from bot.desk.moving import Move, hold, move_ticket, state_choices, tell_bringer
from bot.desk.talking import SILENCE, end_silent
from bot.failures import where_only
from bot.messages import Reply
from bot.texts import say
from bot.texts.format import local_moment, long_date
from bot.texts.tickets import kind_name
from db.contacts import hold_contact
from db.duty import alerts_due, lock_alert
from db.quiet_hours import after_quiet_hours
from db.session import Session, Store
from db.talks import silent_talks
from db.ticket_changes import climb, warn
from db.ticket_clock import HIGHEST, QUIET
from db.ticket_states import DONE, By, Decision, State
from db.tickets import Ticket, tickets_due

LEVELS = ("front_office", "chief", "officer")  # whom a breach is told, one after the other
_AT_ONCE = 100
_TALKING = timedelta(minutes=30)  # so long a citizen who talks is not warned

_log = logging.getLogger(__name__)

Look = Callable[[Session, int, datetime], bool]


def watch_due(store: Store, clock: Callable[[], datetime], url: str | None) -> int:
    """Do what is due: breaches, silence, alerts, talks; gives for how many something was done.

    `url` is where people reach our pages.
    """
    now = clock()
    with store.read() as session:
        talks = silent_talks(session, now - SILENCE, _AT_ONCE)
        alerts = alerts_due(session, now, _AT_ONCE)
        tickets = tickets_due(session, now, _AT_ONCE)

    def alert(session: Session, ticket_id: int, now: datetime) -> bool:
        return _alert(session, ticket_id, now, url)

    def ticket(session: Session, ticket_id: int, now: datetime) -> bool:
        return _look_at(session, ticket_id, now, url)

    due: tuple[tuple[Sequence[int], Look], ...] = (
        (alerts, alert), (talks, end_silent), (tickets, ticket),
    )  # fmt: skip
    return sum(_each(store, look, one, clock()) for ids, look in due for one in ids)


def _each(store: Store, look: Look, one: int, now: datetime) -> bool:
    """Look at one of them; one that cannot be dealt with must not keep the others waiting."""
    try:
        with store.begin() as session:
            return look(session, one, now)
    except SQLAlchemyError:
        raise
    except Exception as error:
        _log.error("something due could not be dealt with\n%s", where_only(error))
        return False


def _alert(session: Session, ticket_id: int, now: datetime, url: str | None) -> bool:
    ticket = hold(session, ticket_id)
    alert = lock_alert(session, ticket_id)
    if alert is None or alert.next_at is None or alert.next_at > now:
        return False
    if ticket.kind == "emergency":
        next_round(session, alert, ticket, now, url)
    else:
        alert.next_at = None
        session.flush()
        tell_of_human(session, ticket, now, url)
    return True


def _look_at(session: Session, ticket_id: int, now: datetime, url: str | None) -> bool:
    ticket = hold(session, ticket_id)
    if ticket.watch_at is None or ticket.watch_at > now:
        return False
    if State(ticket.state) in DONE:
        ticket.watch_at = None
        session.flush()
        return False
    always = ticket.kind == "emergency" and State(ticket.state) not in QUIET
    awake = now if always else after_quiet_hours(now, zone_of(session, ticket))
    if awake > now:
        ticket.watch_at = awake
        session.flush()
        return False
    if State(ticket.state) in QUIET:
        _break_silence(session, ticket, now)
    else:
        _tell_breach(session, ticket, now, url)
    return True


def _tell_breach(session: Session, ticket: Ticket, now: datetime, url: str | None) -> None:
    """Tell the next level of a breach; one without anybody to tell is passed over."""
    told = 0
    while ticket.climbed < HIGHEST and not told:
        text = say(
            "watch.breach" if not ticket.climbed else "watch.breach_again",
            number=ticket.number,
            kind=kind_name(ticket.kind),
            area=area_of(session, ticket),
            due=local_moment(ticket.due_at or now, zone_of(session, ticket)),
            page=page(url, f"tiket/{ticket.number}"),
        )
        told = tell_staff(session, (LEVELS[ticket.climbed],), ticket.area_code, Reply(text), now)
        climb(session, ticket, now)


def _break_silence(session: Session, ticket: Ticket, now: datetime) -> None:
    """Warn a citizen who says nothing; who was warned has his ticket closed."""
    bringer = None if ticket.helper_id is not None else ticket.contact_id
    contact = None if bringer is None else hold_contact(session, bringer)
    if contact is not None and contact.talk_id is not None:
        ticket.watch_at = now + _TALKING
        session.flush()
    elif ticket.warned_at is not None:
        _close(session, ticket, now)
    else:
        warn(session, ticket, now)
        if ticket.watch_at is not None:
            zone = ZoneInfo(zone_of(session, ticket))
            last = long_date(ticket.watch_at.astimezone(zone).date())
            text = say(f"watch.silent_{ticket.state}", number=ticket.number, day=last)
            tell_bringer(session, ticket, Reply(text, state_choices(ticket)), now)


def _close(session: Session, ticket: Ticket, now: datetime) -> None:
    over = (
        Move(State.REJECTED, decision=Decision.SILENCE)
        if ticket.state == State.WAITING
        else Move(State.CONFIRMED)
    )
    move_ticket(session, ticket.id, over, by=By.SERVICE, actor="service", now=now)
