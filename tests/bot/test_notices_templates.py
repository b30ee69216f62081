"""Template bodies: what Meta would refuse is said before it is asked, and values never break it."""

import re
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.notices.languages import KNOWN_TO_META, LANGUAGES, TEMPLATE_LANGUAGES, name_at_meta
from bot.notices.templates import (
    LONGEST,
    VARIABLES,
    check,
    check_wording,
    filled_body,
    sample_values,
    values,
)
from bot.texts import known, say
from db.session import Store
from db.wa_templates import USUAL_LANGUAGE, WaTemplate, Wording, ensure_templates, list_templates
from tests.moment import NOW

GOOD = "Bantuan {{1}} dibagikan hari {{2}} di kantor kelurahan, datanglah."
FACTS = {
    "program": "PKH", "area": "Melai", "day": "Selasa, 1 Desember 2026", "hours": "08.00-12.00",
    "place": "Kantor Pos",
}  # fmt: skip


def keys(body: str, *variables: str, kind: str = "distribution") -> list[str]:
    found = check(body, variables, kind)
    assert all(known(key) and say(key) for key in found)
    return [key.removeprefix("template.") for key in found]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (GOOD, []),
        (" ", ["empty"]),
        ("kata " * 300 + "{{1}} dan {{2}} juga", ["long"]),
        ("Bantuan {{1} dan {{1}} dibagi hari {{2}} di kantor kelurahan", ["braces"]),
        ("Bantuan {{1}} dibagikan hari {{3}} di kantor kelurahan, datanglah", ["order"]),
        ("Bantuan {{2}} dibagikan hari {{1}} di kantor kelurahan, datanglah", ["order"]),
        ("Bantuan {{1}} dibagikan di kantor kelurahan", ["count"]),
        ("{{1}} dibagikan hari {{2}} di kantor kelurahan, datanglah", ["at_end"]),
        ("Di kantor kelurahan ada bantuan {{1}} untuk hari {{2}}.", ["at_end"]),
        ("Bantuan untuk kita {{1}}, {{2}} di kantor kelurahan", ["adjacent"]),
        ("Bantuan {{1}} hari {{2}} ya", ["few_words"]),
        ("Bantuan {{1}} dibagikan hari {{2}} di     kantor kelurahan", ["gaps"]),
    ],
)
def test_each_rule_of_meta_has_its_sentence(body: str, problem: list[str]) -> None:
    assert keys(body, "program", "day") == problem


def test_blanks_are_those_of_the_kind_and_each_is_named_once() -> None:
    assert keys(GOOD, "program", "why") == ["unknown_variable"]
    assert keys(GOOD, "program", "why", kind="change") == []
    assert keys(GOOD, "program", "program") == ["repeated_variable"]
    for wrong, key in (
        (Wording("birthday", "id", "x", GOOD, ()), "bad_kind"),
        (Wording("news", "id", "Halo Warga", "Halo semua warga.", ()), "bad_name"),
        (Wording("news", "su", "halo", "Halo semua warga.", ()), "bad_language"),
    ):
        assert check_wording(wrong) == [f"template.{key}"]
        assert known(f"template.{key}")


def test_every_language_of_contacts_may_have_a_template_and_meta_gets_one_that_it_knows() -> None:
    assert {*LANGUAGES} < {*TEMPLATE_LANGUAGES}
    for language in TEMPLATE_LANGUAGES:
        assert check_wording(Wording("news", language, "kabar", "Halo semua warga.", ())) == []
        assert known(f"template.language_{language}")
        assert name_at_meta("kabar", language)[1] in KNOWN_TO_META
    assert name_at_meta("kabar", "ms") == ("kabar", "ms")
    assert name_at_meta("kabar", "jv") == ("kabar_jv", "id")
    assert len({name_at_meta("kabar", one) for one in TEMPLATE_LANGUAGES}) == 6


@pytest.mark.databases("sqlite")
def test_the_programs_own_templates_keep_the_rules_and_every_kind_has_one(store: Store) -> None:
    with store.begin() as session:
        ensure_templates(session, NOW - timedelta(days=1))
        found = list_templates(session)
    assert {one.kind for one in found} == set(VARIABLES)
    for one in found:
        wording = Wording(one.kind, one.language, one.name, one.body, tuple(one.variables))
        assert check_wording(wording) == [], one.name
        assert one.language == USUAL_LANGUAGE
        shown = filled_body(one.body, sample_values(one.kind, one.variables))
        assert "{" not in shown
        assert len(shown) < 600


def test_what_a_notice_does_not_have_is_filled_with_words() -> None:
    template = WaTemplate(body=GOOD, variables=["slot", "bring", "text"])
    assert values(template, FACTS) == {
        "1": "08.00-12.00",
        "2": say("template.no_bring"),
        "3": "Selasa, 1 Desember 2026, pukul 08.00-12.00, di Kantor Pos",
    }
    slot = FACTS | {"slot": "09.00-10.00", "text": "Ditunda."}
    assert values(template, slot)["1"] == "09.00-10.00"
    assert values(template, slot)["3"] == "Ditunda."
    canceled = WaTemplate(body=GOOD, variables=["program", "text"])
    assert values(canceled, {"program": "PKH"})["2"] == say("template.no_text")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=2000), st.text(max_size=2000))
def test_any_fact_makes_a_message_that_meta_takes(one: str, other: str) -> None:
    template = WaTemplate(body=GOOD, variables=["place", "bring"])
    found = values(template, {"place": f"x{one}", "bring": other})
    for value in found.values():
        assert value.strip()
        assert not re.search(r"[\n\t{}]| {2}", value)
    assert len(filled_body(GOOD, found)) <= LONGEST
