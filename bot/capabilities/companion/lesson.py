"""Short lessons by chat: a few cards, one question, and how far the group has come."""

from bot.kube_sight import group_choices, lesson_state, own_group, own_groups
from bot.menu import menu_choices
from bot.messages import Choice
from bot.texts import say
from bot.texts.lessons import Lesson, lessons
from bot.turn import Turn, button
from db.kube_groups import RUNNING, KubeGroup
from db.kube_lessons import note_answer, note_card, progress_of

_ANSWER = "a"  # begins the last part of an answer's button; the others are the places of cards
_MOST_DIGITS = 3


def handle(turn: Turn) -> None:
    """List the lessons of a group, show a card, ask, or take an answer, as the button says."""
    key, _colon, rest = turn.argument.partition(":")
    if not key:
        _choose_group(turn)
        return
    group = own_group(turn, key)
    if group is None or group.state != RUNNING:
        turn.reply("group.gone", *menu_choices(turn))
        return
    name, _colon, step = rest.partition(":")
    lesson = lessons().get(name)
    number = step.removeprefix(_ANSWER)
    if lesson is None or not number.isdecimal() or len(number) > _MOST_DIGITS:
        _list(turn, group)
    elif step.startswith(_ANSWER):
        _take_answer(turn, group, lesson, int(number))
    else:
        _show(turn, group, lesson, int(number))


def _choose_group(turn: Turn) -> None:
    running = [group for group in own_groups(turn) if group.state == RUNNING]
    if len(running) == 1:
        _list(turn, running[0])
    elif running:
        turn.reply("lesson.which_group", *group_choices("lesson", running))
    else:
        turn.reply("pulse.no_group", *menu_choices(turn))


def _list(turn: Turn, group: KubeGroup) -> None:
    done = progress_of(turn.session, group.id)
    lines, choices = [], []
    for lesson in lessons().values():
        kept = done.get(lesson.key)
        lines.append(say("lesson.line", title=lesson.title, state=lesson_state(lesson, kept)))
        begin = kept.card if kept is not None and kept.passed_at is None else 0
        choices.append(Choice(f"lesson:{group.id}:{lesson.key}:{begin}", lesson.title))
    text = say("lesson.list", name=group.name, lines="\n".join(lines))
    turn.tell(text, *choices, button("menu", "choice.menu"))


def _show(turn: Turn, group: KubeGroup, lesson: Lesson, place: int) -> None:
    if place >= len(lesson.cards):
        _ask(turn, group, lesson)
        return
    note_card(turn.session, group.id, lesson.key, place)
    turn.tell(
        say(
            "lesson.card",
            title=lesson.title,
            place=place + 1,
            count=len(lesson.cards),
            text=lesson.cards[place],
        ),
        Choice(f"lesson:{group.id}:{lesson.key}:{place + 1}", say("choice.next")),
        Choice(f"lesson:{group.id}", say("lesson.others")),
    )


def _ask(turn: Turn, group: KubeGroup, lesson: Lesson) -> None:
    turn.tell(
        say("lesson.question", title=lesson.title, text=lesson.question),
        *(
            Choice(f"lesson:{group.id}:{lesson.key}:{_ANSWER}{place}", text)
            for place, text in enumerate(lesson.answers, start=1)
        ),
    )


def _take_answer(turn: Turn, group: KubeGroup, lesson: Lesson, place: int) -> None:
    right = place == lesson.right
    last = len(lesson.cards) - 1
    note_answer(turn.session, group.id, lesson.key, last, right, turn.now)
    again = Choice(f"lesson:{group.id}:{lesson.key}:0", say("lesson.again"))
    turn.reply(
        "lesson.right" if right else "lesson.wrong",
        *([] if right else [again]),
        Choice(f"lesson:{group.id}", say("lesson.others")),
        button("menu", "choice.menu"),
        why=lesson.why,
        answer=lesson.answers[lesson.right - 1],
    )
