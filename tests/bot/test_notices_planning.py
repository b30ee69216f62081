"""Plans of rounds: what is wrong with one, what it becomes, and how it reads."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.notices.beyond import Why
from bot.notices.changing import change_round
from bot.notices.drafting import Draft, prepare
from bot.notices.planning import Plan, Stop, check_plan, make_round, outermost
from bot.notices.refusals import NoticeRefused
from bot.notices.sentence import Said, read_hours, read_sentence
from bot.notices.wording import LONGEST, notices_of_round
from bot.places import places_of_sample
from db.areas import Scope, common_area
from db.audiences import Filters
from db.broadcasts import Broadcast, Kind, State
from db.rounds import CANCELED, distributions_of
from db.session import Session, Store
from nlu.entities import Extractor
from nlu.parse import Parse, Thresholds
from tests.broadcasts import at
from tests.moment import NOW, TODAY

AREA, BESIDE, WOLIO, CITY = "74.72.02.1011", "74.72.06.1008", "74.72.02", "74.72"
DAY = date(2026, 12, 1)
STOP = Stop(AREA, DAY, time(8), time(12), "Kantor Pos Baubau")
PLAN = Plan("PKH", (STOP,))
PLACES = places_of_sample(NOW)
EXTRACTOR = Extractor(PLACES.gazetteer, lambda: TODAY)
WHOLE = "umumkan PKH 1 Desember 2026 jam 8-12 di kantor pos untuk Lamangga"
VILLAGES = sorted(code for code, level in PLACES.levels.items() if level == "village")


@pytest.fixture
def session(sample_store: Store) -> Iterator[Session]:
    with sample_store.begin() as session:
        yield session


def plan(**stop: Any) -> Plan:
    return replace(PLAN, stops=(replace(STOP, **stop),))


MANY = tuple(replace(STOP, place=f"E-warong Toko Sembako Berkah Nomor {at}") for at in range(12))


def test_what_is_wrong_with_a_plan_is_said(session: Session) -> None:
    for wrong, key in (
        (replace(PLAN, stops=()), "no_stop"),
        (plan(held_on=TODAY - timedelta(days=1)), "past"),
        (plan(held_on=TODAY + timedelta(days=367)), "far"),
        (plan(ends_at=time(8)), "backwards"),
        (plan(place=" a  b "), "bad_place"),
        (plan(quota=0), "no_quota"),
        (plan(place="Balai {day}"), "braces"),
        (replace(PLAN, bring="KTP {x}"), "braces"),
        (replace(PLAN, stops=MANY), "long_plan"),
        (plan(quota=5), "crowded"),
        (replace(PLAN, stops=(STOP, replace(STOP, place="KANTOR pos  Baubau"))), "twice"),
        (replace(PLAN, stops=(STOP, replace(STOP, area_code="33.74"))), "apart"),
    ):
        assert check_plan(session, wrong, NOW) == [f"notice.{key}"], key
    assert check_plan(session, PLAN, NOW, Scope(WOLIO)) == []
    assert check_plan(session, PLAN, NOW, Scope("74.72.06")) == ["notice.not_your_area"]
    today = plan(held_on=TODAY)
    assert check_plan(session, today, NOW) == []
    assert check_plan(session, today, at(TODAY, 11, 59)) == []
    # There, not here: it is over when it is noon in Baubau.
    assert check_plan(session, today, at(TODAY, 12)) == ["notice.over_today"]
    made = make_round(session, PLAN, "staff:1", NOW)
    with pytest.raises(NoticeRefused, match="over_today"):
        change_round(session, made.id, today, "hujan", "staff:1", at(TODAY, 12), made.version)


def test_a_quota_has_to_do_for_the_families_of_the_smallest_area(session: Session) -> None:
    assert check_plan(session, plan(quota=100), NOW) == []
    few, many = replace(STOP, quota=100), replace(STOP, area_code=WOLIO, quota=1)
    assert check_plan(session, Plan("PKH", (few, many)), NOW) == ["notice.crowded"]
    assert check_plan(session, Plan("PKH", (few, replace(many, quota=None))), NOW) == []
    second = replace(few, held_on=DAY + timedelta(days=1), quota=30)
    assert check_plan(session, Plan("PKH", (replace(few, quota=30), second)), NOW) == []
    frail = replace(PLAN, filters=Filters((), traits=("elderly",)), stops=(replace(STOP, quota=5),))
    assert check_plan(session, frail, NOW) in ([], ["notice.crowded"])


def test_the_same_distribution_is_announced_once(session: Session) -> None:
    made = make_round(session, PLAN, "staff:1", NOW)
    again = plan(place="kantor  pos BAUBAU", ends_at=time(13))
    assert check_plan(session, again, NOW) == ["notice.announced"]
    assert check_plan(session, again, NOW, round_id=made.id) == []
    assert check_plan(session, plan(starts_at=time(9)), NOW) == []
    with pytest.raises(NoticeRefused, match="announced"):  # checked before, taken since
        make_round(session, again, "staff:2", NOW)
    draft = Draft(Kind.DISTRIBUTION, None, {}, round_id=made.id)
    announced = prepare(session, draft, "staff:1", NOW)
    assert check_plan(session, again, NOW) == ["notice.announced"]
    # What came to nothing may be tried anew, and is the same distribution still.
    announced.state = State.REFUSED
    assert check_plan(session, again, NOW) == []
    [before] = distributions_of(session, made.id)
    anew = make_round(session, again, "staff:1", NOW)
    [after] = distributions_of(session, anew.id)
    assert (after.id, after.ends_at, after.place) == (before.id, time(13), "Kantor Pos Baubau")


def test_a_round_is_for_the_programme_in_its_areas(session: Session) -> None:
    stops = (STOP, replace(STOP, area_code=BESIDE), replace(STOP, area_code="74.72.06"))
    made = make_round(session, Plan("PKH", stops, stage="tahap 4"), "staff:1", NOW)
    assert made.area_code == CITY
    assert made.filters is not None
    assert Filters.from_data(made.filters) == Filters((AREA, "74.72.06"), "PKH")
    chosen = replace(PLAN, filters=Filters((), deciles=(1,)))
    assert chosen.audience == Filters((AREA,), "PKH", deciles=(1,))
    listed = replace(PLAN, filters=Filters((), file_id=3))
    assert listed.audience == Filters((AREA,), None, file_id=3)
    assert outermost(["74.72.02.1011", "74.72", "74.72"]) == ("74.72",)
    assert common_area(["74.72.02.1011", "74.72.02.1012"]) == "74.72.02"


def test_a_round_reads_by_area_hour_and_language(session: Session) -> None:
    second = replace(STOP, held_on=DAY + timedelta(days=1), place="Balai Kelurahan")
    hourly = replace(STOP, area_code=BESIDE, ends_at=time(10), quota=300)
    whole = Plan("PKH", (STOP, second, hourly), "tahap 4", "KTP dan kartu", "Ibu Ani 0812")
    made = make_round(session, whole, "staff:1", NOW)
    texts = {"en": "Aid on {day}.", "bew": "Ada bantuan."}
    notices = notices_of_round(session, made, Kind.DISTRIBUTION, PLACES, texts)
    assert len(notices) == 3 * (1 + 1 + 2)
    by_key = {(one.area_code, one.slot, one.language): one for one in notices}
    both = by_key[AREA, None, "id"].text
    assert "(tahap 4) untuk Bukit Wolio Indah dibagikan:\n- Selasa, 1 Desember 2026" in both
    assert "di Balai Kelurahan" in both
    assert "Bawa KTP dan kartu." in both
    assert "Hubungi Ibu Ani 0812" in both
    assert by_key[BESIDE, None, "en"].text == "Aid on Selasa, 1 Desember 2026."
    assert "09.00-10.00 WITA" in by_key[BESIDE, time(9), "id"].text
    # Words that name nothing have the facts below them.
    assert "Ada bantuan." in by_key[AREA, None, "bew"].text
    assert "1 Desember 2026, pukul 08.00-12.00 WITA, di Kantor" in by_key[AREA, None, "bew"].text
    assert all(len(one.text) <= LONGEST for one in notices)


def test_a_reminder_says_all_that_is_in_an_area_on_its_day(session: Session) -> None:
    morning, noon = (
        replace(STOP, ends_at=time(10)),
        replace(STOP, starts_at=time(13), ends_at=time(15)),
    )
    other_day = replace(STOP, held_on=DAY + timedelta(days=1))
    made = make_round(session, Plan("PKH", (morning, noon, other_day)), "staff:1", NOW)
    first, second, third = distributions_of(session, made.id)
    both, later = notices_of_round(session, made, Kind.REMINDER, PLACES)
    assert (both.distribution_id, later.distribution_id) == (second.id, third.id)
    for hours, said in (("08.00-10.00", both), ("13.00-15.00", both), ("08.00-12.00", later)):
        assert hours in said.text
    assert "2 Desember" not in both.text
    asked = notices_of_round(session, made, Kind.FOLLOWUP, PLACES)
    assert [one.distribution_id for one in asked] == [first.id, second.id, third.id]


def test_reminders_are_of_one_day_and_questions_of_one_distribution(session: Session) -> None:
    second = replace(STOP, held_on=DAY + timedelta(days=1))
    hourly = replace(STOP, area_code=BESIDE, ends_at=time(10), quota=300)
    made = make_round(session, Plan("PKH", (STOP, second, hourly)), "staff:1", NOW)
    first, with_hours, later = distributions_of(session, made.id)
    reminders = notices_of_round(session, made, Kind.REMINDER, PLACES)
    assert [(one.distribution_id, one.slot) for one in reminders] == [
        (first.id, None), (later.id, None),
        (with_hours.id, None), (with_hours.id, time(8)), (with_hours.id, time(9)),
    ]  # fmt: skip
    asked = notices_of_round(session, made, Kind.FOLLOWUP, PLACES)[0]
    assert asked.text.endswith("Balas SUDAH atau BELUM.")
    assert asked.choices == [
        [f"pickup:yes:{first.id}", "Sudah"],
        [f"pickup:no:{first.id}", "Belum"],
    ]
    first.canceled = True
    made.why = "kantor tutup"
    changed = notices_of_round(session, made, Kind.CHANGE, PLACES)
    assert "sekarang dibagikan Rabu, 2 Desember 2026" in changed[0].text
    assert "Sebabnya: kantor tutup." in changed[0].text
    # What is over is told of no more, not even that it was cancelled.
    made.state = CANCELED
    later.canceled = with_hours.canceled = True
    assert len(notices_of_round(session, made, Kind.CHANGE, PLACES)) == 2
    [gone] = notices_of_round(
        session, made, Kind.CHANGE, PLACES, now=NOW + timedelta(days=9, hours=5)
    )
    assert "pada Rabu, 2 Desember 2026 di Kantor Pos Baubau BATAL" in gone.text


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("8-12", 8, 12), ("jam 8 sampai jam 12", 8, 12), ("08.00 s.d. 11.00", 8, 11),
        ("jam 8", 8, None), ("jam 1 siang", 13, None), ("jam 8 pagi sampai 2", 8, 14),
        ("jam 1 sampai 3", 13, 15), ("jam 5 pagi sampai 9", 5, 9), ("jam 9 sampai 6", 9, 18),
        ("4 sore", 16, None), ("12 siang", 12, None),
        ("7 malam", 19, None), ("nanti", None, None), ("25", None, None),
    ],
)  # fmt: skip
def test_hours_are_read_as_people_say_them(text: str, begin: int | None, end: int | None) -> None:
    found = read_hours(text)
    assert [moment.hour if moment else None for moment in found] == [begin, end]


@pytest.mark.databases("sqlite")
@given(
    st.from_regex(r"[0-9]{9,18}", fullmatch=True), st.sampled_from(["", " ", "-", "."]),
    st.integers(3, 4), st.integers(6, 12),
)  # fmt: skip
@settings(max_examples=60)
def test_a_long_number_holds_no_hour(number: str, between: str, size: int, hour: int) -> None:
    groups = [number[at : at + size] for at in range(0, len(number) - 2, size)]
    parted = between.join(group for group in groups if len(group) > 2)
    assert read_hours(parted) == (None, None)
    assert read_hours(f"hubungi {parted}, jam {hour}") == (time(hour), None)


@pytest.mark.databases("sqlite")
def test_a_sentence_without_anything_names_nothing() -> None:
    assert read_sentence("umumkan", None) == Said()
    for ending in ("", " untuk Melai", " jam 8 bagi Melai"):
        said = read_sentence(f"umumkan PKH di kantor pos{ending}", None)
        assert said.place == "kantor pos"
    assert read_sentence("umumkan di aula di pasar", None).place is None


def read(text: str) -> Said:
    return read_sentence(text, Parse(text, (), EXTRACTOR.extract(text), Thresholds(0.8, 0.4)))


@pytest.mark.databases("sqlite")
@given(
    st.lists(st.sampled_from(VILLAGES), min_size=1, max_size=3, unique=True),
    st.sampled_from(["untuk {}", "buat warga {}", "khusus kelurahan {}", "untuk {} saja"]),
    st.sampled_from(["", " bawa KTP dan KKS", ", tidak ada biaya", "\nTerima kasih"]),
    st.sampled_from(["PKH", "PKH tahap 4", "pembagian bantuan lansia", "pencairan BPNT"]),
    st.integers(6, 11), st.integers(12, 17),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_a_sentence_that_says_a_plan_is_read_as_this_plan(
    areas: list[str], whom: str, more: str, program: str, begin: int, end: int
) -> None:
    named = whom.format(" dan ".join(PLACES.names[code] for code in areas))
    said = read(
        f"umumkan {program} 1 Desember 2026 jam {begin}-{end} di Kantor Pos Baubau {named}{more}"
    )
    assert (said.begin, said.end) == (time(begin), time(end))
    assert said.place == "Kantor Pos Baubau"
    assert [PLACES.names[code] for code in said.areas] == [PLACES.names[code] for code in areas]
    assert (said.changes, said.beyond) == (False, None)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("text", "why", "part"),
    [
        (f"{WHOLE} dan Atlantis", Why.UNKNOWN, "Atlantis"),
        (f"{WHOLE}, Melai, Kota Intan", Why.UNKNOWN, "Intan"),
        (f"{WHOLE} dan di Atlantis", Why.UNKNOWN, "Atlantis"),
        (f"{WHOLE} dan lorong Atlantis", Why.UNKNOWN, "lorong Atlantis"),
        ("umumkan PKH Atlantis dan Melai besok", Why.UNKNOWN, "Atlantis"),
        ("umumkan PKH di kelurahan Atlantis besok", Why.UNKNOWN, "Atlantis"),
        ("umumkan PKH untuk Melai besok dan Atlantis", Why.UNKNOWN, "Atlantis"),
        ("umumkan PKH untuk kecamatan Murhum kecuali Melai", Why.LIMIT, "kecuali Melai"),
        ("umumkan PKH di kantor pos kecuali Melai", Why.LIMIT, "kecuali Melai"),
        (f"{WHOLE} selain RW 2", Why.LIMIT, "selain RW 2"),
        (f"{WHOLE} tanpa lansia", Why.LIMIT, "tanpa lansia"),
        (f"{WHOLE} tidak termasuk Melai", Why.LIMIT, "tidak termasuk Melai"),
        (f"{WHOLE} RT 3", Why.LIMIT, "RT 3"),
        (f"{WHOLE}\nAtlantis", Why.UNKNOWN, "Atlantis"),
        (f"{WHOLE} belum pernah ambil", Why.LIMIT, "belum pernah ambil"),
        ("umumkan PKH besok untuk 50 keluarga di Melai", Why.LIMIT, "50 keluarga"),
        ("umumkan PKH besok untuk NIK 7472010101900001", Why.LIMIT, "NIK"),
        (f"{WHOLE} desil 1", Why.LIMIT, "desil 1"),
        (f"{WHOLE} yang belum ambil", Why.LIMIT, "yang belum ambil"),
        (f"{WHOLE} hanya ibu hamil", Why.LIMIT, "hanya ibu hamil"),
        (f"{WHOLE} khusus lnsia", Why.LIMIT, "khusus lnsia"),
        ("umumkan PKH untuk lansia saja besok untuk Melai", Why.LIMIT, "lansia saja"),
        ("umumkan PKH balita dan disabilitas di Melai", Why.LIMIT, "balita dan disabilitas"),
        ("umumkan PKH ibu-ibu saja besok di Melai", Why.LIMIT, "ibu-ibu saja"),
        ("umumkan PKH dan BPNT besok untuk Melai", Why.PROGRAMS, "PKH, BPNT"),
    ],
)  # fmt: skip
def test_what_may_change_whom_it_concerns_is_not_passed_over(
    text: str, why: Why, part: str
) -> None:
    beyond = read(text).beyond
    assert beyond is not None
    assert (beyond.why, beyond.said) == (why, part)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("umumkan PKH tanggal 1-3 Desember jam 8 di kantor pos untuk Melai", "tanggal 1-3"),
        ("umumkan PKH 1 s/d 3 Desember jam 8 di kantor pos untuk Melai", "1 s/d 3 Desember"),
        ("umumkan PKH tgl 2 dan 4 jam 8 di kantor pos untuk Melai", "tgl 2 dan 4"),
        ("umumkan PKH besok jam 8-10 dan jam 13-15 untuk Melai", "jam 8-10 dan jam 13-15"),
        ("umumkan PKH besok di kantor pos dan di balai untuk Melai", "kantor pos dan di balai"),
    ],
)
def test_two_days_hours_or_places_are_not_made_one(text: str, part: str) -> None:
    assert read(text).several == part


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "text",
    [
        WHOLE, f"{WHOLE} dan di Wajo", "umumkan PKH besok jam 8 sampai jam 12 di kantor pos",
        "umumkan PKH 1-12-2026 jam 8, selesai jam 12 di kantor pos untuk Melai",
        "umumkan PKH besok jam 8 pagi - jam 12 siang di kantor pos untuk Melai dan Wajo",
    ],
)  # fmt: skip
def test_one_day_hour_and_place_are_one(text: str) -> None:
    assert read(text).several is None


@pytest.mark.databases("sqlite")
@given(st.from_regex(r"(?:zx|qw)[a-z]{5,9}", fullmatch=True), st.sampled_from([
    "untuk {} dan Melai besok", "untuk Melai, {} besok", "untuk Melai besok dan {}",
    "untuk Melai {} besok", "{} dan Melai besok", "di Melai dan di {} besok",
]))  # fmt: skip
@settings(max_examples=30, deadline=None)
def test_an_unknown_word_among_the_areas_is_never_dropped(word: str, whom: str) -> None:
    beyond = read(f"umumkan PKH {whom.format(word)}").beyond
    assert beyond is not None
    assert word in beyond.said


@pytest.mark.databases("sqlite")
def test_an_area_that_is_joined_to_a_place_is_no_part_of_it() -> None:
    names = [PLACES.names[code] for code in read(f"{WHOLE} di balai dan Melai").areas]
    assert names == ["Lamangga", "Melai"]
    said = read("umumkan PKH di kantor pos dan Melai untuk Lamangga")
    assert (said.place, len(said.areas), said.beyond) == (None, 2, None)
    assert read("umumkan PKH di kantor lurah Melai untuk Melai").place == "kantor lurah Melai"


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "words",
    [
        "batal", "dibatalkan", "ditunda", "ditunda ke hari jumat", "diundur ke jumat", "dimajukan",
        "dipindah ke senin", "dipindahkan", "pindah hari", "diganti jumat", "ganti hari", "diubah",
        "tidak jadi", "gak jadi", "nda jadi", "belum jadi", "tdk jadi", "batal jadi", "tidak cair",
        "belum bisa cair", "ditiadakan", "jadwal ulang", "mundur sehari", "ada perubahan",
        "dibatalin", "te jadi", "gak jd", "dibtalkan", "ditnda", "di undur", "berpindah", "dirubah",
    ],
)  # fmt: skip
def test_a_change_is_told_from_a_new_distribution(words: str) -> None:
    for text in (
        f"umumkan PKH {words} besok di Lamangga", f"{WHOLE} {words}",
        f"umumkan PKH besok {words} jam 8-12 di kantor pos untuk Lamangga",
    ):  # fmt: skip
        assert read(text).changes, text
    assert not read(f"{WHOLE}, tidak dipungut biaya, tidak bisa diwakilkan").changes
    assert not read(f"{WHOLE}, dibagikan, disalurkan dan dicairkan, diundang semua").changes
    assert not read("umumkan PKH besok di Perumahan Griya Indah untuk Melai").changes


def test_a_broadcast_of_nothing_but_a_parent_has_its_area(session: Session) -> None:
    made = make_round(session, PLAN, "staff:1", NOW)
    parent = prepare(session, Draft(Kind.DISTRIBUTION, None, {}, round_id=made.id), "staff:1", NOW)
    child = prepare(
        session, Draft(Kind.NEWS, None, {"id": "Kabar."}, parent_id=parent.id), "staff:1", NOW
    )
    assert isinstance(child, Broadcast)
    assert child.area_code == parent.area_code
