import pytest

from nlu.fold import fold, tokens
from nlu.gazetteer import Gazetteer, Located, Place


def places_in(gazetteer: Gazetteer, text: str) -> list[Located]:
    return list(gazetteer.locate_in(text, tokens(fold(text))))


def located(gazetteer: Gazetteer, text: str) -> list[tuple[str, str]]:
    return [
        (text[found.start : found.end], found.matches[0].place.name)
        for found in places_in(gazetteer, text)
    ]


@pytest.mark.parametrize(
    ("text", "raw", "name"),
    [
        ("kapan di bukit wolyo indah", "bukit wolyo indah", "Bukit Wolio Indah"),
        ("kalau di wolio indah", "wolio indah", "Bukit Wolio Indah"),
        ("di wolyo indah kapan", "wolyo indah", "Bukit Wolio Indah"),
        ("lowu2 kapan", "lowu2", "Lowu-Lowu"),
        ("kel bkt wolio indh", "bkt wolio indh", "Bukit Wolio Indah"),
        ("kapan pkh cair di bukit", "bukit", "Bukit Wolio Indah"),
        ("kel wangk", "wangk", "Wangkanapi"),
        ("kel kaobu kapan", "kaobu", "Kaobula"),
        ("kel lowu", "lowu", "Lowu-Lowu"),
        ("warga wangk", "wangk", "Wangkanapi"),
        ("di Lowu-Lowu", "Lowu-Lowu", "Lowu-Lowu"),
        ("kelurahan lipo", "lipo", "Lipu"),
        ("batara guru", "batara guru", "Bataraguru"),
        ("orang katobengki", "katobengki", "Katobengke"),
        ("kec. murhum", "murhum", "Murhum"),
        ("melai", "melai", "Melai"),
        ("di wale", "wale", "Wale"),
        ("bone-bone", "bone-bone", "Bonebone"),
    ],
)
def test_finds_names_right_and_wrong(gazetteer: Gazetteer, text: str, raw: str, name: str) -> None:
    assert located(gazetteer, text) == [(raw, name)]


@pytest.mark.parametrize(
    "text",
    [
        "pak tanto wali jalan lama",
        "kena badai besar",
        "rumah baru di jalan betoambari",
        "kelompok melati",
        "tolong lapor saya tidak dapat bantuan beras sama sekali",
        "kartu baru karya saya",
        "kami lari ke bukit",
        "kel saya",
        "kartu ada di tangan ambo",
        "lurah baru",
        "kec mana",
    ],
)
def test_makes_no_place_of_ordinary_words(gazetteer: Gazetteer, text: str) -> None:
    assert located(gazetteer, text) == []


def test_ambiguous_name_returns_every_place() -> None:
    places = [
        Place("1.1", "Bungi", "kelurahan", "1"),
        Place("2", "Bungi", "kecamatan", None),
        Place("3.1", "Wameo", "kelurahan", "3"),
    ]
    found = Gazetteer(places).find("bungi")
    assert [match.place.code for match in found] == ["1.1", "2"]
    assert {match.score for match in found} == {100.0}


def test_name_that_is_only_begun_may_mean_several_places() -> None:
    places = [
        Place("1.1", "Kadolomoko", "kelurahan", "1"),
        Place("1.2", "Kadolo Katapi", "kelurahan", "1"),
        Place("1.3", "Wameo", "kelurahan", "1"),
    ]
    (found,) = places_in(Gazetteer(places), "kapan cair di kel kadol")
    assert {match.place.code for match in found.matches} == {"1.1", "1.2"}
    assert len({match.score for match in found.matches}) == 1


def test_field_takes_a_part_or_a_slip_of_a_name(gazetteer: Gazetteer) -> None:
    assert gazetteer.find("kel. Bukit Wolyo Indah")[0].place.name == "Bukit Wolio Indah"
    assert {m.place.name for m in gazetteer.find("wolio")} >= {"Wolio", "Bukit Wolio Indah"}
    assert gazetteer.find("xyz") == []
    assert gazetteer.find("🙏") == []


def test_no_places_is_no_trouble() -> None:
    empty = Gazetteer([])
    assert places_in(empty, "di lipu") == []
    assert empty.find("lipu") == []
