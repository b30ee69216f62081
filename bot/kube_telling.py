"""Telling a group something: its officers in their chats, and whoever looks after it."""

from datetime import datetime

from bot.desk.alerting import tell_chats
from bot.desk.telling import tell_unheld
from bot.messages import Reply
from db.kube_groups import KubeGroup
from db.kube_members import companions_of
from db.pulses import contacts_of_officers
from db.session import Session
from db.staff_chats import staff_chats


def tell_officers(session: Session, group: KubeGroup, text: str, now: datetime) -> int:
    """Tell a group's chair, secretary and treasurer, those who agreed to it; gives how many."""
    contacts = contacts_of_officers(session, group.id)
    for contact_id in contacts:
        tell_unheld(session, contact_id, Reply(text), now)
    return len(contacts)


def tell_companion(session: Session, group: KubeGroup, reply: Reply, now: datetime) -> int:
    """Tell the companion of a group, and who stands in for him; gives how many chats are told."""
    chats = [
        chat
        for staff in companions_of(session, group, now)
        for chat in staff_chats(session, staff.area_code, (), (staff.id,))  # also from elsewhere
    ]
    return tell_chats(session, chats, reply, now)
