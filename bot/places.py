"""The areas of the deployment, read once and kept: names, zones, and the finding of names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from db.areas import Area, all_areas
from db.sample.tables import sample_areas
from db.session import Session
from nlu.gazetteer import Gazetteer, Place

_FRESH_FOR = timedelta(minutes=5)
_NEAR_A_NAME = 75.0  # of 100; it may be a slip of a name that is known here
_NAMED_PLACE = re.compile(
    r"\b(?:di|kota|kab|kabupaten|provinsi|kel|kelurahan|kec|kecamatan)\s+"
    r"((?:kota|kab|kabupaten|kel|kelurahan|kec|kecamatan|provinsi|daerah|wilayah)\s+)?([a-z]{4,})",
    re.IGNORECASE,
)
# What follows "di" without being a kelurahan or a city.
_NO_PLACE = frozenset(
    ("kantor", "bank", "mandiri", "rumah", "balai", "lurah", "camat", "warong", "warung", "ewarong",
     "agen", "desa", "kelurahan", "kecamatan", "kampung", "daerah", "wilayah", "tempat", "sini",
     "situ", "mana", "manaa", "sana", "bulan", "tahun", "tanggal", "hari", "minggu", "kita",
     "tempatku", "rumahku", "kantorpos", "aula", "lapangan", "gedung", "sekolah", "puskesos",
     "puskesmas", "dinas", "dinsos", "lingkungan", "kotaku", "januari", "februari", "maret",
     "april", "juni", "juli", "agustus", "september", "oktober", "november", "desember", "akhir",
     "awal", "kota", "tempatnya", "sekitar", "depan", "bagian", "komputer", "aplikasi", "kartu",
     "atas", "bawah", "pasar", "rekening", "bansos", "bantuan", "program", "dalam", "luar",
     "jalan", "toko")
)  # fmt: skip
_NATIONAL_ZONE = "Asia/Jakarta"


@dataclass(frozen=True)
class Places:
    """All areas as they were at one moment."""

    gazetteer: Gazetteer
    names: dict[str, str]
    zones: dict[str, str]
    levels: dict[str, str]
    read_at: datetime

    @property
    def city(self) -> str | None:
        """The code of the deployment's city, the first where there are several."""
        return next((code for code, level in self.levels.items() if level == "city"), None)

    @property
    def zone(self) -> str:
        """The zone of the deployment: that of its city, or of the capital where there is none."""
        return self.zone_of(self.city)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words that the names consist of, in small letters."""
        return frozenset(word.lower() for name in self.names.values() for word in name.split())

    def zone_of(self, code: str | None) -> str:
        """Give the zone of an area."""
        return self.zones.get(code or "", _NATIONAL_ZONE)

    def name_of(self, code: str | None) -> str:
        """Give the name of an area, or the code where it has none."""
        return self.names.get(code or "", code or "")

    def fresh(self, now: datetime) -> bool:
        """Say whether these may still be used; without any area they never are."""
        return bool(self.names) and now - self.read_at < _FRESH_FOR


def read_places(session: Session, now: datetime) -> Places:
    """Read all areas from the store."""
    return _places(all_areas(session), now)


def _places(areas: Sequence[Area], now: datetime) -> Places:
    return Places(
        gazetteer=Gazetteer(
            Place(area.code, area.name, area.level, area.parent_code) for area in areas
        ),
        names={area.code: area.name for area in areas},
        zones={area.code: area.timezone for area in areas},
        levels={area.code: area.level for area in areas},
        read_at=now,
    )


def places_of_sample(now: datetime) -> Places:
    """Give the areas of the sample data, for texts that are read before there is a store."""
    return _places([Area(**area.row) for area in sample_areas()], now)


def unknown_place(places: Places, text: str) -> str | None:
    """Give the name of a place that a text asks about and that is none of this deployment."""
    for found in _NAMED_PLACE.finditer(text):
        name = found.group(2)
        if name.lower() in _NO_PLACE or name.lower() in places.words:
            continue
        matches = places.gazetteer.find(name)
        if not matches or matches[0].score < _NEAR_A_NAME:
            return name.capitalize()
    return None
