"""WhatsApp templates in the store: which one a notice goes out by, and who may change one."""

from datetime import timedelta

import pytest

from db.session import Store
from db.wa_templates import (
    APPROVED,
    DRAFT,
    PENDING,
    REJECTED,
    NameTaken,
    StaleTemplate,
    TemplateFixed,
    Wording,
    add_template,
    approved_template,
    change_template,
    ensure_templates,
    find_template,
    list_templates,
    mark_template,
    version_of,
)
from tests.moment import NOW

LATER = NOW + timedelta(hours=1)
ACTOR = "staff:1"


def wording(name: str = "kabar", language: str = "id", kind: str = "news") -> Wording:
    return Wording(kind, language, name, "Kabar untuk warga {{1}} hari ini.", ("area",))


def test_a_notice_goes_out_by_the_latest_approved_template_of_its_language(store: Store) -> None:
    with store.begin() as session:
        first, second, english = (
            add_template(session, wording(name, language), ACTOR, NOW).id
            for name, language in (("kabar", "id"), ("kabar_2", "id"), ("kabar", "en"))
        )
        assert approved_template(session, "news", "id") is None
        mark_template(session, first, APPROVED, "HX1", None, ACTOR, NOW)
        mark_template(session, second, PENDING, "HX2", None, ACTOR, NOW)
        mark_template(session, english, REJECTED, "HX3", "too vague", ACTOR, NOW)
    with store.begin() as session:
        for language in ("id", "en", "jv"):  # none of their own: the Indonesian one
            found = approved_template(session, "news", language)
            assert found is not None
            assert found.content_sid == "HX1"
        assert approved_template(session, "warning", "id") is None
        mark_template(session, second, APPROVED, "HX2", None, ACTOR, LATER)
        mark_template(session, english, APPROVED, "HX3", None, ACTOR, NOW)
        sids = [approved_template(session, "news", one) for one in ("id", "en")]
        assert [one and one.content_sid for one in sids] == ["HX2", "HX3"]


def test_what_meta_has_is_not_changed_nor_what_somebody_changed_meanwhile(store: Store) -> None:
    with store.begin() as session:
        template = add_template(session, wording(), ACTOR, NOW)
        add_template(session, wording("lain"), ACTOR, NOW)
        with pytest.raises(NameTaken):
            add_template(session, wording(), ACTOR, NOW)
        seen = version_of(template)
        with pytest.raises(NameTaken):
            change_template(session, template.id, wording("lain"), seen, ACTOR, LATER)
        assert change_template(session, template.id, wording("baru"), seen, ACTOR, LATER)
        with pytest.raises(StaleTemplate):
            change_template(session, template.id, wording(), seen, ACTOR, LATER)
        mark_template(
            session, template.id, PENDING, "HX1", None, ACTOR, LATER, version_of(template)
        )
        with pytest.raises(TemplateFixed):
            change_template(session, template.id, wording(), version_of(template), ACTOR, LATER)
        mark_template(session, template.id, REJECTED, "HX1", "x" * 400, ACTOR, LATER)
        assert template.reason == "x" * 300
        change_template(session, template.id, wording(), version_of(template), ACTOR, LATER)
        assert [template.state, template.content_sid, template.reason] == [DRAFT, None, None]
        assert mark_template(session, 99, PENDING, None, None, ACTOR, NOW) is None
        assert change_template(session, 99, wording(), "", ACTOR, NOW) is None


def test_the_templates_of_the_program_come_once_and_never_over_an_offices_own(store: Store) -> None:
    with store.begin() as session:
        ensure_templates(session, NOW)
        listed = list_templates(session)
        news = next(one for one in listed if one.kind == "news")
        change_template(session, news.id, wording(news.name), version_of(news), ACTOR, LATER)
    with store.begin() as session:
        ensure_templates(session, LATER)
        assert len(list_templates(session)) == len(listed)
        kept = find_template(session, news.name, news.language)
        assert kept is not None
        assert kept.body == wording().body
