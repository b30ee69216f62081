"""An emergency told of a family goes with it: who looks after it hears, adds and takes it back."""

from sqlalchemy import select

from bot.desk.answering import answer
from bot.desk.moving import Move, move_ticket
from bot.engine import Engine
from bot.messages import Address, Channel
from db.attachments import GONE, Attachment, attach, forget_files
from db.contacts import Contact
from db.handovers import hand_over
from db.logins import deactivate
from db.privacy import file_of
from db.registry import Household
from db.session import Store
from db.staff import Staff, give_code
from db.substitutions import end_substitution, substitute
from db.ticket_notes import ADDED, notes_of
from db.ticket_states import By, Decision, State
from db.tickets import Ticket
from tests.bot.test_companion_visits import first_companion, own_family
from tests.bot.test_companion_work import newest_ticket
from tests.moment import NOW, TODAY
from tests.talk import Clock, Person, words

MISTAKEN = "emergency:mistaken"


def new_colleague(store: Store, engine: Engine, clock: Clock) -> tuple[int, Person]:
    with store.begin() as session:
        staff = Staff(name="Asma", role="companion", area_code="74.72.02", created_at=NOW)
        session.add(staff)
        session.flush()
        staff_id, code = staff.id, give_code(session, staff, clock())
    phone = Person(engine, store, clock, Address(Channel.SIMULATOR, "hp-asma"))
    assert "Selamat datang" in words(phone.say(f"kode {code}"))
    return staff_id, phone


def tell(phone: Person, store: Store, home: Household) -> Ticket:
    phone.press(f"visit:{home.id}")
    phone.press("purpose:home")
    phone.say("darurat, rumah mereka kebakaran")
    ticket = newest_ticket(store)
    assert (ticket.kind, ticket.helper_id) == ("emergency", None)
    phone.say("batal")
    phone.say("batal")
    return ticket


def state_of(store: Store, ticket: Ticket) -> tuple[str, list[str]]:
    with store.read() as session:
        notes = [note.text for note in notes_of(session, ticket.id) if note.kind == ADDED]
        return session.get_one(Ticket, ticket.id).state, notes


def tells_answer(store: Store, ticket: Ticket, text: str, clock: Clock) -> bool:
    with store.begin() as session:
        return answer(session, ticket.id, text, actor="cli", now=clock())


def test_it_goes_with_the_family_and_leaves_who_told_it(
    companion: Person, engine: Engine, sample_store: Store, clock: Clock
) -> None:
    own, (one, two) = (
        first_companion(sample_store),
        (own_family(sample_store, n)[0] for n in (0, 1)),
    )
    new, asma = new_colleague(sample_store, engine, clock)
    ticket, other = tell(companion, sample_store, one), tell(companion, sample_store, two)
    assert tells_answer(sample_store, ticket, "Tim berangkat", clock)
    assert "Tim berangkat" in words(companion.unread())
    assert asma.unread() == []
    with sample_store.begin() as session:
        hand_over(session, [one.id], own, new, why="", actor="cli", now=NOW)
        deactivate(session, session.get_one(Staff, own), clock())
    companion.unread()
    before = state_of(sample_store, ticket)

    for value in (f"track:{ticket.number}", f"ticket:add:{ticket.number}", MISTAKEN):
        assert "diurus rekan" in words(companion.press(value))
    assert "tidak ada pada" in words(companion.press("track:PKS-2020-000001"))
    companion.say("atapnya juga roboh")
    companion.say("bukan darurat")
    assert state_of(sample_store, ticket) == before
    assert state_of(sample_store, other)[0] == State.RECEIVED
    with sample_store.begin() as session:
        chat = session.scalars(select(Contact).filter_by(address=companion.address.user)).one()
        numbers = [item["number"] for item in file_of(session, None, chat.id)["tickets"]]
        assert not {ticket.number, other.number} & set(numbers)
        photo = {"kind": "photo", "ref": "a", "mime": "image/jpeg"}
        attach(session, contact_id=chat.id, ticket_id=ticket.id, files=[photo], now=NOW)
        forget_files(session, chat.id)
        states = set(session.scalars(select(Attachment.state).filter_by(ticket_id=ticket.id)))
        assert GONE not in states

    assert ticket.number in words(asma.say("laporan saya"))
    companion.unread()
    assert tells_answer(sample_store, ticket, "Tenda sudah ada", clock)
    assert not tells_answer(sample_store, other, "Rahasia keluarga", clock)  # nobody has it yet
    assert "Tenda sudah ada" in words(asma.unread())
    with sample_store.begin() as session:
        moves = (
            Move(State.VERIFIED), Move(State.ASSIGNED, staff_id=1), Move(State.IN_PROGRESS),
            Move(State.RESOLVED, "Sudah padam", Decision.UPHELD),
        )  # fmt: skip
        move_ticket(session, ticket.id, *moves, by=By.DESK, actor="cli", now=clock())
    assert "Sudah padam" in words(asma.unread())
    assert companion.unread() == []
    asma.press(f"ticket:yes:{ticket.number}")
    assert state_of(sample_store, ticket)[0] == State.CONFIRMED


def test_during_a_leave_both_see_it_and_then_its_companion_alone(
    companion: Person, engine: Engine, sample_store: Store, clock: Clock
) -> None:
    own, home = first_companion(sample_store), own_family(sample_store)[0]
    new, asma = new_colleague(sample_store, engine, clock)
    with sample_store.begin() as session:
        leave = substitute(session, own, new, TODAY, TODAY, actor="cli", now=NOW).id
    ticket = tell(asma, sample_store, home)
    companion.unread()
    assert ticket.number in words(companion.press(f"track:{ticket.number}"))
    with sample_store.begin() as session:
        end_substitution(session, leave, "cli", NOW)
    asma.unread()
    assert "diurus rekan" in words(asma.press(MISTAKEN))
    assert tells_answer(sample_store, ticket, "Tim berangkat", clock)
    assert "Tim berangkat" in words(companion.unread())
    assert asma.unread() == []
    companion.press(f"ticket:withdraw:{ticket.number}")
    companion.press(f"ticket:gone:{ticket.number}")
    assert state_of(sample_store, ticket)[0] == State.REJECTED
