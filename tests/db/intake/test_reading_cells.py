"""What cells say is read, or its line is refused with the reason."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from db.intake.columns import COLUMNS
from db.intake.lines import RefusedLine
from tests.db.intake.reading_files import (
    CONTEXT,
    KK,
    NIK,
    read_one,
    read_rows,
    reasons,
    taken,
    warnings,
)
from tests.moment import TODAY


@pytest.mark.parametrize(
    "written",
    [
        NIK, f"'{NIK}", f"’{NIK}", f" {NIK} ", "7472 0145 0190 0012", "7472.0145.0190.0012",
        f'="{NIK}"', f"{NIK}.0", f"`{NIK}", f"{NIK}\u200b", "747201-450190-0012",
    ],
)  # fmt: skip
def test_a_nik_is_read_whatever_a_spreadsheet_put_around_it(tmp_path: Path, written: str) -> None:
    assert taken(read_one(tmp_path, {"nik": written})).nik == NIK


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("7.47E+15", "nik_lost_digits"),
        ("7,47201E+15", "nik_lost_digits"),
        ("7.472014501900012e15", "nik_lost_digits"),
        ("9171014501900012.0", "nik_lost_digits"),  # above 2^53 a double rounds
        ("747201450190012", "nik_lost_zero"),
        ("74720145019012", "nik_length"),
        ("747201450190001234", "nik_length"),
        ("747201450190001O", "nik_letters"),
        ("７４７２０１４５０１９０００１２", "nik_letters"),
        ("7472014501900000", "nik_serial_zero"),
        ("9972014501900012", "nik_province"),
        ("7472014513900012", "nik_date"),  # month 13
        ("7472010001900012", "nik_date"),
        ("7472017202900012", "nik_date"),  # a woman's 32 February
        ("7472013102900012", "nik_date"),
        ("7472012902910012", "nik_date"),  # 29 February of no leap year
        ("=A1", "cell_formula"),
        ("#N/A", "cell_error"),
    ],
)
def test_a_nik_that_none_can_be_is_refused(tmp_path: Path, written: str, reason: str) -> None:
    assert reasons(read_one(tmp_path, {"nik": written})) == [reason]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("7.47E+15", "kk_lost_digits"),
        ("747201010120003", "kk_lost_zero"),
        ("7472", "kk_length"),
        ("KK7472010101200034", "kk_letters"),
        ("7472010101200000", "kk_serial_zero"),
    ],
)
def test_a_kk_that_none_can_be_is_refused(tmp_path: Path, written: str, reason: str) -> None:
    assert reasons(read_one(tmp_path, {"no kk": written})) == [reason]


def test_a_nik_of_anywhere_in_the_country_is_taken(tmp_path: Path) -> None:
    assert warnings(read_one(tmp_path, {"nik": "1101014501900012"})) == []


@pytest.mark.parametrize("empty", ["", "-", "0", "NULL", "tidak ada", "  "])
def test_an_empty_nik_is_told(tmp_path: Path, empty: str) -> None:
    assert warnings(read_one(tmp_path, {"nik": empty, "kk": KK})) == ["nik_missing"]
    assert warnings(read_one(tmp_path, {"nik": empty})) == ["number_missing"]


def test_a_text_column_whose_numbers_all_end_in_zero_was_rounded(tmp_path: Path) -> None:
    rounded = [[f"74720145019{n:04d}0", "Nama"] for n in range(1, 13)]
    lines = read_rows(tmp_path, ["nik", "nama"], *rounded)
    assert {tuple(reasons(line)) for line in lines} == {("nik_lost_digits",)}
    mixed = [*rounded, [NIK, "Nama"]]
    assert all(taken(line) for line in read_rows(tmp_path, ["nik", "nama"], *mixed))


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("1990-01-05", (1990, 1, 5)), ("05/01/1990", (1990, 1, 5)), ("5-1-1990", (1990, 1, 5)),
        ("5 Januari 1990", (1990, 1, 5)), ("5 Jan 1990", (1990, 1, 5)), ("05.01.90", (1990, 1, 5)),
        ("5 Nopember 1990", (1990, 11, 5)), ("05-Agt-90", (1990, 8, 5)), ("19900105", (1990, 1, 5)),
        ("05011990", (1990, 1, 5)), ("19101975", (1975, 10, 19)), ("32878", (1990, 1, 5)),
        ("1", (1900, 1, 1)), ("61", (1900, 3, 1)), ("1990-01-05 00:00:00", (1990, 1, 5)),
        ("'05/01/1990", (1990, 1, 5)), ("05/01/26", (2026, 1, 5)), ("05/01/27", (1927, 1, 5)),
        ("1990/01/05", (1990, 1, 5)), ("29/02/2000", (2000, 2, 29)),
    ],
)  # fmt: skip
def test_dates_are_read_in_every_form(
    tmp_path: Path, written: str, day: tuple[int, int, int]
) -> None:
    line = taken(read_one(tmp_path, {"nik": "", "tgl lahir": written}))
    assert line.birth_date == date(*day)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("31/02/1990", "date_impossible"), ("31 Februari 1990", "date_impossible"),
        ("11/25/1990", "date_impossible"), ("29/02/1900", "date_impossible"),
        ("1990-13-01", "date_impossible"), ("kemarin", "date_malformed"),
        ("01/1990", "date_malformed"), ("5 Foo 1990", "date_malformed"), ("1990", "date_malformed"),
        ("01/01/1899", "date_old"), ("23/11/2026", "date_future"), ("99999", "date_future"),
        ("=TODAY()", "cell_formula"), ("#VALUE!", "cell_error"),
    ],
)  # fmt: skip
def test_a_date_that_cannot_be_is_refused(tmp_path: Path, written: str, reason: str) -> None:
    assert reasons(read_one(tmp_path, {"tanggal lahir": written})) == [reason]


def test_the_place_of_birth_may_stand_before_its_date(tmp_path: Path) -> None:
    line = taken(read_one(tmp_path, {"Tempat, Tgl. Lahir": "Baubau, 05-01-1990"}))
    assert line.birth_date == date(1990, 1, 5)


def test_what_contradicts_the_nik_is_taken_and_told(tmp_path: Path) -> None:
    assert warnings(read_one(tmp_path, {"tgl lahir": "05/01/1990", "jk": "P"})) == []
    assert warnings(read_one(tmp_path, {"tgl lahir": "06/01/1990"})) == ["nik_other_birth"]
    assert warnings(read_one(tmp_path, {"L/P": "L"})) == ["nik_other_sex"]


@pytest.mark.parametrize(
    ("written", "sex"),
    [("L", "L"), ("p", "P"), ("LK", "L"), ("Perempuan", "P"), ("laki-laki", "L"), ("Wanita", "P"),
     ("-", None)],
)  # fmt: skip
def test_sex(tmp_path: Path, written: str, sex: str | None) -> None:
    assert taken(read_one(tmp_path, {"jenis kelamin": written})).sex == sex


def test_a_sex_that_is_none_is_refused(tmp_path: Path) -> None:
    assert reasons(read_one(tmp_path, {"jenis kelamin": "X"})) == ["sex_unknown"]


@pytest.mark.parametrize(
    ("written", "relation"),
    [("Kepala Keluarga", "head"), ("ISTRI", "spouse"), ("Anak Kandung", "child"), ("1", "head"),
     ("Mertua", "parent"), ("cucu", "other"), ("sepupu", "other")],
)  # fmt: skip
def test_relation(tmp_path: Path, written: str, relation: str) -> None:
    assert taken(read_one(tmp_path, {"SHDK": written})).relation == relation


def test_a_code_for_the_relation_is_not_guessed(tmp_path: Path) -> None:
    line = read_one(tmp_path, {"SHDK": "6"})
    assert taken(line).relation is None
    assert warnings(line) == ["relation_unknown"]


def test_rt_and_rw_get_their_zeros_back(tmp_path: Path) -> None:
    line = taken(read_one(tmp_path, {"rt": "1", "rw": "RW 12"}))
    assert (line.rt, line.rw) == ("001", "012")
    both = taken(read_one(tmp_path, {"RT/RW": "3/ 4"}))
    assert (both.rt, both.rw) == ("003", "004")
    assert reasons(read_one(tmp_path, {"rt": "1234"})) == ["neighbourhood_malformed"]
    assert reasons(read_one(tmp_path, {"rt/rw": "RT"})) == ["neighbourhood_malformed"]


@pytest.mark.parametrize(
    ("written", "decile"), [("1", 1), ("10", 10), ("Desil 3", 3), ("4.0", 4), ("-", None)]
)
def test_decile(tmp_path: Path, written: str, decile: int | None) -> None:
    assert taken(read_one(tmp_path, {"desil": written})).decile == decile


@pytest.mark.parametrize("written", ["0", "11", "satu", "6-10", "1,5"])
def test_a_decile_that_is_none_is_refused(tmp_path: Path, written: str) -> None:
    assert reasons(read_one(tmp_path, {"desil": written})) == ["decile_malformed"]


@pytest.mark.parametrize(
    ("written", "amount"),
    [("Rp 600.000,00", 600_000), ("600000", 600_000), ("600000.0", 600_000), ("600.000", 600_000),
     ("600,000.00", 600_000), ("Rp. 1.200.000,-", 1_200_000), ("rp600000", 600_000), ("-", None)],
)  # fmt: skip
def test_rupiah(tmp_path: Path, written: str, amount: int | None) -> None:
    assert taken(read_one(tmp_path, {"nominal": written})).amount == amount


@pytest.mark.parametrize(
    ("written", "reason"),
    [("10 kg beras", "amount_malformed"), ("-5", "amount_malformed"), ("600.5", "amount_malformed"),
     ("6E+5", "number_lost_digits"), ("9999999999999", "amount_too_large"),
     ("1.2.3", "amount_malformed"), ("=SUM(A1)", "cell_formula")],
)  # fmt: skip
def test_an_amount_that_is_none_is_refused(tmp_path: Path, written: str, reason: str) -> None:
    assert reasons(read_one(tmp_path, {"nominal": written})) == [reason]


@pytest.mark.parametrize(
    ("written", "code"),
    [("PKH", "PKH"), ("pkh tahap 3", "PKH"), ("BPNT/Sembako", "BPNT"), ("sembako", "BPNT"),
     ("Program Keluarga Harapan", "PKH"), ("PBI-JK", "PBI"), ("KIP", "PIP"), ("", None)],
)  # fmt: skip
def test_program(tmp_path: Path, written: str, code: str | None) -> None:
    assert taken(read_one(tmp_path, {"bantuan": written})).program_code == code


def test_a_program_that_is_none_or_several_is_refused(tmp_path: Path) -> None:
    assert reasons(read_one(tmp_path, {"program": "Kartu Prakerja"})) == ["program_unknown"]
    assert reasons(read_one(tmp_path, {"program": "PKH dan BPNT"})) == ["program_ambiguous"]


def test_a_line_without_program_is_of_the_lists_or_of_a_register(tmp_path: Path) -> None:
    given = replace(CONTEXT, program_code="PKH")
    line = taken(read_one(tmp_path, {"program": ""}, given))
    assert (line.program_code, line.status) == ("PKH", "active")
    assert taken(read_one(tmp_path, {"program": "BPNT"}, given)).program_code == "BPNT"
    assert taken(read_one(tmp_path, {"status": "aktif"})).status == "listed"


@pytest.mark.parametrize(
    ("written", "status", "left"),
    [("Aktif", "active", None), ("SP2D", "active", None), ("cair", "active", None),
     ("Sudah salur", "active", None), ("menunggu", "waiting", None), ("Calon", "waiting", None),
     ("proses verifikasi", "waiting", None), ("belum cair", "waiting", None),
     ("dihentikan", "stopped", None), ("Non Aktif", "stopped", None),
     ("nonaktif", "stopped", None), ("TIDAK LAYAK", "stopped", None),
     ("tidak aktif", "stopped", None), ("Graduasi Mandiri", "stopped", None),
     ("Meninggal Dunia", "stopped", "died"), ("pindah", "stopped", "moved"), ("", "active", None)],
)  # fmt: skip
def test_status(tmp_path: Path, written: str, status: str, left: str | None) -> None:
    line = taken(read_one(tmp_path, {"program": "PKH", "status": written}))
    assert (line.status, line.left_because) == (status, left)


@pytest.mark.parametrize("written", ["xyz", "tidak cair", "gagal salur"])
def test_a_status_that_may_mean_anything_is_refused(tmp_path: Path, written: str) -> None:
    assert reasons(read_one(tmp_path, {"status": written})) == ["status_unknown"]


def test_a_remark_that_somebody_left_counts_where_no_status_denies_it(tmp_path: Path) -> None:
    line = taken(read_one(tmp_path, {"program": "PKH", "ket": "Meninggal dunia"}))
    assert (line.status, line.left_because) == ("stopped", "died")
    told = read_one(tmp_path, {"program": "PKH", "ket": "pindah", "status": "aktif"})
    assert (taken(told).left_because, warnings(told)) == (None, ["left_in_remark"])


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"kelurahan": "Katobengke"}, "74.72.01.1007"),
        ({"Desa/Kel": "KEL. KATOBENGKE"}, "74.72.01.1007"),
        ({"desa": "bukitwolio-indah"}, "74.72.02.1001"),
        ({"kelurahan": "74.72.02.1002"}, "74.72.02.1002"),
        ({"kelurahan": "7472021002"}, "74.72.02.1002"),
        ({"kelurahan": "Lipu", "kecamatan": "Kec. Wolio"}, "74.72.02.1003"),
        ({"kelurahan": "", "kecamatan": "Wolio"}, None),
    ],
)
def test_kelurahan(tmp_path: Path, cells: dict[str, str], code: str | None) -> None:
    assert taken(read_one(tmp_path, cells)).area_code == code


@pytest.mark.parametrize(
    ("cells", "reason", "told"),
    [
        ({"kelurahan": "Katobenke"}, "area_unknown_near", "Katobengke"),
        ({"kelurahan": "Batulu", "kecamatan": "Wolio"}, "area_unknown_near", "Batulo"),
        ({"kelurahan": "Xyzzy"}, "area_unknown", ""),
        ({"kelurahan": "Batulo", "kecamatan": "Betoambari"}, "area_elsewhere", "Wolio"),
        ({"kelurahan": "Lipu"}, "area_ambiguous", "Betoambari, Wolio"),
        ({"kelurahan": "Labibia"}, "area_outside", "Kota Baubau"),
        ({"kelurahan": "Batulo", "kecamatan": "Wolyo"}, "district_unknown_near", "Wolio"),
        ({"kelurahan": "Batulo", "kecamatan": "Qqqq"}, "district_unknown", ""),
    ],
)
def test_a_kelurahan_that_is_none_or_not_ones_own_is_refused(
    tmp_path: Path, cells: dict[str, str], reason: str, told: str
) -> None:
    line = read_one(tmp_path, cells)
    assert reasons(line) == [reason]
    assert isinstance(line, RefusedLine)
    assert list(line.problems[0].values.values()) == ([told] if told else [])


def test_a_name_that_two_districts_know_is_clear_to_who_serves_one(tmp_path: Path) -> None:
    mine = replace(CONTEXT, area_code="74.72.02")
    assert taken(read_one(tmp_path, {"kelurahan": "Lipu"}, mine)).area_code == "74.72.02.1003"


@pytest.mark.parametrize(
    ("column", "longest"),
    [("nama", 100), ("alamat", 200), ("keterangan", 200), ("periode", 20), ("tempat salur", 120)],
)
def test_a_cell_longer_than_the_store_keeps_is_refused(
    tmp_path: Path, column: str, longest: int
) -> None:
    taken(read_one(tmp_path, {column: "a" * longest}))
    assert reasons(read_one(tmp_path, {column: "a" * (longest + 1)})) == ["cell_too_long"]


@pytest.mark.parametrize(
    ("written", "reason"),
    [("", "name_missing"), ("  ", "name_missing"), ("-", "name_missing"),
     ("123", "name_malformed"), ("=B2", "cell_formula"), ("@SUM", "cell_formula"),
     ("+x", "cell_formula"), ("#REF!", "cell_error")],
)  # fmt: skip
def test_a_name_that_is_none_is_refused(tmp_path: Path, written: str, reason: str) -> None:
    assert reasons(read_one(tmp_path, {"nama": written})) == [reason]


def test_names_lose_what_cannot_be_seen(tmp_path: Path) -> None:
    line = taken(read_one(tmp_path, {"nama": "  Wa\u00a0Ode \u200b\tSitti\x07 "}))
    assert line.name == "Wa Ode Sitti"


def test_card_and_phone_are_details_beside_unknown_columns(tmp_path: Path) -> None:
    line = taken(
        read_one(tmp_path, {"no kks": "6013010000000123", "no hp": "+62 812-3", "hobi": "masak"})
    )
    assert line.details == {"card": "6013010000000123", "phone": "+62 812-3", "hobi": "masak"}
    assert reasons(read_one(tmp_path, {"no kartu": "6.01E+15"})) == ["number_lost_digits"]


def test_every_reason_of_a_line_is_told_in_the_order_of_its_columns(tmp_path: Path) -> None:
    line = read_one(tmp_path, {"nama": "", "nik": "7.47E+15", "jk": "X", "kelurahan": "Xyzzy"})
    assert reasons(line) == ["name_missing", "nik_lost_digits", "sex_unknown", "area_unknown"]
    assert isinstance(line, RefusedLine)
    assert line.cells == {"nik": "7.47E+15", "jk": "X", "kelurahan": "Xyzzy"}


def test_reasons_hold_nothing_of_the_person(tmp_path: Path) -> None:
    row = dict.fromkeys(("jk", "rt", "desil", "status", "kelurahan"), "7472014501900012 Siti")
    line = read_one(tmp_path, {**row, "nik": "Siti", "tgl lahir": "Siti", "program": "Siti"})
    assert isinstance(line, RefusedLine)
    assert len(line.problems) == 8
    assert not any(
        "Siti" in text or NIK in text for p in line.problems for text in p.values.values()
    )


def test_since_is_the_day_of_the_list_where_no_column_says_it(tmp_path: Path) -> None:
    assert taken(read_one(tmp_path, {})).since == TODAY
    assert taken(read_one(tmp_path, {"TMT": "01/02/2025"})).since == date(2025, 2, 1)
    assert taken(read_one(tmp_path, {"sejak": "-"})).since == TODAY


@pytest.mark.parametrize("column", sorted(set(COLUMNS) - {"kecamatan"}))
@pytest.mark.parametrize("cell", ["9" * 5000, "aktif " * 1000])
def test_an_endless_cell_is_refused_before_it_costs_anything(
    tmp_path: Path, column: str, cell: str
) -> None:
    assert reasons(read_one(tmp_path, {column: cell}))[0] in ("cell_too_long", "name_malformed")
