"""The supervisor's page of visits and its files: of the own area alone, and of nobody by name."""

import re
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bot.texts import say
from bot.visit_tables import rule_of
from db.assignments import Assignment
from db.registry import Household
from db.staff import Staff
from db.visit_figures import LIGHTS
from db.visits import Visit
from tests.moment import NOW
from tests.tickets import MURHUM, WOLIO
from tests.webhook.console import signed_in
from tests.webhook.site import Site

PAGE = "/console/kunjungan"


@pytest.mark.databases("sqlite")
def test_the_page_shows_the_area_with_its_rules_and_ranks_nobody(over_sample: Site) -> None:
    with over_sample.store.begin() as session:
        own, village, home = session.execute(
            select(Staff.id, Household.area_code, Household.id)
            .join(Assignment, Assignment.staff_id == Staff.id)
            .join(Household, Household.id == Assignment.household_id)
            .where(Staff.area_code == WOLIO)
            .order_by(Household.id)
            .limit(1)
        ).one()
        session.add_all(
            Visit(
                staff_id=own, household_id=home, purpose="home", visited_at=NOW, told_at=NOW,
                recorded_at=NOW, finding_sealed=session.vault.seal("sehat", "finding"), checks={},
            )
            for _ in range(7)
        )  # fmt: skip
    chief, other = signed_in(over_sample, "chief", WOLIO), signed_in(over_sample, "chief", MURHUM)
    page = chief.get(PAGE).text
    main = page.split("<main")[1]
    assert all(rule_of(name) in main for name in LIGHTS)
    assert main.count('state-stopped">merah') == 4  # seen, photo, place, finding
    assert main.count('state-active">hijau') == 2  # late, corrected
    assert "sampai hari ini hijau mulai 56,0 %" in main  # 21 of 30 days have gone by
    assert "0 / 7" in main
    assert "shade-5" in main
    assert "<script" not in main
    assert "style=" not in main
    elsewhere = other.get(PAGE).text
    assert "0 / 7" not in elsewhere
    assert f"kelurahan={village}" not in elsewhere
    assert f"/pendamping/{own}." not in elsewhere
    for path in (f"{PAGE}?kelurahan={village}", f"{PAGE}.pdf?kelurahan={village}"):
        assert other.get(path).status_code == 404
        assert chief.get(path).status_code == 200
    assert "0 / 7" in chief.get(f"{PAGE}?hari=2026-11-22").text
    assert "0 / 7" not in chief.get(f"{PAGE}?hari=2026-11-21").text
    assert "0 / 7" not in chief.get(f"{PAGE}?bulan=2026-10").text
    for wrong in ("hari=2026-11-23", "hari=x", "hari=2026-02-30", "bulan=2026-13", "bulan=1999-01",
                  "hari=1999-01-01", "bulan=0000-01"):  # fmt: skip
        told = chief.get(f"{PAGE}?{wrong}")
        assert told.status_code == 200
        assert say("visit_report.bad_days") in told.text

    for path, whose in (
        (f"{PAGE}.xlsx?kelurahan={village}", "bukit-wolio-indah"),
        (f"{PAGE}/pendamping/{own}.xlsx", f"pendamping-{own}-[a-z-]+"),
    ):
        given = chief.get(path)
        assert re.search(
            rf'filename="kunjungan-{whose}-2026-11.xlsx"', given.headers["Content-Disposition"]
        )
        book = load_workbook(BytesIO(given.data), read_only=True)
        counted = [row[1:3] for sheet in book for row in sheet.iter_rows(values_only=True)]
        assert (0, 7) in counted
        book.close()
    assert chief.get(f"{PAGE}/pendamping/{own}.pdf?hari=2026-11-22").data.startswith(b"%PDF")
    assert chief.get(f"{PAGE}.exe").status_code == 404
