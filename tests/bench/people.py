"""The senders as the store knows them before they write."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select

from bot.conversation import Conversation
from bot.forms import FormState
from bot.messages import Choice
from bot.texts import say
from db.areas import Area
from db.contacts import ACTIVE, CONSENT_GIVEN, Contact
from db.crypto import Vault
from db.sample.load import load
from db.session import Store
from db.ticket_states import State
from db.tickets import PLAIN, Ticket
from tests.bench.updates import NEWCOMER, REPORTS, STEP, kind_of, sender

_MENU = tuple(
    Choice(name, say(f"choice.{name}"))
    for name in ("registration", "schedule", "complaint", "track", "human")
)
_AREA = "74.72"  # the whole city, as nobody of them is known yet
_STEP = 7_000  # rows a transaction, a multiple of the kinds


def prepare(store: Store, count: int) -> list[str]:
    """Load the sample data and so many senders; gives the names of the kelurahan."""
    now = datetime.now(UTC)
    with store.begin() as session:
        load(session, now.date(), now)
    for first in range(0, count, _STEP):
        _add(store, range(first, min(first + _STEP, count)), now)
    with store.read() as session:
        query = select(Area.name).where(Area.level == "village").order_by(Area.code)
        return list(session.scalars(query))


def _add(store: Store, numbers: Sequence[int], now: datetime) -> None:
    known = [number for number in numbers if kind_of(number) != NEWCOMER]
    with store.connect() as connection:
        connection.execute(
            insert(Contact), [_contact(number, store.vault, now) for number in known]
        )
        reporters = [str(sender(n)) for n in known if kind_of(n) == REPORTS]
        found = connection.execute(
            select(Contact.id, Contact.address).where(Contact.address.in_(reporters))
        )
        sealed = store.vault.seal("Bantuan saya belum masuk", "story")
        connection.execute(
            insert(Ticket), [_ticket(row.id, int(row.address), sealed, now) for row in found]
        )


def _contact(number: int, vault: Vault, now: datetime) -> dict[str, Any]:
    conversation = Conversation(choices=_MENU)
    if kind_of(number) == STEP:
        conversation.form = FormState(
            "complaint", now, {"category": "not_paid"}, asked="story", order=("category",)
        )
    return {
        "channel": "telegram",
        "address": str(sender(number)),
        "state": ACTIVE,
        "consent": CONSENT_GIVEN,
        "consent_at": now,
        "failed_tries": 0,
        "notices": True,
        "conversation": conversation.seal(vault),
        "created_at": now,
    }


def _ticket(contact_id: int, user: int, sealed: bytes, now: datetime) -> dict[str, Any]:
    return {
        "number": f"PKS-2025-{user % 1_000_000:06d}",
        "contact_id": contact_id,
        "kind": "complaint",
        "category": "not_paid",
        "story_sealed": sealed,
        "occurred_sealed": sealed,
        "area_code": _AREA,
        "secrecy": PLAIN,
        "state": State.RECEIVED,
        "priority": 2,
        "version": 1,
        "climbed": 0,
        "created_at": now,
        "changed_at": now,
    }
