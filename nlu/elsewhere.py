"""The places of other cities, so that a question from there is not taken for one from here."""

from functools import cache
from pathlib import Path
from typing import Final

import yaml

from nlu.gazetteer import Gazetteer, Place

ELSEWHERE_PATH: Final = Path(__file__).parent / "tables" / "elsewhere.yml"
_VILLAGE_DOTS: Final = 3


@cache
def places_elsewhere() -> Gazetteer:
    """Return the kecamatan and kelurahan that no deployment needs to have in its store."""
    names: dict[str, str] = yaml.safe_load(ELSEWHERE_PATH.read_text("utf-8"))
    return Gazetteer(
        (
            Place(
                code,
                name,
                "kelurahan" if code.count(".") == _VILLAGE_DOTS else "kecamatan",
                code.rpartition(".")[0],
            )
            for code, name in names.items()
        ),
        elsewhere=True,
    )
