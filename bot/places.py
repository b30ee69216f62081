"""The areas of the deployment, read once and kept: names, zones, and the finding of names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.areas import Area, all_areas
from db.session import Session
from nlu.gazetteer import Gazetteer, Place

_FRESH_FOR = timedelta(minutes=5)
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


def no_places(now: datetime) -> Places:
    """Give the areas of a store that does not exist yet: none."""
    return _places((), now)
