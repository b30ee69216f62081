"""Every kind of workbook that the program writes, each over some of the sample."""

from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import select, true

from bot.kube_report import kube_book
from bot.mismatch_book import write_book
from bot.notices.unreached_book import unreached_book
from bot.report_book import report_book
from bot.report_parts import Office
from bot.visit_book import visit_book
from db.areas import Area, Scope
from db.budgets import POCKETS, Planned, add_line
from db.findings import Filters
from db.intake.template import template_xlsx
from db.kube_groups import ACTIVE
from db.kube_year import kube_year
from db.mismatch.figures import overview
from db.mismatch.runs import begin_run, carry_out
from db.pulses import Told, record_pulse
from db.reach import Unreached
from db.session import Store
from db.ticket_reports import Period, report_of
from db.visit_figures import VisitReport
from tests.kube import make_kube
from tests.moment import NOW, TODAY
from tests.tickets import CITY, WOLIO, file
from webhook.console.budget_tables import budget_book

ZONE = "Asia/Makassar"
OFFICE = Office("Dinas Sosial", "Kota Baubau", "22 November 2026", "Rahma")
HOSTILE = "=HYPERLINK(\"x\") & <b> ]]> 'é' 🏠"  # what somebody may call himself


def write_books(store: Store, folder: Path, visits: VisitReport) -> list[Path]:
    """Write one workbook of each kind; gives them."""
    begin_run(store, NOW)
    carry_out(store, lambda: NOW)
    with store.begin() as session:
        group = make_kube(session, since=date(2026, 10, 1))
        told = datetime(2026, 11, 3, tzinfo=UTC)
        record_pulse(session, group, date(2026, 10, 1), Told(ACTIVE, 1_250_000, 300_000), "cli",
                     told, told)  # fmt: skip
        for _ in range(3):
            file(session, "Beras kurang")
        for area in (CITY, WOLIO):
            wide = Planned(HOSTILE, "PKH", POCKETS, 10**12, 7, HOSTILE, TODAY)
            add_line(session, area, 2026, wide, "cli", NOW)
    with store.read() as session:
        names = {area.code: area.name for area in session.scalars(select(Area))}
        names["74.72.02.1012"] = HOSTILE
        after = datetime(2027, 1, 20, 2, tzinfo=UTC)
        year = kube_year(session, Scope(CITY), 2026, after, ZONE)
        period = Period.until(TODAY, 3)
        made = {
            "kunjungan": visit_book(visits, names, HOSTILE),
            "lpj": kube_book(year, names, OFFICE),
            "bulanan": report_book(report_of(session, true(), period, ZONE, NOW), names, {}),
            "belum-sampai": unreached_book(
                [
                    Unreached(
                        1, HOSTILE, "Lamangga", "Jl. Wolio No. 1", "001", "002", "silent", None, ""
                    )
                ],
                {},
            ),
            "anggaran": budget_book(session, CITY, 2026),
            "templat": template_xlsx(["Isi NIK 16 angka", "Tanggal: 31-12-2026"]),
        }
        mismatch = folder / "selisih.xlsx"
        write_book(session, mismatch, overview(session, Scope(CITY)), Scope(CITY), Filters(), ZONE,
                   lambda *_: None)  # fmt: skip
    for name, data in made.items():
        (folder / f"{name}.xlsx").write_bytes(data)
    return sorted(folder.glob("*.xlsx"))
