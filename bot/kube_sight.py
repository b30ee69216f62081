"""Which groups the sender of a message sees, and how they and what is about them are named."""

from collections.abc import Sequence

from bot.messages import Choice
from bot.texts import say
from bot.texts.lessons import Lesson
from bot.turn import Turn
from db.areas import Scope
from db.kube_groups import ENDED, KubeGroup, Viewer, group_for, groups_for
from db.kube_lessons import KubeLesson
from db.substitutions import absent_ones

DESK_ROLES = ("chief", "officer", "admin")  # of the office, in the console as in the chat
_OFFERED = 9
_LABEL = 24  # characters that a list of WhatsApp shows of a label
_MOST_DIGITS = 15


def viewer_of(turn: Turn) -> Viewer:
    """Give with whose eyes the sender sees groups; nobody's where groups are not his work."""
    staff = turn.staff
    if staff is None:
        return Viewer(person_id=turn.contact.person_id if turn.contact.consented else None)
    if staff.role == "companion":
        return Viewer((staff.id, *absent_ones(turn.session, staff.id, turn.today)))
    return Viewer(scope=Scope(staff.area_code)) if staff.role in DESK_ROLES else Viewer()


def own_groups(turn: Turn) -> Sequence[KubeGroup]:
    """Give the groups that the sender sees."""
    return groups_for(turn.session, viewer_of(turn))


def own_group(turn: Turn, key: str, lock: bool = False) -> KubeGroup | None:
    """Give a group by the id in a button, if the sender sees it now and it goes on; else None."""
    if not key.isdecimal() or len(key) > _MOST_DIGITS:
        return None
    group = group_for(turn.session, viewer_of(turn), int(key), lock)
    return None if group is None or group.state == ENDED else group


def group_choices(prefix: str, groups: Sequence[KubeGroup]) -> list[Choice]:
    """Offer some groups by their names."""
    return [Choice(f"{prefix}:{group.id}", group.name[:_LABEL]) for group in groups[:_OFFERED]]


def condition_name(condition: str) -> str:
    """Name how a group fares."""
    return say(f"pulse.condition_{condition}")


def lesson_state(lesson: Lesson, kept: KubeLesson | None) -> str:
    """Say how far a group has come in a lesson."""
    if kept is None:
        return say("lesson.state_new")
    if kept.passed_at is not None:
        return say("lesson.state_passed")
    return say("lesson.state_begun", card=kept.card + 1, cards=len(lesson.cards))
