"""The public page of aid tells totals of nobody, keeps small numbers back, and is counted once."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from db.areas import Scope
from db.budgets import INCOME, Planned, add_line
from db.coverage import Coverage, Paid, Reach, coverage_of
from db.sample.named import named_people
from db.session import Session
from tests.tickets import CITY
from tests.webhook.site import Site, over_sample
from webhook.pages import aid_totals
from webhook.pages.shared_count import KEPT_FOR
from webhook.pages.small_coverage import Hidden
from webhook.pages.small_numbers import LEAST

site = over_sample

PAGE = "/angka/bantuan"


def test_the_page_tells_money_families_and_places_and_keeps_them(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = site.app.test_client()
    first = client.get(PAGE)
    assert first.status_code == 200
    assert "max-age=600" in first.headers["Cache-Control"]
    assert "Set-Cookie" not in first.headers
    for told in ("3.289", "Rp 878.917.917", "Rp 843.919.319", "96,0 %", "95,2 %",
                 "Mengurangi beban pengeluaran", "Program Keluarga Harapan", "Lamangga",
                 "per 31 Desember 2023", "22 November 2026"):  # fmt: skip
        assert told in first.text, told
    for kept in ("<script", "style=", *(person.name for person in named_people())):
        assert kept not in first.text
    assert PAGE in client.get("/").text
    assert PAGE in client.get("/angka").text
    planned = Planned("Alat tangkap", "NELAYAN", INCOME, 5_000, 0, "APBD", date(2026, 1, 2))
    with site.store.begin() as session:
        add_line(session, CITY, 2026, planned, "cli", site.clock())
    counted: list[object] = []

    def counting(session: Session, scope: Scope, program: str | None) -> Sequence[Coverage]:
        counted.append(scope)
        return coverage_of(session, scope, program)

    monkeypatch.setattr("webhook.pages.aid_totals.coverage_of", counting)
    for _ in range(20):
        assert client.get(PAGE).text == first.text
    assert counted == []
    site.clock.forward(KEPT_FOR)
    assert "Alat tangkap" in client.get(PAGE).text
    assert len(counted) == 1


def test_no_small_number_stands_on_it_nor_can_be_reckoned(site: Site) -> None:
    with site.store.read() as session:
        totals = aid_totals.count(session, site.clock())
        places = {one.name: one for one in coverage_of(session, Scope(CITY), None)}
    assert totals.places is not None
    assert sum(place.families for place in totals.places) == 3_289
    for place in totals.places:
        if isinstance(place.reached, int):
            for count in (place.reached, place.families - place.reached):
                assert count == 0 or count >= LEAST
    small = {
        name
        for name, one in places.items()
        if 0 < one.reached < LEAST or 0 < one.families - one.reached < LEAST
    }
    hidden = {
        name for place in totals.places if isinstance(place.reached, Hidden) for name in place.names
    }
    assert small <= hidden
    for aid in totals.aids:
        assert isinstance(aid.families, Hidden) or aid.families >= LEAST
        for _, paid in aid.paid:
            assert not re.match(r"[1-4]\b(?!\.)", paid)
    assert any(aid.paid for aid in totals.aids)


def test_no_number_taken_from_another_leaves_a_few_families(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = date(2026, 10, 1)
    places = [Coverage("1", "A", 60, 60), Coverage("2", "B", 40, 38)]
    reaches = [Reach("PBI", "PBI", 98, day, day), Reach("PKH", "PKH", 60, day, day)]
    paid = [Paid("PKH", 2026, 57), Paid("PKH", 2025, 60), Paid("PKH", 2024, 30)]
    for name, found in (("coverage_of", places), ("reach_of", reaches), ("paid_by_year", paid)):
        monkeypatch.setattr(f"webhook.pages.aid_totals.{name}", lambda *_, found=found: found)
    with site.store.read() as session:
        totals = aid_totals.count(session, site.clock())
    assert (totals.families, totals.reached, totals.share) == ("100", "hampir semua", "–")
    assert totals.places is None
    nearly_all, plain = totals.aids
    assert nearly_all.families is Hidden.NEARLY_ALL
    assert plain.families == 60
    assert plain.paid == [
        (2026, "hampir sama banyak"), (2025, "60 keluarga"), (2024, "30 keluarga"),
    ]  # fmt: skip
    page = site.app.test_client().get(PAGE).text
    assert "hampir semua keluarga penerima sekarang" in page
    assert "98" not in page.split('id="aids"')[1].split("Dihitung")[0]
    places[1] = Coverage("2", "B", 40, 30)
    reaches[0] = Reach("PBI", "PBI", 86, day, day)  # of 90 whom any aid reaches
    with site.store.read() as session:
        totals = aid_totals.count(session, site.clock())
    assert (totals.reached, totals.aids[0].families) == ("90", Hidden.NEARLY_ALL)


def test_the_budgets_of_former_years_are_folded(site: Site) -> None:
    planned = Planned("Alat tangkap", "NELAYAN", INCOME, 5_000, 0, "APBD", date(2026, 1, 2))
    with site.store.begin() as session:
        for number in range(16):
            line = replace(planned, name=f"Kegiatan {number}")
            add_line(session, CITY, 2026, line, "cli", site.clock())
    latest, former = site.app.test_client().get(PAGE).text.split("Anggaran bantuan")[1:]
    assert "<details>\n    <summary class" in latest  # of many lines
    assert latest.rstrip().endswith('<summary><h2 id="budget-2" class="d-inline h4 fw-bold">')
    assert "<details open>" in former
