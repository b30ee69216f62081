"""Danger that a companion tells of: each family's own emergency, in or out of a form."""

import pytest
from sqlalchemy import func, select

from bot.messages import Location
from db.assignments import families_of
from db.attachments import Attachment
from db.privacy import file_of
from db.registry import Household
from db.registry import Person as Member
from db.session import Session, Store
from db.ticket_notes import ADDED, notes_of
from db.tickets import Ticket
from db.visits import Visit
from tests.bot.test_companion_visits import first_companion, own_family
from tests.moment import TODAY
from tests.talk import Person, labels, words

BEATEN = "anaknya dipukul bapaknya, memar"
BLEEDING = "ibunya pendarahan mau melahirkan"
REPORT = "emergency:report"


def emergencies(session: Session) -> list[Ticket]:
    """Give the emergencies of the test, oldest first; those of the sample data have no number."""
    query = select(Ticket).filter_by(kind="emergency").order_by(Ticket.id.desc())
    newest = session.scalars(query.where(Ticket.helper_id.is_(None))).all()
    return [ticket for ticket in reversed(newest) if ticket.created_at.date() == TODAY]


def homes(session: Session) -> list[int | None]:
    """Give the families of those emergencies."""
    people = [session.get(Member, one.person_id or 0) for one in emergencies(session)]
    return [one.household_id if one is not None else None for one in people]


def added(session: Session, ticket: Ticket) -> list[str]:
    return [note.text for note in notes_of(session, ticket.id) if note.kind == ADDED]


def seen(session: Session, home: Household) -> int:
    query = select(func.count()).select_from(Visit).filter_by(household_id=home.id)
    return session.scalar(query) or 0


def test_another_family_in_danger_is_another_emergency_with_its_visit(
    companion: Person, sample_store: Store
) -> None:
    (one, first, _), (two, second, _) = (own_family(sample_store, place) for place in (0, 1))
    with sample_store.read() as session:
        before = len(emergencies(session))
    told = companion.say(f"kunjungan {first}, {BEATEN}")
    assert "112" in words(told)
    assert "Lapor darurat" in labels(told)
    companion.press(REPORT)
    # The place of the first is still asked for: the second is kept, and told beside.
    told = companion.say(f"kunjungan {second}, {BLEEDING}")
    assert "112" in words(told)
    assert "Tercatat" in words(told)
    assert "kami tambahkan" not in words(told)
    assert "sudah kami kirim ke petugas" in words(companion.press(REPORT))
    companion.say("Lorong Masjid 41")
    # What is told of the first again is the first's, and a visit all the same.
    assert "kami tambahkan" in words(companion.say(f"kunjungan {first}, makin parah, pingsan"))
    companion.press("form:add:no")
    with sample_store.read() as session:
        made = emergencies(session)[before:]
        assert homes(session)[before:] == [one.id, two.id]
        assert [ticket.area_code for ticket in made] == [one.area_code, two.area_code]
        assert any("pingsan" in text for text in added(session, made[0]))
        assert added(session, made[1]) == ["Lorong Masjid 41"]
        assert (seen(session, one), seen(session, two)) == (2, 1)
        story = session.vault.open(made[0].story_sealed, "story")
        assert first in story
        assert BEATEN in story
        # The head may be who beats: what was told of him is in no copy of his data.
        assert made[0].person_id is not None
        copied = file_of(session, made[0].person_id, None)["tickets"]
        assert made[0].number not in [item["number"] for item in copied]
    # Who is to be visited next is they, by the rule that emergencies go first.
    nearest = [line for line in words(companion.press("plan")).splitlines() if line[0:1] == "•"]
    assert all("darurat" in line for line in nearest[:2])
    # What is called by its whole name without the word for a visit is the same.
    third = whole_name(sample_store, {one.id, two.id})
    companion.say(f"tolong, {third[1]} {BLEEDING}")
    companion.press(REPORT)
    with sample_store.read() as session:
        assert homes(session)[-1] == third[0]


def whole_name(store: Store, known: set[int]) -> tuple[int, str]:
    """Give a family of the companion whose head's whole name nobody else bears."""
    with store.read() as session:
        rows = families_of(session, first_companion(store), TODAY)
        names = [name for _home, name, _seen in rows]
        return next(
            (home.id, name)
            for home, name, _seen in rows
            if " " in name and home.id not in known
            and sum(name.lower() in other.lower() for other in names) == 1
        )  # fmt: skip


@pytest.mark.databases("sqlite")
def test_danger_is_heard_while_a_form_is_open_and_of_the_right_family(
    companion: Person, sample_store: Store
) -> None:
    (one, _, _), (two, second, _) = (own_family(sample_store, place) for place in (0, 1))
    companion.press(f"visit:{one.id}")
    told = companion.say(f"kunjungan {second}, {BEATEN}")
    assert "112" in words(told)
    assert "Tercatat" in words(told)
    assert "Lapor darurat" in labels(told)
    companion.press(REPORT)
    # Where the other family is visited is not where help is to come.
    companion.press("purpose:home")
    companion.press("state:fine")
    # That this family is safe says nothing of the other.
    assert "kami cabut" not in words(companion.say("sudah aman"))
    companion.say("anak sehat semua, ceria")
    companion.press("form:skip")
    companion.send_location(Location(-5.46, 122.6))
    # Who drowns at the beach is none of the family that is read back, and no yes or no to it.
    companion.say("tolong, ada orang tenggelam di pantai")
    with sample_store.read() as session:
        assert homes(session)[-2:] == [two.id, None]
    assert "sudah kami cabut" in words(companion.say("bukan darurat"))
    companion.press("form:yes")
    with sample_store.read() as session:
        [ticket] = emergencies(session)[-2:-1]
        assert not session.scalars(select(Attachment).filter_by(ticket_id=ticket.id)).all()
        assert (seen(session, one), seen(session, two)) == (1, 1)

    # Words that are no emergency to the model are heard for what they say.
    companion.press(f"help:{one.id}")
    companion.press("category:other")
    told = companion.say(f"{BEATEN} tiap malam, takut")
    assert "112" in words(told)
    with sample_store.read() as session:
        assert homes(session)[-1] == one.id
        assert emergencies(session)[-1].area_code == one.area_code
    assert "Bagaimana warga menyetujui" in words(told)
    companion.say("batal")
    companion.press(f"visit:{one.id}")
    companion.press("purpose:home")
    assert "112" not in words(companion.say("minggu lalu jatuh dari tangga, sudah sembuh"))


@pytest.mark.databases("sqlite")
def test_another_visit_and_a_question_are_no_answers_of_an_open_form(
    companion: Person, sample_store: Store
) -> None:
    (one, _, _), (two, second, _) = (own_family(sample_store, place) for place in (0, 1))
    companion.press(f"visit:{one.id}")
    asked = companion.say("pkh tahap 4 kapan cair?")
    assert "Kunjungan untuk apa" in words(asked)
    told = companion.say(f"kunjungan {second}")
    assert "ditinggalkan dulu" in words(told)
    leave = next(choice for choice in told[-1].choices if choice.value.startswith("form:leave"))
    companion.press(leave.value)
    companion.press("purpose:home")
    companion.press("state:fine")
    companion.say("anak sehat semua")
    for _step in range(2):
        companion.press("form:skip")
    companion.press("form:yes")
    with sample_store.read() as session:
        assert (seen(session, one), seen(session, two)) == (0, 1)
