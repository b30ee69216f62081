"""The findings one by one: shown, given to somebody and settled, each within its area."""

import re

import pytest
from sqlalchemy import select

from bot.texts import say
from db.areas import Scope
from db.assignments import Assignment
from db.audit import SHOWN, AuditEntry
from db.finding_tasks import whom
from db.findings import PAGE, Filters, Finding, every_finding, open_findings
from db.session import Store
from db.staff import Staff
from tests.moment import NOW
from tests.webhook.console import as_staff, signed_in
from tests.webhook.findings import CITY, FINDINGS, MURHUM, WHOLE_NIK, WOLIO, some_finding
from tests.webhook.site import Site, over_sample

site = over_sample

# What is found is tried on both databases in tests/db/mismatch; these show it.
pytestmark = pytest.mark.databases("sqlite")


def state_of(store: Store, finding_id: int) -> tuple[str, str | None, int | None]:
    with store.read() as session:
        finding = session.get_one(Finding, finding_id)
        return finding.state, finding.outcome, finding.staff_id


def add(store: Store, role: str, area: str, section: str | None = None, name: str = "Ali") -> int:
    with store.begin() as session:
        staff = Staff(name=name, role=role, section=section, area_code=area, created_at=NOW)
        session.add(staff)
        session.flush()
        return staff.id


def test_findings_are_of_the_area_alone_and_name_nobody_in_full(found: Site) -> None:
    officer = signed_in(found, "officer", MURHUM)
    with found.store.read() as session:
        inside = {one.id for one in every_finding(session, Scope(MURHUM), Filters())}
        names = {one.area_name for one in every_finding(session, Scope(MURHUM), Filters())}
    shown: set[int] = set()
    for page in range(1, len(inside) // PAGE + 2):
        text = officer.get(f"{FINDINGS}?page={page}").text
        shown |= {int(id_) for id_ in re.findall(rf'href="{FINDINGS}/(\d+)"', text)}
        assert set(re.findall(r'data-label="Kelurahan">([^<]+)<', text)) <= names
        assert not WHOLE_NIK.search(text)
    assert shown == inside
    assert officer.get(f"{FINDINGS}?area={WOLIO}").text.count("data-label") == 0


@pytest.mark.parametrize("role", ["officer", "back_office"])
def test_nothing_is_told_of_a_finding_outside_the_area(found: Site, role: str) -> None:
    outside = some_finding(found.store, WOLIO)
    officer = signed_in(found, role, MURHUM)
    assert officer.get(f"{FINDINGS}/{outside}").status_code == 404
    refused = officer.post(f"{FINDINGS}/{outside}/selesai", outcome="right", note="x")
    assert refused.status_code == 404
    assert state_of(found.store, outside)[0] != "done"


def test_findings_are_chosen_by_each_filter(found: Site) -> None:
    officer = signed_in(found)
    with found.store.read() as session:
        every = list(every_finding(session, Scope(CITY), Filters()))

    def total(query: str) -> int:
        page = officer.get(f"{FINDINGS}?{query}")
        assert page.status_code == 200
        told = re.search(r'soft mb-0">([\d.]+) yang', page.text)
        assert told is not None
        return int(told.group(1).replace(".", ""))

    assert total("") == len(every)
    assert total("kind=left") == sum(one.kind == "left" for one in every) > 0
    assert total("program=PIP") == sum(one.program_code == "PIP" for one in every) > 0
    assert total("agency=BPJS+Kesehatan") == sum(one.agency == "BPJS Kesehatan" for one in every)
    assert total(f"area={WOLIO}") == sum(one.area_code.startswith(WOLIO) for one in every)
    assert total("state=assigned") == sum(one.state == "assigned" for one in every) > 0
    assert total("state=done") == total("mine=1") == total("agency=Tidak+ada") == 0
    odd = ("kind=x", "state=x", "page=x", "page=-1", "page=" + "9" * 40, "kind=%00")
    for query in odd:
        assert total(query) == len(every)
    for query in ("area=%00" + "a" * 500, "program='", "agency=<b>"):
        total(query)


def test_who_looked_at_findings_is_written_down(found: Site) -> None:
    officer = signed_in(found)
    with found.store.read() as session:
        one, *_ = every_finding(session, Scope(CITY), Filters(kind="left"))
    officer.get(FINDINGS)
    officer.get(f"{FINDINGS}/{one.id}")
    with found.store.read() as session:
        rows = session.execute(
            select(AuditEntry.action, AuditEntry.subject).where(AuditEntry.action.like("%finding%"))
        ).all()
    assert [tuple(row) for row in rows] == [
        ("list findings", "findings"),
        ("read finding", f"person:{one.person_id}"),
    ]
    with found.store.read() as session:
        page = open_findings(session, Scope(CITY))
        named = {who.person_id for who in whom(session, page).values()}
        shown = session.scalars(select(AuditEntry.subject).filter_by(action=SHOWN)).all()
    assert sorted(shown) == sorted(f"person:{person_id}" for person_id in named)
    assert 1 < len(shown) <= PAGE


def test_a_finding_is_given_to_a_companion_and_back_to_the_section(found: Site) -> None:
    chosen = some_finding(found.store)
    with found.store.read() as session:
        family = session.get_one(Finding, chosen).household_id
    companion = add(found.store, "companion", WOLIO, name="Pendamping Baru")
    stranger = add(found.store, "companion", WOLIO, name="Orang Lain")
    processor = add(found.store, "back_office", CITY, "pengolah_data", "Pengolah Kota")
    far = add(found.store, "back_office", MURHUM, "pengolah_data", "Pengolah Murhum")
    with found.store.begin() as session:
        session.add(Assignment(staff_id=companion, household_id=family))
    officer = signed_in(found)
    page = officer.get(f"{FINDINGS}/{chosen}").text
    assert "Pendamping Baru, pendamping keluarganya" in page
    assert "Pengolah Kota, pengolah data" in page
    assert "Orang Lain" not in page
    assert "Pengolah Murhum" not in page
    give = f"{FINDINGS}/{chosen}/serahkan"
    for who in (companion, processor):
        assert officer.post(give, staff=str(who)).status_code == 303
        assert state_of(found.store, chosen) == ("assigned", None, who)
    for wrong in (stranger, far, "999999", "x", "9" * 30):
        refused = officer.post(give, staff=str(wrong))
        assert 'role="alert"' in refused.text
        assert state_of(found.store, chosen)[2] == processor
    officer.post(give, staff="")
    assert state_of(found.store, chosen) == ("open", None, None)


def test_nobody_who_has_left_is_given_anything(found: Site) -> None:
    chosen = some_finding(found.store)
    gone = add(found.store, "back_office", CITY, "pengolah_data", "Sudah Keluar")
    with found.store.begin() as session:
        session.get_one(Staff, gone).active = False
    officer = signed_in(found)
    assert "Sudah Keluar" not in officer.get(f"{FINDINGS}/{chosen}").text
    refused = officer.post(f"{FINDINGS}/{chosen}/serahkan", staff=str(gone))
    assert say("mismatch.refused_assignee") in refused.text
    assert state_of(found.store, chosen) == ("open", None, None)


def test_what_came_of_a_finding_is_kept_once(found: Site) -> None:
    chosen = some_finding(found.store)
    officer = signed_in(found)
    path = f"{FINDINGS}/{chosen}"
    missing = officer.post(f"{path}/selesai", outcome="lain", note="masih ditulis")
    assert say("mismatch.no_outcome") in missing.text
    assert "masih ditulis" in missing.text
    note = "KK-nya <b>baru</b> dipecah\0"
    assert officer.post(f"{path}/selesai", outcome="data_fixed", note=note).status_code == 303
    page = officer.get(path).text
    assert say("mismatch.outcome_data_fixed") in page
    assert "KK-nya &lt;b&gt;baru&lt;/b&gt; dipecah" in page
    assert "Rahma Salim" in page
    assert "<textarea" not in page
    again = officer.post(f"{path}/selesai", outcome="died", note="")
    assert say("mismatch.refused_settled") in again.text
    assert state_of(found.store, chosen)[:2] == ("done", "data_fixed")
    assert f"{FINDINGS}/{chosen}" in officer.get(f"{FINDINGS}?state=done").text


def test_the_back_office_settles_by_its_section_or_its_task(found: Site) -> None:
    chosen, other = some_finding(found.store), some_finding(found.store, MURHUM)
    section = as_staff(found, found.store, add(found.store, "back_office", CITY, "pengolah_data"))
    health_id = add(found.store, "back_office", CITY, "kesehatan")
    health = as_staff(found, found.store, health_id)
    assert "<textarea" not in health.get(f"{FINDINGS}/{chosen}").text
    assert health.post(f"{FINDINGS}/{chosen}/selesai", outcome="right").status_code == 403
    assert section.post(f"{FINDINGS}/{chosen}/selesai", outcome="right").status_code == 303
    with found.store.begin() as session:
        session.get_one(Finding, other).staff_id = health_id
    assert health.post(f"{FINDINGS}/{other}/selesai", outcome="right").status_code == 303


def test_a_finding_that_is_gone_is_not_there(found: Site) -> None:
    chosen = some_finding(found.store)
    with found.store.begin() as session:
        session.get_one(Finding, chosen).gone_at = NOW
    assert signed_in(found).get(f"{FINDINGS}/{chosen}").status_code == 404
