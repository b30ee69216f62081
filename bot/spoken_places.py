"""Whether a message is nothing but a place: a kelurahan, a street, what stands beside it."""

import re

from nlu.parse import Parse

_LONGEST = 120  # characters
_WORD = re.compile(r"[^\W\d_]+")
_STREET = re.compile(
    r"\b(?:jl|jln|jalan|gang|gg|lorong|lrg|perumahan|btn|blok|mesjid|masjid|gereja|toko|warung"
    r"|kampung|kp|kompleks?|dusun)\b\.?(?:\s+[\w.]+){1,3}"
    r"|\br[tw]\W?\s?\d+",
    re.IGNORECASE,
)
_AROUND = frozenset(
    ("di", "saya", "sa", "sy", "kami", "ada", "rumah", "rumahnya", "rumahku", "tempatnya", "lokasi",
     "lokasinya", "alamat", "alamatnya", "kel", "kelurahan", "kec", "kecamatan", "desa", "kota",
     "rt", "rw", "no", "nomor", "dekat", "dkt", "depan", "dpn", "belakang", "samping", "sebelah",
     "sekitar", "pasar", "sekolah", "sd", "smp", "sma", "puskesmas", "kantor", "lurah", "pos",
     "lingkungan", "pinggir", "jalan", "pak", "bu", "min", "ya", "mi", "sini", "kejadiannya",
     "bagian", "atas", "bawah", "ujung", "pertigaan", "perempatan", "simpang", "pelabuhan",
     "terminal", "jembatan", "kali", "pantai", "tolong")
)  # fmt: skip


def is_place(parse: Parse) -> bool:
    """Say whether a message names a place and says nothing else."""
    rest = parse.text
    if len(rest) > _LONGEST or "?" in rest:
        return False
    areas = [entity for entity in parse.entities if entity.entity == "area"]
    for entity in reversed(areas):
        rest = f"{rest[: entity.start]} {rest[entity.end :]}"
    rest, streets = _STREET.subn(" ", rest)
    named = bool(areas) or streets > 0
    return named and {word.lower() for word in _WORD.findall(rest)} <= _AROUND
