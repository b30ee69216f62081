"""Immediate help: the numbers that are answered by people, and officers who are called at once."""

from dataclasses import replace
from typing import Any

from bot.danger import is_another_danger, names_grave_danger, tells_of_long_ago
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
    say_it_is_there,
    tell_more,
    wait_for_place,
    wait_no_more,
)
from bot.desk.filing import file_ticket
from bot.emergency_back import (
    MISTAKEN,
    is_mistaken,
    mistaken,
    take_back,
    take_back_pressed,
    taken_back,
)
from bot.emergency_family import (
    Concerned,
    asked_of,
    concerned,
    form_area,
    is_about_another,
    keep_spoken,
    latest_one,
    names_family,
    open_one,
    whose,
)
from bot.emergency_kept import AREA, POINT, TOLD, keep_asked, story_of
from bot.forms import Answer, Answers, Facts, Field, Form, Refused
from bot.messages import Choice, Location, Reply
from bot.texts import say
from bot.turn import Turn, button
from db import audit
from db.contacts import CONSENT_GIVEN, CONSENT_REFUSED
from db.tickets import Matter, Ticket
from nlu.parse import Band

REPORT, CALL = "report", "call"  # pressed below the hotlines; CALL agrees that data are kept


def _place(answer: Answer, _facts: Facts) -> Answers:
    if is_mistaken(answer.value or ""):
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


def _not_one(answers: Answers, _facts: Facts) -> list[Choice]:
    return [mistaken(answers["number"])]


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


def values(turn: Turn, answers: Answers) -> dict[str, Any]:
    """Give the number that the question names, and the family behind it."""
    return {"number": answers["number"], "whose": whose(turn, answers["number"])}


def is_call(value: str) -> bool:
    """Say whether a button calls for help, for a family that it names or without."""
    capability, _, argument = value.partition(":")
    return capability == "emergency" and argument.partition(":")[0] in ("", REPORT, CALL)


def handle(turn: Turn) -> None:
    """Tell whom to call now; call the officers too where it is surely an emergency."""
    if turn.argument.partition(":")[0] == MISTAKEN:
        take_back_pressed(turn)
        return
    if taken_back(turn):
        return
    earlier = open_one(turn)
    if earlier is not None and not tells_of_another(turn):
        if turn.parse is None:
            hotlines_only(turn)
            _add_kept(turn, earlier)
        tell_more(turn, earlier)
        return
    call = say("emergency.call", hotlines=hotlines(turn))
    agrees = turn.contact.consented or turn.argument == CALL
    if not agrees or not _is_sure(turn):
        ask = _keep(turn)
        if not turn.contact.consented:
            ask = [button("emergency:call", "choice.emergency_call")]
            call = f"{call}\n\n{say('emergency.offer')}"
        turn.tell(call, *ask, button("human", "choice.human"), button("menu", "choice.menu"))
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
        take_back(turn, answers["number"])
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


def canceled(turn: Turn) -> None:
    """Say that an emergency stays with the officers though its place is not told."""
    ticket_id = latest_one(turn)
    if ticket_id is None:
        take_back(turn, "")
        return
    number = turn.session.get_one(Ticket, ticket_id).number
    turn.reply("emergency.stays", mistaken(number), button("menu", "choice.menu"), number=number)


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
    ask = _keep(turn)
    offered = {choice.value for reply in turn.replies for choice in reply.choices}
    shown = () if "emergency" in offered else tuple(ask)
    turn.replies.insert(0, Reply(say("emergency.maybe", hotlines=numbers), shown))


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
        return is_call(turn.inbound.button)
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
    if not turn.places.names:  # a store without areas has no desk; the numbers were told
        return
    topic = turn.conversation.topic
    family, asked = concerned(turn), asked_of(turn)
    told = _story(turn, family)
    area, point = (topic.pop(name, "") for name in (AREA, POINT))
    turn.conversation.pending = ""
    files = files_sent(turn.inbound.media, turn.inbound.location or _point(point))
    area = turn.entity("area") or area
    story, lives_in = told or say("emergency.pressed"), area or form_area(turn)
    if family is not None:
        story = say("emergency.of_family", family=family.line, story=story)
        lives_in = family.area_code
    matter = Matter("emergency", "", story, details={"area": lives_in} if lives_in else None)
    ticket = file_ticket(turn, matter, files, None if family is None else family.person_id)
    if family is None and asked is not None:
        keep_asked(turn, replace(asked, ticket_id=ticket.id))
    raise_alert(turn.session, ticket, turn.now, turn.public_url)
    wait_for_place(turn)
    name_area(turn, area)
    if turn.aside:
        about = whose(turn, ticket.number)
        turn.reply("emergency.filed", mistaken(ticket.number), number=ticket.number, whose=about)
    else:
        turn.open_form(FORM.name, {"number": ticket.number})


def _story(turn: Turn, family: Concerned | None) -> str:
    """Give what was told, now or before; a button that names a family has only what is of that."""
    kept = "" if family is None else story_of(turn, str(family.household_id))
    if turn.parse is not None:
        turn.conversation.topic.pop(TOLD, None)
        return turn.text[:LONGEST]
    asked = asked_of(turn)
    if asked is not None or (names_family(turn) and family is not None):
        return kept or ("" if asked is None else asked.told)
    return kept or turn.conversation.topic.pop(TOLD, "")


def _add_kept(turn: Turn, ticket_id: int) -> None:
    """Add what was told of the family of a button since its emergency was reported."""
    family = concerned(turn)
    story = "" if family is None else story_of(turn, str(family.household_id))
    if story:
        add(turn, ticket_id, story, ())


def _point(written: str) -> Location | None:
    """Read the point that a stranger sent before help was asked for."""
    latitude, _, longitude = written.partition(" ")
    return Location(float(latitude), float(longitude)) if longitude else None


def _keep(turn: Turn) -> list[Choice]:
    """Remember what may be an emergency until its teller says so; after a refusal nothing is.

    Gives the buttons by which help is asked for.
    """
    is_known, ask = keep_spoken(turn)
    if is_known:
        wait_no_more(turn)  # where it lives is known; what is waited for may be another's place
    else:
        wait_for_place(turn)
    if turn.parse is not None and turn.contact.consent != CONSENT_REFUSED:
        turn.conversation.topic[TOLD] = turn.text[:LONGEST]
    return ask
