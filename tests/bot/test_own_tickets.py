"""What citizens hear of their tickets, and what they can do with them."""

import pytest
from sqlalchemy import select

from bot.desk.answering import answer
from bot.desk.moving import Move, move_ticket
from bot.messages import Location, Media, MediaKind
from db.attachments import GONE, Attachment
from db.session import Store
from db.staff import Staff
from db.ticket_notes import ADDED, notes_of
from db.ticket_states import By, Decision, State, replay
from db.tickets import Ticket, history_of, standing_of, step_of
from tests.talk import Clock, Person, labels, words

PHOTO = Media(MediaKind.PHOTO, "sim:photo", "image/jpeg")


class Desk:
    """The desk as one officer who moves the only ticket there is."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store, self.clock = store, clock
        with store.read() as session:
            query = select(Staff.id).where(Staff.role == "officer").order_by(Staff.id)
            self.staff_id = session.scalars(query).first()

    def ticket(self) -> Ticket:
        with self.store.read() as session:
            return session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()  # type: ignore[return-value]

    def move(self, *moves: Move) -> None:
        with self.store.begin() as session:
            move_ticket(
                session, self.ticket().id, *moves,
                by=By.DESK, actor=f"staff:{self.staff_id}", now=self.clock(),
            )  # fmt: skip

    def take(self) -> None:
        self.move(
            Move(State.VERIFIED),
            Move(State.ASSIGNED, staff_id=self.staff_id),
            Move(State.IN_PROGRESS),
        )


@pytest.fixture
def desk(sample_store: Store, clock: Clock) -> Desk:
    return Desk(sample_store, clock)


def complain(person: Person) -> str:
    """File a complaint and give its number."""
    person.press("complaint")
    person.press("category:goods")
    person.say("Beras di e-warong bau dan berkutu, tidak bisa dimakan")
    person.say("kemarin di e-warong Lamangga")
    person.press("form:skip")
    replies = person.press("form:yes")
    return next(word.strip(".") for word in words(replies).split() if word.startswith("PKS-"))


def test_citizen_hears_of_each_step_in_one_message(known: Person, desk: Desk) -> None:
    number = complain(known)
    steps = (
        (Move(State.VERIFIED), "diperiksa"),
        (Move(State.ASSIGNED, staff_id=desk.staff_id), "dipegang"),
        (Move(State.IN_PROGRESS), "dikerjakan"),
        (Move(State.REFERRED, agency="dinkes"), "Dinas Kesehatan"),
        (Move(State.WAITING, why="Namanya e-warong apa?"), "Namanya e-warong apa?"),
        (Move(State.REFERRED, agency="dinkes"), "Dinas Kesehatan"),
        (Move(State.RESOLVED, "Berasnya diganti.", Decision.UPHELD), "Berasnya diganti."),
    )
    for step, told in steps:
        desk.move(step)
        replies = known.unread()
        assert len(replies) == 1
        assert told in replies[0].text
        assert number in replies[0].text
    assert labels(replies) == ["Sudah beres", "Belum beres"]


def test_citizen_has_the_last_word(known: Person, desk: Desk) -> None:
    number = complain(known)
    desk.take()
    desk.move(Move(State.RESOLVED, "Sudah diganti.", Decision.UPHELD))
    known.unread()
    assert "buka lagi" in words(known.say("belum beres"))
    assert "tambahkan" in words(known.say("berasnya masih bau juga"))
    assert desk.ticket().state == State.REOPENED
    with desk.store.read() as session:
        assert [note.kind for note in notes_of(session, desk.ticket().id)] == [ADDED]
    desk.move(Move(State.ASSIGNED, staff_id=desk.staff_id), Move(State.IN_PROGRESS))
    desk.move(Move(State.RESOLVED, "Sekarang sudah baru.", Decision.UPHELD))
    known.unread()
    confirmed = known.press(f"ticket:yes:{number}")
    assert labels(confirmed) == ["Bagus", "Biasa saja", "Kurang"]
    known.say("bagus")
    ticket = desk.ticket()
    assert (ticket.state, ticket.rating) == (State.CONFIRMED, 5)
    assert "tidak bisa lagi" in words(known.press(f"ticket:no:{number}"))
    with desk.store.read() as session:
        history = history_of(session, ticket.id)
        assert replay(step_of(event) for event in history) == standing_of(ticket)


def test_answer_to_an_officers_question_reaches_the_ticket(known: Person, desk: Desk) -> None:
    number = complain(known)
    desk.take()
    desk.move(Move(State.WAITING, why="Warung yang mana, Bu?"))
    known.unread()
    assert number in words(known.say("yang dekat pasar itu pak, namanya sinar jaya"))
    assert desk.ticket().state == State.IN_PROGRESS
    with desk.store.read() as session:
        notes = notes_of(session, desk.ticket().id)
    assert [(note.kind, note.text) for note in notes] == [
        (ADDED, "yang dekat pasar itu pak, namanya sinar jaya")
    ]


def test_question_of_his_own_is_answered_though_an_officer_waits(known: Person, desk: Desk) -> None:
    complain(known)
    desk.take()
    desk.move(Move(State.WAITING, why="Warung yang mana, Bu?"))
    known.unread()
    known.say("jadwal")
    assert desk.ticket().state == State.WAITING


def test_photo_without_words_goes_to_the_open_ticket_and_can_be_taken_back(
    known: Person, desk: Desk
) -> None:
    number = complain(known)
    replies = known.send_file(PHOTO)
    assert number in words(replies)
    assert "Bukan untuk itu" in labels(replies)
    known.send_location(Location(-5.46, 122.6))
    with desk.store.read() as session:
        assert len(session.scalars(select(Attachment.id)).all()) == 2
    known.press(f"ticket:drop:{number}")
    with desk.store.read() as session:
        states = session.scalars(select(Attachment.state).order_by(Attachment.id)).all()
    assert states[1] == GONE
    assert states[0] != GONE


def test_withdrawn_after_one_question_and_never_worked_on_again(known: Person, desk: Desk) -> None:
    number = complain(known)
    known.press(f"ticket:withdraw:{number}")
    assert desk.ticket().state == State.RECEIVED
    known.say("ya, cabut")
    ticket = desk.ticket()
    assert (ticket.state, ticket.decision) == (State.REJECTED, Decision.WITHDRAWN)
    assert "tidak bisa lagi" in words(known.press(f"ticket:no:{number}"))


def test_nobody_touches_the_ticket_of_another(
    known: Person, engine_person: Person, desk: Desk
) -> None:
    number = complain(known)
    for deed in ("yes", "no", "withdraw", "gone", "add", "drop", "rate5"):
        assert "tidak ada" in words(engine_person.press(f"ticket:{deed}:{number}"))
    assert desk.ticket().state == State.RECEIVED


@pytest.mark.parametrize("argument", ["", ":", "yes", "yes:", "no:PKS-2026-999999", "what:1"])
def test_odd_buttons_are_answered(known: Person, argument: str) -> None:
    assert known.press(f"ticket:{argument}")


def test_answer_sent_twice_by_a_double_click_is_told_once(known: Person, desk: Desk) -> None:
    complain(known)
    for _ in range(2):
        with desk.store.begin() as session:
            answer(
                session, desk.ticket().id, "Besok kami datang.", actor="staff:1", now=desk.clock()
            )
    assert len(known.unread()) == 1
