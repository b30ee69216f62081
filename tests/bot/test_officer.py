"""An officer announces a distribution by chat, in plain words."""

import pytest
from sqlalchemy import func, select

from bot.notices import approving
from bot.notices.drafting import Draft, prepare
from bot.notices.tending import tend
from bot.texts import say
from db.areas import Scope
from db.audiences import Filters
from db.broadcasts import Broadcast, Kind, State
from db.contacts import Contact
from db.notice_rules import notice_rules
from db.outbox import OutboundMessage
from db.round_lists import WHICH, list_rounds
from db.rounds import Round
from db.schedules import Distribution
from db.session import Store
from db.staff import Staff
from nlu.classifier import Model
from tests.moment import NOW
from tests.talk import OfStaff, Person, labels, make_engine, words

# Words and turns of talk are the same on every database; what is stored is tested elsewhere.
pytestmark = pytest.mark.databases("sqlite")

WHOLE = "umumkan PKH tanggal 1 Desember 2026 jam 8 di kantor pos untuk Lamangga dan Melai"


def queued(store: Store) -> int:
    with store.read() as session:
        bulk = select(func.count()).select_from(OutboundMessage)
        return session.scalar(bulk.where(OutboundMessage.notice_id.is_not(None))) or 0


def broadcasts(store: Store) -> list[Broadcast]:
    with store.read() as session:
        return list(session.scalars(select(Broadcast).order_by(Broadcast.id)))


def alone(store: Store) -> None:
    """Let an officer need nobody else."""
    with store.begin() as session:
        notice_rules(session).four_eyes = False


def test_announcement_by_chat_is_previewed_and_confirmed(
    officer: Person, sample_store: Store
) -> None:
    alone(sample_store)
    officer.say("umumkan PKH di Bukit Wolio Indah tanggal 1 Desember 2026")
    officer.say("08.00-12.00")
    preview = words(officer.say("Kantor Pos Baubau"))
    assert "Selasa, 1 Desember 2026, pukul 08.00-12.00 WITA" in preview
    assert "keluarga" in preview
    assert "belum pernah menghubungi" in preview
    assert broadcasts(sample_store) == []
    assert "antrean" in words(officer.say("ya"))
    assert queued(sample_store) == 0
    tend(sample_store, officer.clock, None)
    [broadcast] = broadcasts(sample_store)
    assert queued(sample_store) == broadcast.contacts > 50
    # The same again, however it is spelt, goes to nobody.
    officer.say("umumkan PKH di Bukit Wolio Indah 1 Desember 2026 jam 8-11 di kantor pos  baubau")
    assert "sudah pernah" in words(officer.say("ya"))
    assert len(broadcasts(sample_store)) == 1


def test_several_areas_stand_in_one_sentence(officer: Person, sample_store: Store) -> None:
    assert "Sampai pukul berapa" in words(officer.say(WHOLE))
    assert say("announce.end_early") in words(officer.say("jam 7"))
    preview = words(officer.say("jam 1 siang"))
    assert "pukul 08.00-13.00 WITA, di kantor pos" in preview
    assert "juga untuk Melai" in preview
    officer.press("form:change")
    officer.press("form:edit:begin")
    assert "pukul 09.30-13.00 WITA" in words(officer.say("09.30"))
    officer.say("ya")
    with sample_store.read() as session:
        found = session.scalars(select(Distribution).where(Distribution.round_id.is_not(None)))
        assert {(one.area_code, one.ends_at.hour) for one in found} == {
            ("74.72.06.1008", 13), ("74.72.06.1009", 13),
        }  # fmt: skip


def test_another_officer_approves_by_a_button(
    officer: Person, of_staff: OfStaff, sample_store: Store
) -> None:
    chief = colleague(sample_store, of_staff)
    officer.tell(WHOLE, "12")
    assert "petugas lain" in words(officer.say("ya"))
    [*shown, asked] = chief.unread()
    assert "dibagikan Selasa, 1 Desember 2026" in shown[0].text
    assert {"Lamangga", "Melai"} == {
        name for one in shown for name in ("Lamangga", "Melai") if f"untuk {name}" in one.text
    }
    approve, refuse = (choice.value for choice in asked.choices)
    assert say("notice.own") in words(officer.press(approve))
    assert "setujui" in words(chief.press(approve))
    assert "disetujui" in words(officer.unread())
    assert say("notice.not_now") in words(chief.press(refuse))
    assert broadcasts(sample_store)[0].state == State.SCHEDULED
    tend(sample_store, officer.clock, None)
    assert queued(sample_store) > 0


@pytest.mark.databases("sqlite", "postgresql")
def test_his_own_is_canceled_not_refused(
    officer: Person, of_staff: OfStaff, sample_store: Store
) -> None:
    colleague(sample_store, of_staff)
    officer.tell(WHOLE, "12", "ya")
    [broadcast] = broadcasts(sample_store)
    said = words(officer.say(f"tolak {broadcast.id} jamnya salah"))
    assert say("notice.did_cancel", number=broadcast.id) in said
    assert broadcasts(sample_store)[0].state == State.CANCELED
    assert listed(sample_store) == []
    officer.tell(WHOLE, "12", "batal")
    assert listed(sample_store) == []
    officer.tell(WHOLE, "12", "ya")
    assert len(listed(sample_store)) == 1


def test_what_was_known_before_outlives_an_announcement_that_is_refused(
    officer: Person, of_staff: OfStaff, known: Person, sample_store: Store
) -> None:
    colleague(sample_store, of_staff)
    before = words(known.say("jadwal PKH"))
    assert "8 Desember 2026, pukul 08.30-12.00" in before
    about = "umumkan PKH di Bukit Wolio Indah {} Desember 2026 jam 08.30-12.00 di Kantor Pos Baubau"
    for day in (8, 9):
        officer.tell(about.format(day), "ya")
        officer.say(f"tolak {broadcasts(sample_store)[-1].id} salah hari")
    assert words(known.say("jadwal PKH")) == before
    assert listed(sample_store) == []


@pytest.mark.databases("sqlite", "postgresql")
def test_of_what_reaches_nobody_nothing_is_kept(officer: Person, sample_store: Store) -> None:
    with sample_store.begin() as session:
        for one in session.scalars(select(Contact).where(Contact.staff_id.is_(None))):
            one.notices = False
    officer.tell(WHOLE, "12")
    assert say("notice.nobody") in words(officer.say("ya"))
    assert broadcasts(sample_store) == []
    assert listed(sample_store) == []
    with sample_store.read() as session:
        assert session.scalar(select(func.count()).select_from(Round)) == 0


def listed(store: Store) -> list[int]:
    """Give the rounds of any list of the console."""
    with store.read() as session:
        return [
            row.round.id for which in WHICH
            for row in list_rounds(session, Scope("74.72"), which, NOW.date())
        ]  # fmt: skip


NEWS = {
    "id": "Loket pindah.", "en": "The desk moves.", "jv": "Transfer 50.000 dhisik.",
    "su": "Loket pindah ka kota.",
}  # fmt: skip


@pytest.mark.parametrize("languages", [("id", "en", "jv"), ("id", "en", "jv", "su")])
def test_nothing_is_approved_in_a_chat_that_did_not_show_every_wording(
    officer: Person, of_staff: OfStaff, sample_store: Store, languages: tuple[str, ...]
) -> None:
    chief = colleague(sample_store, of_staff)
    chief.unread()
    with sample_store.begin() as session:
        texts = {name: NEWS[name] for name in languages}
        draft = Draft(Kind.NEWS, Filters(("74.72",), everyone=True), texts)
        made = prepare(session, draft, "staff:1", officer.clock())
        approving.submit(session, made.id, "staff:1", officer.clock(), 1, public_url="https://x")
    [*shown, asked] = chief.unread()
    approve = f"notice:approve:{made.id}:2"
    if len(languages) == 3:
        told = "\n".join(one.text for one in shown)
        assert all(text in told for text in texts.values())
        assert approve in [choice.value for choice in asked.choices]
        return
    assert shown == []
    assert f"https://x/console/pengumuman/{made.id}" in asked.text
    assert approve not in [choice.value for choice in asked.choices]
    for said in (chief.press(approve), chief.say(f"setujui {made.id}")):
        assert say("page.pengumuman") in words(said)  # as it has no address of ours
    assert broadcasts(sample_store)[0].state == State.WAITING


def test_another_officer_refuses_with_a_reason(
    officer: Person, of_staff: OfStaff, sample_store: Store
) -> None:
    chief = colleague(sample_store, of_staff)
    for attempt in ("button", "words"):
        officer.tell(WHOLE, "12", "ya")
        broadcast = broadcasts(sample_store)[-1]
        assert broadcast.state == State.WAITING
        if attempt == "button":
            asked = chief.unread()[-1]
            assert say("notice.ask_why") in words(chief.press(asked.choices[1].value))
            chief.say("jamnya salah")
        else:
            chief.say(f"tolak {broadcast.id} jamnya salah")
        assert "jamnya salah" in words(officer.unread())
        assert broadcasts(sample_store)[-1].state == State.REFUSED
        assert listed(sample_store) == []
    assert say("notice.not_found") in words(chief.say("setujui 999"))


def colleague(store: Store, of_staff: OfStaff) -> Person:
    """Give a second officer of the same city."""
    with store.begin() as session:
        officer = session.scalars(select(Contact).where(Contact.address == "petugas")).one()
        of_first = session.get_one(Staff, officer.staff_id)
        second = Staff(
            name="Hj. Rosmawati", role="chief", area_code=of_first.area_code,
            created_at=of_first.created_at,
        )  # fmt: skip
        session.add(second)
        session.flush()
        session.add(
            Contact(
                channel="simulator", address="kepala", staff_id=second.id, consent="given",
                created_at=of_first.created_at,
            )
        )  # fmt: skip
    return of_staff("kepala")


def test_officer_announces_within_his_area_only(officer: Person, sample_store: Store) -> None:
    with sample_store.begin() as session:
        contact = session.scalars(select(Contact).where(Contact.address == "petugas")).one()
        assert contact.staff_id is not None
        session.get_one(Staff, contact.staff_id).area_code = "74.72.03"
    refused = officer.say("umumkan PKH di Bukit Wolio Indah tanggal 1 Desember 2026")
    assert "di luar wilayah" in words(refused)
    assert "Pukul berapa" not in words(refused)
    officer.say("umumkan")
    officer.press("programme:PKH")
    assert "di luar wilayah" in words(officer.say("Bukit Wolio Indah"))
    assert broadcasts(sample_store) == []


def test_citizens_cannot_announce(citizen: Person, sample_store: Store) -> None:
    citizen.say("umumkan PKH di Bukit Wolio Indah tanggal 1 Desember 2026")
    citizen.press("announce")
    citizen.press("notice:approve:1:1")
    assert broadcasts(sample_store) == []


def test_a_past_day_is_told_and_asked_again(officer: Person) -> None:
    said = words(officer.say("umumkan PKH di Bukit Wolio Indah tanggal 1 Januari 2026"))
    assert "sudah lewat" in said
    assert "Tanggal berapa" in said


@pytest.mark.databases("sqlite", "postgresql")
def test_changes_are_made_in_the_console_and_nothing_is_prepared(
    officer: Person, sample_store: Store, model: Model
) -> None:
    ask = "umumkan PKH tanggal 1 Desember 2026 untuk Lamangga"
    assert say("page.penyaluran") in words(officer.say(f"{ask} dibatalkan"))
    alone(sample_store)
    officer.tell(WHOLE, "12", "ya")
    officer.tell(f"{WHOLE.replace('PKH', 'BPNT')} jam 8-12", "12", "ya")
    [first, second] = broadcasts(sample_store)
    with sample_store.read() as session:
        programs = [session.get_one(Round, one.round_id).program_code for one in (first, second)]
    assert programs == ["PKH", "BPNT"]
    officer.engine = make_engine(sample_store, model, officer.clock, "https://x")
    for text in (f"{ask} dibatalkan", "umumkan PKH ditunda ke hari jumat di Murhum"):
        said = words(officer.say(text))
        assert f"1 Desember 2026: https://x/console/penyaluran/{first.round_id}" in said
        assert f"penyaluran/{second.round_id}" not in said
        assert len(said) <= 600
    none = words(officer.say("umumkan PKH di Bukit Wolio Indah tidak jadi"))
    assert "tidak kami temukan" in none
    assert "https://x/console/penyaluran" in none
    assert "kirim" not in words(officer.say("ya"))
    assert len(broadcasts(sample_store)) == 2


@pytest.mark.databases("sqlite")
def test_of_the_same_aid_on_the_same_day_the_other_round_is_named(
    officer: Person, sample_store: Store
) -> None:
    alone(sample_store)
    assert "sudah ada" not in words(officer.tell(WHOLE, "12"))
    officer.say("ya")
    again = words(officer.tell(WHOLE.replace("jam 8", "jam 9"), "13"))
    assert "Untuk bantuan dan hari itu sudah ada" in again
    assert "tidak perlu menerima dua jadwal" in again


def test_whom_it_concerns_is_never_widened_or_narrowed_in_silence(
    officer: Person, sample_store: Store
) -> None:
    said = words(officer.say(f"{WHOLE} kecuali RT 2"))
    assert "kecuali RT 2" in said
    assert say("page.penyaluran") in said
    assert "Pukul" not in said
    asked = words(officer.say(f"{WHOLE} dan Atlantis"))
    assert say("announce.areas_unknown", said="Atlantis") in asked
    assert say("announce.ask_areas") in asked
    # Nor is it where the areas are asked for.
    for text, part in (
        ("Melai dan Atlantis", "Atlantis"),
        ("Murhum kecuali Melai", "kecuali Melai"),
        ("Murhum kcuali Melai", "kcuali"),
        ("warga Melai lorong dua", "lorong dua"),
    ):
        refused = officer.say(text)
        assert f'"{part}"' in words(refused)
        assert not any(label in ("Kantalai", "Melai") for label in labels(refused))
    assert say("announce.ask_end") in words(officer.say("Melai dan Lamangga"))
    officer.say("batal")
    both = words(officer.say("umumkan PKH dan BPNT besok jam 8-12 di kantor pos untuk Lamangga"))
    assert say("announce.one_program", said="PKH, BPNT") in both
    assert "Bantuan apa" in both
    officer.say("batal")
    assert "Tanggal berapa" in words(officer.say("umumkan PKH senin dan selasa untuk Lamangga"))
    assert broadcasts(sample_store) == []


@pytest.mark.parametrize(
    "text",
    [
        "umumkan PKH di Bukit Wolio Indah tanggal 1 Desember 2026 jam 9-11 di Kantor Pos Baubau",
        "umumkan PKH di Bukit Wolio Indah 1 Desember 2026 pukul 9 sampai 11 di Kantor Pos Baubau",
    ],
)
def test_hours_and_place_of_the_sentence_are_taken(officer: Person, text: str) -> None:
    preview = words(officer.say(text))
    assert "pukul 09.00-11.00 WITA, di Kantor Pos Baubau" in preview


def test_an_hour_of_the_night_is_one_of_the_afternoon_and_that_is_said(officer: Person) -> None:
    about = "umumkan PKH di Bukit Wolio Indah 1 Desember 2026 jam {} di Kantor Pos Baubau"
    preview = words(officer.say(about.format("1 sampai 3")))
    assert "pukul 13.00-15.00 WITA" in preview
    assert say("announce.afternoon", hour=1, clock="13.00") in preview
    officer.say("batal")
    assert "kami baca" not in words(officer.say(about.format("10 sampai 12")))


def test_what_is_not_surely_a_place_is_asked(officer: Person) -> None:
    said = officer.say("umumkan PKH di Bukit Wolio Indah jam 9-11 di Kantor Pos tanggal 1 Des 2026")
    assert "Di mana tempatnya" in words(said)


def test_umumkan_always_reaches_the_form(officer: Person) -> None:
    assert "Pukul berapa" in words(officer.say("umumkan bpnt di kecamatan betoambari lusa"))


def test_the_usual_programmes_are_offered_first(officer: Person) -> None:
    offered = labels(officer.say("umumkan"))
    assert "PKH" in offered[0] or "Harapan" in offered[0]
