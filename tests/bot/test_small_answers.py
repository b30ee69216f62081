"""Tickets by number, what this service is, and labels that can be read; on both databases."""

import pytest

from bot.menu import program_choice
from db.registry import all_programs
from tests.bot.test_citizen import complain
from tests.talk import Person, labels, words

# Words and turns of talk are the same on every database; what is stored is tested elsewhere.
pytestmark = pytest.mark.databases("sqlite")


@pytest.mark.parametrize("said", ["nomor 000001", "000001", "tiket 1", "laporan nomor 1"])
def test_own_ticket_by_its_number_alone(unread: Person, said: str) -> None:
    complain(unread)
    unread.press("schedule")  # nothing is offered now that a number could pick
    unread.say("lamangga")
    assert "Laporan PKS-2026-000001" in words(unread.say(said))


def test_each_ticket_has_its_own_button(unread: Person) -> None:
    complain(unread)
    complain(unread)
    replies = unread.press("track")
    assert labels(replies) == ["PKS-2026-000002", "PKS-2026-000001", "Menu"]
    assert "Laporan PKS-2026-000001" in words(unread.press("track:PKS-2026-000001"))


@pytest.mark.parametrize(
    ("said", "told", "untold"),
    [
        ("siapa kamu", "asisten otomatis", "Dukcapil"),
        ("asdfghjkl", "asisten otomatis", "Dukcapil"),
        ("cara perpanjang SIM dimana", "polisi", "Dukcapil"),
        ("mau buat ktp baru", "Dukcapil", "asisten"),
        ("air pdam mati", "PDAM", "Dukcapil"),
        ("air ledeng ga ngalir dari kemarin", "PDAM", "asisten"),
        ("listrik mati dari tadi", "PLN", "asisten"),
        ("token listriknya ga bisa masuk", "PLN", "PDAM"),
        ("lowongan kerja", "Disnaker", "asisten"),
        ("bayar pajak motor dimana", "Samsat", "NPWP"),
        ("cara bikin npwp", "kantor pajak", "Samsat"),
        ("daftar nikah di kua", "KUA", "Dukcapil"),
        ("bikin skck syaratnya apa", "polisi", "asisten"),
        ("jadwal dokter gigi rumah sakit", "rumah sakit", "asisten"),
        ("perpanjang paspor", "Imigrasi", "asisten"),
    ],
)
def test_other_offices_are_named_for_their_own_matters(
    foreign: Person, said: str, told: str, untold: str
) -> None:
    answer = words(foreign.say(said))
    assert told in answer
    assert untold not in answer


def test_programmes_are_offered_by_whole_names(known: Person) -> None:
    with known.store.read() as session:
        names = [(program.code, program.name) for program in all_programs(session)]
    offered = [program_choice("program", code, name).label for code, name in names]
    assert max(map(len, offered)) <= 26
    assert "Bedah rumah (RTLH)" in offered


def test_who_does_not_accept_it_is_not_thanked(citizen: Person) -> None:
    told = citizen.say("saya tidak terima")
    assert "Sehat selalu" not in words(told)
    assert "Lapor masalah" in labels(told)
