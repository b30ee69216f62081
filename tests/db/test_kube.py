"""Groups in the store: who sees them, their members, months, proposals and lessons."""

from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from bot.kube_proposing import deliver
from bot.kube_rules import NOT_HEAD, NOT_REGISTERED, OTHER_AREA, OTHER_GROUP, breaches
from db.areas import Scope
from db.audit import AuditEntry
from db.kube_groups import (
    ACTIVE,
    MEMBER,
    SLOW,
    STOPPED,
    UNKNOWN,
    StaleGroup,
    Viewer,
    account_of,
    add_asset,
    assets_of,
    begin_running,
    change_group,
    end_group,
    end_why_of,
    group_for,
    groups_for,
    hold_group,
    make_group,
    require_seen,
)
from db.kube_lessons import note_answer, note_card, progress_of
from db.kube_members import (
    members_of,
    memberships_of,
    name_member,
    officers_of,
    sizes_of,
    take_out,
)
from db.kube_proposals import (
    AT_CITY,
    AT_PROVINCE,
    DELIVERED,
    FILED,
    GRANTED,
    MOVES,
    ProposalMoved,
    file_proposal,
    move_proposal,
    open_proposals,
    steps_of,
    what_of,
)
from db.kube_rules import kube_rules
from db.merging import merge
from db.privacy import file_of
from db.pulses import (
    ASKED,
    SILENT,
    Pulse,
    Told,
    last_pulse,
    month_meant,
    needs_of,
    pulse_of,
    record_pulse,
    silent_groups,
    take_step,
    zones_of_groups,
)
from db.session import Store
from tests.audience import HERE, THERE, family, head_of, member
from tests.kube import make_companion, make_kube
from tests.moment import NOW, TODAY
from tests.tickets import CITY, MURHUM, WOLIO

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
ACTOR = "staff:1"


def test_a_group_is_seen_by_its_companion_its_officers_and_its_area(store: Store) -> None:
    with store.begin() as session:
        group = make_kube(session, size=6)
        chair, plain = officers_of(session, group.id)[0], members_of(session, group.id)[-1]
        assert plain.role == MEMBER
        for viewer, sees in (
            (Viewer(companion_ids=[group.companion_id or 0]), True),
            (Viewer(companion_ids=[make_companion(session)]), False),
            (Viewer(person_id=chair), True),
            (Viewer(person_id=plain.person_id), False),
            (Viewer(scope=Scope(CITY)), True),
            (Viewer(scope=Scope(WOLIO)), True),
            (Viewer(scope=Scope(MURHUM)), False),
            (Viewer(), False),
        ):
            assert (group_for(session, viewer, group.id) is not None) == sees, viewer
            assert bool(groups_for(session, viewer)) == sees
        held = group_for(session, Viewer(scope=Scope(CITY)), group.id, lock=True)
        assert held is not None
        change_group(
            session, held, "staff:9", NOW, name="Melati Dua", business="kue", account="BRI 1234"
        )  # fmt: skip
        assert account_of(session, held) == "BRI 1234"
        assert b"BRI" not in (held.account_sealed or b"")
        with pytest.raises(StaleGroup):
            require_seen(held, held.version - 1)
        require_seen(held, held.version)
        add_asset(session, group.id, "mesin jahit", 2, 5_000_000, TODAY, "APBD", ACTOR, NOW)
        assert [(one.what, one.value) for one in assets_of(session, group.id)] == [
            ("mesin jahit", 5_000_000)
        ]
        end_group(session, held, "Ketua pindah", TODAY, ACTOR, NOW)
        assert end_why_of(session, held) == "Ketua pindah"
        assert b"pindah" not in (held.end_why_sealed or b"")
        assert groups_for(session, Viewer(scope=Scope(CITY))) == []


def test_members_are_judged_as_the_registry_knows_them_today(store: Store) -> None:
    with store.begin() as session:
        rules, group = kube_rules(session), make_kube(session)

        def broken() -> dict[str, tuple[str, ...]]:
            found = breaches(members_of(session, group.id), HERE, rules)
            return {one.kind: one.names for one in found}

        assert broken() == {}
        there = head_of(session, family(session, THERE))
        son = member(session, family(session, HERE), name="Anak", relation="child")
        gone = head_of(session, family(session, HERE))
        busy = members_of(session, make_kube(session).id)[0]
        for person, name in ((there, "Jauh"), (gone, "Pindah")):
            person.name = name
        gone.left_on, gone.left_because = TODAY, "moved"
        for person_id in (there.id, son.id, gone.id, busy.person_id):
            assert name_member(session, group, person_id, MEMBER, TODAY, ACTOR, NOW)
            assert not name_member(session, group, person_id, MEMBER, TODAY, ACTOR, NOW)
        assert broken() == {
            OTHER_AREA: ("Jauh",), NOT_HEAD: ("Anak",), NOT_REGISTERED: ("Pindah",),
            OTHER_GROUP: (busy.name,),
        }  # fmt: skip
        for person_id in (there.id, son.id, gone.id):
            assert take_out(session, group, person_id, TODAY, ACTOR, NOW)
        assert not take_out(session, group, son.id, TODAY, ACTOR, NOW)
        assert sizes_of(session, [group.id]) == {group.id: 6}
        twin = head_of(session, family(session, HERE))
        merge(session, twin.id, busy.person_id, ACTOR, NOW)
        session.expire_all()
        assert twin.id in {one.person_id for one in members_of(session, group.id)}
        assert [one["role"] for one in memberships_of(session, there.id)] == [MEMBER]
        assert file_of(session, there.id, None)["kube"][0]["until"] == TODAY.isoformat()
        named = session.scalars(
            select(AuditEntry.action).where(AuditEntry.subject == f"person:{there.id}")
        ).all()
        assert {"name kube member", "take out of kube"} <= set(named)


def test_of_a_month_what_was_written_last_counts(store: Store) -> None:
    with store.begin() as session:
        group = make_kube(session)
        hour = timedelta(hours=1)
        told = Told(ACTIVE, 1_200_000, 300_000, "mesin jahit")
        first = record_pulse(session, group, NOVEMBER, told, ACTOR, NOW, NOW)
        assert (group.condition, group.condition_month) == (ACTIVE, NOVEMBER)
        assert b"jahit" not in (first.needs_sealed or b"")
        assert needs_of(session, first) == "mesin jahit"
        mended = record_pulse(session, group, NOVEMBER, Told(SLOW), ACTOR, NOW + hour, NOW + hour)
        # Written before both, and arrived after them: kept, and not in force.
        record_pulse(session, group, NOVEMBER, Told(STOPPED), ACTOR, NOW - hour, NOW + 2 * hour)
        assert pulse_of(session, group.id, NOVEMBER) is mended
        assert len(session.scalars(select(Pulse.id)).all()) == 3
        assert group.condition == SLOW
        record_pulse(session, group, DECEMBER, Told(ACTIVE), ACTOR, NOW, NOW)
        record_pulse(session, group, NOVEMBER, Told(STOPPED), ACTOR, NOW + 3 * hour, NOW)
        assert group.condition == ACTIVE  # an older month says nothing of now
        last = last_pulse(session, group.id)
        assert last is not None
        assert last.month == DECEMBER


def test_in_whatever_order_versions_arrive_the_last_written_is_in_force(store: Store) -> None:
    with store.begin() as session:
        group = make_kube(session)
        for number, order in enumerate(permutations(range(3)), start=1):
            month = date(2025, number, 1)
            for arrived, written in enumerate(order):
                told = Told(ACTIVE, cash=written)
                at = NOW + timedelta(hours=written)
                record_pulse(session, group, month, told, ACTOR, at, NOW + timedelta(days=arrived))
            in_force = pulse_of(session, group.id, month)
            assert in_force is not None
            assert in_force.cash == 2


def test_silence_has_its_steps_once_and_ends_in_not_knowing(store: Store) -> None:
    with store.begin() as session:
        group = make_kube(session, since=NOVEMBER)
        late, told = make_kube(session, since=DECEMBER), make_kube(session, since=NOVEMBER)
        make_kube(session, since=None)
        record_pulse(session, told, NOVEMBER, Told(ACTIVE), ACTOR, NOW, NOW)
        zone = "Asia/Makassar"
        assert zones_of_groups(session) == [zone]
        assert silent_groups(session, "Asia/Jakarta", NOVEMBER, ASKED, 9) == []
        assert silent_groups(session, zone, NOVEMBER, ASKED, 9) == [group.id]
        assert take_step(session, hold_group(session, group.id), NOVEMBER, ASKED, NOW)
        assert not take_step(session, hold_group(session, group.id), NOVEMBER, ASKED, NOW)
        assert not take_step(session, hold_group(session, told.id), NOVEMBER, ASKED, NOW)
        assert silent_groups(session, zone, NOVEMBER, ASKED, 9) == []
        assert silent_groups(session, zone, NOVEMBER, SILENT, 9) == [group.id]
        group.condition = ACTIVE
        assert take_step(session, group, NOVEMBER, SILENT, NOW)
        assert (group.condition, group.condition_month) == (UNKNOWN, NOVEMBER)
        assert set(silent_groups(session, zone, DECEMBER, ASKED, 9)) == {
            group.id, late.id, told.id,
        }  # fmt: skip


def test_a_report_is_about_the_month_that_is_still_open() -> None:
    assert month_meant(date(2026, 12, 10), 11) == NOVEMBER
    assert month_meant(date(2026, 12, 11), 11) == DECEMBER
    assert month_meant(date(2026, 1, 1), 11) == date(2025, 12, 1)


def test_a_proposal_goes_up_step_by_step_within_its_area(store: Store) -> None:
    with store.begin() as session:
        group, here = make_kube(session), Scope(CITY)
        proposal = file_proposal(session, group.id, "oven gas", 3_000_000, ACTOR, NOW)
        assert b"oven" not in proposal.what_sealed
        assert what_of(session, proposal) == "oven gas"
        elsewhere = Scope(MURHUM)
        assert move_proposal(
            session, elsewhere, proposal.id, FILED, AT_CITY, ACTOR, NOW
        ) is None  # fmt: skip
        later = NOW + timedelta(days=3)
        for seen, state in ((FILED, AT_CITY), (AT_CITY, AT_PROVINCE)):
            assert move_proposal(session, here, proposal.id, seen, state, ACTOR, later, "lengkap")
        for seen, state in ((FILED, AT_CITY), (AT_PROVINCE, DELIVERED)):
            with pytest.raises(ProposalMoved):
                move_proposal(session, here, proposal.id, seen, state, ACTOR, later)
        assert proposal.answered_at == later
        assert [(step.state, why) for step, why in steps_of(session, proposal.id)] == [
            (FILED, ""), (AT_CITY, "lengkap"), (AT_PROVINCE, "lengkap"),
        ]  # fmt: skip
        assert [one.id for one, _ in open_proposals(session, here, 9)] == [proposal.id]
        assert open_proposals(session, elsewhere, 9) == []
        move_proposal(session, here, proposal.id, AT_PROVINCE, GRANTED, ACTOR, later)
        given: dict[str, Any] = {
            "pieces": 1,
            "value": 2_800_000,
            "received_on": TODAY,
            "source": "APBD provinsi",
        }
        assert deliver(session, elsewhere, proposal.id, actor=ACTOR, now=later, **given) is None
        assert deliver(session, here, proposal.id, actor=ACTOR, now=later, **given)
        with pytest.raises(ProposalMoved):
            deliver(session, here, proposal.id, actor=ACTOR, now=later, **given)
        assert [(one.what, one.value) for one in assets_of(session, group.id)] == [
            ("oven gas", 2_800_000)
        ]
        assert open_proposals(session, here, 9) == []
    assert {further for states in MOVES.values() for further in states} <= set(MOVES)


def test_progress_never_goes_back(store: Store) -> None:
    with store.begin() as session:
        group = make_kube(session)
        for card in (0, 2, 1):
            note_card(session, group.id, "bookkeeping", card)
        assert progress_of(session, group.id)["bookkeeping"].card == 2
        session.expire_all()
        note_answer(session, group.id, "bookkeeping", 2, False, NOW)
        note_answer(session, group.id, "bookkeeping", 2, True, NOW)
        note_answer(session, group.id, "bookkeeping", 2, False, NOW + timedelta(days=1))
        kept = progress_of(session, group.id)["bookkeeping"]
        assert (kept.tries, kept.passed_at) == (3, NOW)


def test_a_group_begins_once_its_members_are_named(store: Store) -> None:
    with store.begin() as session:
        group = make_kube(session, since=None)
        assert group.state == "forming"
        version = group.version
        begin_running(session, group, TODAY, ACTOR, NOW)
        assert (group.state, group.running_since, group.version) == ("running", TODAY, version + 1)
        empty = make_group(session, HERE, "x" * 200, "y", None, ACTOR, NOW)
        assert len(empty.name) == 80
        assert members_of(session, empty.id) == []
