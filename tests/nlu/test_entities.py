from datetime import date

import pytest

from nlu.dates import find_dates
from nlu.entities import Extractor
from nlu.fold import fold
from nlu.programs import program_code, program_names

TODAY = date(2026, 11, 22)  # a Sunday


@pytest.mark.parametrize(
    ("text", "raw", "value"),
    [
        ("besok", "besok", "2026-11-23"),
        ("lusa jam 8", "lusa", "2026-11-24"),
        ("yang kemarin", "kemarin", "2026-11-21"),
        ("kemarin dulu", "kemarin dulu", "2026-11-20"),
        ("tgl 5 bulan depan", "5 bulan depan", "2026-12-05"),
        ("tanggal 12", "12", "2026-12-12"),
        ("senin depan", "senin depan", "2026-11-23"),
        ("hari kamis", "kamis", "2026-11-26"),
        ("rabu kemarin", "rabu kemarin", "2026-11-18"),
        ("hari minggu", "minggu", "2026-11-22"),
        ("3 hari lagi", "3 hari lagi", "2026-11-25"),
        ("dua minggu yang lalu", "dua minggu yang lalu", "2026-11-08"),
        ("katanya 3 hari lagi cair", "3 hari lagi", "2026-11-25"),
        ("sy lapor 5 hari yg lalu blm ada kabar", "5 hari yg lalu", "2026-11-17"),
        ("sudah 2 minggu lalu saya lapor", "2 minggu lalu", "2026-11-08"),
        ("tiga hari lagikah?", "tiga hari lagi", "2026-11-25"),
        ("didaftar dua pekan silam", "dua pekan silam", "2026-11-08"),
        ("seminggu lagi dibagi", "seminggu lagi", "2026-11-29"),
        ("cair rong dino maneh", "rong dino maneh", "2026-11-24"),
        ("yang tahap 2 minggu lalu", "minggu lalu", "2026-11-15"),
        ("minggu lalu", "minggu lalu", "2026-11-15"),
        ("bulan lalu", "bulan lalu", "2026-10-01"),
        ("17-8-45", "17-8-45", "1945-08-17"),
        ("17/08/2015", "17/08/2015", "2015-08-17"),
        ("2026-12-01", "2026-12-01", "2026-12-01"),
        ("7 agust", "7 agust", "2026-08-07"),
        ("1 desember 2026", "1 desember 2026", "2026-12-01"),
        ("senin 7 Desember 2026", "senin 7 Desember 2026", "2026-12-07"),
        ("tgl 5 bln 12", "5 bln 12", "2026-12-05"),
        ("bulan desember", "desember", "2026-12-01"),
        ("sejak maret", "maret", "2026-03-01"),
        ("maret", "maret", "2027-03-01"),
        ("sesuk isuk", "sesuk", "2026-11-23"),
        ("hari ko", "hari ko", "2026-11-22"),
        ("3 november kemarin", "3 november", "2026-11-03"),
    ],
)
def test_reads_dates_as_people_say_them(text: str, raw: str, value: str) -> None:
    folded = fold(text)
    found = [(text[s.start : s.end], s.value) for s in find_dates(folded, TODAY)]
    assert found == [(raw, value)]


@pytest.mark.parametrize(
    ("text", "day", "raw", "value"),
    [
        ("cair jumat minggu depan", 27, "jumat minggu depan", "2026-12-04"),
        ("cair jumat minggu depan", 25, "jumat minggu depan", "2026-12-04"),
        ("selasa minggu depan ya", 23, "selasa minggu depan", "2026-12-01"),
        ("rabu minggu lalu", 27, "rabu minggu lalu", "2026-11-18"),
        ("senin, minggu depan", 22, "senin, minggu depan", "2026-11-23"),
        ("minggu depan hari jumat", 27, "minggu depan hari jumat", "2026-12-04"),
        ("pekan depan pas kamis", 23, "pekan depan pas kamis", "2026-12-03"),
        ("kamis minggu ini", 27, "kamis minggu ini", "2026-11-26"),
        ("dina jemuah minggu ngarep", 27, "jemuah minggu ngarep", "2026-12-04"),
        ("isnin minggu depan", 25, "isnin minggu depan", "2026-11-30"),
        ("rebo minggu wingi", 27, "rebo minggu wingi", "2026-11-18"),
        ("bulan depan tanggal 5", 22, "bulan depan tanggal 5", "2026-12-05"),
        ("sasi ngarep tgl 3", 22, "sasi ngarep tgl 3", "2026-12-03"),
        ("tgl 10 kemarin", 22, "10", "2026-11-10"),
        ("tgl 25 kmrn", 22, "25", "2026-10-25"),
        ("tanggal sepuluh yang lalu", 22, "sepuluh", "2026-11-10"),
        ("10 desember kemarin", 22, "10 desember", "2025-12-10"),
        ("lahir 17 8 1945", 22, "17 8 1945", "1945-08-17"),
        ("lahir 17081945", 22, "17081945", "1945-08-17"),
    ],
)
def test_reads_what_is_said_of_a_date_together(text: str, day: int, raw: str, value: str) -> None:
    found = find_dates(fold(text), date(2026, 11, day))
    assert [(text[s.start : s.end], s.value) for s in found] == [(raw, value)]


@pytest.mark.parametrize(
    "text",
    [
        "tanggal 31 februari",
        "tgl 30 februari",
        "tgl 31 november",
        "tanggal tiga puluh satu november",
        "anggota kube tgl 6 orang",
        "norek 17081945",
        "nomor 31132026",
        "sudah 2 bulan",
        "sudah 3 hari belum cair",
        "tiap 2 minggu",
        "tiap 3 bulan lewat kartu",
        "sudah 3 hari lagi sakit",
        "nunggu 3 hari lalu datang",
        "lebih dari 2 minggu lalu",
        "2-3 hari lagi",
        "dua tiga hari lagi",
        "berapa hari lagi",
        "3 hari",
        "rt 03/05",
        "31/2/2026",
        "99-99-99",
        "jam 8",
        "tahun kemarin",
        "0/0",
    ],
)
def test_durations_and_impossible_days_are_no_dates(text: str) -> None:
    assert list(find_dates(text, TODAY)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7472 9541 0585 0002", [("nik", "7472954105850002")]),
        ("7472.9501.0190.0001 ya", [("nik", "7472950101900001")]),
        ("no kk 7472-9501-0112-0004", [("kk_number", "7472950101120004")]),
        ("kartu keluarga saya 7472950101120004", [("kk_number", "7472950101120004")]),
        (
            "7472950101900001 7472950101120004",
            [("nik", "7472950101900001"), ("kk_number", "7472950101120004")],
        ),
        ("7472959901900001", [("kk_number", "7472959901900001")]),
        ("7472950101900001 1234", [("nik", "7472950101900001")]),
        ("747295010190000", []),
        ("pks 2026 123", [("ticket_number", "PKS-2026-000123")]),
        ("PKS2026000017", [("ticket_number", "PKS-2026-000017")]),
        ("tiket 000123", [("ticket_number", "123")]),
        ("nomor laporan 57 gimana", [("ticket_number", "57")]),
        ("no 123", [("ticket_number", "123")]),
        ("laporan 2 minggu lalu", [("date", "2026-11-08")]),
        ("jalan wolio no 12", []),
        ("0852 4123 9876", [("phone", "+6285241239876")]),
        ("+62 812-3456-7890", [("phone", "+6281234567890")]),
        ("buka bit.ly/bansos2026.", [("url", "bit.ly/bansos2026")]),
        ("email a@b.com", []),
        ("surel nama.me@mail.com, cek bit.ly/x", [("url", "bit.ly/x")]),
        ("pkj cair", [("program", "PKH")]),
        ("kip kuliah", []),
        ("kip sekolah", [("program", "PIP")]),
        ("dipotong 50rb", [("amount", "50000")]),
        ("Rp 200.000", [("amount", "200000")]),
        ("Rp. 4.750.000,-", [("amount", "4750000")]),
        ("dua ratus lima puluh ribu", [("amount", "250000")]),
        ("satu setengah juta", [("amount", "1500000")]),
        ("seket ewu", [("amount", "50000")]),
        ("limo puluh ribu", [("amount", "50000")]),
        ("1,2 juta", [("amount", "1200000")]),
        ("dua ribu orang", []),
        ("nuwun sewu", []),
        ("bpjs gratis sama kks", [("program", "PBI"), ("program", "BPNT")]),
        ("kartu merah putih", [("program", "BPNT")]),
        ("bpjs ketenagakerjaan", []),
        ("pkhnya blt dana desa", [("program", "PKH"), ("program", "BLTD")]),
    ],
)
def test_finds_canonical_values(
    extractor: Extractor, text: str, expected: list[tuple[str, str]]
) -> None:
    assert [(e.entity, e.value) for e in extractor.extract(text)] == expected


def test_spans_fit_the_original_text(extractor: Extractor) -> None:
    text = "İİ ＰＫＨ 🙏 di Bukit Wolyo Indah, tgl 5 — Rp 50.000 nik 7472 9541 0585 0002"
    found = extractor.extract(text)
    assert [e.entity for e in found] == ["program", "area", "date", "amount", "nik"]
    assert [text[e.start : e.end] for e in found] == [e.raw for e in found]
    assert found[1].raw == "Bukit Wolyo Indah"


def test_every_name_of_a_programme_leads_to_its_code() -> None:
    for code, names in program_names().items():
        for name in names:
            assert program_code(name) == (None if code == "-" else code)
    assert program_code("PKH") == "PKH"
    assert program_code("mobil") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("jadwal lansia lipu", ["LANSIA"]),
        ("pencairan disabilitas kapan", ["DISABILITAS"]),
        ("ada lansia sakit di rumah", []),
        ("lansia", []),
    ],
)
def test_people_are_a_programme_only_where_it_is_handed_out(
    extractor: Extractor, text: str, found: list[str]
) -> None:
    assert [e.value for e in extractor.extract(text) if e.entity == "program"] == found
