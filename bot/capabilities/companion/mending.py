"""Mending what was told of visits: another time or family, a visit taken back, a photo moved."""

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.families import is_own, named, own_families
from bot.messages import Choice
from bot.texts import say
from bot.turn import Turn, button
from bot.visit_files import gather
from bot.visit_mending import correct, correct_last, moment_of, nothing_to_mend, own_visit
from bot.visit_points import measure
from bot.visit_times import OLDEST, when_told
from bot.visit_work import take_back_work
from db import audit
from db.attachments import Attachment, files_of_visit, sent_together
from db.visits import Visit, last_told, visits_made, withdraw

_WHICH = "which"
_YES = ":yes"  # by which a written "ya" picks the choice
_SHOWN = 8
_LABEL = 24  # characters of a button
_ASKED = re.compile(
    r"\W*(?:(?:tolong|mau|saya|sy|sa|minta|ingin|bisa)\s+)*"
    r"(?:(?P<drop>hapus\w*|batalkan|batalin|tarik|cabut)"
    r"|betulkan|betulin|perbaiki|ralat|ubah|koreksi|ganti)\s+"
    r"(?:(?:laporan|catatan)\s+)?kunjungan(?:nya)?\b(?P<which>[^,;.\n]*)",
    re.IGNORECASE,
)
_PHOTO = re.compile(r"\W*pindah(?:kan|in)?\s+(?:foto|poto|gambar|kiriman|lokasi)", re.IGNORECASE)
_THE_LAST = frozenset(
    ("tadi", "td", "terakhir", "itu", "ini", "yang", "yg", "barusan", "saya", "sy", "sa", "ke",
     "ya", "dong", "dulu", "pak", "bu")
)  # fmt: skip


def is_asked(text: str) -> bool:
    """Say whether somebody wants a visit mended, taken back, or its photo moved."""
    return _ASKED.match(text) is not None or _PHOTO.match(text) is not None


def handle(turn: Turn) -> None:
    """Mend a visit: by words, or by `visit_fix:ID`, `visit_fix:drop:ID` and the like."""
    if turn.staff is None:
        return
    deed, _, number = turn.argument.removesuffix(_YES).rpartition(":")
    if deed.startswith("move:"):
        _move_one(turn, deed.removeprefix("move:"), number)
        return
    if turn.argument == _WHICH:
        _offer(turn, "", _recent(turn, turn.staff.id))
        return
    if turn.argument:
        visit = own_visit(turn, number)
        if visit is None:
            nothing_to_mend(turn)
        else:
            _do(turn, visit, deed)
        return
    found = _ASKED.match(turn.text)
    if found is not None:
        _by_words(turn, turn.staff.id, "drop" if found["drop"] else "", found["which"])
    elif _PHOTO.match(turn.text):
        _by_words(turn, turn.staff.id, "photo", "")
    else:
        correct_last(turn, turn.staff.id)


def _do(turn: Turn, visit: Visit, deed: str) -> None:
    if deed == "drop":
        _ask_to_drop(turn, visit)
    elif deed == "dropped":
        _drop(turn, visit)
    elif deed == "photo":
        _ask_where_to(turn, visit)
    elif deed == "near":
        _bring(turn, visit, gather(turn, visit))
    else:
        found = _ASKED.match(turn.text)
        told = turn.text[found.end() :].strip(" ,.;\n") if found is not None else ""
        when = when_told(told, turn.inbound.sent_at, turn.zone)
        if when.unsure or when.ahead:
            turn.reply("visit.time_unknown")
        correct(turn, visit, when.at)


def _by_words(turn: Turn, staff_id: int, deed: str, which: str) -> None:
    """Do it with the visit that is meant, the last if none is named; of several one is picked."""
    words = [word for word in which.split() if word.lower() not in _THE_LAST]
    if not words:
        last = last_told(turn.session, staff_id)
        visits = [last] if last is not None and is_own(turn, last.household_id) else []
    else:
        found = named(" ".join(words), own_families(turn))
        visits = _recent(turn, staff_id, found) if found else []
        if not visits:  # it is another than he said
            _offer(turn, deed, _recent(turn, staff_id))
            return
    if len(visits) == 1:
        _do(turn, visits[0], deed)
    else:
        _offer(turn, deed, visits)


def _offer(turn: Turn, deed: str, visits: Sequence[Visit]) -> None:
    """Ask which of some visits is meant."""
    if not visits:
        nothing_to_mend(turn)
        return
    begin = f"visit_fix:{deed}:" if deed else "visit_fix:"
    turn.reply("visit.which", *_choices(turn, begin, visits), button("menu", "choice.menu"))


def _recent(turn: Turn, staff_id: int, families: Iterable[str] | None = None) -> list[Visit]:
    """Give the sender's visits of the last month, newest first, to some families or to all."""
    ids = None if families is None else [int(key) for key in families]
    begin, end = turn.now - OLDEST, turn.now + timedelta(days=1)
    own = own_families(turn)["households"]
    return [
        visit
        for visit in visits_made(turn.session, staff_id, begin, end, ids)
        if str(visit.household_id) in own
    ]


def _choices(turn: Turn, begin: str, visits: Sequence[Visit]) -> list[Choice]:
    own, zone = own_families(turn)["households"], ZoneInfo(turn.zone)
    return [
        Choice(
            f"{begin}{visit.id}",
            say(
                "visit.pick",
                moment=f"{visit.visited_at.astimezone(zone):%d/%m %H.%M}",
                name=own[str(visit.household_id)],
            )[:_LABEL],
        )
        for visit in visits[:_SHOWN]
    ]


def _ask_to_drop(turn: Turn, visit: Visit) -> None:
    turn.reply(
        "visit.drop_ask",
        button(f"visit_fix:dropped:{visit.id}:yes", "visit.drop_yes"),
        button(f"visit_fix:{visit.id}", "choice.visit_fix"),
        button("menu", "choice.menu"),
        family=own_families(turn)["lines"][str(visit.household_id)],
        time=moment_of(turn, visit),
    )


def _drop(turn: Turn, visit: Visit) -> None:
    said = take_back_work(turn, visit)
    withdraw(turn.session, visit, turn.actor, turn.now)
    turn.tell(
        "\n\n".join([say("visit.dropped", time=moment_of(turn, visit)), *said]),
        button("visit", "choice.visit"),
        button("households", "choice.households"),
    )


def _ask_where_to(turn: Turn, visit: Visit) -> None:
    """Ask to which visit goes what was last sent to this one."""
    files = files_of_visit(turn.session, visit.id)
    others = [one for one in _recent(turn, visit.staff_id) if one.id != visit.id]
    if not files or not others:
        turn.reply("visit.nothing_to_move", button(f"visit_fix:{visit.id}", "choice.visit_fix"))
        return
    last = max(files, key=lambda file: (file.at, file.id))
    turn.reply(
        "visit.move_where",
        *_choices(turn, f"visit_fix:move:{last.id}:", others),
        button("menu", "choice.menu"),
        count=len(sent_together(turn.session, last)),
    )


def _move_one(turn: Turn, file_id: str, number: str) -> None:
    """Move what was sent with a file to another visit, both the sender's own."""
    visit = own_visit(turn, number)
    file = None
    if visit is not None and file_id.isdecimal() and len(file_id) == len(str(int(file_id))) < 19:
        file = turn.session.get(Attachment, int(file_id))
    if visit is None or file is None or own_visit(turn, str(file.visit_id)) is None:
        nothing_to_mend(turn)
        return
    _bring(turn, visit, sent_together(turn.session, file))


def _bring(turn: Turn, visit: Visit, files: Sequence[Attachment]) -> None:
    """Put files to a visit, where they stay."""
    if not files:
        turn.reply("visit.nothing_to_move", button(f"visit_fix:{visit.id}", "choice.visit_fix"))
        return
    before = {file.visit_id for file in files if file.visit_id not in (None, visit.id)}
    for file in files:
        file.visit_id, file.sent_at = visit.id, None
    turn.session.flush()
    for one in (visit, *(turn.session.get_one(Visit, key) for key in before)):
        measure(turn, one)
        subject = f"household:{one.household_id}"
        audit.record(turn.session, turn.now, turn.actor, "correct visit", subject)
    turn.reply(
        "visit.photo_moved",
        button(f"visit_fix:{visit.id}", "choice.visit_fix"),
        button("menu", "choice.menu"),
        name=own_families(turn)["households"][str(visit.household_id)],
        time=moment_of(turn, visit),
    )
