"""`halo area`: a city comes in with its kecamatan and kelurahan, and nothing there is changed."""

import json

import pytest

from db.areas import Area, all_areas
from db.national_areas import find_cities
from db.session import Store
from tests.bot.conftest import Halo

SEMARANG = ("area", "add", "Kota Semarang", "--yes", "--json")


@pytest.fixture
def bare(run: Halo, monkeypatch: pytest.MonkeyPatch, store_url: str) -> Halo:
    """Run `halo` over a store in which there is no area."""
    monkeypatch.setenv("DATABASE_URL", store_url)
    return run


def test_a_city_comes_in_whole_and_once(bare: Halo, store: Store) -> None:
    first = json.loads(bare(*SEMARANG).stdout)
    assert first["added"] == {"province": 1, "city": 1, "district": 16, "village": 177}
    again = json.loads(bare(*SEMARANG).stdout)
    assert set(again["added"].values()) == {0}
    with store.read() as session:
        areas = {area.code: area for area in all_areas(session)}
    assert all(area.parent_code in areas for area in areas.values() if area.level != "province")
    listed = json.loads(bare("area", "list", "--json").stdout)
    assert [row["code"] for row in listed] == sorted(areas)


def test_names_that_are_there_stay(bare: Halo, store: Store) -> None:
    with store.begin() as session:
        session.add(Area(code="74", name="Sultra", level="province", timezone="Asia/Makassar"))
    bare("area", "add", "7472", "--yes")
    with store.read() as session:
        assert session.get_one(Area, "74").name == "Sultra"
        assert session.get_one(Area, "74.72").timezone == "Asia/Makassar"


@pytest.mark.databases("sqlite")
def test_what_is_not_one_city_is_refused_in_words(bare: Halo) -> None:
    several = bare("area", "add", "bandung", "--yes")
    assert several.exit_code == 1
    assert "32.73  Kota Bandung" in several.output
    unknown = bare("area", "add", "Atlantis", "--yes")
    assert (unknown.exit_code, "Atlantis" in unknown.output) == (1, True)
    assert "halo area add" in bare("area", "list").output


@pytest.mark.databases("sqlite")
def test_it_asks_before_it_writes(bare: Halo, store: Store) -> None:
    refused = bare("area", "add", "33.74", stdin="tidak\n")
    assert "16 kecamatan dan 177 kelurahan" in refused.output
    with store.read() as session:
        assert not all_areas(session)
    assert "sudah masuk" in bare("area", "add", "33.74", stdin="ya\n").output


@pytest.mark.parametrize(
    ("said", "code", "zone"),
    [
        ("Kota Baubau", "74.72", "Asia/Makassar"), ("3374", "33.74", "Asia/Jakarta"),
        ("kota  bandung", "32.73", "Asia/Jakarta"), ("94.04", "94.04", "Asia/Jayapura"),
    ],
)  # fmt: skip
def test_a_city_is_found_however_it_is_written(said: str, code: str, zone: str) -> None:
    assert [(city.code, city.timezone) for city in find_cities(said)] == [(code, zone)]


@pytest.mark.parametrize("said", ["", "  ", "74", "74.72.01", "99.99", "1" * 40, "\x00"])
def test_what_is_no_city_is_none(said: str) -> None:
    assert find_cities(said) == []
