"""Whoever asks for the budget gets its sums with their source; a story about it is a story."""

import pytest

from tests.talk import Person, words

pytestmark = pytest.mark.databases("sqlite")


@pytest.mark.parametrize(
    "said",
    ["berapa anggaran bansos kota?", "anggaran bantuan Baubau 2023 brp ya pak",
     "realisasi anggaran dinas sosial"],
)  # fmt: skip
def test_the_budget_is_told_with_its_source(known: Person, said: str) -> None:
    told = words(known.say(said))
    for part in ("tahun 2023: Rp 878.917.917", "Rp 843.919.319, yaitu 96,0 %",
                 "Menambah pendapatan: Rp 172.662.098", "per 31 Desember 2023"):  # fmt: skip
        assert part in told


def test_a_year_that_nobody_knows_is_said(known: Person) -> None:
    assert "belum kami punya" in words(known.say("berapa anggaran bansos tahun 2031"))


@pytest.mark.parametrize("said", ["anggaran bansos dikorupsi pak lurah", "kapan bansos cair"])
def test_what_says_more_or_less_is_no_question_for_it(known: Person, said: str) -> None:
    assert "878.917.917" not in words(known.say(said))
