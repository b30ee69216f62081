"""Whose emergency a companion's button reports or takes back, also where that is known late."""

import pytest
from sqlalchemy import select

from bot.messages import Reply
from db.registry import Household
from db.registry import Person as Member
from db.session import Store
from db.ticket_states import State
from db.visits import Visit
from tests.bot.test_companion_danger import BEATEN, BLEEDING, added, emergencies, homes
from tests.bot.test_companion_visits import own_family
from tests.bot.test_companion_work import give_away
from tests.talk import Person, labels, words


def report(home: Household) -> str:
    return f"emergency:report:{home.id}"


def offered(told: list[Reply]) -> list[str]:
    """Give the buttons of the last answers that call for help."""
    values = [one.value for item in told for one in item.choices]
    return [value for value in values if value.startswith("emergency:report")]


def alike(store: Store) -> tuple[Household, Household, str]:
    """Give two families of the first companion whose heads come to bear one name."""
    (one, _, _), (two, _, _) = own_family(store, 0), own_family(store, 1)
    with store.begin() as session:
        for home in (one, two):
            head = session.scalars(
                select(Member).filter_by(household_id=home.id, relation="head")
            ).one()
            head.name = "Zulfikar Wakatobi"
    return one, two, "Zulfikar Wakatobi"


def test_each_family_has_its_own_button_and_takes_back_its_own(
    companion: Person, sample_store: Store
) -> None:
    (one, first, _), (two, second, _) = (own_family(sample_store, place) for place in (0, 1))
    companion.say(f"kunjungan {first}, {BEATEN}")
    told = companion.say(f"kunjungan {second}, {BLEEDING}")
    assert offered(told) == [report(two)]
    # The older button is of its own family, whatever was told since; each says whose it is.
    assert f"keluarga {first}" in words(companion.press(report(one)))
    assert f"keluarga {second}" in words(companion.press(report(two)))
    assert "112" in words(companion.press(report(one)))
    with sample_store.read() as session:
        made = emergencies(session)[-2:]
        assert homes(session)[-2:] == [one.id, two.id]
        stories = [session.vault.open(ticket.story_sealed, "story") for ticket in made]
        assert [BEATEN in story for story in stories] == [True, False]
        assert [BLEEDING in story for story in stories] == [False, True]
    numbers = [ticket.number for ticket in made]
    # Worse news of the first shows the numbers again, and that officers have it.
    worse = words(companion.say(f"kunjungan {first}, istrinya dipukul lagi sampai pingsan"))
    assert "112" in worse
    assert f"Laporan {numbers[0]} sudah di petugas" in worse
    companion.press("form:add:no")
    companion.say("lewati")
    companion.press("menu")
    # In words it is not clear which of the two was none; the button knows.
    asked = companion.say("bukan darurat")
    assert all(number in words(asked) for number in numbers)
    gone = words(companion.press(f"emergency:mistaken:{numbers[0]}"))
    assert f"{numbers[0]} (keluarga {first}) sudah kami cabut" in gone
    assert numbers[1] in words(companion.say("bukan darurat"))
    with sample_store.read() as session:
        states = [ticket.state for ticket in emergencies(session)[-2:]]
        assert states == [State.REJECTED, State.RECEIVED]
    # A family that is no longer his is in no ticket and no answer; help is called all the same.
    give_away(sample_store, two.id)
    assert second not in words(companion.press(report(two)))


def test_of_several_families_in_a_message_each_can_be_reported(
    companion: Person, sample_store: Store
) -> None:
    (one, first, _), (two, second, _) = (own_family(sample_store, place) for place in (0, 1))
    told = companion.say(f"kunjungan {first} sehat dan {second} kejang tidak sadar")
    assert offered(told) == [report(one), report(two)]
    assert any(second[:12] in label for label in labels(told))
    assert f"keluarga {second}" in words(companion.press(report(two)))
    with sample_store.read() as session:
        assert homes(session)[-1] == two.id
    companion.say("batal")
    told = companion.say(f"kunjungan {first}, {BEATEN}\nkunjungan {second}, kejang lagi")
    assert set(offered(told)) == {report(one), report(two)}
    companion.press(report(one))
    companion.press(report(two))
    with sample_store.read() as session:
        assert homes(session)[-2:] == [two.id, one.id]
        assert any("kejang lagi" in text for text in added(session, emergencies(session)[-2]))


@pytest.mark.parametrize("first_reported", [True, False])
def test_a_family_that_is_asked_for_is_the_emergencys_as_soon_as_it_is_chosen(
    companion: Person, sample_store: Store, first_reported: bool
) -> None:
    one, _two, name = alike(sample_store)
    told = companion.say(f"kunjungan {name}, anaknya kejang tidak sadar")
    assert offered(told) == ["emergency:report:asked"]
    if first_reported:
        companion.press("emergency:report:asked")
    companion.press(f"family:{one.id}")
    said = words(companion.press("form:yes"))
    if not first_reported:
        said = words(companion.press("emergency:report:asked"))
    with sample_store.read() as session:
        ticket = emergencies(session)[-1]
        assert ticket.number in said
        assert homes(session)[-1] == one.id
        assert ticket.area_code == one.area_code
        assert "kejang" in session.vault.open(ticket.story_sealed, "story")
        assert bool(added(session, ticket)) == first_reported
    # Pressed once more, it is the same.
    companion.press("emergency:report:asked")
    with sample_store.read() as session:
        assert emergencies(session)[-1].id == ticket.id


@pytest.mark.databases("sqlite")
def test_who_holds_the_emergency_hears_that_its_visit_was_of_another_or_none(
    companion: Person, sample_store: Store
) -> None:
    (one, first, _), (two, second, _) = (own_family(sample_store, place) for place in (0, 1))
    companion.say(f"kunjungan {first}, {BEATEN}")
    companion.press(report(one))
    companion.say("lewati")
    with sample_store.read() as session:
        visit = session.scalars(select(Visit).order_by(Visit.id.desc())).first()
        assert visit is not None
        number = emergencies(session)[-1].number
    companion.press(f"visit_fix:{visit.id}")
    companion.press("form:edit:family")
    companion.press(f"family:{two.id}")
    assert f"{number} masih atas keluarga yang lama" in words(companion.press("form:yes"))
    with sample_store.read() as session:
        ticket = emergencies(session)[-1]
        assert homes(session)[-1] == one.id
        assert any(second in text for text in added(session, ticket))
    # A form that is given up takes no emergency back, and does not say that nothing was sent.
    companion.press("help")
    given_up = words(companion.say("batal"))
    assert number in given_up
    assert "Tidak ada yang terkirim" not in given_up


@pytest.mark.databases("sqlite")
def test_a_visit_tells_of_danger_by_what_happens_now(
    companion: Person, sample_store: Store
) -> None:
    found = {
        "suaminya mencekik istrinya": True,
        "suaminya bawa parang mengamuk": True,
        "na pukul lakinya sampe bengkak": True,
        "rumahnya bekas kebakaran tahun lalu": False,
        "daerahnya rawan banjir tapi aman": False,
        "mau melahirkan bulan depan, sehat": False,
        "pernah dipukul dulu, sekarang cerai dan aman": False,
    }
    heard = {}
    for place, finding in enumerate(found):
        told = companion.say(f"kunjungan {own_family(sample_store, place)[1]}, {finding}")
        heard[finding] = "112" in words(told)
    assert heard == found


@pytest.mark.databases("sqlite")
def test_the_family_is_found_though_another_form_was_open_as_it_was_told(
    companion: Person, sample_store: Store
) -> None:
    one, _two, name = alike(sample_store)
    other, third, _ = own_family(sample_store, 2)
    companion.press(f"visit:{other.id}")
    told = companion.say(f"kunjungan {name}, anaknya kejang tidak sadar")
    assert "112" in words(told)
    companion.press("emergency:report:asked")
    # The family of the open form is none of those that it may be about.
    companion.press("purpose:home")
    companion.press("state:fine")
    companion.say("semua anak sehat")
    companion.press("form:skip")
    companion.press("form:skip")
    companion.press("form:yes")
    with sample_store.read() as session:
        assert homes(session)[-1] is None
    companion.press(f"visit:{one.id}")
    companion.press("purpose:home")
    companion.press("state:fine")
    companion.say("anaknya kejang, dibawa ke puskesmas")
    companion.press("form:skip")
    companion.press("form:skip")
    assert "sekarang tercatat untuk" in words(companion.press("form:yes"))
    with sample_store.read() as session:
        assert homes(session)[-1] == one.id
        assert third not in session.vault.open(emergencies(session)[-1].story_sealed, "story")
