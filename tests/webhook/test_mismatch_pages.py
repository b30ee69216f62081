"""The pages about where the lists disagree: figures, findings and tasks, each within its area."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from time import thread_time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert, select

from bot.settings import Settings
from bot.texts import say
from bot.texts.findings import kind_name
from db import schema
from db.areas import Area, Scope
from db.audit import SHOWN, AuditEntry
from db.batches import APPLIED, Batch
from db.finding_tasks import whom
from db.findings import PAGE, Finding, every_finding, open_findings
from db.findings import Filters as Asked
from db.mismatch.figures import overview
from db.mismatch.refresh import Progress, Refreshed
from db.mismatch.runs import STALE, UnderWay, begin_run, carry_out, last_run
from db.mismatch.shape import KINDS
from db.registry import AgencyList
from db.session import Store
from db.staff import Assignment, Staff
from nlu.classifier import Model
from tests.moment import NOW
from tests.webhook.console import Officer, as_staff, signed_in
from tests.webhook.site import Site, make_settings, make_site

CITY, WOLIO, MURHUM = "74.72", "74.72.02", "74.72.06"
FINDINGS = "/console/selisih/temuan"
_WHOLE_NIK = re.compile(r"(?<!\d)\d{16}(?!\d)")
_SECRET = "rahasia"


@pytest.fixture
def settings(tmp_path: Path, sample_url: str, data_key: str) -> Settings:
    return make_settings(tmp_path, sample_url, data_key)


@pytest.fixture
def site(settings: Settings, sample_store: Store, model: Model) -> Site:
    """Give the application over the sample data, on both databases in turn."""
    return make_site(settings, sample_store, model)


@pytest.fixture(scope="module")
def kept() -> dict[tuple[bool, str], list[dict[str, Any]]]:
    """Keep what the first refresh found on either database: the sample is the same each time."""
    return {}


@pytest.fixture
def found(site: Site, kept: dict[tuple[bool, str], list[dict[str, Any]]]) -> Site:
    """Give it with its findings."""
    tables = schema.metadata.tables["findings"], schema.metadata.tables["refreshes"]
    names = [(site.store.is_sqlite, table.name) for table in tables]
    if names[0] not in kept:
        begin_run(site.store, NOW)
        carry_out(site.store, site.clock)
        with site.store.connect() as connection:
            for table, name in zip(tables, names, strict=True):
                kept[name] = [dict(row) for row in connection.execute(select(table)).mappings()]
        return site
    with site.store.connect() as connection:
        for table, name in zip(tables, names, strict=True):
            connection.execute(insert(table), kept[name])
    return site


def number(count: int) -> str:
    return f"{count:,}".replace(",", ".")


def some_finding(store: Store, area: str = WOLIO, kind: str = "children") -> int:
    with store.read() as session:
        return min(one.id for one in every_finding(session, Scope(area), Asked(kind=kind)))


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


def test_the_sums_stand_side_by_side_with_the_reason(found: Site) -> None:
    page = signed_in(found).get("/console/selisih").text
    with found.store.read() as session:
        figures = overview(session, Scope(CITY))
    assert figures.excess > 0
    for shown in (figures.by_lists, figures.families, figures.excess):
        assert f">{number(shown)}<" in page
    counted_twice = sum((lists - 1) * families for lists, families in figures.in_lists)
    assert counted_twice == figures.excess
    for lists, families in figures.in_lists:
        assert f">{lists} daftar</th>" in page
        assert f">{number(families)}</td>" in page
    for kind in KINDS:
        assert kind_name(kind) in page
    for agency in figures.agencies:
        assert agency.agency in page
    assert "22 November 2026 10.00 WITA" in page


def test_baubau_before_and_after_verval_with_its_source(found: Site) -> None:
    page = signed_in(found).get("/console/selisih").text
    for shown in ("9.175", "3.290", "46.469", "16.801", "Umar dkk. 2024"):
        assert shown in page
    assert "Umar dkk." not in signed_in(found, area=WOLIO).get("/console/selisih").text


def test_the_page_needs_no_script_and_no_style_of_its_own(found: Site) -> None:
    page = signed_in(found).get("/console/selisih").text
    assert page.count("<svg") > 30
    assert "<script" not in page
    assert "style=" not in page
    assert "<style" not in page


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_the_page_is_there_within_a_second(found: Site) -> None:
    officer = signed_in(found)
    begun = thread_time()  # of this thread, whatever else the machine does meanwhile
    assert officer.get("/console/selisih").status_code == 200
    assert thread_time() - begun < 1


def test_tiles_and_figures_are_of_the_area_alone(found: Site) -> None:
    whole = signed_in(found).get("/console/selisih").text
    part = signed_in(found, "officer", WOLIO).get("/console/selisih").text
    tiles = re.compile(r'href="/console/selisih/temuan\?area=([\d.]+)"')
    with found.store.read() as session:
        villages = set(session.scalars(select(Area.code).where(Area.level == "village")))
        figures = overview(session, Scope(WOLIO))
    assert set(tiles.findall(part)) == {code for code in villages if code.startswith(WOLIO)}
    assert set(tiles.findall(part)) < set(tiles.findall(whole)) <= villages
    assert f">{number(figures.by_lists)}<" in part
    assert f">{number(figures.families)}<" in part


def test_findings_are_of_the_area_alone_and_name_nobody_in_full(found: Site) -> None:
    officer = signed_in(found, "officer", MURHUM)
    with found.store.read() as session:
        inside = {one.id for one in every_finding(session, Scope(MURHUM), Asked())}
        names = {one.area_name for one in every_finding(session, Scope(MURHUM), Asked())}
    shown: set[int] = set()
    for page in range(1, len(inside) // PAGE + 2):
        text = officer.get(f"{FINDINGS}?page={page}").text
        shown |= {int(id_) for id_ in re.findall(rf'href="{FINDINGS}/(\d+)"', text)}
        assert set(re.findall(r'data-label="Kelurahan">([^<]+)<', text)) <= names
        assert not _WHOLE_NIK.search(text)
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
        every = list(every_finding(session, Scope(CITY), Asked()))

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
        one, *_ = every_finding(session, Scope(CITY), Asked(kind="left"))
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


def test_the_first_page_counts_what_is_open_for_whom_may_see_it(found: Site) -> None:
    with found.store.read() as session:
        inside = sum(1 for _ in every_finding(session, Scope(WOLIO), Asked()))
    page = signed_in(found, "officer", WOLIO).get("/console/").text
    assert f">{inside}</p>" in page
    assert "Selisih terbuka" in page
    assert "Selisih terbuka" not in signed_in(found, "front_office", WOLIO).get("/console/").text


def test_the_workbook_is_that_of_the_area_with_masked_numbers(found: Site) -> None:
    given = signed_in(found, "officer", WOLIO).get("/console/selisih/unduh?kind=left")
    assert given.status_code == 200
    assert "selisih-data-2026-11-22.xlsx" in given.headers["Content-Disposition"]
    book = load_workbook(BytesIO(given.data), read_only=True)
    assert book.sheetnames[1:] == [kind_name("left")]
    with found.store.read() as session:
        inside = sum(1 for _ in every_finding(session, Scope(WOLIO), Asked(kind="left")))
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "export findings"))
        assert entry.one().actor.startswith("staff:")
    rows = list(book[kind_name("left")].iter_rows(values_only=True))
    assert len(rows) - 1 == inside > 0
    assert not any(_WHOLE_NIK.search(str(cell)) for row in rows for cell in row)
    local = f"{NOW.astimezone(ZoneInfo('Asia/Makassar')):%Y-%m-%d %H:%M}"
    assert {str(row[-1])[:16] for row in rows[1:]} == {local}


def test_lists_that_came_since_are_told(found: Site) -> None:
    officer = signed_in(found)
    assert "Sejak itu ada" not in officer.get("/console/selisih").text
    with found.store.begin() as session:
        source = session.scalars(select(AgencyList).limit(1)).one()
        session.add(
            Batch(
                list_id=source.id, area_code=CITY, as_of=source.as_of, file_name="", state=APPLIED,
                uploaded_by="cli", uploaded_at=NOW, decided_at=NOW + timedelta(hours=1),
            )
        )  # fmt: skip
    page = officer.get("/console/selisih").text
    assert "Sejak itu ada 1 daftar masuk" in page
    assert "Program Keluarga Harapan" in page


def patiently(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr("webhook.console.mismatch_work.PATIENCE", seconds)


def test_counting_anew_leads_back_to_the_page(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    patiently(monkeypatch, 60)
    officer = signed_in(site, "back_office")
    assert "belum pernah dihitung" in officer.get("/console/selisih").text
    assert officer.get("/console/selisih/hitung").location == "/console/selisih"
    assert officer.post("/console/selisih/hitung").location == "/console/selisih"
    page = officer.get("/console/selisih").text
    assert "Temuan dihitung 22 November 2026" in page
    with site.store.read() as session:
        assert list(every_finding(session, Scope(CITY), Asked()))


def held(
    monkeypatch: pytest.MonkeyPatch, broken: bool = False
) -> tuple[threading.Event, Callable[[], None]]:
    """Let a refresh stop at its second step until it may go on; gives both sides of that."""
    reached, go_on = threading.Event(), threading.Event()

    def refresh(_store: Store, _now: object, tell: Progress) -> Refreshed:
        tell(1, 14, "split")
        reached.set()
        assert go_on.wait(60)
        if broken:
            raise ZeroDivisionError(_SECRET)
        return Refreshed(0, 0, 0)

    monkeypatch.setattr("db.mismatch.runs.refresh", refresh)

    def finish() -> None:
        go_on.set()
        for thread in threading.enumerate():
            if thread.name == "mismatch":
                thread.join(60)

    return reached, finish


def test_counting_that_takes_longer_tells_how_far_it_is(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    patiently(monkeypatch, 0)
    reached, finish = held(monkeypatch)
    officer = signed_in(site)
    assert officer.post("/console/selisih/hitung").location == "/console/selisih/hitung"
    assert reached.wait(60)
    page = officer.get("/console/selisih/hitung").text
    assert "Langkah 2 dari 14" in page
    assert kind_name("split") in page
    assert "sedang dihitung ulang" in officer.get("/console/selisih").text
    assert officer.post("/console/selisih/hitung").location == "/console/selisih/hitung"
    with pytest.raises(UnderWay):
        begin_run(site.store, site.clock())
    finish()
    assert officer.get("/console/selisih/hitung").location == "/console/selisih"


def test_counting_that_broke_off_is_told_and_can_be_begun_again(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    patiently(monkeypatch, 60)
    reached, finish = held(monkeypatch, broken=True)
    officer = signed_in(site)
    finish()
    officer.post("/console/selisih/hitung")
    assert reached.is_set()
    assert "terhenti" in officer.get("/console/selisih").text
    assert _SECRET not in caplog.text
    assert "ZeroDivisionError" in caplog.text
    begin_run(site.store, site.clock())


def test_a_run_whose_process_died_gives_its_turn_up(site: Site) -> None:
    begin_run(site.store, NOW)
    with pytest.raises(UnderWay):
        begin_run(site.store, NOW + STALE - timedelta(seconds=1))
    begin_run(site.store, NOW + STALE)
    with site.store.read() as session:
        run = last_run(session)
    assert run is not None
    assert run.started_at == NOW + STALE


def test_of_all_who_press_at_once_one_has_the_turn(site: Site) -> None:
    outcomes: list[str] = []

    def press() -> None:
        try:
            begin_run(site.store, NOW)
            outcomes.append("begun")
        except UnderWay:
            outcomes.append("under way")

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["begun"] + ["under way"] * 5


def test_with_no_lists_the_page_says_so(settings: Settings, site: Site) -> None:
    with site.store.begin() as session:
        session.add(Area(code="33", name="Jawa Tengah", level="province"))
        session.flush()
        session.add(Area(code="33.74", name="Kota Semarang", level="city", parent_code="33"))
    officer: Officer = signed_in(site, area="33.74")
    assert "Belum ada keluarga" in officer.get("/console/selisih").text
    assert "Tidak ada temuan" in officer.get(FINDINGS).text
