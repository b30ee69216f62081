"""The question whether aid was got, answered by a button or in words, and what follows it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import delete, select

from bot.texts import say
from bot.verdicts import got_it
from db.areas import Area
from db.broadcasts import Broadcast, Kind, Notice, State, Wave
from db.contacts import Contact
from db.outbox import BULK, OutboundMessage
from db.pickups import Pickup
from db.rounds import Round
from db.schedules import Distribution
from db.session import Session, Store
from db.slots import Slot
from db.tickets import Ticket
from tests.bot.registry import SITI, family_of
from tests.talk import Clock, Person, labels, words

HELD_ON = date(2026, 11, 21)


def make_round(session: Session, clock: Clock) -> int:
    round_ = Round(program_code="PKH", area_code="74.72", created_by="cli", created_at=clock())
    session.add(round_)
    session.flush()
    return round_.id


def ask(store: Store, clock: Clock, address: str = "siti") -> int:
    """Hand aid out, and let a contact have been asked about it; gives the distribution."""
    with store.begin() as session:
        contact = session.scalars(select(Contact).where(Contact.address == address)).one()
        round_id = make_round(session, clock)
        held = Distribution(
            program_code="PKH", area_code="74.72", held_on=HELD_ON, starts_at=time(8),
            ends_at=time(12), place=f"Kantor Pos {round_id}", round_id=round_id, source="Dinas",
            created_at=clock(),
        )  # fmt: skip
        broadcast = Broadcast(
            kind=Kind.FOLLOWUP, area_code="74.72", round_id=round_id, digest=b"x",
            state=State.DONE, send_at=clock(), created_by="cli", created_at=clock(),
        )  # fmt: skip
        session.add_all([held, broadcast])
        session.flush()
        wave = Wave(broadcast_id=broadcast.id, zone="Asia/Makassar")
        notice = Notice(broadcast_id=broadcast.id, distribution_id=held.id, text="Sudah ambil?")
        session.add_all([wave, notice])
        session.flush()
        session.add(
            OutboundMessage(
                contact_id=contact.id, channel=contact.channel, priority=BULK, state="sent",
                not_before=clock(), wave_id=wave.id, notice_id=notice.id,
                created_at=clock() - timedelta(hours=1), first_tried_at=clock(),
                settled_at=clock(),
            )
        )  # fmt: skip
        return held.id


def answers(store: Store) -> list[tuple[int, bool]]:
    with store.read() as session:
        query = select(Pickup.distribution_id, Pickup.got_it).order_by(Pickup.id)
        return [(held, got) for held, got in session.execute(query)]


def test_answers_in_words_and_by_buttons_are_kept_and_changed(
    known: Person, sample_store: Store, clock: Clock
) -> None:
    held = ask(sample_store, clock)
    told = known.say("sudah pak")
    assert "sudah Bapak/Ibu terima" in words(told)
    assert labels(told) == ["Lapor masalah", "Menu"]
    assert answers(sample_store) == [(held, True)]
    with sample_store.read() as session:
        assert session.scalars(select(Pickup.household_id)).one() == family_of(session, SITI).id

    # Said again, after something else was asked, it still answers.
    known.say("jadwal PKH di lamangga")
    known.say("eh blm dapat")
    told = known.say("blm dapat")
    assert "21 November 2026, Kantor Pos" in words(told)
    assert labels(told) == ["Lapor belum dapat", "Bicara dengan petugas", "Menu"]
    assert answers(sample_store) == [(held, False)]

    clock.forward(timedelta(days=40))
    known.press(f"pickup:yes:{held}")
    known.press(f"pickup:yes:{held}")
    assert answers(sample_store) == [(held, True)]
    assert "sudah lewat" in words(known.press("pickup:yes:999999"))
    assert "sudah lewat" in words(known.press("pickup:x"))


def test_not_yet_opens_a_complaint_that_knows_what_it_is_about(
    known: Person, sample_store: Store, clock: Clock
) -> None:
    held = ask(sample_store, clock)
    known.say("belum")
    asked = words(known.say("1"))
    assert "Ceritakan apa yang terjadi" in asked
    known.say("Saya datang jam sembilan tetapi nama saya tidak ada di daftar")
    told = words(known.press("form:skip"))
    assert "Soal: Belum cair" in told
    assert "Program Keluarga Harapan, Sabtu, 21 November 2026, di Kantor Pos" in told
    known.press("form:yes")
    with sample_store.read() as session:
        ticket = session.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()
        home = family_of(session, SITI).area_code
        assert (ticket.category, ticket.area_code) == ("not_paid", home)
    assert answers(sample_store) == [(held, False)]


@pytest.mark.databases("sqlite")
def test_words_count_only_for_three_days_and_while_no_form_is_open(
    known: Person, sample_store: Store, clock: Clock
) -> None:
    ask(sample_store, clock)
    known.press("complaint")
    known.say("belum")
    known.say("batal")
    assert answers(sample_store) == []
    clock.forward(timedelta(days=4))
    known.say("sudah")
    assert answers(sample_store) == []


@pytest.mark.databases("sqlite")
def test_bare_yes_no_and_numbers_count_right_after_the_question(
    known: Person, sample_store: Store, clock: Clock
) -> None:
    first = ask(sample_store, clock)
    known.say("iya")
    clock.forward(timedelta(hours=1))
    second = ask(sample_store, clock)
    known.say("2")
    assert answers(sample_store) == [(first, True), (second, False)]
    clock.forward(timedelta(hours=1))
    known.say("menu")
    known.say("1")
    known.say("tidak")
    assert answers(sample_store) == [(first, True), (second, False)]


@pytest.mark.databases("sqlite")
def test_what_says_got_and_what_says_not() -> None:
    got = ["sudah", "sdh ambil", "sudahmi", "sdh terima kemarin", "wis", "sampun mendhet",
           "alhamdulillah sudah", "sudah pak terima kasih", "udah dapat", "sdah",
           "sudah tapi kurang", "sdh dapat tapi uangnya kurang 50 ribu",
           "sudah ambilmi", "sudah dapatka kemarin",
           "sudah diambil suami", "alhamdulillah sdh cair 600rb", "telah saya terima"]  # fmt: skip
    nothing = ["belum", "blm dapat", "belumpi", "blm ambil pak", "durung", "belum sempat",
               "tidak dapat", "belum cair", "blm terima sama sekali", "belum, antri panjang",
               "belum, katanya habis", "sudah dua kali ke sana belum dikasih",
               "sdh 3x ke sana blm dapat", "blm ambil sakit", "belum pi kodong", "blum pa",
               "belum sempat pak sakitka"]  # fmt: skip
    neither = ["sudah tapi dipotong", "sudah tapi dipotong dan kurang", "sudah datang belum",
               "tetangga yang ambil", "suami yang ambil", "sudah diambil orang lain",
               "sudah cair?", "kapan", "sudah lapor", "belum makan", "ya",
               "tidak", "sudah belum", "sudah dipotong 50 ribu", "halo", "1", ""]  # fmt: skip
    assert [said for said in got if got_it(said) is not True] == []
    assert [said for said in nothing if got_it(said) is not False] == []
    assert [said for said in neither if got_it(said) is not None] == []
    assert (got_it("ya", asked=True), got_it("tidak", asked=True)) == (True, False)
    assert (got_it("suami yang ambil", asked=True), got_it("petugas yang ambil", asked=True)) == (
        True, None
    )  # fmt: skip
    thanks = ["terima kasih", "baik terima kasih", "terima kasih infonya", "terima", "masuk",
              "ok makasih pak", "matur nuwun"]  # fmt: skip
    assert [said for said in thanks if got_it(said, asked=True) is not None] == []
    assert got_it("iya terima kasih", asked=True) is True
    assert [got_it(said, asked=True) for said in ("tidak pernah pi sa ambil", "tidak jadi ambil",
                                                  "nda dapat ka")] == [False] * 3  # fmt: skip


@pytest.mark.databases("sqlite")
def test_too_little_counts_as_got_and_leads_to_a_complaint(
    known: Person, sample_store: Store, clock: Clock
) -> None:
    held = ask(sample_store, clock)
    told = known.say("sudah tapi kurang")
    assert "sudah diterima, tetapi kurang" in words(told)
    assert labels(told) == ["Lapor masalah", "Menu"]
    assert answers(sample_store) == [(held, True)]
    assert "belum Bapak/Ibu terima" in words(known.say("belum, katanya habis"))


def test_late_receipt_of_the_question_makes_nothing_of_the_next_number(
    known: Person, sample_store: Store, clock: Clock
) -> None:
    held = ask(sample_store, clock)
    known.say("blm")
    clock.forward(timedelta(minutes=1))
    with sample_store.begin() as session:
        row = session.scalars(
            select(OutboundMessage).where(OutboundMessage.wave_id.is_not(None))
        ).one()
        row.state, row.settled_at = "read", clock()
    assert "Ceritakan apa yang terjadi" in words(known.say("1"))
    assert answers(sample_store) == [(held, False)]


def test_two_questions_are_answered_in_turn_and_each_answer_names_its_own(
    known: Person, sample_store: Store, clock: Clock
) -> None:
    first = ask(sample_store, clock)
    clock.forward(timedelta(minutes=1))
    second = ask(sample_store, clock)
    assert "21 November 2026" in words(known.say("sudah"))
    assert answers(sample_store) == [(second, True)]
    assert "21 November 2026" in words(known.say("belum"))
    assert sorted(answers(sample_store)) == [(first, False), (second, True)]


def test_only_who_was_asked_can_answer_a_button(
    citizen: Person, known: Person, sample_store: Store, clock: Clock
) -> None:
    held = ask(sample_store, clock)
    for button in (f"pickup:no:{held}", f"pickup:yes:{held}"):
        told = words(citizen.press(button))
        assert "sudah lewat" in told
        assert "Kantor Pos" not in told
    assert answers(sample_store) == []
    citizen.press(f"complaint:not_paid:{held}")
    told = words(citizen.tell("Bantuan saya belum dibayar sama sekali"))
    assert "Kantor Pos" not in told
    known.press(f"pickup:no:{held}")
    assert answers(sample_store) == [(held, False)]


def test_schedule_names_the_hour_of_the_own_family_alone(
    known: Person, citizen: Person, sample_store: Store, clock: Clock
) -> None:
    with sample_store.begin() as session:
        family = family_of(session, SITI)
        home = session.get_one(Area, family.area_code).name
        round_id = make_round(session, clock)
        held = Distribution(
            program_code="PKH", area_code=family.area_code, held_on=clock().date(),
            starts_at=time(8), ends_at=time(12), place="Aula", quota=10, round_id=round_id,
            source="Dinas", created_at=datetime(2026, 11, 1, tzinfo=UTC),
        )  # fmt: skip
        session.add(held)
        session.flush()
        session.add(
            Slot(
                distribution_id=held.id, household_id=family.id, starts_at=time(9),
                ends_at=time(10),
            )
        )  # fmt: skip
    assert words(known.say("jadwal PKH")).count("Jam Bapak/Ibu: 09.00–10.00") == 1
    told = words(citizen.say(f"jadwal PKH di {home}"))
    assert "Jam Bapak/Ibu" not in told
    assert say("schedule.by_hour") in told
    with sample_store.begin() as session:  # another place takes whoever has got no hour
        session.execute(delete(Slot))
        again = session.scalars(select(Distribution).where(Distribution.place == "Aula")).one()
        session.add(
            Distribution(
                program_code="PKH", area_code=again.area_code, held_on=again.held_on,
                starts_at=time(13), ends_at=time(15), place="Kantor Lurah", round_id=round_id,
                source="Dinas", created_at=again.created_at,
            )
        )  # fmt: skip
    told = words(known.say("jadwal PKH"))
    assert told.index("Kantor Lurah") < told.index("Aula") < told.index(say("schedule.of_others"))
