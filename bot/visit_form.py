"""What is asked about a visit, for each purpose; answers may come in any order."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from bot.choices import approves
from bot.families import family, longest_unseen
from bot.fields import one_of, point, words
from bot.fields import photo as photo_of
from bot.forms import ADDED, FILES, Answer, Answers, Facts, Field, Form, Refused
from bot.messages import Choice
from bot.turn import button
from bot.visit_checks import CHECKS, answered
from bot.visit_times import time_told
from bot.visit_words import guess_purpose, promises_files

PURPOSES = tuple(CHECKS)
_PLAIN = ("yes", "no", "none")
_NEEDS = {"whole": ("came", "yes"), "uncut": ("came", "yes")}  # asked only after this answer
_TELLING = 3  # words; fewer are no finding but a try at what was asked


def asked_of(purpose: str) -> tuple[str, ...]:
    """Give what is asked for a purpose."""
    return tuple(CHECKS[purpose])


def _purposes(_facts: Facts) -> list[Choice]:
    return [button(f"purpose:{name}", f"visit.purpose_{name}") for name in PURPOSES]


_picked = one_of("purpose", _purposes, guess_purpose)


def _purpose(answer: Answer, facts: Facts) -> Answers:
    """Take a purpose; words that tell what was found are kept as that."""
    told = _told(answer.text, facts) if len(answer.text.split()) > _TELLING else {}
    try:
        return _picked(answer, facts) | told
    except Refused as refusal:
        raise Refused(refusal.key, found=told) from None


def _told(text: str, facts: Facts) -> Answers:
    """Give words as the finding, behind what was told before."""
    before = facts.get("finding")
    return {"finding": f"{before}. {text.strip()}" if before else text.strip()}


def _check(name: str, values: Sequence[str]) -> Field:
    """Make the question for one check; words that tell more than its answer are the finding."""

    def choices(_facts: Facts) -> list[Choice]:
        return [
            button(f"{name}:{value}", f"visit.{value if value in _PLAIN else f'{name}_{value}'}")
            for value in values
        ]

    picked = one_of(name, choices, partial(answered, name))

    def parse(answer: Answer, facts: Facts) -> Answers:
        told = _told(answer.text, facts) if len(answer.text.split()) > 1 else {}
        plain = approves(answer.text) is not None
        try:
            return picked(answer, facts) | ({} if plain else told)
        except Refused:
            if not told:
                raise
            return {name: None} | told

    return Field(
        name,
        parse,
        lambda _answers, facts: choices(facts),
        optional=True,
        reads=lambda text: len(text.split()) > 1 and answered(name, text) is not None,
        when=_when(name),
    )


def _when(name: str) -> Callable[[Answers], bool]:
    """Let something be asked for its purpose; what comes before the purpose is kept."""

    def when(answers: Answers) -> bool:
        needed, value = _NEEDS.get(name, ("", ""))
        fits = "purpose" not in answers or name in CHECKS.get(answers["purpose"], ())
        return fits and (not needed or answers.get(needed, value) in (value, None))

    return when


_photo = photo_of(FILES)


def _file(answer: Answer, facts: Facts) -> Answers:
    """Take a file, or the promise of one."""
    return {FILES: []} if promises_files(answer.text) else _photo(answer, facts)


def _time(answer: Answer, facts: Facts) -> Answers:
    """Take when the visit was, as `tadi jam 9` or `kemarin sore`."""
    at = time_told(answer.text, facts["sent_at"], facts["zone"])
    if at is None:
        raise Refused("visit.time_unknown")
    return {"at": at.isoformat()}


def _noted(_answer: Answer, _facts: Facts) -> Answers:
    return {}


def _fields_of(checks: Mapping[str, Mapping[str, Sequence[str]]]) -> tuple[Field, ...]:
    return tuple(_check(name, values) for one in checks.values() for name, values in one.items())


FORM = Form(
    "visit",
    (
        Field("family", family, longest_unseen, searched=True, called=("keluarga", "nama")),
        Field(
            "purpose",
            _purpose,
            lambda _answers, facts: _purposes(facts),
            called=("tujuan",),
        ),
        *_fields_of(CHECKS),
        Field(
            "finding",
            words("finding", 3, files_to=FILES, files_suffice=True),
            optional=True,
            free_text=True,
            called=("temuan", "hasil"),
        ),
        Field(FILES, _file, optional=True, called=("foto", "gambar")),
        Field("location", point("location"), optional=True, called=("lokasi",)),
        # Known as the form is opened, None as that moment; asked to be changed, or where a day
        # was told that could not be read.
        Field(
            "at",
            _time,
            free_text=True,
            called=("waktu", "jam", "tanggal"),
        ),
        *(
            Field(name, _noted, noted=True)
            for name in ("told_at", "wrote_at", "alike", "replaces", ADDED)
        ),
    ),
    read_back=True,
)
