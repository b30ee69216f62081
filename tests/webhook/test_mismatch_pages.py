"""The page by how much the lists disagree: its figures, found anew by a button, of its area."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from time import thread_time
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bot.settings import Settings
from bot.texts.findings import kind_name
from db.areas import Area, Scope
from db.audit import AuditEntry
from db.batches import APPLIED, Batch
from db.findings import Filters, every_finding
from db.mismatch.figures import overview
from db.mismatch.refresh import Progress, Refreshed
from db.mismatch.runs import STALE, UnderWay, begin_run, last_run
from db.mismatch.shape import KINDS
from db.registry import AgencyList
from db.session import Store
from tests.moment import NOW
from tests.waiting import end_background
from tests.webhook.console import Officer, signed_in
from tests.webhook.findings import CITY, FINDINGS, WHOLE_NIK, WOLIO, number
from tests.webhook.site import Site, over_sample

site = over_sample

# What is found is tried on both databases in tests/db/mismatch; these show it.
pytestmark = pytest.mark.databases("sqlite")

_SECRET = "rahasia"


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
    assert not re.search(r"<script(?![^>]* src=)", page)
    assert "style=" not in page
    assert "<style" not in page


@pytest.mark.databases("sqlite")
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


def test_the_first_page_counts_what_is_open_and_leads_there_who_may_see_it(found: Site) -> None:
    with found.store.read() as session:
        inside = sum(1 for _ in every_finding(session, Scope(WOLIO), Filters()))
    page = signed_in(found, "officer", WOLIO).get("/console/").text
    assert f">{inside}</p>" in page
    for label in ("Selisih terbuka", "Daftar menunggu persetujuan", "Kemungkinan orang yang sama"):
        assert f"{label}</a>" in page
    plain = signed_in(found, "front_office", WOLIO).get("/console/").text
    assert "Selisih terbuka" not in plain
    assert 'fw-semibold">Daftar menunggu persetujuan</p>' in plain


def test_the_workbook_is_that_of_the_area_with_masked_numbers(found: Site) -> None:
    given = signed_in(found, "officer", WOLIO).get("/console/selisih/unduh?kind=left")
    assert given.status_code == 200
    assert "selisih-data-2026-11-22.xlsx" in given.headers["Content-Disposition"]
    book = load_workbook(BytesIO(given.data), read_only=True)
    assert book.sheetnames[1:] == [kind_name("left")]
    with found.store.read() as session:
        inside = sum(1 for _ in every_finding(session, Scope(WOLIO), Filters(kind="left")))
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "export findings"))
        assert entry.one().actor.startswith("staff:")
    rows = list(book[kind_name("left")].iter_rows(values_only=True))
    assert len(rows) - 1 == inside > 0
    assert not any(WHOLE_NIK.search(str(cell)) for row in rows for cell in row)
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
    assert "belum dihitung" in officer.get("/console/").text
    assert officer.get("/console/selisih/hitung").location == "/console/selisih"
    assert officer.post("/console/selisih/hitung").location == "/console/selisih"
    page = officer.get("/console/selisih").text
    assert "Temuan dihitung 22 November 2026" in page
    assert "belum dihitung" not in officer.get("/console/").text
    with site.store.read() as session:
        assert list(every_finding(session, Scope(CITY), Filters()))


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
        end_background()

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
