"""Immediate help: the numbers that are answered by people, and officers who are called at once."""

from typing import Any

from bot.danger import (
    is_another_danger,
    names_grave_danger,
    takes_back,
    tells_of_long_ago,
)
from bot.desk.adding import files_sent
from bot.desk.alerting import raise_alert
from bot.desk.emergencies import (
    LONGEST,
    add,
    hotlines,
    mentions_place,
    name_area,
    named_area,
    place_is_known,
    place_waited_for,
    say_it_is_there,
    tell_more,
    wait_for_place,
    wait_no_more,
)
from bot.desk.filing import file_ticket
from bot.desk.moving import Move, move_ticket
from bot.emergency_family import (
    concerned,
    forget_family,
    form_area,
    is_about_another,
    keep_family,
    latest_one,
    open_one,
)
from bot.forms import Answer, Answers, Facts, Field, Form, Refused
from bot.messages import Choice, Location, Reply
from bot.texts import say
from bot.turn import Turn, button
from db import audit
from db.contacts import CONSENT_GIVEN, CONSENT_REFUSED
from db.ticket_states import By, Decision, State
from db.tickets import Matter, Ticket
from nlu.parse import Band

REPORT, CALL = "report", "call"  # pressed below the hotlines; CALL agrees that data are kept
CALLS = frozenset(("emergency", f"emergency:{REPORT}", f"emergency:{CALL}"))
TOLD = "danger"  # the topic that keeps what may be an emergency, until that is said
TAKE_BACK = "emergency:mistaken"
_MISTAKEN = TAKE_BACK.partition(":")[2]
AREA, POINT = "danger_area", "danger_point"  # topics: what a stranger has told of the place


def _place(answer: Answer, _facts: Facts) -> Answers:
    if answer.value == TAKE_BACK:
        return {"place": None, "mistaken": True}
    files = files_sent(answer.media, answer.location)
    text = answer.text.strip()[:LONGEST]
    if not text and not files:
        raise Refused("form.too_short")
    return {"place": text, "files": files}


def _again(answer: Answer, facts: Facts) -> Answers:
    return {"again": True, **_place(answer, facts)}


def _was_told(answers: Answers) -> bool:
    return bool(answers.get("told"))


def _not_one(_answers: Answers, _facts: Facts) -> list[Choice]:
    return [button(TAKE_BACK, "choice.mistaken")]


FORM = Form(
    "emergency",
    (
        Field("number", _place, noted=True),
        Field("place", _place, _not_one, optional=True, free_text=True),
        # Asked once more where what was told first names no place.
        Field("again", _again, _not_one, optional=True, free_text=True, when=_was_told),
        Field("told", _place, noted=True),
        Field("files", _place, noted=True),
        Field("mistaken", _place, noted=True),
    ),
)


def values(_turn: Turn, answers: Answers) -> dict[str, Any]:
    """Give the number that the question names."""
    return {"number": answers["number"]}


def handle(turn: Turn) -> None:
    """Tell whom to call now; call the officers too where it is surely an emergency."""
    if turn.argument == _MISTAKEN:
        _take_back(turn, latest_one(turn))
        return
    if taken_back(turn):
        return
    earlier = open_one(turn)
    if earlier is not None and not tells_of_another(turn):
        if turn.parse is None:
            hotlines_only(turn)
        tell_more(turn, earlier)
        return
    call = say("emergency.call", hotlines=hotlines(turn))
    agrees = turn.contact.consented or turn.argument == CALL
    if not agrees or not _is_sure(turn):
        _keep(turn)
        ask = button("emergency:report", "choice.emergency_report")
        if not turn.contact.consented:
            ask = button("emergency:call", "choice.emergency_call")
            call = f"{call}\n\n{say('emergency.offer')}"
        turn.tell(call, ask, button("human", "choice.human"), button("menu", "choice.menu"))
        return
    turn.tell(call)
    if not turn.contact.consented:
        turn.change_contact(consent=CONSENT_GIVEN, consent_at=turn.now)
        audit.record(turn.session, turn.now, turn.actor, "consent given", turn.actor)
    _report(turn)


def finish(turn: Turn, answers: Answers) -> None:
    """Add what was told to the emergency, or take it back where it was none.

    What names no place is added, too; the place is asked for once more, and waited for.
    """
    ticket_id = latest_one(turn)  # the one whose place is asked for, whoever is named in it
    if answers.get("mistaken") or ticket_id is None:
        _take_back(turn, ticket_id)
        return
    number, told = answers["number"], answers.get("place") or ""
    if told or answers.get("files"):
        add(turn, ticket_id, told, answers.get("files") or ())
        if turn.inbound.location is not None or mentions_place(turn):
            place_is_known(turn)
        elif not answers.get("told") and named_area(turn) is None:
            turn.open_form(FORM.name, {"number": number, "place": None, "told": True})
            return
    coming(turn, number)


def taken_back(turn: Turn) -> bool:
    """Take back what was told as an emergency where the sender says that it is none any more."""
    if turn.inbound.button is not None or not takes_back(turn.text):
        return False
    ticket_id = latest_one(turn) if turn.contact.consented else None
    if ticket_id is None and not place_waited_for(turn):
        return False
    if open_one(turn) != ticket_id and "darurat" not in turn.text.lower():
        return False  # "aman" is said of the family that the open form is about
    if ticket_id is not None:
        _take_back(turn, ticket_id)
        return True
    wait_no_more(turn)
    for name in (TOLD, AREA, POINT):
        turn.conversation.topic.pop(name, None)
    forget_family(turn)
    turn.conversation.pending = ""
    turn.reply("emergency.not_sent", button("menu", "choice.menu"))
    return True


def canceled(turn: Turn) -> None:
    """Say that an emergency stays with the officers though its place is not told."""
    ticket_id = latest_one(turn)
    if ticket_id is None:
        _take_back(turn, None)
        return
    number = turn.session.get_one(Ticket, ticket_id).number
    mistaken = button(TAKE_BACK, "choice.mistaken")
    turn.reply("emergency.stays", mistaken, button("menu", "choice.menu"), number=number)


def _take_back(turn: Turn, ticket_id: int | None) -> None:
    """Withdraw an emergency that was none, as far as it is still open."""
    if ticket_id is None:
        human = button("human", "choice.human")
        turn.reply("emergency.over", human, button("menu", "choice.menu"))
        return
    withdrawn = Move(State.REJECTED, decision=Decision.WITHDRAWN)
    move_ticket(turn.session, ticket_id, withdrawn, by=By.CITIZEN, actor=turn.actor, now=turn.now)
    turn.change_contact(ticket_id=None)
    wait_no_more(turn)
    turn.reply("emergency.mistaken", button("menu", "choice.menu"))


def coming(turn: Turn, number: str) -> None:
    """Say that the officers know of it, and how it is followed."""
    turn.reply(
        "emergency.coming",
        button(f"track:{number}", "choice.track_this"),
        button("human", "choice.human"),
        button("menu", "choice.menu"),
        number=number,
    )


def warn_first(turn: Turn) -> None:
    """Put the numbers before all that is said, unless they are told there already.

    The officers are called where the sender says that it is an emergency.
    """
    numbers = hotlines(turn)
    if any(numbers in reply.text for reply in turn.replies):
        return
    earlier = open_one(turn)
    if earlier is not None:
        say_it_is_there(turn, earlier)
        return
    _keep(turn)
    offered = {choice.value for reply in turn.replies for choice in reply.choices}
    ask = () if "emergency" in offered else (
        button("emergency:report", "choice.emergency_report"),
    )  # fmt: skip
    turn.replies.insert(0, Reply(say("emergency.maybe", hotlines=numbers), ask))


def tells_of_another(turn: Turn) -> bool:
    """Say whether a message surely tells of another emergency than the one told before.

    It is of another family, another danger, or in another place; what may belong to the first is
    added to that.
    """
    if is_about_another(turn):
        return turn.parse is None or is_called(turn)
    ticket_id, parse = open_one(turn), turn.parse
    if ticket_id is None or parse is None or not is_called(turn) or tells_of_long_ago(turn.text):
        return False
    sealed = turn.session.get_one(Ticket, ticket_id).story_sealed
    if is_another_danger(turn.session.vault.open(sealed, "story"), turn.text):
        return True
    named, area = named_area(turn), turn.entity("area")
    if named is None or area is None:
        return False
    return not (area.startswith(named) or named.startswith(area))


def is_called(turn: Turn) -> bool:
    """Say whether a message is surely an emergency: pressed, a command, or clearly told."""
    if turn.parse is not None:
        if turn.parse.intent != "report_emergency":
            return False
        grave = names_grave_danger(turn.text) and not tells_of_long_ago(turn.text)
        return turn.parse.band is Band.SURE or grave
    if turn.inbound.button is not None:
        return turn.inbound.button in CALLS
    return turn.text.lower().strip(" .,!") == "darurat"


def hotlines_only(turn: Turn) -> None:
    """Tell whom to call, where somebody already takes care of the rest."""
    turn.reply("emergency.maybe", hotlines=hotlines(turn))


def _is_sure(turn: Turn) -> bool:
    """Say the same of a message that is answered as one; a bare "tolong" may mean other help.

    In the middle of a form what is over is a story.
    """
    if turn.parse is not None:
        return is_called(turn) and not (turn.aside and tells_of_long_ago(turn.text))
    return turn.text.lower().strip(" .,!") != "tolong"


def _report(turn: Turn) -> None:
    told = turn.text[:LONGEST] if turn.parse is not None else ""
    topic = turn.conversation.topic
    before, area, point = (topic.pop(name, "") for name in (TOLD, AREA, POINT))
    story = told or before or say("emergency.pressed")
    turn.conversation.pending = ""
    files = files_sent(turn.inbound.media, turn.inbound.location or _point(point))
    area = turn.entity("area") or area
    family = concerned(turn)
    forget_family(turn)
    lives_in = area or form_area(turn)
    if family is not None:
        story = say("emergency.of_family", family=family.line, story=story)
        lives_in = family.area_code
    matter = Matter("emergency", "", story, details={"area": lives_in} if lives_in else None)
    ticket = file_ticket(turn, matter, files, None if family is None else family.person_id)
    raise_alert(turn.session, ticket, turn.now, turn.public_url)
    wait_for_place(turn)
    name_area(turn, area)
    if turn.aside:
        mistaken = button(TAKE_BACK, "choice.mistaken")
        turn.reply("emergency.filed", mistaken, number=ticket.number)
    else:
        turn.open_form(FORM.name, {"number": ticket.number})


def _point(written: str) -> Location | None:
    """Read the point that a stranger sent before help was asked for."""
    latitude, _, longitude = written.partition(" ")
    return Location(float(latitude), float(longitude)) if longitude else None


def _keep(turn: Turn) -> None:
    """Remember what may be an emergency until its teller says so; after a refusal nothing is."""
    if keep_family(turn):
        wait_no_more(turn)  # where it lives is known; what is waited for may be another's place
    else:
        wait_for_place(turn)
    if turn.parse is not None and turn.contact.consent != CONSENT_REFUSED:
        turn.conversation.topic[TOLD] = turn.text[:LONGEST]
