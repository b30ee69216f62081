"""Forming a group: first its name, then its members one by one, each judged as he is named.

A chair names members by NIK alone, and is told nothing of whom the registry knows: the companion
hears it.
"""

import re

from bot.families import family, is_own, offered, own_families
from bot.fields import one_of, words
from bot.forms import LEAVE, Answer, Answers, Facts, Field, Form, Refused
from bot.kube_rules import (
    NOT_HEAD,
    NOT_REGISTERED,
    OTHER_AREA,
    OTHER_GROUP,
    TOO_MANY,
    Breach,
    breaches,
    sentence,
)
from bot.kube_sight import own_group
from bot.kube_telling import tell_companion
from bot.menu import menu_choices
from bot.messages import Choice, Reply
from bot.texts import say
from bot.turn import Turn, button
from db.kube_groups import MEMBER, ROLES, KubeGroup, make_group
from db.kube_members import (
    Member,
    candidate,
    head_of_family,
    homes_of,
    in_families_of,
    keeper_in,
    members_of,
    name_member,
    sizes_of,
    take_out,
)
from db.kube_rules import kube_rules

_OUT = "out"
_OFFERED = 5
_NIK = re.compile(r"(?<!\d)(?:\d[ .\-]?){15}\d(?!\d)")
_BY_NIK = "nik"
_OWN_FAULTS = (NOT_REGISTERED, NOT_HEAD, OTHER_AREA, OTHER_GROUP)  # of one person, not of a group


def _areas(_answers: Answers, facts: Facts) -> list[Choice]:
    return [Choice(f"of_area:{code}", name[:24]) for code, name in facts["own_areas"].items()][:9]


def _area(answer: Answer, facts: Facts) -> Answers:
    """Take one of the kelurahan in which the companion has families."""
    own: dict[str, str] = facts["own_areas"]
    picked = (answer.value or "").removeprefix("of_area:")
    named = [code for code, name in own.items() if name.lower() == answer.text.strip().lower()]
    if picked in own or len(named) == 1:
        return {"area": picked if picked in own else named[0]}
    raise Refused("form.pick_one")


NEW = Form(
    "kube_new",
    (
        Field("area", _area, _areas, searched=True, called=("kelurahan", "wilayah")),
        Field("name", words("name", 3), free_text=True, called=("nama",)),
        Field("business", words("business", 3), free_text=True, called=("usaha",)),
    ),
    read_back=True,
)


def new_facts(turn: Turn) -> Facts:
    """Give the kelurahan of the sender's families."""
    codes = areas_of_families(turn)
    return {"own_areas": {code: turn.places.name_of(code) for code in codes}}


def areas_of_families(turn: Turn) -> list[str]:
    """Give the codes of the kelurahan in which the sender has families."""
    if turn.staff is None:
        return []
    return list(in_families_of(turn.session, turn.staff.id, turn.today))


def new(turn: Turn) -> None:
    """Open the form; one kelurahan alone is not asked for."""
    codes = areas_of_families(turn)
    if not codes:
        turn.reply("kube_new.no_families", *menu_choices(turn))
        return
    turn.open_form(NEW.name, {"area": codes[0]} if len(codes) == 1 else {})


def new_summary(turn: Turn, answers: Answers) -> str:
    """Read the beginning of a group back."""
    return say(
        "kube_new.summary",
        name=answers["name"],
        business=answers["business"],
        area=turn.places.name_of(answers["area"]),
    )


def new_finish(turn: Turn, answers: Answers) -> None:
    """Begin the group, and ask for its first member."""
    if turn.staff is None or answers["area"] not in areas_of_families(turn):
        turn.reply("kube_new.no_families", *menu_choices(turn))
        return
    # Who stands in for another forms the other's group, and looks after it as long.
    keeper = keeper_in(turn.session, answers["area"], turn.staff.id, turn.today)
    group = make_group(
        turn.session, answers["area"], answers["name"], answers["business"], keeper,
        turn.actor, turn.now,
    )  # fmt: skip
    rules = kube_rules(turn.session)
    turn.reply("kube_new.made", name=group.name, least=rules.least_members, most=rules.most_members)
    turn.open_form(MEMBERS.name, {"group": str(group.id)})


def _who(answer: Answer, facts: Facts) -> Answers:
    """Take a family by its button or the name of its head, or anybody by NIK."""
    nik = _NIK.search(answer.text)
    if nik is not None:
        return {"family": f"{_BY_NIK}:{re.sub(r'[^0-9]', '', nik.group())}"}
    if not facts["households"]:
        raise Refused("kube_member.nik_only")
    return family(answer, facts)


def _offered(answers: Answers, facts: Facts) -> list[Choice]:
    done = Choice(f"{LEAVE}group:{answers.get('group', '')}:members", say("kube_member.done"))
    return [*offered(facts["fitting"][:_OFFERED], facts), done]


def _roles(facts: Facts) -> list[Choice]:
    names = (MEMBER, *(role for role in ROLES if role != MEMBER), _OUT)
    return [] if not facts["households"] else [
        Choice(f"role:{name}", say(f"kube.role_{name}")) for name in names
    ]  # fmt: skip


MEMBERS = Form(
    "kube_member",
    (
        Field("group", words("group"), noted=True),
        Field("family", _who, _offered, searched=True, called=("nama", "keluarga")),
        Field("role", one_of("role", _roles), lambda _answers, facts: _roles(facts),
              called=("peran", "jabatan")),
    ),
)  # fmt: skip


def facts(turn: Turn) -> Facts:
    """Give the sender's own families, and which fit the group; a chair has none to choose from."""
    if turn.role != "companion":
        return {"households": {}, "fitting": []}
    own = own_families(turn)
    form = turn.conversation.form
    group = None if form is None else own_group(turn, str(form.answers.get("group", "")))
    if group is None:
        return {**own, "fitting": []}
    members = {str(home) for home in homes_of(turn.session, group.id)}
    area = turn.places.name_of(group.area_code)
    fits = [key for key, name in own["living_in"].items() if name == area and key not in members]
    return {**own, "fitting": fits}


def stopped(turn: Turn) -> None:
    """Say that those who were named stay named."""
    turn.reply(
        "kube_member.stopped", button("group", "choice.group"), button("menu", "choice.menu")
    )


def name_members(turn: Turn) -> None:
    """Ask for a member of the group that the button names, or for the role of whom it names."""
    key, _colon, home = turn.argument.partition(":")
    group = own_group(turn, key)
    if group is None or turn.role not in ("companion", "citizen"):
        turn.reply("group.gone", *menu_choices(turn))
    elif home.isdecimal() and is_own(turn, int(home)):
        turn.open_form(MEMBERS.name, {"group": str(group.id), "family": home})
    else:
        _ask_next(turn, group)


def finish(turn: Turn, answers: Answers) -> None:
    """Put somebody in, give him a role, or take him out; then ask for the next."""
    group = own_group(turn, str(answers.get("group", "")), lock=True)
    if group is None:
        turn.reply("group.gone", *menu_choices(turn))
        return
    if turn.role == "companion":
        _by_companion(turn, group, answers)
    elif not _by_chair(turn, group, answers):
        menu = button("menu", "choice.menu")
        turn.reply("kube_member.nobody", button("human", "choice.human"), menu)
        return
    else:
        turn.reply("kube_member.noted")
    _ask_next(turn, group)


def _ask_next(turn: Turn, group: KubeGroup) -> None:
    known: Answers = {"group": str(group.id)}
    if turn.role != "companion":
        known["role"] = MEMBER
    turn.open_form(MEMBERS.name, known)


def _by_companion(turn: Turn, group: KubeGroup, answers: Answers) -> None:
    person_id = _own_person(turn, answers["family"])
    member = None if person_id is None else candidate(turn.session, group.id, person_id)
    if person_id is None or member is None:
        turn.reply("kube_member.not_yours")
        return
    if answers["role"] == _OUT:
        out = take_out(turn.session, group, person_id, turn.today, turn.actor, turn.now)
        turn.reply("kube_member.taken_out" if out else "kube_member.not_in", name=member.name)
        return
    fault = _fault(turn, group, member)
    if fault:
        turn.tell(say("kube_member.refused", why=fault))
        return
    name_member(
        turn.session, group, person_id, answers["role"], turn.today, turn.actor, turn.now
    )  # fmt: skip
    turn.reply(
        "kube_member.named",
        name=member.name,
        role=say(f"kube.role_{answers['role']}").lower(),
        count=sizes_of(turn.session, [group.id]).get(group.id, 0),
        least=kube_rules(turn.session).least_members,
    )


def _by_chair(turn: Turn, group: KubeGroup, answers: Answers) -> bool:
    """Hand a chair's NIK to the companion, who decides; False where the group has nobody to hear.

    The chair hears the same whoever it is.
    """
    nik = answers["family"].partition(":")[2]
    person_id = None
    if group.companion_id is not None:
        person_id = head_of_family(turn.session, group.companion_id, turn.today, nik=nik)
    member = None if person_id is None else candidate(turn.session, group.id, person_id)
    choices = [Choice(f"group:{group.id}", say("group.button"))]
    if person_id is None or member is None:
        text = say("kube_member.chair_unknown", group=group.name, ending=nik[-4:])
    elif fault := _fault(turn, group, member):
        text = say("kube_member.chair_refused", group=group.name, why=fault)
    else:
        text = say("kube_member.chair_named", group=group.name, name=member.name)
        take = f"kube_member:{group.id}:{member.household_id}"
        choices.insert(0, Choice(take, say("kube_member.take_button")))
    return tell_companion(turn.session, group, Reply(text, tuple(choices)), turn.now) > 0


def _own_person(turn: Turn, answer: str) -> int | None:
    """Give who is meant, if he is of a family that the sender looks after today."""
    if turn.staff is None:
        return None
    kind, _colon, nik = answer.partition(":")
    if kind == _BY_NIK:
        return head_of_family(turn.session, turn.staff.id, turn.today, nik=nik)
    if not is_own(turn, int(answer)):
        return None
    return head_of_family(turn.session, turn.staff.id, turn.today, household_id=int(answer))


def _fault(turn: Turn, group: KubeGroup, member: Member) -> str:
    """Say what keeps somebody out of a group; empty where nothing does."""
    rules, area = kube_rules(turn.session), turn.places.name_of(group.area_code)
    found = [one for one in breaches([member], group.area_code, rules) if one.kind in _OWN_FAULTS]
    inside = members_of(turn.session, group.id)
    is_new = all(one.person_id != member.person_id for one in inside)
    if is_new and len(inside) >= rules.most_members:
        found.append(Breach(TOO_MANY, count=1))
    return " ".join(sentence(one, rules, area) for one in found)
