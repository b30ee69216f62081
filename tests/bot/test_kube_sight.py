"""Who sees a group by chat: its companion, whoever stands in, its officers, and nobody else."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from bot.desk.companions import Supervisor
from bot.kube_changes import end, hand_over
from bot.kube_watch import watch_groups
from db.areas import Scope
from db.kube_groups import (
    KubeGroup,
    hold_group,
)
from db.kube_lessons import progress_of
from db.pulses import Pulse
from db.session import Store
from db.staff import Staff
from db.substitutions import substitute
from tests.bot.groups import (
    WOLIO,
    chair_siti,
    chat,
    companion_of_wolio,
    make_running,
    staff_of,
)
from tests.moment import NOW, TODAY
from tests.talk import Clock, Person, words

# Words and turns of talk are the same on every database; what is stored is tested elsewhere.
pytestmark = pytest.mark.databases("sqlite")

companion, chair = companion_of_wolio, chair_siti


def test_a_group_formed_by_who_stands_in_is_the_absent_ones(
    sample_store: Store, clock: Clock
) -> None:
    stand_in = chat(sample_store, clock, "pendamping-murhum")
    with sample_store.begin() as session:
        absent, other = staff_of(session, WOLIO), staff_of(session, "pendamping-murhum")
        last = date(2026, 12, 5)
        substitute(session, absent, other, TODAY, last, actor="staff:9", now=NOW)
    stand_in.say("bentuk kube")
    stand_in.press("of_area:74.72.02.1011")
    stand_in.tell("Mawar Jaya", "kue kering")
    stand_in.press("form:yes")
    with sample_store.read() as session:
        assert session.scalars(select(KubeGroup)).one().companion_id == absent
    clock.now = datetime(2026, 12, 6, 2, tzinfo=UTC)
    assert "Mawar Jaya" not in words(stand_in.say("kube saya"))


@pytest.mark.parametrize("role", ["front_office", "back_office"])
def test_the_rest_of_the_desk_sees_no_group(sample_store: Store, clock: Clock, role: str) -> None:
    group_id = make_running(sample_store)
    with sample_store.begin() as session:
        session.get_one(Staff, staff_of(session, "pendamping-murhum")).role = role
    clerk = chat(sample_store, clock, "pendamping-murhum")
    told = [clerk.say("kube saya"), clerk.press(f"group:{group_id}:members")]
    assert all("Melati" not in words(one) for one in told)


@pytest.mark.parametrize("user", ["pendamping-murhum", "orang-lain"])
def test_no_button_shows_a_group_to_anybody_else(
    user: str, sample_store: Store, clock: Clock
) -> None:
    group_id = make_running(sample_store)
    stranger = chat(sample_store, clock, user)
    if user == "orang-lain":
        stranger.press("consent:yes")
    for value in (
        "group", "group:{}", "group:{}:members", "group:{}:start", "pulse:{}", "kube_member:{}",
        "kube_wish:{}", "kube_wish:{}:needs", "kube_permit:{}", "lesson:{}", "lesson:{}:hygiene:0",
        "lesson:{}:hygiene:a1", "kube_up:1:filed", "group:99999999999999999999", "group:x:y",
    ):  # fmt: skip
        told = words(stranger.press(value.format(group_id)))
        assert told
        assert "Melati" not in told
    with sample_store.read() as session:
        assert progress_of(session, group_id) == {}


def test_an_old_button_after_a_hand_over_does_nothing(
    companion: Person, sample_store: Store
) -> None:
    group_id = make_running(sample_store)
    companion.press(f"pulse:{group_id}")
    companion.tell("aktif", "lewati", "lewati", "lewati")
    companion.press("form:skip")
    with sample_store.begin() as session:
        other = session.scalars(select(Staff.id).where(Staff.name == "La Ode Jufri")).one()
        session.get_one(KubeGroup, group_id).companion_id = other
    assert "tidak disimpan" in words(companion.press("form:yes"))
    with sample_store.read() as session:
        assert session.scalars(select(Pulse)).all() == []


def test_of_a_hand_over_and_the_end_who_is_concerned_hears_and_old_buttons_are_gone(
    companion: Person, chair: Person, sample_store: Store, clock: Clock
) -> None:
    group_id = make_running(sample_store)
    taker = chat(sample_store, clock, "pendamping-murhum")
    with sample_store.begin() as session:
        own, new = (
            session.get_one(Staff, staff_of(session, user)) for user in (WOLIO, "pendamping-murhum")
        )
        new.area_code = own.area_code
        by = Supervisor(Scope(own.area_code), "staff:9", NOW, TODAY)
        group = hold_group(session, group_id)
        hand_over(session, by, group, group.version, new.id, "Pindah tugas")
    assert "diserahkan kepada La Ode Jufri" in words(companion.unread())
    assert "Alasannya: Pindah tugas." in words(taker.unread())
    assert "Melati" not in words(companion.press(f"group:{group_id}"))
    assert "Melati" in words(taker.press(f"group:{group_id}"))
    with sample_store.begin() as session:
        group = hold_group(session, group_id)
        end(session, by, group, group.version, "Bubar")
    for person in (chair, taker):
        assert "diakhiri oleh Dinas Sosial. Alasannya: Bubar." in words(person.unread())
        for button in ("group:{}", "group:{}:members", "kube_member:{}", "pulse:{}"):
            assert "Melati" not in words(person.press(button.format(group_id)))


def test_who_stands_in_sees_the_group_and_is_told_too(sample_store: Store, clock: Clock) -> None:
    make_running(sample_store)
    stand_in = chat(sample_store, clock, "pendamping-murhum")
    assert "Melati" not in words(stand_in.say("kube saya"))
    with sample_store.begin() as session:
        absent, other = staff_of(session, WOLIO), staff_of(session, "pendamping-murhum")
        last = date(2026, 12, 5)
        substitute(session, absent, other, TODAY, last, actor="staff:9", now=NOW)
    assert "Melati" in words(stand_in.say("kube saya"))
    for day, told in ((2, True), (6, False)):
        clock.now = datetime(2026, 12, day, 2, tzinfo=UTC)
        assert watch_groups(sample_store, clock) == 1
        assert ("Melati" in words(stand_in.unread())) == told
    assert "Melati" not in words(stand_in.say("kube saya"))
