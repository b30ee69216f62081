"""What a programme is and who gets it, from the catalogue with its source."""

from bot.menu import program_choice
from bot.texts import say
from bot.texts.format import plain_date
from bot.turn import Turn, button
from db.registry import all_programs, find_program

# What most people ask for stands first; the rest follows in the order of the catalogue.
_FIRST = ("PKH", "BPNT", "PBI", "PIP", "BLTD", "LANSIA", "RTLH", "KUBE")


def handle(turn: Turn) -> None:
    """Explain the named programme, or ask which one is meant."""
    code = turn.argument or turn.entity("program")
    program = find_program(turn.session, code) if code else None
    if program is None:
        _ask_which(turn)
        return
    if not turn.aside:  # the form that goes on afterwards may still need its own
        turn.conversation.topic = {"about": "program", "at": turn.now.isoformat()}
    turn.tell(
        say(
            "program.about",
            name=program.name,
            agency=program.agency,
            summary=program.summary,
            source=program.source,
            day=plain_date(program.source_date),
        ),
        button("registration", "choice.registration"),
        button("schedule", "choice.schedule"),
        button("menu", "choice.menu"),
    )


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
