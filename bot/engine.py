"""One inbound message is one transaction: its effects and its replies are stored, or nothing is."""

import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.catalogue import Catalogue
from bot.conversation import Conversation, open_conversation
from bot.dialogue import converse, understand
from bot.failures import where_only
from bot.messages import MAX_TEXT, Event, Ignored, Inbound, Reachability, Receipt, Reply
from bot.outbox import seal_reply
from bot.places import Places, read_places
from bot.texts import say
from bot.turn import Person, Turn
from db.contacts import (
    CONSENT_REFUSED,
    TOPICS,
    Sender,
    keep_conversation,
    lock_contact,
    mark_opted,
    mark_reachable,
)
from db.inbox import NOTHING, PURPOSE, store_inbound
from db.outbox import queue_replies
from db.receipts import record_receipt
from db.session import Session, Store
from db.staff import active_staff
from db.unwanted import end_unwanted
from nlu.parse import Parse, Understander

log = logging.getLogger(__name__)

# Control and direction marks carry no words; NUL and lone surrogates cannot be stored as text.
_UNWRITTEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
# Sent again, the message may go through; what else a database says, it will say again.
_AWAY = (InterfaceError, InternalError, OperationalError, PoolTimeout)
_LONGEST_ID = 80
_LONGEST_ADDRESS = 64


class StoreUnavailable(Exception):
    """The database is locked or down; nothing was stored, so the provider should send again."""


class _AlreadyKnown(Exception):
    """The message was stored before; the transaction is given up."""


class Engine:
    """Takes events of all channels; safe to share between threads."""

    def __init__(
        self,
        store: Store,
        understander_for: Callable[[Places], Understander],
        clock: Callable[[], datetime],
        on_queued: Callable[[], None],
        public_url: str | None = None,
    ) -> None:
        """Take what the engine works with; `on_queued` wakes the dispatcher after a commit."""
        self._store = store
        self._understander_for = understander_for
        self._clock = clock
        self._on_queued = on_queued
        self._public_url = public_url
        self._reading: tuple[Places, Understander] | None = None
        self._renewing = Lock()
        self._catalogue = Catalogue()

    def receive(self, event: Event) -> bool:
        """Deal with one event; False if it was known already or put aside.

        Raises StoreUnavailable, with nothing stored, if the database cannot be reached.
        """
        try:
            return self._receive(event)
        except (DBAPIError, PoolTimeout) as error:
            log.warning("store unavailable: %s", type(error).__name__)
            raise StoreUnavailable from error

    def _receive(self, event: Event) -> bool:
        if isinstance(event, Inbound):
            return self._answer(_clean(event))
        if isinstance(event, Receipt):
            return self._note_receipt(event)
        if isinstance(event, Reachability):
            with self._store.begin() as session:
                whose = event.address.channel, event.address.user
                mark_reachable(session, *whose, event.reachable)
                if event.by_word:
                    mark_opted(session, *whose, event.reachable)
                    end_unwanted(session, *whose, () if event.reachable else TOPICS)
            return True
        log.info("put aside: %s", event.reason)
        return False

    def _answer(self, inbound: Inbound) -> bool:
        if not inbound.external_id or not inbound.address.user:
            return self._receive(Ignored("message without sender or id"))
        try:
            queued = self._converse(inbound, apologise=False)
        except _AlreadyKnown:
            return False
        except _AWAY:
            raise
        except Exception as error:
            # Whatever went wrong, the message is kept and its sender hears of it.
            log.error("a message could not be answered\n%s", where_only(error))
            try:
                queued = self._converse(inbound, apologise=True)
            except _AlreadyKnown:
                return False
        if queued:
            self._on_queued()
        return True

    def _converse(self, inbound: Inbound, apologise: bool) -> bool:
        """Store a message with its replies, which are an apology where answering failed."""
        now = self._clock()
        ahead = None if apologise else self._read_ahead(inbound, now)
        with self._store.begin() as session:
            row = lock_contact(session, inbound.address.channel, inbound.address.user, now)
            if not store_inbound(session, _inbound_row(session, row, inbound, now)):
                raise _AlreadyKnown
            if ahead is None:
                replies = [Reply(say("form.trouble"))]
            else:
                replies = _replies(session, row, inbound, now, ahead)
            bodies = [seal_reply(session.vault, reply) for reply in replies]
            queue_replies(session, row.id, row.channel, bodies, now, inbound.callback_id)
        return bool(bodies)

    def _read_ahead(self, inbound: Inbound, now: datetime) -> "_Ahead":
        """Prepare what needs no lock, so that nobody waits in line while a text is understood."""
        places, understander = self._read_places(now)
        return _Ahead(
            places,
            understander,
            understand(inbound, understander),
            self._catalogue,
            self._public_url,
        )

    def _read_places(self, now: datetime) -> tuple[Places, Understander]:
        """Give the areas with what reads texts by them.

        One thread reads them anew; the others need not wait for it but go on with the former ones.
        """
        former = self._reading
        if former is not None and former[0].fresh(now):
            return former
        if not self._renewing.acquire(blocking=former is None) and former is not None:
            return former
        try:
            if self._reading is None or not self._reading[0].fresh(now):
                with self._store.read() as session:
                    places = read_places(session, now)
                    self._catalogue.renew(session, now)
                self._store.vault.refresh()  # a new key is soon used, also by who meets it nowhere
                self._reading = (places, self._understander_for(places))
            return self._reading
        finally:
            self._renewing.release()

    def _note_receipt(self, receipt: Receipt) -> bool:
        with self._store.begin() as session:
            record_receipt(
                session,
                receipt.channel,
                receipt.provider_id,
                receipt.state,
                receipt.error,
                receipt.unreachable,
                self._clock(),
            )
        return True


@dataclass(frozen=True, slots=True)
class _Ahead:
    """The areas, what reads texts by them, and the message as it was understood if it had to be."""

    places: Places
    understander: Understander
    parse: Parse | None
    catalogue: Catalogue
    public_url: str | None


def _replies(
    session: Session, row: Sender, inbound: Inbound, now: datetime, ahead: _Ahead
) -> list[Reply]:
    conversation = open_conversation(row.conversation, session.vault)
    turn = Turn(
        session=session,
        now=now,
        contact=_person(row, now),
        staff=active_staff(session, row.staff_id),
        inbound=inbound,
        places=ahead.places,
        conversation=conversation,
        catalogue=ahead.catalogue,
        text=inbound.text.strip(),
        public_url=ahead.public_url,
    )
    converse(turn, ahead.understander, ahead.parse)
    session.flush()
    _remember_choices(conversation, turn.replies)
    keep_conversation(session, row.id, conversation.seal(session.vault))
    return turn.replies


def _clean(inbound: Inbound) -> Inbound:
    """Keep only what can be stored and read, within bounds."""
    return Inbound(
        address=type(inbound.address)(
            inbound.address.channel, _UNWRITTEN.sub("", inbound.address.user)[:_LONGEST_ADDRESS]
        ),
        external_id=_UNWRITTEN.sub("", inbound.external_id)[:_LONGEST_ID],
        sent_at=inbound.sent_at,
        text=_UNWRITTEN.sub("", inbound.text[:MAX_TEXT]),
        button=None if inbound.button is None else _UNWRITTEN.sub("", inbound.button)[:64],
        media=inbound.media,
        location=inbound.location,
        phone=inbound.phone,
        edited=inbound.edited,
        callback_id=None if inbound.callback_id is None else inbound.callback_id[:_LONGEST_ID],
    )


def _person(row: Sender, now: datetime) -> Person:
    return Person(
        id=row.id,
        channel=row.channel,
        consent=row.consent,
        person_id=row.person_id,
        staff_id=row.staff_id,
        failed_tries=row.failed_tries,
        tried_at=row.tried_at,
        locked_until=row.locked_until,
        notices=row.notices,
        news=row.news,
        emergencies=row.emergencies,
        ticket_id=row.ticket_id,
        talk_id=row.talk_id,
        is_new=row.created_at == now,
    )


def _inbound_row(session: Session, row: Sender, inbound: Inbound, now: datetime) -> dict[str, Any]:
    # Who refused is answered, but what he wrote is not kept; staff write for their work.
    unkept = row.consent == CONSENT_REFUSED and row.staff_id is None
    body = NOTHING if unkept else _content(inbound)
    return {
        "contact_id": row.id,
        "channel": row.channel,
        "external_id": inbound.external_id,
        "body": session.vault.seal(body, PURPOSE),
        "sent_at": inbound.sent_at,
        "received_at": now,
    }


def _content(inbound: Inbound) -> str:
    body: dict[str, Any] = {"text": inbound.text}
    if inbound.button is not None:
        body["button"] = inbound.button
    if inbound.media:
        body["media"] = [[media.kind.value, media.ref, media.mime] for media in inbound.media]
    if inbound.location is not None:
        body["location"] = [inbound.location.latitude, inbound.location.longitude]
    return json.dumps(body, separators=(",", ":"))


def _remember_choices(conversation: Conversation, replies: list[Reply]) -> None:
    """Keep the choices of the last reply that offers any: a typed number means one of them."""
    offering = [reply.choices for reply in replies if reply.choices]
    if replies:
        conversation.choices = offering[-1] if offering else ()
