"""Hiding one's name and what one tells: both wishes, in words, for what is filed, and files."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.messages import Media, MediaKind
from db.areas import Scope
from db.attachments import Attachment
from db.audit import AuditEntry
from db.session import Store
from db.ticket_desk import Sight
from db.ticket_notes import notes_of
from db.tickets import (
    ANONYMOUS,
    CONFIDENTIAL,
    HIDDEN,
    PLAIN,
    Ticket,
    both_hidden,
)
from tests.bot.test_own_tickets import complain
from tests.talk import Person, labels, words

PHOTO = Media(MediaKind.PHOTO, "sim:photo", "image/jpeg")
STORY = "Beras di e-warong bau dan berkutu, tidak bisa dimakan"


def last(store: Store) -> Ticket:
    with store.read() as session:
        return session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()  # type: ignore[return-value]


def to_read_back(person: Person) -> None:
    person.press("category:goods")
    person.say(STORY)
    person.say("kemarin di e-warong Lamangga")
    person.press("form:skip")


def test_second_wish_adds_to_the_first_in_either_order(unread: Person) -> None:
    wishes = ("rahasia", "jangan sebut nama saya")
    for order in (wishes, wishes[::-1]):
        unread.press("complaint")
        for wish in order:
            told = words(unread.say(wish))
        assert "nama dan isinya" in told
        to_read_back(unread)
        replies = unread.say("ya")
        if "sama dengan laporan" in words(replies):
            unread.press("form:add:no")
        assert last(unread.store).secrecy == HIDDEN
    ticket = last(unread.store)
    handler = Sight(Scope(None), "back_office", "x", 7)
    ticket.staff_id = 7
    assert handler.may_read(ticket)
    assert not handler.may_know_reporter(ticket)
    ticket.staff_id = 8
    assert not handler.may_read(ticket)


def test_matter_is_never_added_to_one_that_hides_more_or_less(known: Person) -> None:
    complain(known)
    known.press("complaint")
    known.say("anonim")
    to_read_back(known)
    assert "PKS-2026-000002" in words(known.press("form:yes"))
    assert last(known.store).secrecy == ANONYMOUS
    known.complain("goods")
    known.say(STORY)
    known.say("kemarin di e-warong Lamangga")
    asked = words(known.press("form:skip"))
    assert "PKS-2026-000001" in asked
    assert "PKS-2026-000002" not in asked
    # A wish at the last moment takes the offer back.
    assert "sama dengan laporan" not in words(known.say("rahasia"))
    known.press("form:add:yes")
    assert (last(known.store).number, last(known.store).secrecy) == (
        "PKS-2026-000003", CONFIDENTIAL
    )  # fmt: skip


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("said", "secrecy"),
    [
        ("mau lapor rahasia pendamping minta uang 100rb tiap cair", CONFIDENTIAL),
        ("mau lapor rahasia pendamping minta uang tiap cair", CONFIDENTIAL),
        ("mau lapor anonim pendamping kasar sekali sama ibu2", ANONYMOUS),
    ],
)
def test_wish_in_the_opening_words_is_heard(citizen: Person, said: str, secrecy: str) -> None:
    opened = words(citizen.say(said))
    assert "rahasiakan" in opened or "sembunyikan" in opened
    if "Soal apa" in opened:
        citizen.press("category:conduct")
    citizen.say("kemarin di Lipu")
    assert "pendamping" in words(citizen.press("form:skip"))
    citizen.say("ya")
    assert last(citizen.store).secrecy == secrecy


@pytest.mark.databases("sqlite")
def test_wish_said_by_itself_is_explained_and_raises_what_is_filed(known: Person) -> None:
    for said in ("anonim", "rahasia"):
        assert "lapor" in words(known.say(said))
        assert "Rahasiakan laporan itu" not in labels(known.say(said))
    opened = words(known.press("hide:new:confidential"))
    assert "rahasiakan" in opened
    known.say("batal")
    number = complain(known)
    offered = known.say("tolong rahasiakan nama saya ya")
    assert number in words(offered)
    assert "Rahasiakan laporan itu" in labels(offered)
    known.press(f"hide:ticket:anonymous:{number}")
    assert last(known.store).secrecy == ANONYMOUS
    known.press(f"ticket:add:{number}")
    assert "isi laporan" in words(known.say("rahasia"))
    ticket = last(known.store)
    assert ticket.secrecy == HIDDEN
    known.say("batal")
    # Never less than it was, and never somebody else's.
    assert "sudah dirahasiakan" in words(known.press(f"hide:ticket:anonymous:{number}"))
    for odd in ("hide:ticket:plain:" + number, "hide:new:plain", "hide:x", "hide:ticket:hidden:"):
        assert known.press(odd)
    assert last(known.store).secrecy == HIDDEN
    with known.store.read() as session:
        told = [note.text for note in notes_of(session, ticket.id)]
        actions = session.scalars(
            select(AuditEntry.actor).where(AuditEntry.action == "hide ticket")
        ).all()
    assert told == [
        "Warga minta namanya disembunyikan.",
        "Warga minta isi laporannya dirahasiakan.",
    ]
    assert len(actions) == 2
    assert all(actor.startswith("contact:") for actor in actions)


def test_what_needs_a_name_says_so(citizen: Person) -> None:
    citizen.press("goods")
    assert "perlu tahu nama" in words(citizen.say("anonim"))
    citizen.press("form:leave:correct")
    assert "perlu tahu nama" in words(citizen.say("rahasiakan nama saya"))


@pytest.mark.databases("sqlite")
def test_idle_photo_is_asked_about_where_it_may_be_for_something_else(known: Person) -> None:
    def files() -> list[str | None]:
        with known.store.read() as session:
            return [str(one) for one in session.scalars(select(Attachment.ticket_id))]

    number = complain(known)
    known.press(f"hide:ticket:confidential:{number}")
    asked = known.send_file(PHOTO)
    assert labels(asked)[:2] == ["Ya, untuk itu", "Lapor hal baru"]
    assert files() == []
    assert "tambahkan" in words(known.press(f"ticket:files:{number}"))
    assert len(files()) == 1
    assert "Kirim sekali lagi" in words(known.press(f"ticket:files:{number}"))
    known.press("hide:x")
    number = complain(known)
    assert "tambahkan" in words(known.send_file(PHOTO))
    assert len(files()) == 2
    known.clock.forward(timedelta(days=3))
    known.send_file(PHOTO)
    assert len(files()) == 2
    known.press(f"ticket:new:{number}")
    known.press("category:card")
    known.say("Kartu saya hilang di jalan dan belum diganti")
    known.say("kemarin di Lipu")
    known.say("ya")
    assert len(files()) == 3


def files_of_last(store: Store) -> list[str]:
    """Give the files of the newest ticket."""
    with store.read() as session:
        rows = session.scalars(
            select(Attachment.ref)
            .where(Attachment.ticket_id == last(store).id)
            .order_by(Attachment.id)
        )
        return [str(one) for one in rows]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("opened", ["complaint", "hide:new:confidential", "lapor", "told"])
def test_photos_sent_before_words_are_in_the_report(citizen: Person, opened: str) -> None:
    citizen.send_file(PHOTO)
    citizen.send_file(Media(MediaKind.PHOTO, "sim:second", "image/jpeg"))
    if opened == "told":
        told = words(citizen.say("lapor pa rt potong uang bantuan saya 50 ribu"))
    else:
        told = words(citizen.say(opened) if opened == "lapor" else citizen.press(opened))
        assert "sudah kami catat" not in told  # only the photos are there yet
    assert "(2) sudah kami masukkan" in told
    if opened != "told":
        citizen.press("category:deducted")
        citizen.say("pa rt potong uang bantuan saya 50 ribu")
    read_back = words(citizen.say("kemarin di lipu"))
    assert "Foto atau suara: ada" in read_back
    assert "Foto atau suara" in labels(citizen.press("form:change"))
    citizen.press("form:edit:story")
    citizen.say("pa rt potong uang bantuan saya 50 ribu")
    citizen.say("ya")
    assert files_of_last(citizen.store) == ["sim:photo", "sim:second"]
    assert "sudah kami masukkan" not in words(citizen.press("complaint"))


@pytest.mark.databases("sqlite")
def test_photo_with_the_first_words_is_in_the_report(citizen: Person) -> None:
    told = citizen.send_file(PHOTO, "lapor pa rt potong uang bantuan saya 50 ribu")
    assert "(1) sudah kami masukkan" in words(told)
    citizen.say("kemarin di lipu")
    citizen.say("ya")
    assert files_of_last(citizen.store) == ["sim:photo"]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("opened", ["propose", "object", "goods", "correct"])
def test_photo_before_words_is_in_whatever_report_follows(unread: Person, opened: str) -> None:
    unread.send_file(PHOTO)
    assert "(1) sudah kami masukkan" in words(unread.press(opened))


@pytest.mark.databases("sqlite")
def test_photo_waits_for_half_an_hour_only(unread: Person) -> None:
    unread.send_file(PHOTO)
    unread.clock.forward(timedelta(minutes=31))
    assert "sudah kami masukkan" not in words(unread.press("complaint"))


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("decided", "brought"), [("consent:yes", True), ("consent:no", False)])
def test_photo_before_consent_is_kept_where_that_is_given(
    newcomer: Person, decided: str, brought: bool
) -> None:
    newcomer.send_file(PHOTO)
    newcomer.press(decided)
    if not brought:
        newcomer.send_file(PHOTO)  # nor is anything kept after the refusal
        newcomer.press("consent:yes")
    assert ("sudah kami masukkan" in words(newcomer.press("complaint"))) is brought


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (PLAIN, ANONYMOUS, ANONYMOUS), (ANONYMOUS, PLAIN, ANONYMOUS),
        (ANONYMOUS, CONFIDENTIAL, HIDDEN), (HIDDEN, PLAIN, HIDDEN),
        (CONFIDENTIAL, CONFIDENTIAL, CONFIDENTIAL), (CONFIDENTIAL, HIDDEN, HIDDEN),
    ],
)  # fmt: skip
def test_both_wishes_are_kept(one: str, other: str, both: str) -> None:
    assert both_hidden(one, other) == both
