"""Where the lists disagree about a companion's families: looked into at the door, told here."""

from bot.fields import one_of, words
from bot.forms import Answer, Answers, Facts, Field, Form
from bot.messages import Choice
from bot.texts import say
from bot.texts.findings import detail, kind_name
from bot.turn import Turn, button
from db import audit
from db.areas import Scope
from db.companion_tasks import head_of, task_of, tasks_of
from db.findings import OUTCOMES, FindingRefused, Found, settle

_SHOWN = 5
_LABEL = 24
_LONGEST = 600  # characters of one message


def _outcomes(_facts: Facts) -> list[Choice]:
    return [Choice(f"outcome:{name}", say(f"task.outcome_{name}")) for name in OUTCOMES]


def _noted(_answer: Answer, _facts: Facts) -> Answers:
    return {}


FORM = Form(
    "task",
    (
        Field("outcome", one_of("outcome", _outcomes), lambda _answers, facts: _outcomes(facts)),
        Field("note", words("note", 2), optional=True, free_text=True),
        Field("finding", _noted, noted=True),
    ),
)


def handle(turn: Turn) -> None:
    """List the tasks, a page at a time, or open one: the button is `tasks:ID` or `tasks:from:N`."""
    if turn.staff is None:
        return
    first, _, place = turn.argument.partition(":")
    if first.isdecimal() and len(first) < 19:
        _open(turn, turn.staff.id, int(first))
        return
    tasks = tasks_of(turn.session, turn.staff.id, turn.today)
    audit.record(turn.session, turn.now, turn.actor, "list findings", turn.actor)
    if not tasks:
        turn.reply("task.none", button("menu", "choice.menu"))
        return
    start = int(place) if place.isdecimal() and len(place) < 5 and int(place) < len(tasks) else 0
    shown = tasks[start : start + _SHOWN]
    following = start + len(shown)
    turn.tell(
        say(
            "task.list",
            count=len(tasks),
            lines="\n".join(f"• {_name(turn, task)}: {kind_name(task.kind)}" for task in shown),
        )[:_LONGEST],
        *(Choice(f"tasks:{task.id}", _name(turn, task)[:_LABEL]) for task in shown),
        *([button(f"tasks:from:{following}", "choice.next")] if following < len(tasks) else []),
        button("menu", "choice.menu"),
    )


def _name(turn: Turn, task: Found) -> str:
    head = None if task.household_id is None else head_of(turn.session, task.household_id)
    return say("task.nobody") if head is None else head[1]


def _open(turn: Turn, staff_id: int, finding_id: int) -> None:
    task = task_of(turn.session, staff_id, finding_id, turn.today)
    if task is None:
        _gone(turn)
        return
    audit.record(turn.session, turn.now, turn.actor, "read finding", f"finding:{task.id}")
    turn.reply("task.about", name=_name(turn, task), detail=detail(task), area=task.area_name)
    turn.open_form(FORM.name, {"finding": task.id})


def _gone(turn: Turn) -> None:
    turn.reply("task.gone", button("tasks", "choice.tasks"))


def finish(turn: Turn, answers: Answers) -> None:
    """Keep what came of a task, if it is the sender's still."""
    staff_id = turn.staff.id if turn.staff is not None else 0
    task = task_of(turn.session, staff_id, int(answers["finding"]), turn.today)
    if task is None:
        _gone(turn)
        return
    outcome, note = answers["outcome"], answers.get("note") or ""
    scope = Scope(task.area_code)
    try:
        settle(turn.session, scope, task.id, outcome, note, turn.actor, turn.now)
    except FindingRefused:  # somebody at the console was faster
        _gone(turn)
        return
    left = len(tasks_of(turn.session, staff_id, turn.today))
    turn.reply(
        "task.settled",
        *([button("tasks", "choice.tasks")] if left else []),
        button("menu", "choice.menu"),
        left=left,
    )
