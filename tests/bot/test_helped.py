"""What a companion files for a family: its own phone is told, answers go to who has it today."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.desk.answering import answer
from bot.desk.duplicates import may_repeat
from bot.desk.moving import Move, move_ticket
from bot.desk.watching import watch_due
from bot.messages import Media, MediaKind
from db.attachments import GONE, Attachment, attach, forget_files
from db.companion_tasks import head_of
from db.contacts import Contact
from db.session import Store
from db.substitutions import substitute
from db.ticket_notes import ADDED, notes_of
from db.ticket_states import By, State
from db.tickets import Ticket
from tests.bot.test_companion_visits import first_companion, own_family
from tests.bot.test_companion_work import give_away, newest_ticket
from tests.moment import NOW, TODAY
from tests.talk import Clock, Person, words

STORY = "Beras yang diterima kurang dua kilo dan berkutu"


def file(companion: Person, home_id: int, story: str = STORY) -> str:
    """Let the companion file a report for a family; gives what is said at the read-back."""
    companion.press(f"help:{home_id}")
    companion.press("category:goods")
    companion.say(story)
    companion.press("consent_by:thumb")
    return words(companion.press("form:skip"))


def tie(store: Store, phone: Person, home_id: int) -> None:
    """Tie a phone to who stands for a family."""
    phone.press("consent:yes")
    with store.begin() as session:
        head = head_of(session, home_id)
        assert head is not None
        contact = session.scalars(select(Contact).filter_by(address=phone.address.user)).one()
        contact.person_id = head[0]


def test_whose_it_is_hears_of_it_and_may_take_it_back(
    companion: Person, newcomer: Person, sample_store: Store, clock: Clock
) -> None:
    home, _name, _place = own_family(sample_store)
    tie(sample_store, newcomer, home.id)
    newcomer.unread()
    file(companion, home.id)
    assert newcomer.unread() == []
    companion.press("form:yes")
    ticket = newest_ticket(sample_store)
    told = words(newcomer.unread())
    assert f"laporan {ticket.number} atas nama Bapak/Ibu" in told
    assert ticket.number in words(newcomer.say("laporan saya"))

    with sample_store.begin() as session:
        move_ticket(
            session, ticket.id, Move(State.VERIFIED), by=By.DESK, actor="cli", now=clock()
        )  # fmt: skip
        assert answer(session, ticket.id, "Kami cek ke gudang", actor="cli", now=clock())
    told = words(companion.unread())
    assert "sudah diperiksa" in told
    assert "Kami cek ke gudang" in told
    told = words(newcomer.unread())
    assert "sudah diperiksa" in told
    assert "Kami cek ke gudang" in words(newcomer.say(ticket.number))

    newcomer.press(f"ticket:gone:{ticket.number}")
    told = words(companion.unread())
    assert ticket.number in told
    assert "Warga sendiri yang mengubahnya" in told
    file(companion, home.id)
    companion.press("form:yes")
    second = newest_ticket(sample_store).number
    newcomer.unread()
    companion.press(f"ticket:gone:{second}")
    told = words(newcomer.unread())
    assert second in told
    assert "dicabut" in told


@pytest.mark.databases("sqlite")
def test_the_same_report_is_asked_about_and_the_familys_own_is_not_told(
    companion: Person, newcomer: Person, sample_store: Store
) -> None:
    home, _name, _place = own_family(sample_store)
    other, _name, _place = own_family(sample_store, 1)
    tie(sample_store, newcomer, home.id)
    newcomer.complain("goods")
    newcomer.tell(STORY, "kemarin")
    newcomer.press("form:skip")
    newcomer.press("form:yes")
    own = newest_ticket(sample_store)
    assert own.helper_id is None
    assert "sama dengan laporan" not in file(companion, home.id)
    companion.press("form:yes")
    ticket = newest_ticket(sample_store)
    assert own.number not in words(companion.say("laporan saya"))

    assert "sama dengan laporan" not in file(companion, other.id)
    companion.press("form:cancel")
    assert f"sama dengan laporan {ticket.number}" in file(companion, home.id)
    assert "kami tambahkan" in words(companion.press("form:add:yes"))
    assert newest_ticket(sample_store).id == ticket.id
    with sample_store.read() as session:
        [added] = [note for note in notes_of(session, ticket.id) if note.kind == ADDED]
    assert "Cap jempol" in added.text
    assert f"sama dengan laporan {ticket.number}" in file(companion, home.id)
    companion.press("form:add:no")
    assert newest_ticket(sample_store).id != ticket.id


@pytest.mark.databases("sqlite")
def test_who_follows_it_is_asked_and_warned_and_files_stay_with_the_citizens_ticket(
    companion: Person, sample_store: Store, clock: Clock
) -> None:
    homes = [own_family(sample_store, place)[0] for place in (0, 1)]
    tickets = []
    for home in homes:
        file(companion, home.id)
        companion.press("form:yes")
        tickets.append(newest_ticket(sample_store))
    with sample_store.begin() as session:
        # Two families of one companion are two reporters.
        one, two = (session.get_one(Ticket, ticket.id) for ticket in tickets)
        one.category, two.category = "goods", "goods"
        one.kind = "emergency"
        assert not may_repeat(one, two)
        one.kind = "complaint"
        chat = session.get_one(Contact, one.contact_id)
        attach(
            session, contact_id=chat.id, ticket_id=one.id, now=NOW,
            files=[{"kind": "photo", "ref": "a", "mime": "image/jpeg"}],
        )  # fmt: skip
        forget_files(session, chat.id)
        states = set(session.scalars(select(Attachment.state).filter_by(ticket_id=one.id)))
        assert GONE not in states
    companion.unread()
    with sample_store.begin() as session:
        moves = (
            Move(State.VERIFIED), Move(State.ASSIGNED, staff_id=1), Move(State.IN_PROGRESS),
            Move(State.WAITING, why="Kapan diterima?"),
        )  # fmt: skip
        move_ticket(session, tickets[0].id, *moves, by=By.DESK, actor="cli", now=clock())
    assert "Kapan diterima?" in words(companion.unread())
    with sample_store.begin() as session:
        session.get_one(Ticket, tickets[0].id).watch_at = clock()
    clock.forward(timedelta(hours=2))
    watch_due(sample_store, clock, None)
    assert tickets[0].number in words(companion.unread())
    give_away(sample_store, homes[0].id)
    with sample_store.begin() as session:
        assert not answer(session, tickets[0].id, "Sudah diganti", actor="cli", now=clock())
    assert companion.unread() == []


@pytest.mark.databases("sqlite")
def test_who_stands_in_is_told_and_answers_with_photos_of_his_own(
    companion: Person, sample_store: Store, clock: Clock
) -> None:
    own = first_companion(sample_store)
    home, _name, _place = own_family(sample_store)
    file(companion, home.id)
    companion.press("form:yes")
    ticket = newest_ticket(sample_store)
    other = Person(companion.engine, sample_store, clock, companion.address)
    with sample_store.begin() as session:
        chats = select(Contact).where(Contact.staff_id != own, Contact.staff_id.is_not(None))
        contact = next(
            one for one in session.scalars(chats) if one.address.startswith("pendamping")
        )  # fmt: skip
        assert contact.staff_id is not None
        other.address = type(other.address)(other.address.channel, contact.address)
        substitute(session, own, contact.staff_id, TODAY, TODAY, actor="cli", now=NOW)
    companion.unread(), other.unread()
    with sample_store.begin() as session:
        move_ticket(
            session, ticket.id, Move(State.VERIFIED), by=By.DESK, actor="cli", now=clock()
        )  # fmt: skip
    assert ticket.number in words(other.unread())
    assert companion.unread() == []
    assert ticket.number in words(other.say("laporan saya"))
    other.press(f"ticket:add:{ticket.number}")
    other.send_file(Media(MediaKind.PHOTO, "a-photo", "image/jpeg"), "ini fotonya")
    with sample_store.read() as session:
        [photo] = session.scalars(select(Attachment).filter_by(ticket_id=ticket.id)).all()
        assert photo.contact_id == contact.id  # it lies with the provider of his channel
