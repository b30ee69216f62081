"""Facts about aid: what it is, for whom, how much, which papers, how to use the card."""

import re
from collections.abc import Sequence

from bot.answers import question_choice, tell_entry
from bot.menu import menu_choices, program_choice
from bot.spoken import asks, tells_trouble
from bot.stories import guess
from bot.texts import say
from bot.turn import Turn, button
from db.catalogue import Entry, entries_of, find_entry
from db.registry import all_programs
from nlu.lookup import Hit, count_told

# What most people ask for stands first; the rest follows in the order of the catalogue.
_FIRST = ("PKH", "BPNT", "PBI", "PIP", "BLTD", "LANSIA", "RTLH", "KUBE")
_INTENT = "ask_program"
_WHAT = re.compile(r"\b(?:apa|apo|opo)(?:an|kah|tuh)?\b", re.IGNORECASE)
_LEAST = 0.3  # likeness of a question below which it is none of ours
_SURE = 0.42  # below it a question is only offered
_KNOWN = 0.55  # so sure, it is answered although the message might mean something else
_CLEAR = 0.75  # from here on one question is meant, however near the next is
_SAME = 0.9  # the very words of a question
_TOLD = 2  # words; one alone is near to some question by chance
_SHORT = 6  # words; in a story, more than a question stands
_RIVAL = 0.5  # so likely another meaning, it goes before the catalogue
_ABOUT_DATA = "data"  # the topic of how the register works, which no story is about
_NEAR = 0.88  # of the best one's likeness, at which both are offered


def handle(turn: Turn) -> None:
    """Tell the answer that a button names or that the words ask for, or ask which is meant."""
    if turn.argument.isdecimal():
        _tell_picked(turn, int(turn.argument))
    elif turn.argument:
        _tell_of_program(turn, turn.argument.upper())
    elif turn.parse is None or turn.text.casefold() == say("choice.program").casefold():
        _ask_which(turn)
    else:
        _answer(turn, turn.entity("program"))


def is_known(turn: Turn) -> bool:
    """Say whether a message of doubtful meaning is clearly a question of the catalogue."""
    parse = turn.parse
    if parse is not None and parse.intent != _INTENT and parse.confidence > _RIVAL:
        return False
    best = _best(turn)
    if best is None or best.score < _KNOWN or count_told(turn.text) < _TOLD:
        return False
    if best.score >= _SAME:
        return True
    names_trouble = guess(turn.text) is not None and not asks(turn.text)
    return not names_trouble and not tells_trouble(turn.text)


def interrupts_story(turn: Turn) -> bool:
    """Say whether a message where a story is awaited is a question of the catalogue instead."""
    if not asks(turn.text) or len(turn.text.split()) > _SHORT or guess(turn.text):
        return False
    best = _best(turn)
    if best is None or best.score < _SAME or count_told(turn.text) < _TOLD:
        return False
    entry = find_entry(turn.session, best.id)
    about_data = entry is not None and entry.topic == _ABOUT_DATA
    return about_data or not tells_trouble(turn.text)


def _best(turn: Turn) -> Hit | None:
    hits = turn.catalogue.find(turn.session, turn.now, turn.text, turn.entity("program"))
    return hits[0] if hits else None


def _tell_picked(turn: Turn, entry_id: int) -> None:
    entry = find_entry(turn.session, entry_id) if entry_id < 2**63 else None
    if entry is None:
        turn.reply("program.gone", *menu_choices(turn))
    else:
        tell_entry(turn, entry)


def _answer(turn: Turn, program: str | None) -> None:
    hits = turn.catalogue.find(turn.session, turn.now, turn.text, program)
    near = [hit for hit in hits if hit.score >= _LEAST]
    if not near:
        _tell_nothing_found(turn, program, said_more=bool(hits))
    elif turn.aside or not _is_torn(near):
        _tell_picked(turn, near[0].id)
    else:
        found = [find_entry(turn.session, hit.id) for hit in near[:2]]
        choices = (question_choice(entry) for entry in found if entry is not None)
        turn.reply("program.which_question", *choices, button("human", "choice.human"))


def _is_torn(hits: Sequence[Hit]) -> bool:
    best = hits[0].score
    has_rival = len(hits) > 1 and hits[1].score >= _NEAR * best
    return best < _SURE or (has_rival and best < _CLEAR)


def _tell_nothing_found(turn: Turn, program: str | None, *, said_more: bool) -> None:
    if program is not None:
        _tell_of_program(turn, program)
    elif turn.aside:  # the choices of the form that goes on stand below
        turn.reply("program.name_it")
    elif said_more:
        turn.reply(
            "program.not_found",
            button("program", "choice.program"),
            button("human", "choice.human"),
            button("menu", "choice.menu"),
        )
    else:
        _ask_which(turn)


def _tell_of_program(turn: Turn, code: str) -> None:
    """Tell what a programme is, or the same of it as was just asked of another."""
    entries = entries_of(turn.session, code)
    anew = turn.argument or _WHAT.search(turn.text)
    wanted = "" if anew else turn.conversation.topic.get("topic", "")
    entry = _of_topic(entries, wanted) or next(iter(entries), None)
    if entry is None:
        _ask_which(turn)
    else:
        tell_entry(turn, entry)


def _of_topic(entries: Sequence[Entry], topic: str) -> Entry | None:
    return next((entry for entry in entries if entry.topic == topic), None)


def _ask_which(turn: Turn) -> None:
    catalogue = {program.code: program for program in all_programs(turn.session)}
    choices = [
        program_choice("program", code, catalogue[code].name)
        for code in _FIRST
        if code in catalogue
    ]
    if turn.aside:  # the choices of the form that goes on stand below
        turn.reply("program.name_it")
        return
    if not choices:
        turn.reply("program.none", button("office", "choice.office"))
        return
    turn.reply("program.which", *choices)
