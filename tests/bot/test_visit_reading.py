"""Whose visit a message tells of: nothing is put into the record of who may not be meant."""

import re

import pytest
from sqlalchemy import select

from bot.messages import Media, MediaKind
from db.areas import Area
from db.assignments import families_of
from db.registry import Household
from db.registry import Person as Member
from db.session import Store
from db.tickets import Ticket
from db.visits import Visit
from tests.bot.test_companion_visits import first_companion, own_family, visits_of
from tests.moment import TODAY
from tests.talk import Person, words

NAMES = ("Siti Zubaidah", "Zubair Qadri", "La Qasim", "La Yunus Qasim", "Xaverius")


@pytest.fixture
def known(companion: Person, sample_store: Store) -> dict[str, int]:
    """Give families that are named in a known way, by the names of their heads."""
    homes = [own_family(sample_store, place)[0] for place in range(len(NAMES))]
    with sample_store.begin() as session:
        for home, name in zip(homes, NAMES, strict=True):
            for member in session.scalars(select(Member).filter_by(household_id=home.id)):
                member.name = name if member.relation == "head" else "Qx Tersembunyi"
    return dict(zip(NAMES, (home.id for home in homes), strict=True))


def count(store: Store) -> int:
    with store.read() as session:
        return len(session.scalars(select(Visit)).all())


@pytest.mark.databases("sqlite")
def test_who_may_not_be_meant_is_asked_for(
    companion: Person, sample_store: Store, known: dict[str, int]
) -> None:
    elsewhere = "Lamangga"
    for said in (
        f"kunjungan Bu Siti {elsewhere}, anak sakit, sdh ke posyandu, foto nyusul",
        "kunjungan Pak Zubair Setiawan, meninggal kemarin",
        f"kunjungan Zubair Qadri {elsewhere}, atap bocor",
    ):
        told = companion.say(said)
        assert "belum kami catat" in words(told), said
        assert any(choice.value.startswith("family:") for choice in told[-1].choices)
        assert count(sample_store) == 0
        companion.say("batal")
    companion.say(f"kunjungan Bu Siti {elsewhere}, anak sakit, sdh ke posyandu, foto nyusul")
    read_back = words(companion.press(f"family:{known['Siti Zubaidah']}"))
    assert "Posyandu: Ya" in read_back
    assert elsewhere not in read_back
    companion.press("form:yes")
    [(visit, finding)] = visits_of(sample_store, known["Siti Zubaidah"])
    assert (visit.checks, finding) == ({"posyandu": "yes"}, "anak sakit, sdh ke posyandu")

    # A whole name is his who bears it; "tadi pagi" names nobody.
    kept = words(companion.say("kunjungan La Qasim anak-anak sehat"))
    assert "Tercatat: La Qasim" in kept
    assert "Keadaan: Baik" in kept
    companion.say("kunjungan tadi pagi jam 8 ke rumah Zubair Qadri, sekolah tidak pernah absen")
    [(visit, _finding)] = visits_of(sample_store, known["Zubair Qadri"])
    assert visit.checks == {"school": "yes"}
    with sample_store.read() as session:
        assert not session.scalars(select(Ticket).filter_by(category="family")).all()
    assert "Data: Pindah" in words(companion.say("kunjungan Xaverius pindah rumah"))


@pytest.mark.databases("sqlite")
def test_a_name_that_fits_several_is_asked_wherever_it_is_said(
    companion: Person, sample_store: Store, known: dict[str, int]
) -> None:
    with sample_store.begin() as session:
        home = session.get_one(Household, known["Siti Zubaidah"])
        place = session.get_one(Area, home.area_code).name
        session.get_one(Household, known["La Qasim"]).area_code = home.area_code
        heads = select(Member).filter_by(household_id=known["La Qasim"], relation="head")
        for head in session.scalars(heads):
            head.name = "Sitti Hawa"
    both = {f"family:{known[name]}" for name in ("Siti Zubaidah", "La Qasim")}
    report = f"kunjungan Bu Siti {place}, anak sakit, sdh ke posyandu"
    for said in ((report,), ("bantu warga", "bu siti"), ("jamin", f"bu siti {place}")):
        asked = companion.tell(*said)
        assert both <= {choice.value for choice in asked[-1].choices}, said
        companion.say("batal")
    assert count(sample_store) == 0
    whole = report.replace("Siti", "Siti Zubaidah")
    assert "Tercatat: Siti Zubaidah" in words(companion.say(whole))


@pytest.mark.databases("sqlite")
def test_a_name_is_found_as_it_is_written_and_behind_a_greeting(
    companion: Person, sample_store: Store, known: dict[str, int]
) -> None:
    with sample_store.begin() as session:
        for name, new in (("La Qasim", "La Ode Xantyo"), ("Xaverius", "Wa Ode Yaqqina")):
            for head in session.scalars(select(Member).filter_by(name=name)):
                head.name = new
    for said, name in (
        ("kunjungan Laode Xantyo, sehat", "La Qasim"), ("kunjungan ld xantio, cair", "La Qasim"),
        ("kunjungan wd Yaqqina, sehat", "Xaverius"),
        ("Assalamualaikum, kunjungan om Zubair Qadri, sehat", "Zubair Qadri"),
        ("selamat siang, kunjungan ke rumahnya bpk. Yunus Qasim, sehat", "La Yunus Qasim"),
    ):  # fmt: skip
        assert "Tercatat: " in words(companion.say(said)), said
        assert visits_of(sample_store, known[name]), said
    assert "Yaqqina" in words(companion.say("cari waode yaqqina"))


@pytest.mark.databases("sqlite")
def test_of_several_families_each_has_its_own_record_or_none(
    companion: Person, sample_store: Store, known: dict[str, int]
) -> None:
    for said in (
        "kunjungan Zubair Qadri sehat dan Siti Zubaidah sakit demam",
        "kunjungan Zubair Qadri, sehat, Pak Xaverius pindah",
        "kunjungan Zubair Qadri, sehat, lalu ke Xaverius butuh seng",
        "Kunjungan hari ini: 1. Zubair Qadri sehat 2. Xaverius butuh seng",
    ):
        assert "lebih dari satu keluarga" in words(companion.say(said)), said
    three = (
        "kunjungan Zubair Qadri, sehat\nkunj Siti Zubaidah, butuh seng\n"
        "kunjungan Pak Zubaidi Lamangga, sakit\nkunjungan Xaverius, besok"
    )
    photo = Media(MediaKind.PHOTO, "whose", "image/jpeg")
    assert "lebih dari satu keluarga" in words(companion.send_file(photo, three))
    assert count(sample_store) == 0
    companion.say("kunjungan")  # a form that is open takes none of it for its own
    told = words(companion.say(three))
    assert told.count("Tercatat: ") == 2
    assert "• kunjungan Pak Zubaidi Lamangga, sakit\n• kunjungan Xaverius, besok" in told
    [(visit, finding)] = visits_of(sample_store, known["Siti Zubaidah"])
    assert (visit.checks, finding) == ({"state": "need"}, "butuh seng")
    assert count(sample_store) == 2
    # Who is only spoken to is visited by nobody.
    companion.say("batal")
    companion.say("kunjungan La Qasim, titip pesan ke Siti Zubaidah, sehat")
    assert len(visits_of(sample_store, known["La Qasim"])) == 1


@pytest.mark.databases("sqlite")
def test_a_report_that_an_open_form_keeps_waiting_is_given_back_with_its_words(
    companion: Person, sample_store: Store, known: dict[str, int]
) -> None:
    companion.say("kunjungan Zubair Qadri, sehat")
    # More of the same is the same visit, though it is for something else.
    assert "yang sama?" in words(companion.say("kunjungan Zubair Qadri, sehat, sdh ke posyandu"))
    companion.press("form:add:yes")
    [(visit, _finding)] = visits_of(sample_store, known["Zubair Qadri"])
    assert visit.checks == {"state": "fine", "posyandu": "yes"}
    companion.press(f"visit:{known['La Qasim']}")
    for said in (
        "kunjungan Zubair Qadri, sekolah rajin",  # told of today already
        "kunjungan Pak Qasim, atap roboh",
        "kunjungan Xaverius, bulan lalu, sehat",
    ):
        told = words(companion.say(said))
        assert "kirim lagi" in told, said
        assert said in told
        assert "kita bahas setelah" not in told
        assert "Kunjungan untuk apa?" in told
    assert len(visits_of(sample_store, known["Zubair Qadri"])) == 1
    assert visits_of(sample_store, known["Xaverius"]) == []


@pytest.mark.databases("sqlite")
def test_what_was_no_visit_is_kept_nowhere_and_said(
    companion: Person, sample_store: Store, known: dict[str, int]
) -> None:
    for said, answer in (
        ("kunjungan Zubair Qadri, besok jam 9, sehat", "belum lewat"),
        ("kunjungan Zubair Qadri dibatalkan karena hujan", "tidak jadi"),
        ("kunjungan Zubair Qadri, tidak ada orang di rumah", "tidak bertemu"),
    ):
        assert answer in words(companion.say(said)), said
    with sample_store.read() as session:
        assert session.scalars(select(Visit)).all() == []
        families = families_of(session, first_companion(sample_store), TODAY)
        assert not any(seen for _home, _name, seen in families)


@pytest.mark.databases("sqlite")
def test_an_answer_that_denies_is_a_no_though_it_begins_like_another(
    companion: Person, sample_store: Store, known: dict[str, int]
) -> None:
    companion.press(f"visit:{known['La Qasim']}")
    companion.press("purpose:payout")
    told = companion.tell("sudahmi", "tidak lengkap", "tidak pernah dipotong")
    assert told
    read_back = companion.tell("lewati", "lewati")
    assert "Tanpa potongan: Ya" in words(read_back)
    companion.press("form:yes")
    [(visit, _finding)] = visits_of(sample_store, known["La Qasim"])
    assert visit.checks == {"came": "yes", "whole": "no", "uncut": "yes"}


@pytest.mark.databases("sqlite")
def test_families_are_searched_by_all_that_is_known_of_them(
    companion: Person, sample_store: Store, known: dict[str, int]
) -> None:
    with sample_store.begin() as session:
        query = select(Member).filter_by(household_id=known["Xaverius"], relation="spouse")
        wife = session.scalars(query).first()
        if wife is None:
            wife = session.scalars(select(Member).filter_by(household_id=known["Xaverius"])).all()[
                -1
            ]
        wife.name, wife.relation, wife.left_on = "Sitti Yohana", "spouse", None
        home = session.get_one(Household, known["Zubair Qadri"])
        assert home.kk_sealed is not None
        kk = session.vault.open(home.kk_sealed, "kk")
    for said in ("cari sitti", "cari siti"):
        told = words(companion.say(said))
        assert "Siti Zubaidah" in told
        assert "(Sitti Yohana)" in told
    assert "Zubair Qadri" in words(companion.say(f"cari {kk}"))
    _home, _name, place = own_family(sample_store)
    if " " in place:
        place = place.rsplit(" ", 1)[0]
    assert "keluarga.\n" in words(companion.say(f"keluarga saya {place}"))
    assert "Terlambat dikunjungi: " in words(companion.say("keluarga terlambat"))
    counted = re.search(r"jatuh tempo (\d+)", words(companion.say("keluarga saya")))
    assert counted is not None
    assert f"Jatuh tempo: {counted[1]} keluarga" in words(companion.press("households:due"))
    assert "Tidak ada keluarga" in words(companion.say(f"cari {kk[::-1]}"))
