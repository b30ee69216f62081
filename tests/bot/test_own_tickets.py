"""What citizens hear of their tickets, and what they can do with them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.desk.answering import answer
from bot.desk.moving import Move, move_ticket
from bot.messages import Location, Media, MediaKind
from bot.verdicts import Verdict, begins_with_verdict, is_bare, puts_off, read_verdict
from db.attachments import GONE, POINT, Attachment
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

    def resolve(self) -> None:
        self.move(Move(State.RESOLVED, "Sudah diganti.", Decision.UPHELD))

    def write(self, text: str) -> None:
        with self.store.begin() as session:
            actor = f"staff:{self.staff_id}"
            answer(session, self.ticket().id, text, actor=actor, now=self.clock())

    def added(self) -> list[str]:
        with self.store.read() as session:
            notes = notes_of(session, self.ticket().id)
        return [note.text for note in notes if note.kind == ADDED]


@pytest.fixture
def desk(sample_store: Store, clock: Clock) -> Desk:
    return Desk(sample_store, clock)


def complain(person: Person) -> str:
    """File a complaint and give its number."""
    person.complain("goods")
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


@pytest.mark.parametrize(
    "text",
    [
        "belum pak uangnya belum kembali", "uang baru kembali separuh", "durung bu", "belumpi",
        "masih bau berasnya", "sudah diganti tapi masih kutuan", "tdk ada yang cair bu",
        "blm pak", "sudah, tapi belum semua", "dereng", "kurang pak, cuma setengah",
    ],
)  # fmt: skip
def test_said_not_to_be_done(text: str) -> None:
    assert read_verdict(text, asked=False) is Verdict.NOT_DONE


@pytest.mark.parametrize(
    "text",
    [
        "sudah", "sdh bu", "iye sudahmi", "alhamdulillah beres", "sudah bu makasih", "wis pak",
        "sudah masuk uangnya pak terima kasih", "Beres!", "sampun bu matur nuwun",
    ],
)  # fmt: skip
def test_said_to_be_done(text: str) -> None:
    assert read_verdict(text, asked=False) is Verdict.DONE


@pytest.mark.parametrize(
    "text",
    [
        "sudah cair belum", "sudah cair belum bulan ini?", "belum sempat saya cek", "", "👍",
        "jadwal", "sudah tidak di situ lagi", "kurang tahu pak", "beres kah bu kapan", "hm",
        "saya sudah ke kantor kemarin", "iya", "tidak",
    ],
)  # fmt: skip
def test_doubt_is_no_verdict(text: str) -> None:
    assert read_verdict(text, asked=False) is None


def test_bare_yes_and_no_count_where_it_was_asked() -> None:
    assert read_verdict("iye", asked=True) is Verdict.DONE
    assert read_verdict("ndak bu", asked=True) is Verdict.NOT_DONE
    assert read_verdict("makasih bu", asked=True) is Verdict.THANKS
    assert is_bare("belumpi bu")
    assert not is_bare("belum, uangnya kurang")
    assert begins_with_verdict("belumpi kapan?")
    assert not begins_with_verdict("kapan?")


def test_promise_of_an_answer_is_told_from_the_answer() -> None:
    for text in ("nanti sy tanya dulu suami", "tunggu dulu", "sebentar", "iya bu, sebentar ya",
                 "saya tanya dulu suami", "mengko tak takon"):  # fmt: skip
        assert puts_off(text)
    for text in ("namanya La Ode Tukang", "yang dekat pasar", "nanti tanggal 5", "",
                 "nanti kalau bapak ke sini saya beri tahu siapa yang minta uang"):  # fmt: skip
        assert not puts_off(text)


@pytest.mark.databases("sqlite")
def test_words_after_the_question_reopen_or_confirm(known: Person, desk: Desk) -> None:
    number = complain(known)
    desk.take()
    desk.resolve()
    known.unread()
    asked = known.say("makasih bu")
    assert labels(asked) == ["Sudah beres", "Belum beres"]
    assert desk.ticket().state == State.RESOLVED
    told = words(known.say("belum pak uangnya belum kembali"))
    assert "buka lagi" in told
    assert number in told
    assert desk.ticket().state == State.REOPENED
    assert desk.added() == ["belum pak uangnya belum kembali"]
    desk.move(Move(State.IN_PROGRESS))
    desk.resolve()
    known.unread()
    assert labels(known.say("sudah bu makasih")) == ["Bagus", "Biasa saja", "Kurang"]
    assert desk.ticket().state == State.CONFIRMED


@pytest.mark.databases("sqlite")
def test_unclear_words_after_the_question_are_kept_for_the_button(
    known: Person, desk: Desk
) -> None:
    number = complain(known)
    desk.take()
    desk.resolve()
    known.unread()
    asked = known.say("anu bu begitulah pokoknya")
    assert labels(asked)[:3] == ["Sudah beres", "Belum beres", "Tambah keterangan"]
    assert desk.added() == []
    assert "tambahkan" in words(known.press(f"ticket:add:{number}"))
    assert desk.added() == ["anu bu begitulah pokoknya"]
    assert desk.ticket().state == State.RESOLVED
    known.say("anu bu pokoknya begitu lagi")
    assert "buka lagi" in words(known.press(f"ticket:no:{number}"))
    assert desk.added()[1:] == ["anu bu pokoknya begitu lagi"]


@pytest.mark.databases("sqlite")
def test_what_answers_an_officers_words_is_added_and_own_questions_are_answered(
    known: Person, desk: Desk
) -> None:
    number = complain(known)
    desk.take()
    desk.write("Kami cek dulu di bank.")
    known.unread()
    reply = "pkh saya dihentikan kenapa bu"
    assert number in words(known.say(reply))
    assert desk.added() == [reply]
    known.say("jadwal")
    known.say("batal")
    desk.clock.forward(timedelta(hours=49))
    known.say("itu anu yang kemarin ya")
    assert desk.added() == [reply]
    assert desk.ticket().state == State.IN_PROGRESS


@pytest.mark.databases("sqlite")
def test_promise_keeps_the_question_open_until_the_answer(known: Person, desk: Desk) -> None:
    number = complain(known)
    desk.take()
    desk.move(Move(State.WAITING, why="Siapa namanya?"))
    known.unread()
    assert "Kami tunggu" in words(known.say("nanti sy tanya dulu suami"))
    assert desk.ticket().state == State.WAITING
    assert "masih menunggu jawaban" in words(known.say("makasih bu"))
    assert number in words(known.say("namanya La Ode Tukang"))
    assert desk.ticket().state == State.IN_PROGRESS
    assert desk.added() == ["nanti sy tanya dulu suami", "namanya La Ode Tukang"]


@pytest.mark.databases("sqlite")
def test_next_words_after_asking_for_a_human_are_what_it_is_about(
    known: Person, desk: Desk
) -> None:
    known.press("human")
    number = desk.ticket().number
    assert number in words(known.say("itu anu kartunya suami saya bu"))
    assert desk.added() == ["itu anu kartunya suami saya bu"]


@pytest.mark.databases("sqlite")
def test_withdrawn_ticket_is_called_so_and_offers_no_reopening(known: Person, desk: Desk) -> None:
    number = complain(known)
    known.press(f"ticket:withdraw:{number}")
    known.press(f"ticket:gone:{number}")
    told = words(known.press(f"track:{number}"))
    assert "dicabut" in told
    assert "Buka lagi" not in told
    listed = known.say("laporan saya")
    assert f"misalnya: {number}" in words(listed)


@pytest.mark.databases("sqlite")
def test_point_sent_at_the_read_back_is_kept_as_the_place(known: Person, desk: Desk) -> None:
    known.complain("goods")
    known.say("Beras di e-warong bau dan berkutu, tidak bisa dimakan")
    known.say("kemarin di e-warong Lamangga")
    known.press("form:skip")
    assert "sudah kami catat" in words(known.send_location(Location(-5.46, 122.6)))
    known.press("form:yes")
    with desk.store.read() as session:
        kinds = session.scalars(select(Attachment.kind)).all()
    assert kinds == [POINT]


@pytest.mark.databases("sqlite")
def test_the_status_shows_what_was_told_last(
    known: Person, sample_store: Store, clock: Clock
) -> None:
    number = complain(known)
    desk = Desk(sample_store, clock)
    desk.take()
    desk.write("Untuk {nomor}: bawa KTP, {nama}.")
    told = words(known.say(f"status {number}"))
    assert f"Kata petugas: Untuk {number}: bawa KTP, Bapak/Ibu " in told
    assert "{" not in told
    clock.forward(timedelta(minutes=1))
    desk.resolve()
    assert "Kata petugas: Sudah diganti." in words(known.say(f"status {number}"))
    clock.forward(timedelta(minutes=1))
    desk.write("Kartunya bisa diambil besok.")
    assert "Kata petugas: Kartunya bisa" in words(known.say(f"status {number}"))


@pytest.mark.databases("sqlite")
def test_a_number_that_the_officer_asked_for_goes_to_him(citizen: Person, desk: Desk) -> None:
    complain(citizen)
    desk.take()
    desk.move(Move(State.WAITING, why="Berapa NIK ibu?"))
    citizen.say("7472990101900007")
    assert desk.added() == ["7472990101900007"]
    assert desk.ticket().state == State.IN_PROGRESS
    desk.move(Move(State.WAITING, why="Warung yang mana, Bu?"))
    citizen.say("7472990101900007")
    assert desk.ticket().state == State.WAITING
