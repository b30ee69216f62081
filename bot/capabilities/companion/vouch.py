"""A companion who meets somebody vouches for him: a one-time code ties that phone to him."""

from datetime import timedelta

from rapidfuzz import fuzz

from bot.families import family, is_own, longest_unseen, own_families
from bot.forms import Answer, Answers, Facts, Field, Form, Refused
from bot.messages import Choice
from bot.texts import say
from bot.texts.format import given_name, local_moment
from bot.turn import Turn, button
from db import audit
from db.vouchers import LIFETIME, members, vouch

_NEAR = 80.0  # of 100, for each word of a name as it is heard
# What many are called alike says nothing of who is meant.
_TITLES = frozenset(
    ("wa", "la", "ode", "pak", "bapak", "bu", "ibu", "sdr", "sdri", "haji", "hajjah", "hj", "h")
)
_OFFERED = 9
_LABEL = 24  # characters that a list of WhatsApp shows of a label


def _member(answer: Answer, facts: Facts) -> Answers:
    """Take a picked member of the family, or find him by his name."""
    own: dict[str, str] = facts["members"]
    picked = (answer.value or "").removeprefix("member:")
    if picked in own:
        return {"member": picked}
    said = answer.text.strip()[:100]
    scores = {key: _likeness(said, name) for key, name in own.items()}
    best = [key for key, score in scores.items() if score == max(scores.values()) >= _NEAR]
    if not best:
        raise Refused("vouch.member_unknown")
    if len(best) > 1:
        raise Refused("vouch.member_ambiguous")
    return {"member": best[0]}


def _likeness(said: str, name: str) -> float:
    """Say how near a name is, of 100: all that was said is in it, or all of it was said."""
    one, other = _words(said), _words(name)
    if not one or not other:  # a title alone is somebody's name only if it is the whole of it
        return 100.0 * (said.lower().split() == name.lower().split())
    whole = fuzz.ratio("".join(one), "".join(other))
    return max(whole, _within(one, other), _within(other, one))


def _words(name: str) -> list[str]:
    words = name.lower().replace(".", " ").replace(",", " ").split()
    return [word for word in words if word not in _TITLES]


def _within(some: list[str], of: list[str]) -> float:
    return min(max(fuzz.ratio(word, other) for other in of) for word in some)


def _members(_answers: Answers, facts: Facts) -> list[Choice]:
    own: dict[str, str] = facts["members"]
    return [Choice(f"member:{key}", name[:_LABEL]) for key, name in list(own.items())[:_OFFERED]]


FORM = Form(
    "vouch",
    (
        Field("family", family, longest_unseen, searched=True, called=("keluarga",)),
        Field("member", _member, _members, searched=True, called=("nama", "orang")),
    ),
    read_back=True,
)


def facts(turn: Turn) -> Facts:
    """Give the sender's own families, the ends of their KK, and who is in the chosen one."""
    own = own_families(turn)
    form = turn.conversation.form
    chosen: str = form.answers.get("family", "") if form is not None else ""
    if chosen in own["households"]:
        return {**own, "members": _members_of(turn, chosen)}
    return {**own, "members": {}}


def _members_of(turn: Turn, household_id: str) -> dict[str, str]:
    return {str(key): name for key, name in members(turn.session, int(household_id))}


def handle(turn: Turn) -> None:
    """Open the form."""
    turn.open_form(FORM.name)


def summary(turn: Turn, answers: Answers) -> str:
    """Name the person, and remind of what vouching means."""
    name = _members_of(turn, answers["family"]).get(answers["member"])
    family_line = own_families(turn)["lines"].get(answers["family"], "")
    return say("vouch.summary", name=name or say("vouch.pick_again"), family=family_line)


def finish(turn: Turn, answers: Answers) -> None:
    """Give the code, unless the family was handed over in the meantime."""
    household_id = int(answers["family"])
    if turn.staff is None or not is_own(turn, household_id):
        turn.reply("vouch.no_longer_yours", button("households", "choice.households"))
        return
    name = _members_of(turn, answers["family"]).get(answers["member"])
    if name is None:  # another family was chosen since, or he left this one
        turn.open_form(FORM.name, {"family": answers["family"]})
        return
    code = vouch(turn.session, turn.staff.id, int(answers["member"]), turn.now)
    person = f"person:{answers['member']}"
    audit.record(turn.session, turn.now, turn.actor, "vouch", person)
    turn.reply(
        "vouch.code",
        button("vouch", "choice.vouch"),
        button("menu", "choice.menu"),
        name=given_name(name),
        code=f"{code[:4]}-{code[4:]}",
        minutes=LIFETIME // timedelta(minutes=1),
        until=local_moment(turn.now + LIFETIME, turn.zone),
    )
