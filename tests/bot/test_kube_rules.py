"""The rules of a group: sound means sound, and each breach says what it is and what mends it."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.kube_rules import BREACHES, Breach, breaches, sentence
from bot.kube_words import read_amount, read_pulse, tells_of_group
from bot.texts import known
from bot.texts.lessons import lessons
from db.kube_groups import (
    CHAIR,
    MEMBER,
    OFFICERS,
    ROLES,
    SECRETARY,
    TREASURER,
)
from db.kube_members import Member
from db.kube_rules import KubeRules

RULES = KubeRules(
    id=1, least_members=5, most_members=20, ask_day=1, remind_day=5, silent_day=11, answer_days=30,
    source="uji", source_date=date(2019, 1, 31),
)  # fmt: skip
HERE, THERE = "74.72.02.1011", "74.72.06.1008"


def person(number: int, role: str = MEMBER, **values: bool | str) -> Member:
    given = {"area_code": HERE, "is_head": True, "is_registered": True, "is_elsewhere": False}
    return Member(number, number, f"Warga {number}", role, **(given | values))  # type: ignore[arg-type]


people = st.lists(
    st.builds(
        Member,
        st.integers(1, 99), st.just("Warga"), st.sampled_from((*ROLES, MEMBER, MEMBER)),
        st.sampled_from((HERE, HERE, HERE, THERE)), st.booleans(), st.booleans(), st.booleans(),
    ),
    max_size=25,
)  # fmt: skip
sound = st.integers(RULES.least_members, RULES.most_members).map(
    lambda size: [person(at, [*OFFICERS, *[MEMBER] * size][at]) for at in range(size)]
)


@settings(max_examples=60, deadline=None)
@given(people | sound)
def test_a_group_is_sound_exactly_where_no_rule_is_broken(members: list[Member]) -> None:
    found = breaches(members, HERE, RULES)
    roles = [one.role for one in members]
    is_sound = (
        5 <= len(members) <= 20
        and all(one.is_head and one.is_registered and not one.is_elsewhere for one in members)
        and {one.area_code for one in members} <= {HERE}
        and all(roles.count(role) == 1 for role in (CHAIR, SECRETARY, TREASURER))
    )
    assert (found == []) == is_sound
    for breach in found:
        said = sentence(breach, RULES, "Lamangga")
        assert 20 < len(said) <= 300
        assert "{" not in said
        assert all(name in said for name in breach.names[:3])


def test_every_breach_has_its_own_sentence_with_its_numbers() -> None:
    assert all(known(f"kube.breach_{kind}") for kind in BREACHES)
    few = breaches([person(1, CHAIR)], HERE, RULES)
    assert [(one.kind, one.role, one.count) for one in few] == [
        ("too_few", "", 4), ("role_missing", SECRETARY, 0), ("role_missing", TREASURER, 0),
    ]  # fmt: skip
    assert "4 orang lagi" in sentence(few[0], RULES, "Lamangga")
    two = breaches([person(1, CHAIR), person(2, CHAIR)], HERE, RULES)
    assert Breach("role_twice", ("Warga 1", "Warga 2"), CHAIR, 2) in two
    many = Breach("not_head", tuple(f"Warga {at}" for at in range(5)), count=5)
    assert "dan 2 lainnya" in sentence(many, RULES, "Lamangga")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("omzet 1,2 juta, kas 300rb, butuh mesin jahit",
         {"turnover": 1_200_000, "cash": 300_000, "needs": "mesin jahit"}),
        ("kas tinggal 250 ribu, omset Rp2.300.000", {"turnover": 2_300_000, "cash": 250_000}),
        ("penjualan dua juta, saldo kosong", {"turnover": 2_000_000, "cash": 0}),
        ("usaha kami macet, perlu modal", {"condition": "slow", "needs": "modal"}),
        ("sudah berhenti sejak mei", {"condition": "stopped"}),
        ("jahitan laris bulan ini", {"condition": "active"}),
        ("sudah kirim 200 bungkus", {}),
    ],
)  # fmt: skip
def test_words_of_a_month_are_read(text: str, told: dict[str, object]) -> None:
    assert read_pulse(text) == told


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1,2 juta", 1_200_000), ("300rb", 300_000), ("450000", 450_000), ("450.000", 450_000),
     ("0", 0), ("belum ada", 0), ("300", None), ("entah", None)],
)  # fmt: skip
def test_an_amount_is_read_or_asked_again(text: str, amount: int | None) -> None:
    assert read_amount(text) == amount


@pytest.mark.parametrize(
    ("text", "tells"),
    [("lapor kube", True), ("Mau lapor KUBE Melati", True), ("laporan bulanan kube kami", True),
     ("omzet 1,2 juta kas 300rb", True), ("lapor kube dipotong ketua 50rb", False),
     ("lapor uang kube dipotong ketua", False),
     ("apa itu kube", False), ("lapor bantuan belum cair", False)],
)  # fmt: skip
def test_what_reports_of_a_group_is_told_from_what_does_not(text: str, tells: bool) -> None:
    assert tells_of_group(text) == tells


def test_every_lesson_has_cards_and_one_right_answer() -> None:
    assert list(lessons()) == ["bookkeeping", "hygiene", "selling"]
    for lesson in lessons().values():
        assert len(lesson.cards) >= 3
        assert 1 <= lesson.right <= len(lesson.answers) == 3
        assert len(lesson.title) <= 20
        assert all(len(answer) <= 24 for answer in lesson.answers)
        assert all(len(text) <= 500 for text in (*lesson.cards, lesson.question, lesson.why))
