"""Visits one by one in the console: listed, opened, taken away; of the own area, in the trail."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from bot.texts import say
from db import audit
from db.areas import Scope
from db.assignments import families_of
from db.attachments import KEPT, POINT, Attachment
from db.audit import AuditEntry
from db.registry import DIED, Household, Person
from db.session import Store
from db.staff import Staff
from db.tickets import PLAIN, Ticket
from db.trail import Wanted, read_trail
from db.visit_rules import visit_rules
from db.visits import Visit
from tests.db.test_visit_report import LONG, visit
from tests.moment import NOW, TODAY
from tests.tickets import MURHUM, WOLIO, file
from tests.webhook.companions import colleague_in, companion_in
from tests.webhook.console import signed_in
from tests.webhook.site import Site
from webhook.console import visit_files

PAGE = "/console/kunjungan"
WITHHELD = "Cerita yang dirahasiakan"


def fill(store: Store, own: int) -> tuple[int, int, int]:
    """Let a companion visit two families; gives a corrected visit's versions and another visit."""
    with store.begin() as session:
        first, second, *_rest = [row[0].id for row in families_of(session, own, TODAY)]
        early = visit(session, own, first, finding="Tulisan pertama yang keliru")
        late = visit(
            session, own, first, told=NOW + timedelta(hours=1), replaces=early,
            files=(("photo", KEPT), (POINT, KEPT)), checks={"state": "need"},
        )  # fmt: skip
        late.distance_m = visit_rules().far_m + 1_234
        point = session.scalars(select(Attachment).filter_by(visit_id=late.id, kind=POINT)).one()
        point.latitude, point.longitude = -5.4653, 122.6079
        other = visit(session, own, second, NOW - timedelta(hours=2))
        for one, secrecy in ((late, PLAIN), (other, "hidden")):
            ticket = file(session, WITHHELD, kind="correction", category="other", secrecy=secrecy)
            one.ticket_id = ticket.id
        return early.id, late.id, other.id


def test_a_visit_is_listed_and_opened_with_all_that_came_with_it(over_sample: Site) -> None:
    store = over_sample.store
    own = companion_in(store, WOLIO)
    early, late, other = fill(store, own)
    chief, stranger = (
        signed_in(over_sample, "chief", WOLIO),
        signed_in(over_sample, "chief", MURHUM),
    )
    with store.read() as session:
        numbers = dict(session.execute(select(Ticket.secrecy, Ticket.number)).all())
        photo = session.scalars(select(Attachment.id).filter_by(visit_id=late, kind="photo")).one()
        home = session.scalars(
            select(Household.id).join(Visit, Visit.household_id == Household.id)
            .where(Visit.id == late)
        ).one()  # fmt: skip
    listed = chief.get(f"{PAGE}/daftar?hari=2026-11-22&pendamping={own}").text
    assert f'href="{PAGE}/{late}"' in listed
    assert f'href="{PAGE}/{early}"' not in listed
    assert "jauh, 4,2 km" in listed
    assert "ada foto, ada lokasi" in listed
    assert "tanpa foto, tanpa lokasi" in listed
    assert numbers[PLAIN] in listed
    assert numbers["hidden"] not in listed
    far = chief.get(f"{PAGE}/daftar?hari=2026-11-22&jauh=1").text
    assert (f"{PAGE}/{late}" in far, f"{PAGE}/{other}" in far) == (True, False)
    with store.begin() as session:  # who has died or moved since stays named in what was told
        members = session.scalars(select(Person).filter_by(household_id=home)).all()
        for one in members:
            one.left_on, one.left_because = TODAY, DIED
        head = next(one.name for one in members if one.relation == "head")
    still = chief.get(f"{PAGE}/daftar?hari=2026-11-22&jauh=1").text
    assert f"<span>{head}<br>" in still
    report = chief.get(f"{PAGE}?hari=2026-11-22").text
    assert "Satu hari tidak diberi warna." in report
    assert "Hijau mulai" not in report
    assert "Lihat 1 kunjungan yang lokasinya jauh" in report
    assert f"pendamping={own}" in report

    for visit_id in (late, early):  # an old version leads to the one in force
        page = chief.get(f"{PAGE}/{visit_id}").text
        for text in (LONG, "Tulisan pertama yang keliru", "jauh dari kelurahannya", "-5.46530",
                     f"/console/berkas/{photo}", numbers[PLAIN], "Butuh bantuan"):  # fmt: skip
            assert text in page, text
    hiding = chief.get(f"{PAGE}/{other}").text
    assert WITHHELD not in hiding
    assert numbers["hidden"] not in hiding

    for path in (f"{PAGE}/{late}", f"{PAGE}/daftar?pendamping={own}", f"{PAGE}/{10**9}"):
        assert stranger.get(path).status_code == 404, path
    assert f"{PAGE}/{late}" not in stranger.get(f"{PAGE}/daftar").text
    with store.read() as session:
        told = select(AuditEntry.action, func.count()).where(
            AuditEntry.subject == f"household:{home}",
            AuditEntry.action.in_(("read visit", "list visits")),
        )
        assert dict(session.execute(told.group_by(AuditEntry.action)).all()) == {
            "read visit": 2, "list visits": 3,
        }  # fmt: skip


@pytest.mark.databases("sqlite")
def test_files_are_named_by_whose_they_are_and_can_be_taken_all_at_once(over_sample: Site) -> None:
    store = over_sample.store
    own, new = companion_in(store, WOLIO), colleague_in(store, WOLIO)
    fill(store, own)
    with store.begin() as session:
        session.get_one(Staff, own).active = False
    chief = signed_in(over_sample, "chief", WOLIO)
    # Who has left is there in the month in which he worked.
    given = chief.get(f"{PAGE}/pendamping/{own}.xlsx?bulan=2026-11")
    name = re.search(r'filename="(.+)"', given.headers["Content-Disposition"])
    assert name is not None
    assert re.fullmatch(rf"kunjungan-pendamping-{own}-[a-z-]+-2026-11\.xlsx", name[1])
    book = load_workbook(BytesIO(given.data), read_only=True)
    rows = list(book["Daftar kunjungan"].iter_rows(values_only=True))
    assert any(LONG in str(cell) for row in rows for cell in row)
    assert WITHHELD not in str(rows)
    book.close()
    bundle = chief.get(f"{PAGE}/pendamping.xlsx.zip?bulan=2026-11")
    with ZipFile(BytesIO(bundle.data)) as files:
        assert name[1] in files.namelist()
        assert f"kunjungan-pendamping-{new}-asma-2026-11.xlsx" in files.namelist()
    assert "kunjungan-semua-pendamping-wolio-2026-11.zip" in bundle.headers["Content-Disposition"]
    with store.read() as session:
        taken = select(AuditEntry.subject).where(AuditEntry.action == "export visits")
        subjects = session.scalars(taken).all()
    assert {f"staff:{own}", f"area:{WOLIO}"} <= set(subjects)
    families = [subject for subject in subjects if subject.startswith("household:")]
    assert len(families) >= 4  # two, twice taken
    assert subjects.count(f"staff:{own}") == 2  # by itself, and among all
    # In the trail of an area they stand behind the file, unless they or their kind are asked for,
    # or somebody of elsewhere took it.
    assert shown(store) == {f"staff:{own}", f"staff:{new}", f"area:{WOLIO}"} & set(subjects)
    assert set(families) <= shown(store, Wanted(action="export visits"))
    assert shown(store, Wanted(subject=families[0])) == {families[0]}
    with store.begin() as session:
        home = int(families[0].split(":")[1])
        audit.record_families(session, NOW, f"staff:{10**6}", "export visits", [home])
    assert families[0] in shown(store)


def shown(store: Store, wanted: Wanted | None = None) -> set[str]:
    """Give what the trail of Wolio says files were about."""
    with store.read() as session:
        rows = read_trail(session, Scope(WOLIO), False, wanted or Wanted(), 10**9, 1_000)
    return {row.subject for row in rows if row.action == "export visits"}


@pytest.mark.databases("sqlite")
def test_bundles_hold_a_few_companions_each_and_are_made_one_at_a_time(
    over_sample: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    colleague_in(over_sample.store, WOLIO)
    chief, officer = (signed_in(over_sample, role, WOLIO) for role in ("chief", "officer"))
    monkeypatch.setattr(visit_files, "BUNDLED", 1)
    told: list[tuple[int, bool]] = []

    def written(*_parts: Any) -> bytes:
        """Ask for another bundle, for a page and for a single file, while this one is made."""
        if not told:
            for path in (f"{PAGE}/pendamping.xlsx.zip", PAGE, f"{PAGE}.xlsx"):
                told.append((0, False))
                given = officer.get(path)
                told[-1] = given.status_code, say("visit_report.bundling") in given.text
        return b"a book"

    monkeypatch.setattr(visit_files, "visit_book", written)
    names: list[str] = []
    page = chief.get(PAGE).text
    links = re.findall(r'href="([^"]+zip\?[^"]+)"', page)
    for link in links:
        given = chief.get(link.replace("&amp;", "&"))
        with ZipFile(BytesIO(given.data)) as files:
            assert len(files.namelist()) == 1
            names += files.namelist()
    assert told == [(409, True), (200, False), (200, False)]
    assert len(set(names)) == len(links) == page.count("/console/kunjungan/daftar?pendamping=") > 1
    for wrong in ("bagian=0", f"bagian={len(links) + 1}", f"bagian={10**30}"):
        assert chief.get(f"{PAGE}/pendamping.xlsx.zip?{wrong}").status_code == 404
    assert chief.get(f"{PAGE}/pendamping.pdf.zip").status_code == 404
