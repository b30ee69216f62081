"""Where the lists disagree about a companion's families: looked into at the door, told here."""

import re
from datetime import timedelta

from bot.families import own_families
from bot.fields import one_of, words
from bot.forms import Answer, Answers, Facts, Field, Form, Refused
from bot.messages import Choice
from bot.texts import say
from bot.texts.findings import detail, kind_name
from bot.turn import Turn, button
from db import audit
from db.areas import Scope
from db.companion_tasks import head_of, settled_last, settled_task, task_of, tasks_of
from db.findings import OUTCOMES, FindingRefused, Found, settle
from db.registry import Household, Person

_SHOWN = 5
_LABEL = 24
_LONGEST = 600  # characters of one message
_LONGEST_NAME = 32
_FIX = "fix"
_MENDS = ("betulkan", "ralat", "ubah", "koreksi")
_MENDABLE = timedelta(days=14)  # so long after it was told may an outcome be put right in chat
_TELLING = 2  # words; more than these tell what was seen, too
_NOT = r"\b(?:belum|blm|tidak|tdk|tdak|tak|gak|ga|nggak|ndak|nda|bukan)(?:mi|pi)?\s+(?:ada\s+|di)?"
_SAID = tuple(
    (outcome, re.compile(said, re.IGNORECASE))
    for outcome, said in (
        ("no_trouble", rf"{_NOT}masalah\b"),
        ("not_found", rf"{_NOT}(?:temu(?:kan|i)?|ketemu|jumpa|kenal)\b"),
        ("died", r"\b(?:meninggal|wafat|almarhum\w*)\b"),
        ("moved", r"\b(?:pindah|merantau)\b"),
        ("data_fixed", r"\b(?:diperbaiki|dibetulkan|diperbarui)\b"),
        ("right", r"\b(?:benar|betul|sesuai|cocok)\b"),
    )
)
_DENIES = re.compile(_NOT, re.IGNORECASE)


def _outcomes(_facts: Facts) -> list[Choice]:
    return [Choice(f"outcome:{name}", say(f"task.outcome_{name}")) for name in OUTCOMES]


def _heard(text: str) -> str | None:
    """Give the outcome that words tell: what they deny, or two of them, is none."""
    found = [outcome for outcome, said in _SAID if said.search(text)]
    denied = _DENIES.search(text) is not None and found[:1] not in (["no_trouble"], ["not_found"])
    return found[0] if len(found) == 1 and not denied else None


_picked = one_of("outcome", _outcomes, _heard)


def _outcome(answer: Answer, facts: Facts) -> Answers:
    """Take an outcome; what is told beside it is kept as the note."""
    tells = answer.value is None and len(answer.text.split()) > _TELLING
    note = {"note": answer.text.strip()} if tells else {}
    try:
        return _picked(answer, facts) | note
    except Refused as refusal:
        raise Refused(refusal.key, found=note) from None


def _noted(_answer: Answer, _facts: Facts) -> Answers:
    return {}


FORM = Form(
    "task",
    (
        Field(
            "outcome", _outcome, lambda _answers, facts: _outcomes(facts), called=("hasil",),
        ),
        Field(
            "note", words("note", 2), optional=True, free_text=True, called=("keterangan",),
        ),
        Field("finding", _noted, noted=True),
        Field("replaces", _noted, noted=True),
    ),
    read_back=True,
)  # fmt: skip


def handle(turn: Turn) -> None:
    """List the tasks, a page at a time, open one, or put the last right.

    The button is `tasks:ID`, `tasks:from:N` or `tasks:fix`.
    """
    if turn.staff is None:
        return
    first, _, place = turn.argument.partition(":")
    if first == _FIX or (not first and turn.text.lower().startswith(_MENDS)):
        _correct(turn, turn.staff.id)
        return
    if first.isdecimal() and len(first) < 19:
        _open(turn, turn.staff.id, int(first))
        return
    tasks = tasks_of(turn.session, turn.staff.id, turn.today)
    audit.record(turn.session, turn.now, turn.actor, "list findings", turn.actor)
    if not tasks:
        turn.reply("task.none", button("menu", "choice.menu"))
        return
    start = int(place) if place.isdecimal() and len(place) < 5 and int(place) < len(tasks) else 0
    shown = list(enumerate(tasks[start : start + _SHOWN], start=start + 1))
    following = start + len(shown)
    lines = [
        say("task.line", number=number, family=_line(turn, task), kind=kind_name(task.kind))
        for number, task in shown
    ]
    turn.tell(
        say("task.list", count=len(tasks), lines="\n".join(lines))[:_LONGEST],
        *(Choice(f"tasks:{task.id}", _label(turn, number, task)) for number, task in shown),
        *([button(f"tasks:from:{following}", "choice.next")] if following < len(tasks) else []),
        button("menu", "choice.menu"),
    )


def _name(turn: Turn, task: Found) -> str:
    head = None if task.household_id is None else head_of(turn.session, task.household_id)
    return say("task.nobody") if head is None else head[1]


def _ward(turn: Turn, task: Found) -> str:
    home = turn.session.get(Household, task.household_id or 0)
    return f"RT {home.rt}/{home.rw}" if home is not None and home.rt else ""


def _line(turn: Turn, task: Found) -> str:
    """Name a family and what tells it from its namesakes: kelurahan and RT."""
    place = f"{task.area_name} {_ward(turn, task)}".strip()
    return f"{_name(turn, task)[:_LONGEST_NAME]}, {place}"


def _label(turn: Turn, number: int, task: Found) -> str:
    """Put the number in the list, the name and the RT into the length of a label."""
    ward = _ward(turn, task)
    beside = f", {ward}" if ward else ""
    name = f"{number}. {_name(turn, task)}"
    return f"{name[: _LABEL - len(beside)].strip()}{beside}"


def _whole_line(turn: Turn, task: Found) -> str:
    """Name a family with its address, and who of it is meant where that is not its head."""
    lines = own_families(turn)["lines"]
    line = lines.get(str(task.household_id), _line(turn, task))
    person = turn.session.get(Person, task.person_id or 0)
    if person is None or person.name == _name(turn, task):
        return f"{line} ({_ward(turn, task)})" if _ward(turn, task) else line
    return f"{line} ({_ward(turn, task)}): {person.name}"


def _open(turn: Turn, staff_id: int, finding_id: int) -> None:
    task = task_of(turn.session, staff_id, finding_id, turn.today)
    if task is None:
        _gone(turn)
        return
    audit.record(turn.session, turn.now, turn.actor, "read finding", f"finding:{task.id}")
    turn.reply("task.about", family=_whole_line(turn, task), detail=detail(task))
    turn.open_form(FORM.name, {"finding": task.id})


def _correct(turn: Turn, staff_id: int) -> None:
    """Ask again what came of the task that was settled last, if its family is the sender's."""
    since = turn.now - _MENDABLE
    task = settled_last(turn.session, staff_id, turn.actor, since, turn.today)
    if task is None:
        turn.reply("task.nothing_to_fix", button("tasks", "choice.tasks"))
        return
    audit.record(turn.session, turn.now, turn.actor, "read finding", f"finding:{task.id}")
    turn.reply("task.about", family=_whole_line(turn, task), detail=detail(task))
    turn.open_form(FORM.name, {"finding": task.id, "replaces": True})


def _gone(turn: Turn) -> None:
    turn.reply("task.gone", button("tasks", "choice.tasks"))


def _task(turn: Turn, answers: Answers) -> Found | None:
    """Give the task that a form is about, as far as it is the sender's to settle."""
    staff_id = turn.staff.id if turn.staff is not None else 0
    finding_id = int(answers["finding"])
    if answers.get("replaces"):
        return settled_task(turn.session, staff_id, turn.actor, finding_id, turn.today)
    return task_of(turn.session, staff_id, finding_id, turn.today)


def summary(turn: Turn, answers: Answers) -> str:
    """Read back of which family it is, and what came of it."""
    task = _task(turn, answers)
    return say(
        "task.summary",
        family=say("visit.no_longer_yours") if task is None else _whole_line(turn, task),
        kind="" if task is None else kind_name(task.kind),
        outcome=say(f"task.outcome_{answers['outcome']}"),
        note=answers.get("note") or say("visit.not_given"),
    )


def finish(turn: Turn, answers: Answers) -> None:
    """Keep what came of a task, if it is the sender's still."""
    task = _task(turn, answers)
    if task is None or turn.staff is None:
        _gone(turn)
        return
    outcome, note = answers["outcome"], answers.get("note") or ""
    scope, again = Scope(task.area_code), bool(answers.get("replaces"))
    try:
        settle(turn.session, scope, task.id, outcome, note, turn.actor, turn.now, again=again)
    except FindingRefused:  # somebody at the console was faster
        _gone(turn)
        return
    left = len(tasks_of(turn.session, turn.staff.id, turn.today))
    turn.reply(
        "task.settled",
        *([button("tasks", "choice.tasks")] if left else []),
        button("tasks:fix", "choice.visit_fix"),
        button("menu", "choice.menu"),
        left=left,
    )
