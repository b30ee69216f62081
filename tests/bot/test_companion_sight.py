"""Nobody sees a family that he does not look after: every command, every button, old ones too."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.capabilities.companion.households import FILTERS
from bot.desk.serving import end_service
from bot.forms import CANCEL, YES
from bot.messages import Location, Media, MediaKind, Reply
from bot.router import CAPABILITIES
from bot.stories import CATEGORIES
from bot.table.companion import FIELD
from bot.visit_checks import CHECKS
from db.assignments import Assignment
from db.contacts import EMERGENCY
from db.findings import OUTCOMES, Finding
from db.graduations import DROPPED, GRADUATED, STEPS, open_track, steps_of, track_of
from db.group_sessions import Attendance, GroupSession, record_session
from db.helped import WAYS, HelpedConsent
from db.kube_groups import CONDITIONS
from db.kube_proposals import PERMITS
from db.registry import Household
from db.registry import Person as Member
from db.session import Store
from db.staff import Staff
from db.substitutions import substitute
from db.tickets import Ticket
from db.visits import Visit
from db.vouchers import Voucher
from tests.bot.test_companion_visits import first_companion, own_family
from tests.bot.test_companion_work import give_away, newest_ticket, task
from tests.moment import NOW, TODAY
from tests.talk import Person, words

ROOT = Path(__file__).parents[2] / "bot"
OWN = [item for item in CAPABILITIES if "companion" in item.roles]
# The visit of the family is the first of its store, and so is its file.
MENDING = (
    "visit_fix", "visit_fix:1", "visit_fix:which", "visit_fix:move:1:1",
    *(f"visit_fix:{deed}:1" for deed in ("drop", "dropped", "photo", "near")),
    "visit_fix:dropped:1:yes",
)  # fmt: skip
FORMS = [item for item in FIELD if "companion" in item.roles and item.form]
ABOUT_FAMILIES = re.compile(r"household|awaited|own_group|\bfamily\b")


def buttons(home: Household, finding: int, member: int, ticket: str) -> list[str]:
    """Give every button that names a family or what is of it, and all others of a companion."""
    family, area = home.id, home.area_code
    deeds = ("open", *STEPS, GRADUATED, DROPPED)
    answers = [f"{name}:{value}" for one in CHECKS.values() for name in one for value in one[name]]
    group = [f"{name}:1" for name in ("group", "pulse", "kube_member", "kube_wish", "kube_permit")]
    lesson = ["lesson:1", "lesson:1:books:0", "lesson:1:books:1", "lesson:1:books:a1"]
    return [
        *(item.name for item in OWN), *answers, *group, *lesson,
        f"visit:{family}", "visit:fix", *MENDING, f"family:{family}", f"help:{family}", "help:usul",
        f"households:home:{family}", "households:0", f"households:{area}", f"households:{area}:0",
        *(f"households:{name}{start}" for name in FILTERS for start in ("", ":0")),
        "plan:route", f"graduation:{family}", *(f"graduation:{family}:{deed}" for deed in deeds),
        f"tasks:{finding}", "tasks:from:0", "tasks:fix", "group_session:absent",
        "group_session:fix", f"tick:{family}", "ticks:done", "ticks:all", "page:0", "page:1",
        f"area:{area}", f"of_area:{area}", f"rw:{home.rw}", "rw:all", f"member:{member}",
        "my_visits:today", "my_visits:month", "my_visits:month:list", "my_visits:month:list:10",
        f"track:{ticket}", "group:1:members", "group:1:start",
        f"kube_member:1:{family}", "kube_wish:1:needs", "kube_up", "kube_up:1:draft",
        "form:leave:group:1:members", "role:chair", "form:resume", "human",
        f"unsubscribe:{EMERGENCY}",
        *(f"purpose:{name}" for name in CHECKS), *(f"outcome:{name}" for name in OUTCOMES),
        *(f"category:{name}" for name in CATEGORIES), *(f"consent_by:{name}" for name in WAYS),
        *(f"permit:{name}" for name in PERMITS), *(f"condition:{name}" for name in CONDITIONS),
        f"emergency:report:{family}", "emergency:report:asked", "emergency:report",
        "emergency:mistaken", f"emergency:mistaken:{ticket}",
    ]  # fmt: skip


def drafts(home: Household, finding: int, member: int) -> dict[str, list[str]]:
    """Give for each form that is about a family the buttons and words that nearly finish it."""
    family = f"family:{home.id}"
    return {
        "visit": ["!visit", f"!{family}", "!purpose:home", "!state:fine", "Semua sehat saja",
                  "!form:skip", "!form:skip"],
        "help": [f"!help:{home.id}", "!category:goods", "Beras kurang dua kilo dan berkutu",
                 "!consent_by:thumb", "!form:skip"],
        "vouch": ["!vouch", f"!{family}", f"!member:{member}"],
        "tasks": [f"!tasks:{finding}", "!outcome:right"],
        "group_session": ["!group_session", f"!area:{home.area_code}", "!rw:all", "Modul gizi",
                          "Balai kelurahan", f"!tick:{home.id}", "!ticks:done", "!form:skip"],
    }  # fmt: skip


def in_code() -> Iterator[tuple[str, str]]:
    """Give every button that the code about families makes, as a pattern, with its file."""
    paths = [*ROOT.glob("*.py"), *(ROOT / "capabilities" / "companion").glob("*.py")]
    for path in paths:
        source = path.read_text()
        if not ABOUT_FAMILIES.search(source):
            continue
        tree = ast.parse(source)
        set_to = {
            target.id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for call in ast.walk(tree):
            named = isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
            if named and call.func.id in ("button", "Choice"):  # type: ignore[attr-defined]
                value = call.args[0]  # type: ignore[attr-defined]
                value = set_to.get(getattr(value, "id", ""), value)
                parts = (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,)
                yield from ((_pattern(part), path.name) for part in parts)


def _pattern(value: ast.expr) -> str:
    if isinstance(value, ast.Constant):
        return re.escape(str(value.value))
    if isinstance(value, ast.JoinedStr):
        return "".join(map(_pattern, value.values))
    return ".+"


def shown(replies: list[Reply]) -> str:
    """Give all that can be read: words and what stands on buttons."""
    return "\n".join([words(replies), *(one.label for item in replies for one in item.choices)])


def test_every_button_of_the_code_is_tried() -> None:
    home = Household(id=7, area_code="74.72.02.1011", rw="002")
    tried = buttons(home, 8, 9, "HP-1")
    missed = {
        (pattern, name)
        for pattern, name in in_code()
        if not any(re.fullmatch(pattern, value) for value in tried)
    }
    assert missed == set()
    about = {
        item.name
        for item in FORMS
        if item.form
        and {"family", "member", "came", "finding"} & {one.name for one in item.form.form.fields}
    }
    assert about - {"kube_member"} == set(drafts(home, 8, 9))


def _absent_one(store: Store) -> int:
    """Give a companion for whom the first one stands in today."""
    own = first_companion(store)
    with store.begin() as session:
        others = select(Staff).where(Staff.role == "companion", Staff.id != own)
        absent = session.scalars(others.order_by(Staff.id).limit(1)).one()
        substitute(session, absent.id, own, TODAY, TODAY, actor="cli", now=NOW)
        return absent.id


def _keep_few(store: Store, home: Household) -> None:
    """Leave each companion ten families and this one, so that all of a message is soon done."""
    with store.begin() as session:
        had: Counter[int] = Counter()
        for row in session.scalars(select(Assignment).order_by(Assignment.id)):
            had[row.staff_id] += 1
            if had[row.staff_id] > 10 and row.household_id != home.id:
                session.delete(row)


def _end(store: Store, how: str, home: Household, companion: Person) -> None:
    """End that the family is this companion's: by hand-over, with the leave, or with his work."""
    if how == "hand-over":
        give_away(store, home.id)
    elif how == "leave":
        companion.clock.forward(timedelta(hours=15))  # the next day, and no form has ended yet
    else:
        with store.begin() as session:
            staff = session.get_one(Staff, first_companion(store))
            end_service(session, staff, "cli", companion.clock())
            staff.active = True  # back at work, but without a new code


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("end", ["hand-over", "leave", "service"])
def test_once_it_is_not_his_nothing_leads_to_the_family(
    companion: Person, sample_store: Store, end: str
) -> None:
    own = first_companion(sample_store)
    carer = _absent_one(sample_store) if end == "leave" else own
    home, name, _place = own_family(sample_store, of=carer)
    _keep_few(sample_store, home)
    companion.say(f"kunjungan {name}, siap graduasi")
    finding = task(sample_store, home.id, 1)
    with sample_store.begin() as session:
        session.get_one(Finding, finding).staff_id = carer
        for weeks in (2, 1):
            meeting = GroupSession(
                staff_id=own, area_code=home.area_code, module="Modul", place="Balai", headcount=1,
                held_at=NOW - timedelta(weeks=weeks), recorded_at=NOW,
            )  # fmt: skip
            record_session(session, meeting, {home.id: False}, "cli")
        query = select(Member.id).filter_by(household_id=home.id, relation="head")
        member = session.scalars(query).one()
        assert home.kk_sealed is not None
        ending = session.vault.open(home.kk_sealed, "kk")[-4:]
    for step in [*drafts(home, finding, member)["help"], f"!{YES}"]:
        _do(companion, step)
    ticket = newest_ticket(sample_store).number
    assert name in words(companion.say("sering absen"))
    assert name in shown(companion.say("graduasi"))
    assert ticket in words(companion.say("laporan saya"))
    _end(sample_store, end, home, companion)
    assert words(companion.unread()).count("Terima kasih sudah bertugas") == (end == "service")

    tried = [
        *_press_all(companion, buttons(home, finding, member, ticket)),
        *_say_all(companion, (f"cari {name}", f"keluarga saya {name}", f"keluarga {ending}")),
        *_fill_all(companion, (f"!family:{home.id}", f"!tick:{home.id}", name, ending)),
        companion.send_location(Location(-5.46, 122.6)),
        companion.send_file(Media(MediaKind.PHOTO, "late", "image/jpeg"), f"foto {name}"),
    ]
    assert not [words(replies) for replies in tried if name in shown(replies)]
    assert not [words(replies) for replies in tried if ticket in shown(replies)]
    with sample_store.read() as session:
        assert len(session.scalars(select(Visit).filter_by(household_id=home.id)).all()) == 1
        assert len(session.scalars(select(HelpedConsent)).all()) == 1
        assert not session.scalars(select(Voucher)).all()
        track = track_of(session, home.id)
        assert track is not None
        assert track.changed_at == track.opened_at
        assert steps_of(session, track.id) == []
        assert session.get_one(Finding, finding).outcome is None


def _press_all(person: Person, values: list[str]) -> Iterator[list[Reply]]:
    for value in values:
        yield person.press(value)
        if value.partition(":")[0] in {item.name for item in FORMS}:
            yield person.press(CANCEL)


def _say_all(person: Person, searches: tuple[str, ...]) -> Iterator[list[Reply]]:
    for item in OWN:
        for command in item.commands:
            yield person.say(command)
            if item.form:
                yield person.press(CANCEL)
    yield from map(person.say, searches)


def _fill_all(person: Person, answers: tuple[str, ...]) -> Iterator[list[Reply]]:
    for item in FORMS:
        yield person.press(item.name)
        for answer in (*answers, "yang tadi"):
            yield _do(person, answer)
        yield person.say("batal")


def _do(person: Person, step: str) -> list[Reply]:
    return person.press(step[1:]) if step.startswith("!") else person.say(step)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("form", "end"),
    [
        *((form, end) for form in ("visit", "help") for end in ("hand-over", "leave", "service")),
        *((form, end) for form in ("vouch", "tasks") for end in ("hand-over", "leave")),
        ("group_session", "hand-over"),
    ],
)
def test_what_was_begun_before_it_ended_is_not_kept_after_it(
    companion: Person, sample_store: Store, form: str, end: str
) -> None:
    own = first_companion(sample_store)
    carer = _absent_one(sample_store) if end == "leave" else own
    home, name, _place = own_family(sample_store, of=carer)
    _keep_few(sample_store, home)
    finding = task(sample_store, home.id, 1)
    with sample_store.begin() as session:
        session.get_one(Finding, finding).staff_id = carer
        query = select(Member.id).filter_by(household_id=home.id, relation="head")
        member = session.scalars(query).one()
        before = len(session.scalars(select(Ticket)).all())
    for step in drafts(home, finding, member)[form]:
        last = _do(companion, step)
    assert last[-1].choices
    _end(sample_store, end, home, companion)
    last_step = "form:skip" if form == "tasks" else YES
    assert name not in shown(companion.press(last_step))
    with sample_store.read() as session:
        assert not session.scalars(select(Visit).filter_by(household_id=home.id)).all()
        assert len(session.scalars(select(Ticket)).all()) == before
        assert not session.scalars(select(Voucher)).all()
        assert session.get_one(Finding, finding).outcome is None
        assert not session.scalars(select(Attendance).filter_by(household_id=home.id)).all()


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
