"""What is found becomes work: corrections, tasks with outcomes, graduation, help with consent."""

import pytest
from sqlalchemy import select

from db.findings import ASSIGNED, DONE, Finding
from db.graduations import GRADUATED, open_track, steps_of, take_step, track_of
from db.handovers import hand_over
from db.helped import HelpedConsent
from db.privacy import file_of
from db.registry import Household
from db.registry import Person as Member
from db.session import Store
from db.staff import Staff
from db.tickets import Ticket
from tests.bot.test_companion_visits import first_companion, own_family
from tests.moment import NOW
from tests.talk import Person, labels, words


def newest_ticket(store: Store) -> Ticket:
    with store.read() as session:
        ticket = session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
        assert ticket is not None
        return ticket


def give_away(store: Store, household_id: int) -> None:
    """Hand a family over to a new colleague."""
    with store.begin() as session:
        new = Staff(name="Asma", role="companion", area_code="74.72.02", created_at=NOW)
        session.add(new)
        session.flush()
        own = session.scalars(select(Staff.id).filter_by(role="companion")).first()
        hand_over(session, [household_id], own, new.id, why="", actor="cli", now=NOW)


def task(store: Store, household_id: int, number: int) -> int:
    own = first_companion(store)
    with store.begin() as session:
        made = Finding(
            key=f"test-{number}", kind="left", rule="died", state=ASSIGNED,
            area_code="74.72.02.1011", staff_id=own, household_id=household_id,
            found_at=NOW, last_seen_at=NOW,
        )  # fmt: skip
        session.add(made)
        session.flush()
        return made.id


@pytest.mark.databases("sqlite")
def test_what_has_changed_is_filed_and_who_is_ready_is_on_the_way(
    companion: Person, sample_store: Store
) -> None:
    home, name, _place = own_family(sample_store)
    told = words(companion.say(f"kunjungan {name}, verval data, kepala keluarga meninggal"))
    ticket = newest_ticket(sample_store)
    assert (ticket.kind, ticket.category) == ("correction", "family")
    assert ticket.helper_id == first_companion(sample_store)
    assert ticket.number in told

    companion.say(f"kunjungan {name}, warungnya maju, siap graduasi")
    assert newest_ticket(sample_store).id == ticket.id
    companion.press(f"graduation:{home.id}:training")
    companion.press(f"graduation:{home.id}:training")
    assert "Bantuan modal: belum" in words(companion.press(f"graduation:{home.id}"))
    assert name in labels(companion.say("graduasi"))[0]
    companion.press(f"graduation:{home.id}:graduated")
    companion.press(f"graduation:{home.id}:capital")  # an old button
    with sample_store.begin() as session:
        track = track_of(session, home.id)
        assert track is not None
        assert track.state == GRADUATED
        assert [step.kind for step in steps_of(session, track.id)] == ["training"]
    give_away(sample_store, home.id)
    assert "bukan dampingan" in words(companion.press(f"graduation:{home.id}:open"))


@pytest.mark.databases("sqlite")
def test_tasks_are_settled_in_chat_by_whose_they_are(
    companion: Person, sample_store: Store
) -> None:
    home, name, _place = own_family(sample_store)
    other, _name, _place = own_family(sample_store, 1)
    first, second = task(sample_store, home.id, 1), task(sample_store, other.id, 2)
    with sample_store.begin() as session:  # namesakes, who live in two RT
        query = select(Member).filter_by(household_id=other.id, relation="head")
        session.scalars(query).one().name = name
        for number, household_id in enumerate((home.id, other.id), start=1):
            session.get_one(Household, household_id).rt = f"00{number}"
    listed = companion.say("tugas saya")
    assert "RT 001/" in words(listed)
    assert "RT 002/" in words(listed)
    offered = [label for label in labels(listed) if "RT 00" in label]
    assert len(offered) == len(set(offered)) == 2
    assert home.address in words(companion.press(f"tasks:{first}"))
    assert "Apa hasilnya" in words(companion.say("tidak pindah"))
    read = words(companion.say("pindah ke Kendari sejak Agustus"))
    assert home.address in read
    assert "Hasil: Pindah" in read
    assert "tinggal" in words(companion.press("form:yes"))
    # What was told of the wrong family is put right.
    assert home.address in words(companion.say("betulkan tugas tadi"))
    companion.press("outcome:right")
    assert "Hasil: Datanya benar" in words(companion.say("orangnya ada di rumah"))
    companion.press("form:yes")
    companion.press(f"tasks:{second}")
    companion.press("outcome:right")
    companion.press("form:skip")
    give_away(sample_store, other.id)
    assert "bukan tugas Anda lagi" in words(companion.press("form:yes"))
    assert "bukan tugas Anda lagi" in words(companion.press(f"tasks:{second}"))
    with sample_store.read() as session:
        done, kept = session.get_one(Finding, first), session.get_one(Finding, second)
        assert (done.state, done.outcome, kept.state) == (DONE, "right", ASSIGNED)
        assert done.note_sealed is not None
        assert "orangnya ada" in session.vault.open(done.note_sealed, "note")
    give_away(sample_store, home.id)
    assert "Belum ada hasil tugas" in words(companion.press("tasks:fix"))


def test_a_citizen_without_a_telephone_is_helped_with_his_consent(
    companion: Person, sample_store: Store
) -> None:
    home, name, _place = own_family(sample_store)
    companion.press(f"help:{home.id}")
    companion.press("category:goods")
    companion.say("Beras yang diterima kurang dua kilo dan berkutu")
    companion.press("consent_by:thumb")
    companion.press("form:skip")
    assert "atas nama warga" in words(companion.press("form:yes"))
    ticket = newest_ticket(sample_store)
    own = first_companion(sample_store)
    with sample_store.read() as session:
        consent = session.get_one(HelpedConsent, ticket.id)
        assert (consent.staff_id, consent.household_id, consent.how) == (own, home.id, "thumb")
        member = session.get_one(Member, ticket.person_id)
        assert (member.household_id, member.name) == (home.id, name)
        assert ticket.area_code == home.area_code
        # It is the citizen's and not the companion's who asks for a copy of his data.
        [copied] = file_of(session, member.id, None)["tickets"]
        assert copied["number"] == ticket.number
        assert not file_of(session, None, ticket.contact_id)["tickets"]
    assert ticket.number in words(companion.say("laporan saya"))

    companion.press(f"help:{home.id}")
    companion.press("category:goods")
    companion.say("Beras yang diterima kurang lagi bulan ini")
    companion.press("consent_by:spoken")
    companion.press("form:skip")
    give_away(sample_store, home.id)
    assert "bukan dampingan" in words(companion.press("form:yes"))
    assert newest_ticket(sample_store).id == ticket.id
    assert ticket.number not in words(companion.say("laporan saya"))

    for meant in ("usul", "usulkan warga miskin", "sa mau usulkan tetangga yang janda tua"):
        assert "Siapa yang diusulkan" in words(companion.say(meant)), meant
        companion.say("batal")
    companion.say("usul warga baru")
    companion.tell(
        "Wa Ambe", "Lamangga RT 2", "Janda tua, rumahnya bocor dan tidak ada penghasilan"
    )
    companion.press("consent_by:spoken")
    companion.press("form:skip")
    companion.press("form:yes")
    proposal = newest_ticket(sample_store)
    assert (proposal.kind, proposal.person_id, proposal.helper_id) == ("usul", None, own)


def test_steps_of_a_way_are_taken_once(sample_store: Store) -> None:
    home, _name, _place = own_family(sample_store)
    with sample_store.begin() as session:
        track = open_track(session, home.id, "cli", NOW)
        assert open_track(session, home.id, "cli", NOW).id == track.id
        assert take_step(session, track, "training", "cli", NOW)
        assert not take_step(session, track, "training", "cli", NOW)
        with pytest.raises(ValueError, match="no step"):
            take_step(session, track, "luck", "cli", NOW)
