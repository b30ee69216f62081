"""A visit told in one message, late or in pieces: kept once, at its time, of the right family."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.engine import Engine
from bot.messages import Inbound, Location, Media, MediaKind
from bot.visit_times import time_told
from bot.visit_words import read_told
from db.areas import Area
from db.assignments import families_of, grown_ups_of
from db.attachments import Attachment
from db.handovers import hand_over
from db.registry import Household
from db.registry import Person as Member
from db.session import Store
from db.staff import Staff
from db.visits import Visit
from tests.moment import NOW, TODAY
from tests.talk import Person, words

PHOTO = Media(MediaKind.PHOTO, "a-photo", "image/jpeg")
ZONE = "Asia/Makassar"


def first_companion(store: Store) -> int:
    with store.read() as session:
        return session.scalars(select(Staff.id).filter_by(role="companion")).first() or 0


def own_family(store: Store, place: int = 0, of: int | None = None) -> tuple[Household, str, str]:
    """Give a family of a companion with a surname that nobody else of his bears."""
    with store.read() as session:
        companion = of or first_companion(store)
        rows = families_of(session, companion, TODAY)
        names = [row[1] for row in rows] + [
            row[1] for row in grown_ups_of(session, companion, TODAY)
        ]
        often = Counter(word for name in names for word in name.lower().split())
        lone = [row for row in rows if often[row[1].lower().split()[-1]] == 1]
        household, name, _seen = lone[place]
        return household, name, session.get_one(Area, household.area_code).name


def visits_of(store: Store, household_id: int) -> list[tuple[Visit, str]]:
    """Give the visits to a family that are in force, with what was found."""
    with store.read() as session:
        query = select(Visit).filter_by(household_id=household_id, replaced_by_id=None)
        return [
            (visit, session.vault.open(visit.finding_sealed, "finding"))
            for visit in session.scalars(query.order_by(Visit.id))
        ]


def test_a_whole_report_is_kept_at_once_and_completed_afterwards(
    companion: Person, sample_store: Store
) -> None:
    home, name, place = own_family(sample_store)
    with sample_store.begin() as session:
        area = session.get_one(Area, home.area_code)
        area.latitude, area.longitude = -5.46, 122.6
    report = f"kunjungan Bu {name} {place}, anak sakit, sdh ke posyandu, foto nyusul"
    told = words(companion.say(report))
    assert "Tercatat: " in told
    assert "Cek komitmen" in told
    [(visit, finding)] = visits_of(sample_store, home.id)
    assert (visit.purpose, visit.checks) == ("commitment", {"posyandu": "yes"})
    assert finding == "anak sakit, sdh ke posyandu"
    assert visit.visited_at == visit.told_at == companion.clock()

    assert name in words(companion.send_file(PHOTO))
    assert "km dari kelurahan" in words(companion.send_location(Location(-5.40, 122.6)))
    assert "Tidak kami catat dua kali" in words(companion.say(report))

    again = f"kunjungan {name} {place}, anak sudah ke posyandu dan ditimbang"
    assert "Ini kunjungan yang sama?" in words(companion.say(again))
    companion.press("form:add:yes")
    assert "Tidak kami catat dua kali" in words(companion.say(report))  # though it was added to
    [(visit, finding)] = visits_of(sample_store, home.id)
    assert finding.splitlines() == [
        "anak sakit, sdh ke posyandu", "anak sudah ke posyandu dan ditimbang",
    ]  # fmt: skip
    assert (visit.distance_m or 0) > 6_000
    assert visit.visited_at < companion.clock()  # the time of the first report

    companion.say("betulkan kunjungan tadi")
    companion.press("form:edit:finding")
    companion.say("Anak demam, sudah ke puskesmas")
    assert "sudah dibetulkan" in words(companion.press("form:yes"))
    [(visit, finding)] = visits_of(sample_store, home.id)
    assert finding == "Anak demam, sudah ke puskesmas"
    with sample_store.read() as session:
        assert len(session.scalars(select(Visit).filter_by(household_id=home.id)).all()) == 3
        files = session.scalars(select(Attachment).filter_by(visit_id=visit.id)).all()
        assert {file.kind for file in files} == {"photo", "location"}

    companion.clock.forward(timedelta(minutes=90))
    companion.send_file(PHOTO)  # too late to be of that visit
    with sample_store.read() as session:
        assert len(session.scalars(select(Attachment).filter_by(visit_id=visit.id)).all()) == 2


@pytest.mark.databases("sqlite")
def test_a_late_report_keeps_its_own_time(
    companion: Person, engine: Engine, sample_store: Store
) -> None:
    home, name, _place = own_family(sample_store)
    late = Inbound(
        companion.address, "late-1", NOW - timedelta(hours=20),
        f"kunjungan {name}, tadi jam 9, rumah bersih, anak-anak sehat",
    )  # fmt: skip
    assert engine.receive(late)
    assert not engine.receive(late)
    [(visit, _finding)] = visits_of(sample_store, home.id)
    assert visit.visited_at == datetime.fromisoformat("2026-11-21T09:00:00+08:00")
    assert (visit.told_at, visit.recorded_at) == (late.sent_at, NOW)
    other, name, _place = own_family(sample_store, 1)
    companion.say(f"kunjungan {name}, semua sehat")
    follows = late.sent_at + timedelta(minutes=9)
    assert engine.receive(Inbound(companion.address, "late-2", follows, media=(PHOTO,)))
    assert len(visits_of(sample_store, other.id)) == 1
    with sample_store.read() as session:
        assert session.scalars(select(Attachment.visit_id)).all() == [visit.id]


@pytest.mark.databases("sqlite")
def test_of_a_whole_report_only_the_family_is_asked_where_several_fit(
    companion: Person, sample_store: Store
) -> None:
    home, _name, _place = own_family(sample_store)
    other, _name, _place = own_family(sample_store, 1)
    with sample_store.begin() as session:
        heads = select(Member).filter_by(relation="head")
        for household_id in (home.id, other.id):
            for head in session.scalars(heads.filter_by(household_id=household_id)):
                head.name = "Zubair Qadri"
    asked = companion.say("kunjungan pak zubair, beras belum terima")
    offered = {choice.value for choice in asked[-1].choices if choice.value[:7] == "family:"}
    assert offered == {f"family:{home.id}", f"family:{other.id}"}
    assert "beras belum terima" in words(companion.press(f"family:{other.id}"))
    companion.press("form:yes")
    [(visit, _finding)] = visits_of(sample_store, other.id)
    assert (visit.purpose, visit.checks) == ("payout", {"came": "no"})
    assert visit.visited_at == companion.clock() - timedelta(seconds=2)  # as the report was sent
    assert visits_of(sample_store, home.id) == []


@pytest.mark.databases("sqlite")
def test_answers_out_of_order_and_a_report_in_between_are_kept(
    companion: Person, sample_store: Store
) -> None:
    home, _name, _place = own_family(sample_store)
    other, name, _place = own_family(sample_store, 1)
    _third, overtaken, _place = own_family(sample_store, 2)
    assert "Laporannya kami tunggu" in words(companion.send_file(PHOTO, f"foto {overtaken}"))
    assert "Keluarga siapa" in words(companion.say("kunjungan"))
    assert "Keluarga siapa" in words(companion.send_file(PHOTO, f"foto {overtaken}"))
    assert "sudah kami catat" in words(companion.press("purpose:payout"))
    companion.press("uncut:yes")
    told = words(companion.say(f"kunjungan {name}, atap bocor, butuh bantuan"))
    assert "Tercatat: " in told
    assert "Keluarga siapa" in told
    companion.press(f"family:{home.id}")
    told = words(companion.send_file(PHOTO, f"foto {name}"))  # of the report in between
    assert f"kunjungan {name} pukul" in told
    assert "Bantuannya sudah diterima?" in told
    companion.press("came:yes")
    companion.say("kurang 2 kg")  # answers whether all came, and is the finding
    companion.say("fotonya nyusul ya")
    read_back = words(companion.press("form:skip"))
    assert "Tanpa potongan: Ya" in read_back
    companion.press("form:yes")
    [(visit, finding)] = visits_of(sample_store, home.id)
    assert visit.checks == {"came": "yes", "whole": "no", "uncut": "yes"}
    assert finding == "kurang 2 kg"
    [(between, _finding)] = visits_of(sample_store, other.id)
    assert between.checks == {"state": "need"}
    with sample_store.read() as session:
        assert session.scalars(select(Attachment.visit_id)).all() == [between.id]

    companion.say("kunjungan")
    assert "Kunjungan untuk apa" in words(companion.say("yang tadi"))


@pytest.mark.databases("sqlite")
def test_what_was_found_may_be_spoken(companion: Person, sample_store: Store) -> None:
    home, _name, _place = own_family(sample_store)
    companion.press(f"visit:{home.id}")
    companion.press("purpose:home")
    companion.press("state:need")
    companion.send_file(Media(MediaKind.VOICE, "said", "audio/ogg"))
    assert "Temuan: (di kiriman)" in words(companion.press("form:skip"))
    companion.press("form:yes")
    [(visit, finding)] = visits_of(sample_store, home.id)
    assert (visit.checks, finding) == ({"state": "need"}, "")
    with sample_store.read() as session:
        kept = session.execute(select(Attachment.visit_id, Attachment.kind)).all()
        assert kept == [(visit.id, "voice")]


@pytest.mark.databases("sqlite")
def test_a_family_is_found_by_its_kk_and_never_by_who_does_not_look_after_it(
    companion: Person, sample_store: Store
) -> None:
    home, name, _place = own_family(sample_store)
    with sample_store.read() as session:
        assert home.kk_sealed is not None
        ending = session.vault.open(home.kk_sealed, "kk")[-4:]
    companion.say("kunjungan")
    assert "Kunjungan untuk apa" in words(companion.say(ending))
    companion.say("batal")
    companion.say(f"kunjungan {name}, semua sehat")
    own = first_companion(sample_store)
    with sample_store.begin() as session:
        new = Staff(name="Asma", role="companion", area_code="74.72.02", created_at=NOW)
        session.add(new)
        session.flush()
        hand_over(session, [home.id], own, new.id, why="", actor="cli", now=NOW)
    # Old buttons, commands and files after the hand-over reach nothing of the family.
    told = [
        companion.press("visit:fix"),
        companion.press(f"visit:{home.id}"),
        companion.press(f"family:{home.id}"),
        companion.say("batal"),
        companion.send_file(PHOTO),
        companion.say(f"kunjungan {name}, atap bocor dan butuh bantuan"),
        companion.say("batal"),
        companion.say("betulkan kunjungan tadi"),
    ]
    assert not any(name in words(replies) for replies in told)
    assert len(visits_of(sample_store, home.id)) == 1


def test_times_and_findings_are_read_from_plain_words() -> None:
    at = NOW + timedelta(hours=6)  # 16.00 in Baubau
    for said, hour in (
        ("tadi jam 9", "22T09"), ("tadi jam 1", "22T13"), ("kemarin sore", "21T16"),
        ("tadi malam", "21T19"), ("tgl 20 jam 8 pagi", "20T08"),
    ):  # fmt: skip
        found = time_told(said, at, ZONE)
        assert found is not None
        assert found.strftime("%dT%H") == hour, said
    for said in ("anak sakit sejak kemarin", "besok jam 9", "jam 23", "lahir tgl 3"):
        assert time_told(said, at, ZONE) is None, said
    told = read_told("belum ke posyandu, foto menyusul", at, ZONE)
    assert (told.purpose, told.checks, told.follows) == (
        "commitment", {"posyandu": "no"}, True,
    )  # fmt: skip
