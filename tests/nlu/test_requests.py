import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.masking import mask
from nlu.parse import Entity
from nlu.requests import loose_halves, split_requests


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("cek pkh sy sekalian kapan cair", ["cek pkh sy", "kapan cair"]),
        ("cek nama sa, skalian tanya jadwal", ["cek nama sa", "tanya jadwal"]),
        ("kapan bpnt cair? terus syarat pkh apa", ["kapan bpnt cair", "syarat pkh apa"]),
        ("alamat puskesos dmn. kapan buka", ["alamat puskesos dmn", "kapan buka"]),
        ("kapan pkh cair", ["kapan pkh cair"]),
        ("kapan pkh di kel. Sulaa", ["kapan pkh di kel. Sulaa"]),
        ("ibu dan anak saya belum dapat", ["ibu dan anak saya belum dapat"]),
        ("", []),
    ],
)
def test_parts_of_a_message(text: str, parts: list[str]) -> None:
    assert split_requests(text) == parts


@given(st.text(max_size=200))
def test_nothing_is_added_and_parts_are_few(text: str) -> None:
    parts = split_requests(text)
    assert len(parts) <= 4
    assert all(part and part in text for part in parts)


@pytest.mark.parametrize(
    ("text", "halves"),
    [
        (
            "kapan cair pkh dan minta nomor pendamping",
            [("kapan cair pkh", "minta nomor pendamping")],
        ),
        ("alamat kantor sama syarat RTLH", [("alamat kantor", "syarat RTLH")]),
        ("nama dan alamat saya salah", []),
        ("kapan pkh cair", []),
    ],
)
def test_halves_at_small_words(text: str, halves: list[tuple[str, str]]) -> None:
    assert list(loose_halves(text)) == halves


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("nama saya Wa Ode Siti kenapa belum cair", "Ode"),
        ("nama saya wa ode siti, kenapa", "siti"),
        ("a.n. Rahmawati sudah cair?", "Rahmawati"),
        ("rekening 1234567890123 kosong", "1234567890"),
        ("Bu Salma bilang sudah", "Salma"),
        ("bu salma bilang sudah", "salma"),
        ("wa siti belum dapat", "siti"),
        ("LA ODE BUDI belum dapat", "BUDI"),
        ("la ode budi belum dapat", "budi"),
        ("balas ke email a.b@c.co.id ya", "a.b@c"),
    ],
)
def test_people_cannot_be_told_from_a_masked_text(text: str, hidden: str) -> None:
    assert hidden not in mask(text, ())


def test_numbers_are_put_by_others_of_their_kind() -> None:
    nik = Entity("nik", "7472011505840001", "7472011505840001", 4, 20)
    assert mask("cek 7472011505840001 pak saya", (nik,)) == "cek 7472994101900001 pak saya"


def test_what_names_nobody_stays() -> None:
    assert mask("wa saya ganti, bu sudah lapor", ()) == "wa saya ganti, bu sudah lapor"
    text = "pak kapan pkh cair di lipu, nama saya tidak ada tgl 5"
    assert mask(text, ()) == text
