"""A person talking to the engine, as the tests need one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select

from bot.engine import Engine
from bot.messages import Address, Channel, Inbound, Location, Media, Reply
from bot.outbox import open_reply
from bot.places import Places
from db.contacts import Contact
from db.outbox import HELD, OutboundMessage
from db.session import Store
from nlu.classifier import Model
from nlu.entities import Extractor
from nlu.parse import Parse, Thresholds, Understander
from nlu.understand import EmbeddedEngine
from tests.moment import NOW


@dataclass
class Clock:
    """A clock that moves only when told to."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, span: timedelta) -> None:
        self.now += span


def make_engine(store: Store, model: Model, clock: Clock, public_url: str | None = None) -> Engine:
    def understander_for(places: Places) -> Understander:
        return EmbeddedEngine(model, Extractor(places.gazetteer, lambda: clock().date()))

    return Engine(store, understander_for, clock, on_queued=lambda: None, public_url=public_url)


@dataclass(frozen=True)
class OneMind:
    """Takes every message for the same intents; what is named in it is found as always."""

    extractor: Extractor
    ranking: tuple[tuple[str, float], ...]

    def parse(self, text: str) -> Parse:
        return Parse(text, self.ranking, self.extractor.extract(text), Thresholds(0.8, 0.4))


def make_single_minded(store: Store, clock: Clock, *ranking: tuple[str, float]) -> Engine:
    """Make an engine whose language model always says the same, so that only structure helps."""

    def understander_for(places: Places) -> Understander:
        return OneMind(Extractor(places.gazetteer, lambda: clock().date()), ranking)

    return Engine(store, understander_for, clock, on_queued=lambda: None)


@dataclass
class Person:
    """One contact; what it is told is what the outbox holds for it."""

    engine: Engine
    store: Store
    clock: Clock
    address: Address = field(default_factory=lambda: Address(Channel.SIMULATOR, "orang-baru"))
    _ids: Iterable[int] = field(default_factory=count)
    _read: int = 0

    def say(self, text: str = "", **message: Any) -> list[Reply]:
        """Send a message and give the replies to it."""
        self.clock.forward(timedelta(seconds=1))
        inbound = Inbound(
            address=self.address,
            external_id=f"{self.address.user}-{next(iter(self._ids))}",
            sent_at=self.clock(),
            text=text,
            **message,
        )
        assert self.engine.receive(inbound)
        return self.unread()

    def press(self, value: str) -> list[Reply]:
        """Press a button."""
        return self.say(button=value)

    def complain(self, category: str) -> list[Reply]:
        """Begin a complaint about something by its buttons."""
        self.press("complaint")
        return self.press(f"category:{category}")

    def tell(self, *texts: str) -> list[Reply]:
        """Send texts one after another and give the replies to the last."""
        return [self.say(text) for text in texts][-1]

    def send_file(self, media: Media, text: str = "") -> list[Reply]:
        return self.say(text, media=(media,))

    def send_location(self, location: Location) -> list[Reply]:
        return self.say(location=location)

    def unread(self) -> list[Reply]:
        """Give the replies that came since the last look."""
        with self.store.read() as session:
            rows = session.execute(
                select(OutboundMessage.id, OutboundMessage.body)
                .join(Contact, Contact.id == OutboundMessage.contact_id)
                .where(
                    Contact.address == self.address.user,
                    OutboundMessage.id > self._read,
                    OutboundMessage.body.is_not(None),
                    OutboundMessage.state != HELD,
                )
                .order_by(OutboundMessage.id)
            ).all()
            if rows:
                self._read = rows[-1].id
            return [open_reply(session.vault, row.body) for row in rows]


OfStaff = Callable[[str], Person]  # the chat of a member of staff, by its address


def words(replies: list[Reply]) -> str:
    """Give all that was said, as one text."""
    return "\n".join(reply.text for reply in replies)


def labels(replies: list[Reply]) -> list[str]:
    """Give the labels of the buttons of the last reply."""
    return [choice.label for choice in replies[-1].choices]
