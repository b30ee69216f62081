"""Ten thousand broken files and any others: refused in whole or in part, never an error."""

import io
import random
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.intake.lines import FileRefused, Line, RefusedLine
from db.intake.reader import read_list
from tests.db.intake.reading_files import (
    CONTEXT,
    csv_bytes,
    ods_bytes,
    read,
    reasons,
    taken,
    xlsx_bytes,
    zipped,
)
from tests.moment import TODAY

TEXTS, WORKBOOKS = 9_600, 400
JUNK = (
    b"\0", b"\xff", b'"', b"'", b"\n", b"\r", b",", b";", b"\t", b"=", b"7.47E+15", b"\xef\xbb\xbf",
    b"9" * 400, b"-", b"\xe2\x80\x8b", b"<", b">", b"&", b"1e999", b"nan", b"inf", b"\x1a",
    "٣".encode(), "²".encode(), "𝟗".encode(), b"31/02/1990", b"99999999",
)  # fmt: skip
HEADER = [
    "No", "NIK", "No KK", "Nama Lengkap", "Tgl Lahir", "L/P", "SHDK", "Alamat", "RT/RW", "Desa/Kel",
    "Kecamatan", "Desil", "Bantuan", "Status", "Tahap", "Nominal", "Tgl Salur", "Bank", "No KKS",
    "No HP", "Ket", "TMT", "Hobi",
]  # fmt: skip


def rows(rng: random.Random, count: int) -> list[list[object]]:
    """Give rows as agencies write them."""
    return [
        [
            number, f"74720145019{rng.randrange(1, 99999):05d}", "7472010101200034", "Wa Ode Sitti",
            rng.choice(["05/01/1990", "1990-01-05", "5 Januari 1990", 32878, ""]),
            rng.choice("LP"), rng.choice(["Istri", "KK", "6"]), "Jl. A, 1", "1/2",
            rng.choice(["Katobengke", "Lipu", "Katobenke", "Labibia"]), rng.choice(["Wolio", ""]),
            rng.choice([1, 4, "desil 2", 11]), rng.choice(["PKH tahap 3", "Sembako", "?"]),
            rng.choice(["aktif", "meninggal", "belum cair", "?"]), "2026-3",
            rng.choice([600000, "Rp 600.000,00", "x"]), "15/07/2026", "Kantor Pos",
            "6013010000000123", "0812345678", rng.choice(["", "pindah"]), "", "masak",
        ]
        for number in range(1, count + 1)
    ]  # fmt: skip


def broken(rng: random.Random, content: bytes) -> bytes:
    """Give a file with up to five things wrong in it."""
    data = bytearray(content)
    for _ in range(rng.randint(1, 5)):
        at = rng.randrange(len(data) + 1)
        match rng.randrange(6):
            case 0 if at < len(data):
                data[at] ^= 1 << rng.randrange(8)
            case 1:
                del data[at:]
            case 2:
                data[at:at] = rng.choice(JUNK) * rng.randint(1, 3)
            case 3:
                del data[at : at + rng.randint(1, 40)]
            case 4:
                data[at:at] = rng.randbytes(rng.randint(1, 30))
            case _:
                other = rng.randrange(len(data) + 1)
                piece = data[at : at + rng.randint(1, 60)]
                data[other:other] = piece
    return bytes(data)


def broken_table(rng: random.Random) -> list[list[object]]:
    """Give a table whose columns are mixed up and whose cells may be anything."""
    table: list[list[object]] = [list(HEADER), *rows(rng, rng.randint(0, 4))]
    for row in table:
        if rng.random() < 0.2:
            rng.shuffle(row)
        if rng.random() < 0.3:
            del row[rng.randrange(len(row)) :]
        if rng.random() < 0.5 and row:
            junk = rng.choice(JUNK).decode("utf-8", "replace")
            row[rng.randrange(len(row))] = "".join(c for c in junk if c.isprintable())
    return table


def broken_archive(rng: random.Random, content: bytes) -> bytes:
    """Give a workbook with one of its parts broken inside."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice([name for name in parts if "xml" in name])
    if rng.random() < 0.1:
        del parts[name]
    else:
        parts[name] = broken(rng, parts[name])
    return zipped(parts)


def outcome(path: Path, content: bytes) -> str:
    """Read all of a file and say what became of it; any error but a refusal comes through."""
    path.unlink(missing_ok=True)  # to write over a file takes ten times as long
    path.write_bytes(content)
    try:
        with read_list(path, CONTEXT) as reading:
            found = list(reading.lines())
            assert reading.position() <= reading.size_hint
    except FileRefused:
        return "file"
    for line in found:
        assert isinstance(line, Line | RefusedLine)
        if isinstance(line, RefusedLine):
            assert line.problems
        else:
            assert_fits(line)
    return "rows"


def assert_fits(line: Line) -> None:
    """A line that is taken goes into the columns of the store."""
    lengths = ((line.name, 100), (line.address, 200), (line.period, 20), (line.place, 120),
               (line.reason, 200))  # fmt: skip
    assert all(text is None or 0 < len(text) <= most for text, most in lengths)
    assert line.name.isprintable()
    numbers = [number for number in (line.nik, line.kk) if number is not None]
    assert all(len(n) == 16 and n.isascii() and n.isdecimal() for n in numbers)
    assert line.decile is None or 1 <= line.decile <= 10
    assert all(day is None or day <= TODAY for day in (line.birth_date, line.since, line.paid_on))


def texts() -> Iterator[bytes]:
    rng = random.Random(4)
    for _ in range(TEXTS):
        delimiter, encoding = rng.choice(",;\t|"), rng.choice(["utf-8", "utf-8-sig", "utf-16"])
        if rng.random() < 0.3:
            yield csv_bytes(broken_table(rng), delimiter, encoding)
        else:
            content = csv_bytes([HEADER, *rows(rng, rng.randint(1, 4))], delimiter, encoding)
            yield broken(rng, content)


def workbooks() -> Iterator[bytes]:
    rng = random.Random(4)
    writers: list[Callable[..., bytes]] = [xlsx_bytes, ods_bytes]
    whole = [write({"A": [HEADER, *rows(rng, 4)], "B": [["x"]]}) for write in writers]
    for number in range(WORKBOOKS):
        content = whole[number % 2]
        match number % 8:
            case 0 | 1:
                yield broken(rng, content)
            case 2:
                yield xlsx_bytes({"A": broken_table(rng)})
            case 3:
                yield ods_bytes({"A": broken_table(rng)})
            case _:
                yield broken_archive(rng, content)


def test_ten_thousand_broken_files_are_refused_in_whole_or_in_part(tmp_path: Path) -> None:
    path = tmp_path / "list"
    found = [outcome(path, content) for content in texts()]
    found += [outcome(path, content) for content in workbooks()]
    assert len(found) == 10_000
    assert found.count("file") > 500
    assert found.count("rows") > 5_000


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=3000), st.sampled_from([b"", b"PK\x03\x04", b"nik,nama\n", b"<"]))
def test_any_bytes_are_a_list_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, start: bytes
) -> None:
    outcome(tmp_path_factory.getbasetemp() / "bytes", start + content)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(st.text(max_size=30), min_size=23, max_size=23), max_size=3))
def test_any_cells_are_a_line_or_refused(
    tmp_path_factory: pytest.TempPathFactory, cells: list[list[str]]
) -> None:
    content = csv_bytes([HEADER, *cells], encoding="utf-8")
    outcome(tmp_path_factory.getbasetemp() / "cells", content)


LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZéñ"
WORDS = st.text(LETTERS, min_size=2, max_size=12).filter(
    lambda word: word.lower() not in "null none"
)
DAYS = st.dates(date(1920, 1, 1), TODAY - timedelta(days=1))
CLEAN = st.fixed_dictionaries(
    {
        "nama": st.lists(WORDS, min_size=2, max_size=4).map(" ".join),
        "born": DAYS,
        "sex": st.sampled_from("LP"),
        "serial": st.integers(1, 9999).filter(lambda serial: serial % 10 != 0),
        "alamat": st.lists(WORDS, min_size=2, max_size=3).map(", ".join),
        "decile": st.integers(1, 10),
        "amount": st.integers(0, 10**9),
    }
)
FORMS = {
    "iso": "{0:%Y-%m-%d}", "slashes": "{0:%d/%m/%Y}", "dashes": "{0.day}-{0.month}-{0.year}",
    "points": "{0:%d.%m.%Y}", "together": "{0:%d%m%Y}",
}  # fmt: skip
WRITE: dict[str, Callable[[list[list[object]]], bytes]] = {
    "comma": lambda table: csv_bytes(table),
    "semicolon, BOM": lambda table: csv_bytes(table, ";", "utf-8-sig"),
    "tab, UTF-16": lambda table: csv_bytes(table, "\t", "utf-16"),
    "cp1252": lambda table: csv_bytes(table, ";", "cp1252"),
    "xlsx": lambda table: xlsx_bytes({"A": table}),
    "ods": lambda table: ods_bytes({"A": table}),
}


@pytest.mark.parametrize("form", sorted(WRITE))
@settings(max_examples=25, deadline=None)
@given(people=st.lists(CLEAN, min_size=1, max_size=4), written=st.sampled_from(sorted(FORMS)))
def test_a_clean_line_comes_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    form: str,
    people: list[dict[str, object]],
    written: str,
) -> None:
    table: list[list[object]] = [
        ["no", "nik", "nama", "tgl lahir", "jk", "alamat", "desil", "nominal"]
    ]
    for number, person in enumerate(people, start=1):
        born = person["born"]
        assert isinstance(born, date)
        day = born.day + (40 if person["sex"] == "P" else 0)
        person["nik"] = f"747201{day:02d}{born:%m%y}{person['serial']:04d}"
        told = [person[name] for name in ("sex", "alamat", "decile", "amount")]
        day_written = FORMS[written].format(born)
        table.append([number, person["nik"], person["nama"], day_written, *told])
    lines = read(tmp_path_factory.getbasetemp(), WRITE[form](table), name=f"clean-{form}")
    kept = [taken(line) for line in lines if isinstance(line, Line)]
    refused = [line for line in lines if isinstance(line, RefusedLine)]
    assert all(reasons(line) == ["row_repeated"] for line in refused)
    wanted = {
        (p["nik"], p["nama"], p["born"], p["sex"], p["alamat"], p["decile"], p["amount"])
        for p in people
    }
    assert {
        (k.nik, k.name, k.birth_date, k.sex, k.address, k.decile, k.amount) for k in kept
    } == wanted
    assert all(line.warnings == () for line in kept)
