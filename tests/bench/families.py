"""A large list as a file, and the places that it names."""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random

from sqlalchemy import insert

from db.areas import Area
from db.registry import Program
from db.session import Store

CITY = "74.72"
VILLAGE = f"{CITY}.01.1001"
FAMILY = 4
_VILLAGES = 300  # of a large city
_HEADER = ("nik", "no_kk", "nama", "tanggal_lahir", "jenis_kelamin", "hubungan_keluarga", "alamat",
           "rt", "rw", "kelurahan", "desil", "program", "status")  # fmt: skip
_GIVEN = (
    "Siti",
    "Wa Ode",
    "La Ode",
    "Muhammad",
    "Nur",
    "Andi",
    "Rosmini",
    "Sarina",
    "Budi",
    "Dewi",
)
_MIDDLE = ("Aminah", "Hasan", "Rahma", "Yusuf", "Ramlah", "Idris", "Kartini", "Salim", "Wahyuni")
_LAST = (
    "Lestari",
    "Hidayat",
    "Saputra",
    "Anggraini",
    "Maulana",
    "Pratiwi",
    "Nasution",
    "Wulandari",
)


def prepare(store: Store) -> None:
    """Put the places and the programme into an empty store."""
    villages = [
        {"code": f"{CITY}.01.{1001 + at}", "name": _word(at), "level": "village",
         "parent_code": f"{CITY}.01", "timezone": "Asia/Makassar"}
        for at in range(_VILLAGES)
    ]  # fmt: skip
    above = [
        {"code": code, "name": name, "level": level, "parent_code": parent,
         "timezone": "Asia/Makassar"}
        for code, name, level, parent in (
            ("74", "Sulawesi Tenggara", "province", None), (CITY, "Kota", "city", "74"),
            (f"{CITY}.01", "Kecamatan", "district", CITY),
        )
    ]  # fmt: skip
    program = {"code": "PKH", "name": "PKH", "agency": "Dinsos"}
    with store.begin() as session:
        session.execute(insert(Area), [*above, *villages])
        session.execute(insert(Program), [program])


def _word(number: int) -> str:
    letters = "abcdefghijklmnopqrst"
    return "".join(letters[number // 20**at % 20] for at in range(4)).capitalize()


def write_list(file: Path, rows: int) -> None:
    """Write a list of so many people, four to a family."""
    random = Random(rows)
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(_HEADER)
        for number in range(rows):
            writer.writerow(_cells(random, number))


def _cells(random: Random, number: int) -> Sequence[str]:
    family = number // FAMILY
    born = date.fromordinal(random.randint(710_000, 738_000))
    sex = random.choice("LP")
    day = born.day + (40 if sex == "P" else 0)
    # The serial of a day tells apart who was born on it; the region goes on where it is used up.
    serial = number % 9_999 + 1
    nik = f"{747201 + number // 9_999 % 90}{day:02d}{born:%m%y}{serial:04d}"
    kk = f"7472{family // 9_999 % 90 + 10:02d}{1 + family % 28:02d}0120{family % 9_999 + 1:04d}"
    name = f"{random.choice(_GIVEN)} {random.choice(_MIDDLE)} {random.choice(_LAST)}"
    relation = ("kepala keluarga", "istri", "anak", "anak")[number % FAMILY]
    village = _word(family % _VILLAGES)
    return (
        nik, kk, name, f"{born:%d/%m/%Y}", sex, relation, f"Jalan Bataraguru {family % 200}",
        f"{family % 12 + 1:03d}", f"{family % 7 + 1:03d}", village, str(family % 10 + 1), "PKH",
        "aktif",
    )  # fmt: skip
