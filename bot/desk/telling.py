"""Telling a person something without having been asked: into his chat, with its choices."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.conversation import open_conversation
from bot.messages import Reply
from bot.outbox import open_reply, seal_reply
from db.contacts import ACTIVE, Contact, change_contact
from db.outbox import hold_back, queue_replies, take_held
from db.session import Session


def tell(session: Session, contact: Contact, reply: Reply, now: datetime, **also: Any) -> bool:
    """Tell a contact that is held something; False where he cannot be reached.

    While an officer talks with him the service is silent: he is told once the talk has ended.
    """
    if contact.talk_id is None:
        return utter(session, contact, reply, now, **also)
    if also:
        change_contact(session, contact.id, **also)
        session.refresh(contact)
    if contact.state != ACTIVE:
        return False
    hold_back(session, contact.id, contact.channel, seal_reply(session.vault, reply), now)
    return True


def tell_unheld(session: Session, contact_id: int, reply: Reply, now: datetime) -> None:
    """Tell something without choices to a contact that is not held, as another one is."""
    contact = session.get_one(Contact, contact_id)
    if contact.state == ACTIVE:
        body = seal_reply(session.vault, reply)
        if contact.talk_id is None:
            queue_replies(session, contact.id, contact.channel, [body], now)
        else:
            hold_back(session, contact.id, contact.channel, body, now)


def held_replies(session: Session, contact_id: int) -> list[Reply]:
    """Take out what a contact was not told as an officer was talking."""
    return [open_reply(session.vault, body) for body in take_held(session, contact_id)]


def utter(session: Session, contact: Contact, reply: Reply, now: datetime, **also: Any) -> bool:
    """Queue a reply to a contact that is held at once; False where he cannot be reached.

    A typed number means one of its choices, unless a form is open; `also` are columns of the
    contact to be set with it.
    """
    conversation = open_conversation(contact.conversation, session.vault)
    if reply.choices and conversation.form is None:
        conversation = replace(conversation, choices=reply.choices, asked="")
        also["conversation"] = conversation.seal(session.vault)
    if also:
        change_contact(session, contact.id, **also)
        session.refresh(contact)
    if contact.state != ACTIVE:
        return False
    queue_replies(session, contact.id, contact.channel, [seal_reply(session.vault, reply)], now)
    return True
