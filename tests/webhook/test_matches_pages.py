"""Who is who: pairs side by side, what a human says of them, and its undoing."""

import pytest
from sqlalchemy import select

from bot.texts import say
from db.audit import SHOWN, AuditEntry
from db.crypto import mask_kk
from db.enrolments import Enrolment
from db.identities import DIFFERENT, OPEN, SAME, IdentityDecision, Match
from db.registry import Household, Person
from db.session import Store
from tests.moment import NOW
from tests.webhook.console import Officer, signed_in
from tests.webhook.lists import SITI, open_match, two_people
from tests.webhook.site import Site, over_sample

site = over_sample

WOLIO, MURHUM = "74.72.02", "74.72.06"


@pytest.fixture
def judge(site: Site) -> Officer:
    return signed_in(site, "back_office", WOLIO)


def state(store: Store, match_id: int) -> str:
    with store.read() as session:
        return session.get_one(Match, match_id).state


def merged(store: Store, person_id: int) -> int | None:
    with store.read() as session:
        return session.get_one(Person, person_id).merged_into


def test_both_stand_side_by_side_with_what_differs_and_it_is_written_down(
    site: Site, judge: Officer
) -> None:
    open_match(site.store, WOLIO)
    one, other = two_people(site.store, WOLIO)
    page = judge.get("/console/pasangan").text
    with site.store.read() as session:
        for person_id in (one, other):
            person = session.get_one(Person, person_id)
            assert person.name in page
            assert session.vault.open(person.nik_sealed or b"", "nik") not in page
            household = session.get_one(Household, person.household_id)
            kk = session.vault.open(household.kk_sealed or b"", "kk")
            assert mask_kk(kk) in page
            assert f"•{kk[-4:]}<" not in page.partition("Nomor KK")[2].partition("</tr>")[0]
        subjects = set(
            session.scalars(select(AuditEntry.subject).filter_by(action="compare person"))
        )
    assert subjects == {f"person:{one}", f"person:{other}"}
    # The two NIK end alike, so that their masks are the same: they differ nevertheless.
    assert "beda" in page.partition(">NIK<")[2][:60]
    assert page.count(">beda</span>") >= 4
    assert "Kemiripan nama 93" in page
    assert "Kemiripan nama" not in signed_in(site, "chief", MURHUM).get("/console/pasangan").text


def test_two_who_are_one_are_merged_and_parted_again(site: Site, judge: Officer) -> None:
    match_id = open_match(site.store, WOLIO)
    kept, gone = two_people(site.store, WOLIO)
    assert judge.post(f"/console/pasangan/{match_id}", answer="same").status_code == 303
    assert state(site.store, match_id) == SAME
    assert merged(site.store, gone) == kept
    page = judge.get("/console/pasangan/putusan").text
    assert "Rahma Salim" in page
    with site.store.read() as session:
        shown = set(session.scalars(select(AuditEntry.subject).filter_by(action=SHOWN)))
    assert shown == {f"person:{kept}", f"person:{gone}"}
    assert "orang yang sama" in page
    assert judge.post(f"/console/pasangan/{match_id}/batalkan").status_code == 303
    assert state(site.store, match_id) == OPEN
    assert merged(site.store, gone) is None


def test_two_who_are_two_stay_two(site: Site, judge: Officer) -> None:
    match_id = open_match(site.store, WOLIO)
    judge.post(f"/console/pasangan/{match_id}", answer="different")
    assert state(site.store, match_id) == DIFFERENT
    assert merged(site.store, two_people(site.store, WOLIO)[1]) is None
    assert "Tidak ada pasangan" in judge.get("/console/pasangan").text


def test_what_another_has_decided_meanwhile_stays(site: Site, judge: Officer) -> None:
    match_id = open_match(site.store, WOLIO)
    judge.post(f"/console/pasangan/{match_id}", answer="different")
    signed_in(site, "chief", WOLIO).post(f"/console/pasangan/{match_id}", answer="same")
    assert state(site.store, match_id) == DIFFERENT
    assert judge.post(f"/console/pasangan/{match_id}", answer="x").status_code == 400


def test_the_queue_is_turned_over(site: Site, judge: Officer) -> None:
    with site.store.begin() as session:
        ids = session.scalars(
            select(Person.id).where(Person.relation == "head").order_by(Person.id).limit(13)
        ).all()
        session.add_all(
            Match(person_id=one, other_id=ids[0], score=90, why="same_family", found_at=NOW)
            for one in ids[1:]
        )
    chief = signed_in(site, "chief")
    first = chief.get("/console/pasangan").text
    assert first.count("Kemiripan nama") == 10
    after = first.partition("after=")[2].partition('"')[0]
    assert chief.get(f"/console/pasangan?after={after}").text.count("Kemiripan nama") == 2
    for odd in ("x", "-5", "9" * 40):
        assert chief.get(f"/console/pasangan?after={odd}").status_code == 200


def test_one_who_is_two_is_split_and_united_again(site: Site, judge: Officer) -> None:
    with site.store.read() as session:
        index = session.vault.index(SITI.nik, "nik")
        siti = session.scalars(select(Person.id).where(Person.nik_index == index)).one()
        lines = session.scalars(
            select(Enrolment.id).where(Enrolment.person_id == siti).order_by(Enrolment.id)
        ).all()
    assert f"/console/warga/{siti}/pisah" in judge.get(f"/console/warga/{siti}").text
    page = judge.get(f"/console/warga/{siti}/pisah").text
    assert page.count('type="checkbox"') == len(lines) > 1
    split = judge.post(f"/console/warga/{siti}/pisah", line=str(lines[0]))
    assert split.status_code == 303
    fresh = int((split.location or "").rpartition("/")[2])
    with site.store.read() as session:
        assert session.get_one(Enrolment, lines[0]).person_id == fresh
        decision = session.scalars(select(IdentityDecision.id)).one()
    assert judge.get(f"/console/warga/{fresh}").status_code == 200
    assert judge.post(f"/console/pisahan/{decision}/batalkan").status_code == 303
    with site.store.read() as session:
        assert session.get_one(Enrolment, lines[0]).person_id == siti
    assert "dibatalkan" in judge.get("/console/pasangan/putusan").text
    assert judge.post(f"/console/pisahan/{decision}/batalkan").status_code == 303
    assert say("match.undone_already") in judge.get("/console/pasangan/putusan").text


@pytest.mark.parametrize("line", ["", "x", "0", "9" * 40, "٣"])
def test_lines_that_are_not_his_part_nobody(site: Site, judge: Officer, line: str) -> None:
    person_id, _ = two_people(site.store, WOLIO)
    refused = judge.post(f"/console/warga/{person_id}/pisah", line=line)
    assert refused.location == f"/console/warga/{person_id}/pisah"
    assert say("match.not_his_lines") in judge.get(refused.location).text
