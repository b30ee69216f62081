"""What officers hear of broadcasts in their chats; by night only of what is urgent."""

from collections.abc import Sequence
from datetime import datetime

from bot.desk.alerting import page, tell_chats
from bot.messages import Choice, Reply
from bot.notices.showing import fits_in_chat, messages_for_approvers
from bot.texts import say
from bot.texts.format import grouped
from db.areas import Area
from db.broadcasts import Broadcast, Kind, notices_of
from db.hoaxes import DECIDERS
from db.quiet_hours import after_quiet_hours
from db.reach import Reach
from db.session import Session
from db.staff import Staff
from db.staff_chats import StaffChat, staff_chats

STAFF = "staff:"


def ask_approvers(
    session: Session, broadcast: Broadcast, reach: Reach, now: datetime, public_url: str | None
) -> None:
    """Show a broadcast to those who may approve it, in their chats, with buttons.

    What a chat cannot show whole is approved on its page alone.
    """
    chats = [
        chat
        for chat in staff_chats(session, broadcast.area_code, DECIDERS)
        if f"{STAFF}{chat.staff_id}" != broadcast.created_by
    ]
    number, argument = broadcast.id, f"{broadcast.id}:{broadcast.version}"
    address = page(public_url, f"pengumuman/{number}")
    then = say("notice.approve_on_page", page=address)
    messages: list[str] = []
    buttons: tuple[Choice, ...] = (Choice(f"notice:refuse:{argument}", say("notice.refuse")),)
    if fits_in_chat(session, number):
        messages = messages_for_approvers(session, number)
        then = say("notice.approve_here", number=number)
        buttons = (Choice(f"notice:approve:{argument}", say("notice.approve")), *buttons)
    facts = say(
        "notice.to_approve_facts",
        number=number,
        maker=_name(session, broadcast.created_by),
        families=grouped(reach.families),
        contacts=grouped(reach.contacts),
        area=session.get_one(Area, broadcast.area_code).name,
        wordings=len(notices_of(session, number)),
        then=then,
    )
    for told in (*map(Reply, messages), Reply(facts, buttons)):
        _tell(session, broadcast, chats, told, now)


def tell_maker(session: Session, broadcast: Broadcast, text: str, now: datetime) -> None:
    """Tell whoever prepared a broadcast what became of it, if that was one of the staff."""
    kind, _colon, staff_id = broadcast.created_by.partition(":")
    if kind == "staff" and staff_id.isdigit():
        chats = staff_chats(session, broadcast.area_code, (), (int(staff_id),))
        _tell(session, broadcast, chats, Reply(text), now)


def _tell(
    session: Session, broadcast: Broadcast, chats: Sequence[StaffChat], told: Reply, now: datetime
) -> None:
    """Tell chats now, or in the morning."""
    is_urgent = broadcast.urgent or broadcast.kind == Kind.EMERGENCY
    zone = session.get_one(Area, broadcast.area_code).timezone
    tell_chats(session, chats, told, now if is_urgent else after_quiet_hours(now, zone))


def _name(session: Session, actor: str) -> str:
    if not actor.startswith(STAFF):
        return actor
    found = session.get(Staff, int(actor.removeprefix(STAFF)))
    return found.name if found is not None else actor
