"""Officer and citizen talk through the chat: one of officer and service speaks, never both."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.desk.answering import answer
from bot.desk.moving import Move, move_ticket
from bot.desk.talking import (
    END,
    NotWaiting,
    TalkOver,
    end_talk,
    say_in_talk,
    take_talk,
)
from bot.desk.watching import watch_due
from bot.engine import Engine
from bot.messages import Address, Channel, Location, Media, MediaKind
from db.attachments import POINT, Attachment
from db.contacts import Contact
from db.duty import lock_alert
from db.session import Store
from db.staff import Staff
from db.talks import ENDED, TAKEN, WAITING, Talk
from db.ticket_notes import ADDED, ANSWER, NOTE, notes_of
from db.ticket_states import By, Decision, State, replay
from db.tickets import Ticket, history_of, standing_of, step_of
from tests.bot.test_citizen import complain
from tests.talk import Clock, Person, labels, make_single_minded, words
from tests.talks import talk_of, waiting

PHOTO = Media(MediaKind.PHOTO, "sim:photo", "image/jpeg")
CITY = "74.72"


class Hand:
    """An officer of the desk, who talks in the only talk there is, or in one."""

    def __init__(self, store: Store, clock: Clock, role: str = "front_office") -> None:
        self.store, self.clock = store, clock
        with store.read() as session:
            self.staff = session.scalars(select(Staff).filter_by(role=role)).first()
        assert self.staff is not None
        self.talk_id = 0

    def find(self) -> Talk:
        with self.store.read() as session:
            talk = session.scalars(select(Talk).order_by(Talk.id.desc())).first()
        assert talk is not None
        self.talk_id = talk.id
        return talk

    def take(self) -> None:
        assert self.staff is not None
        with self.store.begin() as session:
            take_talk(session, self.talk_id, self.staff, self.clock())

    def say(self, text: str) -> bool:
        assert self.staff is not None
        with self.store.begin() as session:
            return say_in_talk(session, self.talk_id, self.staff, text, self.clock())

    def end(self, resolved: bool = False) -> None:
        assert self.staff is not None
        with self.store.begin() as session:
            end_talk(
                session, self.talk_id, self.staff.id, self.clock(),
                actor=f"staff:{self.staff.id}", resolved=resolved,
            )  # fmt: skip


@pytest.fixture
def desk(sample_store: Store, clock: Clock) -> Hand:
    return Hand(sample_store, clock)


def watch(store: Store, clock: Clock, later: timedelta = timedelta()) -> int:
    clock.forward(later)
    return watch_due(store, clock, None)


def test_from_the_wish_to_the_last_word(
    known: Person, engine: Engine, desk: Hand, sample_store: Store, clock: Clock
) -> None:
    clock.forward(timedelta(days=1, hours=1))  # Monday 11.00 in Baubau
    officer = Person(engine, sample_store, clock, Address(Channel.SIMULATOR, "loket"))
    officer.unread()
    asked = known.say("mau bicara dengan petugas")
    assert "akan membalas di chat ini" in words(asked)
    assert "Kantor sedang buka" in words(asked)
    assert "ingin bicara dengan petugas" in words(officer.unread())
    assert desk.find().state == WAITING
    assert "masih menunggu" in words(known.say("petugas"))
    assert officer.unread() == []
    assert "Jadwal" in words(known.say("jadwal"))  # the service goes on meanwhile

    desk.take()
    assert "Layanan otomatis diam" in words(known.unread())
    for said in ("jadwal", "menu", "kartu kks saya patah", "1"):
        assert known.say(said) == []
    assert known.send_file(PHOTO) == []
    assert known.press("schedule") == []
    assert desk.say("Kartunya dibawa saja ke sini, Bu.")
    told = known.unread()
    assert "Kartunya dibawa saja" in words(told)
    assert len(told) == 1
    with pytest.raises(NotWaiting) as faster:
        same_talk(desk, "chief").take()
    assert faster.value.holder == "Fitriani Yusuf"

    desk.end(resolved=True)
    told = known.unread()
    assert "sudah beres?" in words(told)
    assert labels(told) == ["Sudah beres", "Belum beres", "Menu"]
    with pytest.raises(TalkOver):
        desk.say("masih ada?")
    assert known.unread() == []
    assert "Terima kasih" in words(known.say("sudah beres"))
    with sample_store.read() as session:
        ticket = session.get_one(Ticket, desk.find().ticket_id)
        notes = [(note.kind, note.text) for note in notes_of(session, ticket.id)]
        assert (ticket.state, ticket.decision) == (State.CONFIRMED, Decision.UPHELD)
        assert replay(step_of(one) for one in history_of(session, ticket.id)) == standing_of(ticket)
        files = session.scalars(select(Attachment.ticket_id)).all()
    assert (ADDED, "kartu kks saya patah") in notes
    assert (ANSWER, "Kartunya dibawa saja ke sini, Bu.") in notes
    assert files == [ticket.id]


def same_talk(hand: Hand, role: str) -> Hand:
    other = Hand(hand.store, hand.clock, role)
    other.talk_id = hand.talk_id
    return other


@pytest.mark.databases("sqlite")
def test_ended_by_the_citizen_or_by_silence_and_told(
    known: Person, desk: Hand, sample_store: Store, clock: Clock
) -> None:
    known.complain("card")
    known.press("human")
    desk.find()
    desk.take()
    known.unread()
    known.say("halo pak")
    clock.forward(timedelta(minutes=29))
    assert watch(sample_store, clock) == 0
    assert watch(sample_store, clock, timedelta(minutes=2)) == 1
    told = known.unread()
    assert "setengah jam" in words(told)
    assert labels(told) == ["Lanjutkan isian", "Menu"]
    assert watch(sample_store, clock) == 0
    assert "Ceritakan" in words(known.press("form:resume"))
    known.say("batal")
    known.press("human")
    desk.find()
    desk.take()
    known.unread()
    assert "percakapan dengan petugas selesai" in words(known.say("Selesai pak, makasih"))
    assert "Jadwal" in words(known.say("jadwal"))
    assert "sudah selesai" in words(known.press(END))
    with sample_store.read() as session:
        kinds = [note.kind for note in notes_of(session, desk.find().ticket_id)]
    assert kinds == [NOTE]
    with pytest.raises(TalkOver):
        desk.end()


@pytest.mark.parametrize("by_citizen", [True, False])
@pytest.mark.databases("sqlite")
def test_notices_of_other_tickets_wait_until_the_talk_has_ended(
    known: Person, desk: Hand, sample_store: Store, clock: Clock, by_citizen: bool
) -> None:
    number = complain(known)
    with sample_store.read() as session:
        other = session.scalars(select(Ticket).filter_by(number=number)).one().id
    known.press("human")
    desk.find()
    desk.take()
    known.unread()
    by: dict[str, Any] = {"actor": "cli", "now": clock()}
    with sample_store.begin() as session:
        move_ticket(session, other, Move(State.VERIFIED), by=By.DESK, **by)
        answer(session, other, "Bawa KTP, {nama}.", **by)
    assert known.unread() == []
    assert desk.say("Ya, Bu?")
    assert words(known.unread()).endswith("Ya, Bu?")
    if by_citizen:
        told = known.press(END)
    else:
        desk.end()
        told = known.unread()
    assert [number in reply.text for reply in told] == [False, True, True]
    assert "diperiksa" in told[1].text
    assert "Bawa KTP" in told[2].text
    # What he writes now belongs to what he was told last, and nothing is told twice.
    with sample_store.read() as session:
        contact = session.scalars(select(Contact).filter_by(talk_id=None)).all()
        assert other in [one.ticket_id for one in contact]
    with sample_store.begin() as session:
        move_ticket(
            session, other, Move(State.REJECTED, decision=Decision.REJECTED), by=By.DESK, **by
        )
    assert len(known.unread()) == 1


@pytest.mark.databases("sqlite")
def test_numbers_are_told_even_while_an_officer_talks(
    alarming: Person, desk: Hand, sample_store: Store
) -> None:
    alarming.press("human")
    desk.find()
    desk.take()
    alarming.unread()
    told = alarming.say("ada kebakaran rumah saya sekarang")
    assert "112" in words(told)
    with sample_store.read() as session:
        emergency = session.scalars(select(Ticket).filter_by(kind="emergency")).one()
        assert lock_alert(session, emergency.id) is not None
        (note,) = notes_of(session, desk.find().ticket_id)
    assert emergency.number in words(told)
    assert "kebakaran rumah saya" in note.text
    assert "nomor darurat" in note.text
    assert "Lokasi ini" in words(alarming.send_location(Location(-5.47, 122.6)))
    assert "112" in words(alarming.press("emergency"))  # still the same one
    assert "cabut" in words(alarming.press("emergency:mistaken"))
    with sample_store.read() as session:
        files = session.scalars(select(Attachment).filter_by(ticket_id=emergency.id)).all()
        assert [file.kind for file in files] == [POINT]
        one = session.scalars(select(Ticket).filter_by(kind="emergency")).one()
        assert one.decision == Decision.WITHDRAWN


@pytest.mark.databases("sqlite")
def test_at_night_it_is_told_when_the_desk_opens_and_the_desk_in_the_morning(
    known: Person, engine: Engine, newcomer: Person, sample_store: Store, clock: Clock
) -> None:
    officer = Person(engine, sample_store, clock, Address(Channel.SIMULATOR, "loket"))
    officer.unread()
    clock.forward(timedelta(hours=13))  # 23.00
    assert "buka lagi Senin, 23 November 2026 pukul 08.00 WITA" in words(known.press("human"))
    assert officer.unread() == []
    assert watch(sample_store, clock, timedelta(hours=8)) == 0
    assert watch(sample_store, clock, timedelta(hours=2)) == 1
    assert "ingin bicara" in words(officer.unread())
    assert watch(sample_store, clock, timedelta(hours=2)) == 0
    # Without consent there is no ticket; it is asked for, and then the wish is carried out.
    newcomer.say("halo")
    assert "Petugas bisa ditemui" in words(newcomer.press("human"))
    with sample_store.read() as session:
        assert session.scalar(select(func.count(Talk.id))) == 1
    assert "akan membalas di chat ini" in words(newcomer.press("consent:yes"))


@pytest.mark.databases("sqlite")
def test_a_wish_that_is_taken_back_waits_no_more(known: Person, desk: Hand) -> None:
    number = words(known.press("human")).split("Permintaan bicara ")[1].split()[0]
    known.press(f"ticket:gone:{number}")
    assert desk.find().state == ENDED
    with pytest.raises(NotWaiting):
        desk.take()


class Interleaving:
    """A talk in which officers, citizen and time do things in any order, and whose turn it is."""

    def __init__(self, store: Store, clock: Clock, address: str) -> None:
        self.store, self.clock, self.address = store, clock, address
        self.talk_id = waiting(store, clock(), CITY, address)
        engine = make_single_minded(store, clock, ("greet", 0.99))
        self.citizen = Person(engine, store, clock, Address(Channel.SIMULATOR, address))
        self.hands = [Hand(store, clock), Hand(store, clock, "chief")]
        for hand in self.hands:
            hand.talk_id = self.talk_id
        self.state = WAITING
        self.holder: Hand | None = None

    def take(self, who: int) -> None:
        if self.state != WAITING:
            with pytest.raises(NotWaiting):
                self.hands[who].take()
            return
        self.hands[who].take()
        self.state, self.holder = TAKEN, self.hands[who]
        assert "sekarang membaca" in words(self.citizen.unread())

    def speak(self, who: int) -> None:
        if self._is_of(who):
            assert self.hands[who].say("Baik, Bu.")
            assert words(self.citizen.unread()).endswith("Baik, Bu.")
        else:
            with pytest.raises(TalkOver):
                self.hands[who].say("Baik, Bu.")

    def end(self, who: int) -> None:
        if self._is_of(who):
            self.hands[who].end()
            self.state = ENDED
            assert len(self.citizen.unread()) == 1
        else:
            with pytest.raises(TalkOver):
                self.hands[who].end()

    def write(self, who: int) -> None:
        told = self.citizen.send_file(PHOTO) if who else self.citizen.say("halo")
        assert bool(told) == (self.state != TAKEN)

    def leave(self, _who: int) -> None:
        assert len(self.citizen.press(END)) == 1
        self.state = ENDED if self.state == TAKEN else self.state

    def wait(self, who: int) -> None:
        watch(self.store, self.clock, timedelta(minutes=31 if who else 0))
        told = words(self.citizen.unread())
        over = self.state == TAKEN and bool(who)
        assert ("setengah jam" in told) == over
        self.state = ENDED if over else self.state

    def check(self) -> None:
        """Nothing was said besides, and contact and talk agree on whose turn it is."""
        assert self.citizen.unread() == []
        assert talk_of(self.store, self.talk_id).state == self.state
        with self.store.read() as session:
            contact = session.scalars(select(Contact).filter_by(address=self.address)).one()
        assert contact.talk_id == (self.talk_id if self.state == TAKEN else None)

    def _is_of(self, who: int) -> bool:
        return self.state == TAKEN and self.holder is self.hands[who]


DEEDS = st.tuples(
    st.sampled_from(("take", "take", "speak", "speak", "end", "write", "write", "leave", "wait")),
    st.integers(0, 1),
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(deeds=st.lists(DEEDS, min_size=3, max_size=9))
def test_never_both_speak(sample_store: Store, clock: Clock, deeds: list[tuple[str, int]]) -> None:
    with sample_store.read() as session:
        before = session.scalar(select(func.count(Talk.id)))
    talk = Interleaving(sample_store, clock, f"warga-{before}")
    for deed, who in deeds:
        clock.forward(timedelta(seconds=1))
        getattr(talk, deed)(who)
        talk.check()
