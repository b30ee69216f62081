"""Nobody sees a family that he does not look after: every command, every button, old ones too."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.messages import Location, Media, MediaKind
from db.graduations import open_track, track_of
from db.group_sessions import GroupSession, record_session
from db.helped import HelpedConsent
from db.session import Store
from db.staff import Staff
from db.substitutions import substitute
from db.visits import Visit
from tests.bot.test_companion_visits import first_companion, own_family
from tests.bot.test_companion_work import give_away, task
from tests.moment import NOW, TODAY
from tests.talk import Person, words

OPENERS = ("kunjungan", "jamin", "bantu warga")


def buttons(home: int, finding: int) -> list[str]:
    """Give every button that names a family or what is of it."""
    return [
        f"visit:{home}", "visit:fix", f"family:{home}", f"households:home:{home}",
        "households", "households:overdue", "households:tasks", "households:tickets", "plan",
        "plan:route", f"help:{home}", f"graduation:{home}", f"graduation:{home}:open",
        f"graduation:{home}:training", "graduation", "tasks", f"tasks:{finding}",
        "group_session:absent", f"tick:{home}",
    ]  # fmt: skip


@pytest.mark.databases("sqlite")
def test_after_a_hand_over_nothing_leads_to_the_family(
    companion: Person, sample_store: Store
) -> None:
    home, name, _place = own_family(sample_store)
    companion.say(f"kunjungan {name}, siap graduasi")
    finding = task(sample_store, home.id, 1)
    with sample_store.begin() as session:
        for weeks in (2, 1):
            meeting = GroupSession(
                staff_id=first_companion(sample_store), area_code=home.area_code, module="Modul",
                place="Balai", headcount=1, held_at=NOW - timedelta(weeks=weeks), recorded_at=NOW,
            )  # fmt: skip
            record_session(session, meeting, {home.id: False}, "cli")
    assert name in words(companion.say("sering absen"))
    give_away(sample_store, home.id)
    told = [companion.press(value) for value in buttons(home.id, finding)]
    companion.say("batal")
    said = ("keluarga saya", "tugas saya", "graduasi", "sering absen", "rute", "laporan saya")
    told += [companion.say(text) for text in (*said, f"cari {name}", f"keluarga saya {name}")]
    told.append(companion.send_location(Location(-5.46, 122.6)))
    told.append(companion.send_file(Media(MediaKind.PHOTO, "late", "image/jpeg"), f"foto {name}"))
    for opener in OPENERS:
        told += [companion.say(opener), companion.press(f"family:{home.id}")]
        told += [companion.say(name), companion.say("yang tadi"), companion.say("batal")]
    assert not [words(replies) for replies in told if name in words(replies)]
    with sample_store.read() as session:
        assert len(session.scalars(select(Visit).filter_by(household_id=home.id)).all()) == 1
        assert not session.scalars(select(HelpedConsent)).all()
        track = track_of(session, home.id)
        assert track is not None
        assert track.changed_at == track.opened_at


@pytest.mark.databases("sqlite")
def test_a_substitute_works_for_the_families_until_the_leave_ends(
    companion: Person, sample_store: Store
) -> None:
    own = first_companion(sample_store)
    with sample_store.begin() as session:
        absent = session.scalars(
            select(Staff).where(Staff.role == "companion", Staff.id != own).order_by(Staff.id)
        ).first()
        assert absent is not None
        home, name, _place = own_family(sample_store, of=absent.id)
        open_track(session, home.id, "cli", NOW)
        substitute(session, absent.id, own, TODAY, TODAY, actor="cli", now=NOW)
    assert name in words(companion.say(f"cari {name}"))
    assert "Tercatat" in words(companion.say(f"kunjungan {name}, semua sehat"))
    companion.press(f"graduation:{home.id}:training")
    companion.clock.forward(timedelta(days=1))
    assert name not in words(companion.say(f"cari {name}"))
    assert "bukan dampingan" in words(companion.press(f"graduation:{home.id}:capital"))
