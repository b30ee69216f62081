"""Helping a citizen without a telephone: a report or proposal in his name, with his consent."""

from collections.abc import Sequence
from typing import Any

from bot.desk.asking import person, place_facts, place_fields, place_line, shown
from bot.desk.filing import file_for
from bot.desk.followers import tell_filed
from bot.desk.repeats import add_again, question
from bot.families import family, is_own, longest_unseen, own_families
from bot.fields import one_of, photo, words
from bot.forms import ADDED, FILES, Answer, Answers, Facts, Field, Form
from bot.messages import Choice
from bot.stories import CATEGORIES, STORY_LEAST, guess
from bot.texts import say
from bot.turn import Turn, button
from db.companion_tasks import head_of
from db.helped import WAYS, note_help
from db.registry import Household
from db.ticket_repeats import Earlier, find_earlier
from db.ticket_rules import rule_of
from db.tickets import PLAIN, Matter

_USUL = "usul"


def _categories(_facts: Facts) -> list[Choice]:
    return [button(f"category:{name}", f"complaint.category_{name}") for name in CATEGORIES]


def _ways(_facts: Facts) -> list[Choice]:
    return [button(f"consent_by:{name}", f"helped.consent_{name}") for name in WAYS]


def _asks_consent() -> Field:
    """Ask how the citizen agreed: without that nothing is filed, and "batal" ends it."""
    return Field(
        "consent_by", one_of("consent_by", _ways), lambda _answers, facts: _ways(facts),
        called=("izin", "persetujuan"),
    )  # fmt: skip


def _noted(_answer: Answer, _facts: Facts) -> Answers:
    return {}


_FILES = Field(FILES, photo(FILES), optional=True, called=("foto", "gambar", "bukti"))
FORM = Form(
    "helped",
    (
        Field("family", family, longest_unseen, searched=True, called=("keluarga", "nama")),
        Field(
            "category", one_of("category", _categories, guess),
            lambda _answers, facts: _categories(facts), called=("soal", "kategori"),
        ),
        Field(
            "story", words("story", STORY_LEAST, files_to=FILES, files_suffice=True),
            free_text=True, called=("cerita", "isi"),
        ),
        _asks_consent(),
        _FILES,
        Field("alike", _noted, noted=True),
        Field(ADDED, _noted, noted=True),
    ),
    read_back=True,
)  # fmt: skip
USUL = Form(
    "helped_usul",
    (
        Field("name", person("name"), free_text=True, called=("nama",)),
        Field("nik", person("name"), noted=True),
        *place_fields(),
        Field(
            "condition", words("condition", STORY_LEAST, files_to=FILES, files_suffice=True),
            free_text=True, called=("keadaan", "kondisi"),
        ),
        _asks_consent(),
        _FILES,
    ),
    read_back=True,
)  # fmt: skip


def handle(turn: Turn) -> None:
    """Open the form for a report (`help:ID` names the family) or for a proposal (`help:usul`)."""
    if turn.argument == _USUL or _USUL in turn.text.lower():
        turn.open_form(USUL.name)
        return
    own = own_families(turn)["households"]
    named = {"family": turn.argument} if turn.argument in own else {}
    turn.open_form(FORM.name, named)


def usul(turn: Turn) -> None:
    """Open the form for a proposal."""
    turn.open_form(USUL.name)


def summary(turn: Turn, answers: Answers) -> str:
    """Read the report back, with the consent."""
    own = own_families(turn)["lines"]
    return say(
        "helped.summary",
        family=own.get(answers["family"], say("visit.no_longer_yours")),
        category=say(f"complaint.category_{answers['category']}"),
        story=shown(answers["story"]) or say("complaint.story_in_file"),
        consent=say(f"helped.consent_{answers['consent_by']}"),
    )


def summary_usul(turn: Turn, answers: Answers) -> str:
    """Read the proposal back, with the consent."""
    return say(
        "helped_usul.summary",
        name=shown(answers["name"]),
        place=place_line(turn, answers),
        condition=shown(answers["condition"]) or say("complaint.story_in_file"),
        consent=say(f"helped.consent_{answers['consent_by']}"),
    )


def facts_usul(turn: Turn) -> Facts:
    """Give all kelurahan; none is taken for the citizen's own."""
    return {**place_facts(turn), "own_village": None}


def same(turn: Turn, answers: Answers) -> str | None:
    """Ask whether this was filed for the family before; what it brought itself is not told."""
    return question(turn, _earlier(turn, answers))


def _earlier(turn: Turn, answers: Answers) -> Earlier | None:
    household_id = int(answers["family"])
    head = head_of(turn.session, household_id)
    if head is None or not is_own(turn, household_id):
        return None
    return find_earlier(
        turn.session, contact_id=None, person_id=head[0], kind="complaint",
        category=answers["category"], story=answers["story"] or "", name="", secrecy=PLAIN,
        now=turn.now,
    )  # fmt: skip


def finish(turn: Turn, answers: Answers) -> None:
    """File the report in the name of who stands for the family, or add it to the one before."""
    household_id = int(answers["family"])
    head = head_of(turn.session, household_id)
    if head is None or not is_own(turn, household_id):
        turn.reply("households.not_yours", button("households", "choice.households"))
        return
    earlier = _earlier(turn, answers) if answers.get(ADDED) else None
    if earlier is not None:
        _add(turn, earlier, answers)
        return
    home = turn.session.get_one(Household, household_id)
    details = {"area": home.area_code}
    matter = Matter("complaint", answers["category"], answers["story"], details=details)
    _file(turn, matter, answers, home.area_code, household_id, head[0])


def finish_usul(turn: Turn, answers: Answers) -> None:
    """File the proposal of somebody who is on no list; who he is stands in its answers."""
    kept = ("name", "nik", "area", "rt", "where", "condition", "point")
    story = say(
        "usul.story",
        who=say("usul.category_other"),
        name=answers["name"],
        place=place_line(turn, answers),
        condition=answers["condition"] or say("complaint.story_in_file"),
    )
    details = {key: answers[key] for key in kept if answers.get(key)}
    _file(turn, Matter("usul", "other", story, details=details), answers, answers["area"])


def _add(turn: Turn, earlier: Earlier, answers: Answers) -> None:
    consent = say(f"helped.consent_{answers['consent_by']}")
    told = (answers["story"], f"{say('helped.label_consent_by')}: {consent}")
    add_again(turn, earlier, "\n".join(filter(None, told)), answers.get(FILES) or ())
    track = button(f"track:{earlier.number}", "choice.track_this")
    turn.reply("repeat.added", track, button("menu", "choice.menu"), number=earlier.number)


def _file(
    turn: Turn,
    matter: Matter,
    answers: Answers,
    area_code: str,
    household_id: int | None = None,
    person_id: int | None = None,
) -> None:
    if turn.staff is None:
        return
    files: Sequence[dict[str, Any]] = answers.get(FILES) or ()
    ticket = file_for(turn, matter, area_code, person_id, files)
    how = answers["consent_by"]
    note_help(turn.session, ticket, turn.staff.id, household_id, how, turn.now)
    tell_filed(turn.session, ticket, turn.staff, turn.now)
    turn.reply(
        "helped.filed",
        button(f"track:{ticket.number}", "choice.track_this"),
        button("visit", "choice.visit"),
        button("menu", "choice.menu"),
        number=ticket.number,
        days=f"{rule_of(turn.session, matter.kind, matter.category).verify_days:g}",
    )
