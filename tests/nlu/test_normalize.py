import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.normalize import BOUND, normalize, protected_words, slang_words


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("min pkh thp2 kpn cair???", "admin pkh tahap 2 kapan cair ?"),
        ("tolongggg KIS sy ga aktip", "tolong kis saya tidak aktif"),
        ("anak2 sakit", "anak anak sakit"),
        ("NIK 7472 9501 0190 0001 kk 1234", "nik nomornik kk 1234"),
        ("dipotong 50rb", "dipotong jumlahuang"),
        ("cek http://bansos.xyz/a", "cek tautan"),
        ("tiket PKS-2026-000123", "tiket nomortiket"),
        ("Dèrèng nampi", "belum terima"),
        ("kartune kulo ical, nomeripun 12", "kartunya saya hilang nomornya 12"),
        ("njaluk didaftarno simbahku", "minta didaftarkan nenek saya"),
        ("caronyo cak mano, bantuannyo dak dapek", "caranya seperti mana bantuannya tidak dapat"),
        ("sa hilangmi kartuku, lamakah cairpi", "saya hilang kartu saya lama cair"),
        ("dimasukin, dijupuk, ditulis", "dimasukkan diambil ditulis"),
        ("pndmpng kmrn pngmbilan pnrma", "pendamping kemarin pengambilan penerima"),
        ("peneriam bantaun daftra", "penerima bantuan daftar"),
        ("dhuwit terimo suaro", "uang terima suara"),
        ("ＰＫＨ", "pkh"),
        ("p\u200bk\u202eh", "pkh"),
        ("", ""),
        ("\x00\x00", ""),
    ],
)
def test_brings_writing_to_one_form(written: str, read: str) -> None:
    assert normalize(written) == read


def test_protected_words_are_never_changed() -> None:
    assert not protected_words() & slang_words().keys()
    for word in protected_words():
        assert normalize(word) == word


@pytest.mark.parametrize(
    "text",
    [
        "kami tamu resmi dari ekonomi, haji, sapi, kopi dan bumi",
        "masalah sekolah adalah berita mereka ketika miskin ingin mesin",
        "buku paku jago toko foto tante sore metode",
        "minat tahan tuhan tertib bahas tomat tamat",
        "Lanto Wale Katapi Baadia Punten Kadolomoko Katobengke Bukit Wolio Indah Temas Pandanwangi",
    ],
)
def test_leaves_plain_words_and_names_alone(text: str) -> None:
    assert normalize(text) == " ".join(text.lower().replace(",", "").split())


def test_a_long_row_of_endings_takes_no_time() -> None:
    text = "kahmi" * (BOUND // 5)
    assert normalize(text) == text


def test_full_words_are_not_shorthand_themselves() -> None:
    words = slang_words()
    chained = {short for short, full in words.items() if set(full.split()) & words.keys()}
    assert not chained


def test_reads_no_further_than_the_bound() -> None:
    assert normalize("ya " * 100_000) == normalize(("ya " * 100_000)[:BOUND])


@given(st.text(st.characters(exclude_categories=())))
def test_takes_any_text_and_settles_it(text: str) -> None:
    assert normalize(text) == normalize(text)
