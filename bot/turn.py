"""One message being answered: what a capability sees of it and what it may do."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.catalogue import Catalogue
from bot.conversation import Conversation
from bot.forms import Answers
from bot.messages import Choice, Inbound, Reply
from bot.places import Places
from bot.texts import say
from db.contacts import CONSENT_GIVEN, change_contact
from db.own_tickets import Reader
from db.session import Session
from db.staff import Staff
from nlu.parse import Parse

CITIZEN = "citizen"


@dataclass(slots=True)
class Person:
    """The contact as this message found it, and as the turn changes it."""

    id: int
    channel: str
    consent: str | None
    person_id: int | None
    staff_id: int | None
    failed_tries: int
    tried_at: datetime | None
    locked_until: datetime | None
    notices: bool
    news: bool
    emergencies: bool
    ticket_id: int | None  # the ticket that was last spoken of
    talk_id: int | None  # the talk that an officer has taken
    is_new: bool

    @property
    def consented(self) -> bool:
        """Whether personal data may be used."""
        return self.consent == CONSENT_GIVEN


@dataclass(slots=True)
class Turn:
    """The session, the sender, the message as understood, and the replies so far."""

    session: Session
    now: datetime
    contact: Person
    staff: Staff | None
    inbound: Inbound
    places: Places
    conversation: Conversation
    catalogue: Catalogue
    text: str = ""
    parse: Parse | None = None
    argument: str = ""  # what stands behind the capability's name in a pressed button
    public_url: str | None = None  # the address by which people reach our pages
    aside: bool = False  # a question in the middle of a form: the form goes on afterwards
    replies: list[Reply] = field(default_factory=list)
    opening: tuple[str, Answers] | None = None  # the form to be opened, with what is known

    @property
    def role(self) -> str:
        """The sender's role; everybody is at least a citizen."""
        return self.staff.role if self.staff else CITIZEN

    @property
    def zone(self) -> str:
        """The zone in which times are shown to the sender."""
        return self.places.zone_of(self.staff.area_code) if self.staff else self.places.zone

    @property
    def today(self) -> date:
        """The day it is where the sender is."""
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    @property
    def actor(self) -> str:
        """The sender as the audit trail names him."""
        return f"staff:{self.staff.id}" if self.staff else f"contact:{self.contact.id}"

    @property
    def reader(self) -> Reader:
        """With whose eyes the sender sees tickets."""
        staff_id = self.staff.id if self.staff else None
        return Reader(self.contact.id, self.contact.person_id, staff_id, self.today)

    def entity(self, kind: str) -> str | None:
        """Give the first entity of a kind that the message names."""
        found = self.parse.first(kind) if self.parse else None
        return found.value if found else None

    def entities(self) -> dict[str, str]:
        """Give the first entity of each kind that the message names."""
        found: dict[str, str] = {}
        for entity in self.parse.entities if self.parse else ():
            found.setdefault(entity.entity, entity.value)
        return found

    def reply(self, key: str, *choices: Choice, **values: object) -> None:
        """Answer with the sentence of a key and the choices that follow from it."""
        self.replies.append(Reply(say(key, **values), choices))

    def tell(self, text: str, *choices: Choice) -> None:
        """Answer with a text that was put together from several sentences."""
        self.replies.append(Reply(text, choices))

    def open_form(self, name: str, answers: Answers | None = None) -> None:
        """Open a form once the capability is done; in the middle of another one it must wait."""
        if self.aside:
            self.reply("form.later")
        else:
            self.opening = (name, answers or {})

    def change_contact(self, **values: Any) -> None:
        """Set columns of the sender's contact, here and in the store."""
        for name, value in values.items():
            if hasattr(self.contact, name):
                setattr(self.contact, name, value)
        change_contact(self.session, self.contact.id, **values)


def button(value: str, key: str) -> Choice:
    """Make a choice whose label is the sentence of a key."""
    return Choice(value, say(key))
