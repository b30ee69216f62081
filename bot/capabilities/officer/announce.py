"""An officer announces a distribution in plain words: asked for, shown, and handed in."""

from datetime import date, time
from functools import partial

from bot.forms import Answers, Facts
from bot.notices import approving
from bot.notices.asking import ASKED_BACK, FORM, PLANNED, hours_said, too_long
from bot.notices.beyond import Why
from bot.notices.drafting import Draft, prepare
from bot.notices.in_console import (
    already_planned,
    tell_of_changes,
    tell_of_limits,
    tell_of_several,
)
from bot.notices.planning import LONGEST_PLACE, Plan, Stop, check_plan, make_round, outermost
from bot.notices.refusals import NoticeRefused
from bot.notices.sentence import DAWN, NOON, Said, read_sentence
from bot.notices.several import is_a_day
from bot.notices.wording import first_words, letters_over
from bot.texts import say
from bot.texts.format import clock, grouped
from bot.turn import Turn, button
from db.areas import Scope
from db.audiences import Topic
from db.broadcasts import Kind, State
from db.reach import measure
from db.registry import Program, all_programs
from db.wa_templates import USUAL_LANGUAGE, approved_template

_MOST_NAMED = 5  # areas in a preview


def facts(turn: Turn) -> Facts:
    """Give the catalogue, the areas, the day, and what was said that other answers depend on.

    `over` counts by how many letters words are too long for what was said, once all of it was.
    """
    form = turn.conversation.form
    begin = form.answers.get("begin") if form is not None else None
    programs = {program.code: program.name for program in all_programs(turn.session)}
    over = None
    if form is not None and form.answers.keys() >= PLANNED:
        plan = _plan(form.answers)
        over = partial(letters_over, plan, programs[plan.program_code], turn.places)
    return {
        "programs": programs,
        "over": over,
        "gazetteer": turn.places.gazetteer,
        "areas": turn.places.names,
        "today": turn.today,
        "own_area": turn.staff.area_code if turn.staff else "",
        "begin": time.fromisoformat(begin) if begin else None,
        "texts": (form.answers.get("texts") or {}) if form is not None else {},
    }


def handle(turn: Turn) -> None:
    """Open the form with what the message named already, unless that is done in the console."""
    said = read_sentence(turn.text, turn.parse)
    if said.areas and not all(_scope(turn).covers(code) for code in said.areas):
        turn.reply("announce.not_your_area", button("menu", "choice.menu"))
    elif said.changes:
        tell_of_changes(turn, _scope(turn), said)
    elif said.beyond is not None and said.beyond.why is Why.LIMIT:
        tell_of_limits(turn, said.beyond.said)
    elif said.several is not None:
        tell_of_several(turn, said.several)
    else:
        turn.open_form(FORM.name, _named(turn, said))


def _named(turn: Turn, said: Said) -> Answers:
    """Give what a sentence named; what stands beside it and was not understood is asked back."""
    why = said.beyond.why if said.beyond is not None else None
    if said.beyond is not None:
        turn.reply(ASKED_BACK[said.beyond.why], said=said.beyond.said)
    known: Answers = {}
    if said.areas and why is not Why.UNKNOWN:
        known["areas"] = list(outermost(said.areas))
    program = turn.entity("program")
    if program in facts(turn)["programs"] and why is not Why.PROGRAMS:
        known["program"] = program
    entities = turn.parse.entities if turn.parse is not None else ()
    days = {one.value for one in entities if one.entity == "date" and is_a_day(one)}
    if days and date.fromisoformat(min(days)) < turn.today:
        turn.reply("form.date_past")
    elif len(days) == 1:  # of several none is surely meant
        known["date"] = days.pop()
    if said.begin is not None and (said.end is None or said.end > said.begin):
        known |= hours_said(said.begin, said.end)
    if said.place is not None:
        known["place"] = said.place
    return known


def summary(turn: Turn, answers: Answers) -> str:
    """Show the notice as it would be read, and how many it would reach."""
    plan = _plan(answers)
    program = turn.session.get_one(Program, plan.program_code).name
    template = approved_template(turn.session, Kind.DISTRIBUTION, USUAL_LANGUAGE)
    reach = measure(turn.session, plan.audience, Topic.AID, turn.now, template is not None)
    left = [
        say(f"announce.left_{reason}", count=grouped(count))
        for reason, count in reach.excluded.items()
        if count
    ]
    own = (answers.get("texts") or {}).values()
    shown = [first_words(plan, program, turn.places, words) for words in ("", *own)]
    return say(
        "announce.preview",
        text="\n\n".join(shown),
        others=(
            f"{_afternoon(plan)}{_other_areas(turn, plan)}"
            f"{already_planned(turn, _scope(turn), plan)}"
        ),
        families=grouped(reach.families),
        contacts=grouped(reach.contacts),
        left=f" {say('announce.left', reasons=', '.join(left))}" if left else "",
    )


def finish(turn: Turn, answers: Answers) -> None:
    """Hand the announcement in: for approval, or to be sent where nobody else is needed."""
    plan, menu = _plan(answers), button("menu", "choice.menu")
    program = turn.session.get_one(Program, plan.program_code).name
    texts: dict[str, str] = answers.get("texts") or {}
    for code, text in texts.items():
        if count := letters_over(plan, program, turn.places, text):
            turn.reply("announce.texts_long", **too_long(code, count))
            turn.open_form(FORM.name, answers)  # the place has become longer since, or an area
            return
    wrong = check_plan(turn.session, plan, turn.now, _scope(turn))
    if wrong:
        turn.reply(wrong[0], button("announce", "choice.announce"), menu)
        return
    try:
        with turn.session.begin_nested():  # of what cannot be handed in nothing is kept
            of_round = make_round(turn.session, plan, turn.actor, turn.now)
            draft = Draft(Kind.DISTRIBUTION, None, texts, round_id=of_round.id)
            broadcast = prepare(turn.session, draft, turn.actor, turn.now)
            approving.submit(
                turn.session, broadcast.id, turn.actor, turn.now, broadcast.version,
                public_url=turn.public_url,
            )  # fmt: skip
    except NoticeRefused as refused:  # such as where somebody else announced it at this moment
        turn.reply(refused.key, menu)
        return
    key = "announce.waits" if broadcast.state == State.WAITING else "announce.queued"
    turn.reply(key, menu, number=broadcast.id)


def _scope(turn: Turn) -> Scope:
    """Give the area in which the sender may announce; nowhere without one."""
    return Scope(turn.staff.area_code if turn.staff is not None else "-")


def _plan(answers: Answers) -> Plan:
    begin, end = (time.fromisoformat(answers[name]) for name in ("begin", "end"))
    held_on, place = date.fromisoformat(answers["date"]), answers["place"][:LONGEST_PLACE]
    stops = (Stop(code, held_on, begin, end, place) for code in answers["areas"])
    return Plan(answers["program"], tuple(stops))


def _afternoon(plan: Plan) -> str:
    """Say which hour is meant where a bare `jam 1` would be one of the night."""
    begin = plan.stops[0].starts_at
    if not NOON < begin.hour < NOON + DAWN:
        return ""
    return f"{say('announce.afternoon', hour=begin.hour - NOON, clock=clock(begin))}\n\n"


def _other_areas(turn: Turn, plan: Plan) -> str:
    """Name the areas besides the first, to which the same is said."""
    names = [turn.places.name_of(stop.area_code) for stop in plan.stops[1:]]
    if not names:
        return ""
    more = len(names) - _MOST_NAMED
    named = ", ".join(names[:_MOST_NAMED])
    areas = named if more <= 0 else say("announce.and_more", areas=named, count=more)
    return f"{say('announce.others', areas=areas)}\n\n"
