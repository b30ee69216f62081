"""Officers edit what citizens are told and where they are sent; what was said before is kept."""

import re

import pytest

from bot.texts import say
from db.areas import Scope
from db.catalogue import entry_of_key
from db.offices import find_office, hours_of
from tests.webhook.console import Officer, signed_in
from tests.webhook.site import Site, over_sample

site = over_sample

WOLIO, CITY = "74.72.02", "74.72"
PAGE = "/console/katalog/pkh.amount"
CHANGE = {
    "question": "Berapa uang PKH?", "answer": "Setahun lain.", "asked": "berapa uangnya",
    "source": "SK baru", "source_date": "2026-11-01", "check_on": "2027-11-01", "active": "1",
}  # fmt: skip
PLACE = {
    "kind": "ewarong", "name": "E-warong Baru", "area": "74.72.02.1001", "address": "Jalan 1",
    "latitude": "-5,46", "longitude": "122.6", "phone": "", "source": "survei",
    "source_date": "2026-11-01", "day_0": "08.00-12.00, 13.00-15.00", "active": "1",
    "closed_on": "2026-12-24",
}  # fmt: skip


def seen_on(officer: Officer, path: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', officer.get(path).text)
    assert found is not None
    return found.group(1).replace("&#43;", "+")


def test_a_change_is_shown_with_what_was_said_before(site: Site) -> None:
    officer, other = signed_in(site, "officer"), signed_in(site, "chief")
    seen = seen_on(officer, PAGE)
    preview = officer.post(PAGE, **CHANGE, seen=seen, act="preview")
    assert preview.status_code == 200
    assert "Setahun lain.\n\nSumber: SK baru, 1 November 2026." in preview.text
    assert "Belum pernah diubah" in officer.get(PAGE).text
    assert officer.post(PAGE, **CHANGE, seen=seen, act="save").status_code == 303
    page = other.get(PAGE).text
    assert "Setahun: ibu hamil Rp3 juta" in page
    assert "bawaan aplikasi" in page
    assert "Rahma Salim" in page
    stale = other.post(PAGE, **CHANGE | {"answer": "Lain lagi."}, seen=seen, act="save")
    assert stale.status_code == 409
    assert "Lain lagi." in stale.text
    assert "Rahma Salim sudah mengubahnya" in stale.text
    with site.store.read() as session:
        entry = entry_of_key(session, "pkh.amount")
        assert entry is not None
        assert entry.answer == "Setahun lain."
    same = other.post(PAGE, **CHANGE, seen=seen_on(other, PAGE), act="save")
    assert same.status_code == 303
    assert say("catalogue.unchanged") in other.get(PAGE).text


@pytest.mark.databases("sqlite")
def test_what_cannot_be_told_is_refused_with_a_reason(site: Site) -> None:
    officer = signed_in(site, "admin")
    seen = seen_on(officer, PAGE)
    for wrong, key in (
        ({"answer": ""}, "empty"), ({"source": " "}, "empty"), ({"source_date": "x"}, "bad_date"),
        ({"source_date": "2027-01-01", "check_on": "2028-01-01"}, "future"),
        ({"check_on": "2026-11-01"}, "check_before"),
        ({"source_date": "0001-01-01"}, "old_date"),
    ):  # fmt: skip
        refused = officer.post(PAGE, **CHANGE | wrong, seen=seen, act="save")
        assert refused.status_code == 400
        assert say(f"catalogue.{key}", first=1945) in refused.text
    long = officer.post(PAGE, **CHANGE | {"answer": "a" * 590}, seen=seen, act="save")
    assert "paling banyak 600" in long.text
    assert officer.get("/console/katalog/tidak.ada").status_code == 404


@pytest.mark.databases("sqlite")
def test_a_new_question_is_added_once_and_old_ones_are_listed(site: Site) -> None:
    officer = signed_in(site, "officer")
    assert officer.get("/console/katalog/baru").status_code == 200
    new = CHANGE | {"question": "Ada parsel lebaran?", "topic": "what", "program": ""}
    added = officer.post("/console/katalog/baru", **new, act="save")
    assert added.location == "/console/katalog/umum.what.ada-parsel-lebaran"
    again = officer.post("/console/katalog/baru", **new, act="save")
    assert again.status_code == 400
    assert say("catalogue.taken") in again.text
    whole = officer.get("/console/katalog").text
    assert "Ada parsel lebaran?" in whole
    old = officer.get("/console/katalog?lama=1").text
    assert "Apa itu Bansos Kaum Dhuafa?" in old
    assert "Ada parsel lebaran?" not in old


@pytest.mark.databases("sqlite")
def test_who_only_reads_gets_no_form(site: Site) -> None:
    reader = signed_in(site, "front_office")
    assert "Seperti dibaca warga" in reader.get(PAGE).text
    assert 'name="answer"' not in reader.get(PAGE).text
    assert "Tambah tempat" not in reader.get("/console/tempat").text


def test_a_place_is_added_and_changed_within_the_area(site: Site) -> None:
    officer = signed_in(site, "officer", WOLIO)
    added = officer.post("/console/tempat/baru", **PLACE)
    assert added.status_code == 303
    path = added.location or ""
    page = officer.get(path).text
    assert "08.00-12.00, 13.00-15.00" in page
    assert "2026-12-24" in page
    assert "E-warong Baru" in officer.get("/console/tempat?kind=ewarong").text
    changed = officer.post(path, **PLACE | {"name": "E-warong Lama"}, seen=seen_on(officer, path))
    assert changed.status_code == 303
    assert officer.post(path, **PLACE, seen="x").status_code == 409
    with site.store.read() as session:
        office = find_office(session, Scope(CITY), int(path.rpartition("/")[2]))
        assert office is not None
        assert (office.name, office.latitude) == ("E-warong Lama", -5.46)
        hours = hours_of(office)
        assert hours is not None
        assert [len(spans) for spans in hours.week] == [2, 0, 0, 0, 0, 0, 0]
    for wrong, told in (
        ({"area": "74.72.06.1008"}, "Pilih wilayah di dalam"), ({"day_3": "pagi"}, "Jam Kamis"),
        ({"latitude": "utara"}, "Titik peta"), ({"latitude": "nan"}, "Titik peta"),
        ({"closed_on": "besok"}, "Hari tutup"), ({"kind": "x"}, "Pilih jenis"),
        ({"name": ""}, "harus diisi"), ({"source_date": ""}, "tanggal sumbernya"),
    ):  # fmt: skip
        refused = officer.post("/console/tempat/baru", **PLACE | wrong)
        assert refused.status_code == 400, wrong
        assert told in refused.text, wrong
