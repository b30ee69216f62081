"""A household visit, reported in a form or in one message; only families of the sender's own."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.desk.idle_files import bring_to_report
from bot.families import is_own, listed, own_families
from bot.forms import ADDED, FILES, Answers, Facts
from bot.messages import Choice, MediaKind, Reply
from bot.texts import say
from bot.turn import Turn, button
from bot.visit_files import gather
from bot.visit_form import FORM, asked_of
from bot.visit_mending import correct_last, moment_of, nothing_to_mend, own_visit
from bot.visit_points import far_note
from bot.visit_read_back import MOST_SHOWN, check_lines, checks_of, own_time, told_at
from bot.visit_reading import Reading, read_report
from bot.visit_records import Report, earlier, finding_of, joined, keep, told_already
from bot.visit_times import when_told
from bot.visit_words import Told, begins_report, separate_reports, without_lead
from bot.visit_work import begin_work, work_choices
from db.attachments import Attachment, files_of_visit
from db.visits import Visit

_FIX = "fix"
_MENDING = re.compile(r"visit_fix:\d+")
_LISTED = 300  # characters of the families that are named
_TOLD_AGAIN = 60  # characters of a report that was not kept
_GIVEN_BACK = 400
_MOST_LEFT = 5


def facts(turn: Turn) -> Facts:
    """Give the sender's own families, and what was found as far as it is told."""
    form = turn.conversation.form
    return {
        **own_families(turn),
        "finding": form.answers.get("finding") if form else None,
        "sent_at": turn.inbound.sent_at,
        "zone": turn.zone,
    }


def handle(turn: Turn) -> None:
    """Keep a whole report, correct the last one, or open the form with what is told already."""
    if turn.staff is None:
        return
    if turn.argument == _FIX:
        correct_last(turn, turn.staff.id)
        return
    own = own_families(turn)
    if turn.argument in own["households"]:
        _open(turn, {**_begun(turn, None), "family": turn.argument})
        return
    reports = separate_reports(turn.text)
    if len(reports) > 1 and not (turn.inbound.media or turn.inbound.location):
        _take_each(turn, turn.staff.id, reports, own)
        return
    reading = _read(turn, own)
    found, told = reading.families, reading.told
    if _refused(turn, reading, own):
        return
    if reading.unsure:
        turn.reply("visit.family_unsure", lines="\n".join(listed(found, own, _LISTED)))
    if told is not None:
        _take(turn, turn.staff.id, reading, told)
    else:
        when = when_told(without_lead(turn.text), turn.inbound.sent_at, turn.zone)
        _open(turn, _begun(turn, when.at, is_open=when.unsure or when.ahead))


def _open(turn: Turn, answers: Answers) -> None:
    """Ask what is not clear; inside another form a report is given back, to be sent after it."""
    if turn.aside:
        turn.reply("visit.send_after", told=turn.text.strip()[:_GIVEN_BACK])
    else:
        turn.open_form(FORM.name, answers)


def _take(turn: Turn, staff_id: int, reading: Reading, told: Told) -> None:
    """Keep what is told of one visit, or open the form with it for what is not clear."""
    found = reading.families
    if told.untimed:
        turn.reply("visit.day_unsure")
    if reading.is_sure and told.untimed:
        _open(turn, {**_whole(turn, told), "family": found[0]})
    elif reading.is_sure:
        _take_whole(turn, staff_id, int(found[0]), told)
    elif told.finding:  # only the family is not clear
        _open(turn, {**_whole(turn, told), "alike": list(found)})
    else:
        begun = _begun(turn, told.at, told.untimed)
        is_one = len(found) == 1 and not reading.unsure
        named = {"family": found[0]} if is_one else {"alike": list(found)}
        _open(turn, {**begun, **_answers(told), **named})


def is_whole(turn: Turn) -> bool:
    """Say whether a message is a report, or several, to which no open form has a question."""
    if turn.role != "companion" or not begins_report(turn.text):
        return False
    reading = _read(turn, own_families(turn))
    told_apart = reading.is_sure or reading.unsure or bool(reading.others)
    form = turn.conversation.form
    if reading.told is not None and reading.told.finding and len(reading.families) > 1:
        told_apart = told_apart or form is None or form.asked != "family"
    return told_apart or len(separate_reports(turn.text)) > 1


def _read(turn: Turn, own: Facts) -> Reading:
    return read_report(turn.text, own, turn.inbound.sent_at, turn.zone)


def _refused(turn: Turn, reading: Reading, own: Facts) -> bool:
    """Say why something is not kept: it tells of several families, or of no visit that was."""
    told = reading.told
    ways = (button("visit", "choice.visit"), button("households", "choice.households"))
    if reading.others:
        lines = listed([*reading.families[:1], *reading.others], own, _LISTED)
        turn.reply("visit.several", *ways, lines="\n".join(lines))
    elif told is not None and told.no_visit is not None:
        turn.reply(f"visit.was_{told.no_visit}", *ways)
    else:
        return False
    return True


def _take_each(turn: Turn, staff_id: int, reports: Sequence[str], own: Facts) -> None:
    """Store those of several reports that need no question, and say which ones do."""
    left = []
    for report in reports:
        reading = read_report(report, own, turn.inbound.sent_at, turn.zone)
        told = reading.told
        if told is None or not reading.is_sure or _is_asked(turn, reading, told):
            left.append(f"• {report[:_TOLD_AGAIN]}")
        else:
            _take_whole(turn, staff_id, int(reading.families[0]), told)
    if left:
        lines = left[:_MOST_LEFT]
        if len(left) > _MOST_LEFT:
            lines.append(say("visit.and_more", count=len(left) - _MOST_LEFT))
        turn.reply("visit.each_left", button("visit", "choice.visit"), lines="\n".join(lines))
    if len(turn.replies) > 1:  # of several visits one is picked to be mended
        *first, last = (replace(reply, choices=_but_mending(reply)) for reply in turn.replies)
        which = button("visit_fix:which", "choice.visit_fix")
        turn.replies = [*first, replace(last, choices=(*last.choices, which))]


def _but_mending(reply: Reply) -> tuple[Choice, ...]:
    return tuple(one for one in reply.choices if not _MENDING.fullmatch(one.value))


def _is_asked(turn: Turn, reading: Reading, told: Told) -> bool:
    """Say whether something is to be asked: whether it was a visit, on which day, or another."""
    if told.no_visit or told.untimed:
        return True
    family, purpose = int(reading.families[0]), told.purpose or "home"
    if told_already(turn, family, purpose, told) is not None:
        return False
    at = told.at or turn.inbound.sent_at
    return earlier(turn, family, purpose, at, told.finding) is not None


def _begun(turn: Turn, at: datetime | None, is_open: bool = False) -> Answers:
    """Give when the visit was, as it is told or as of now, however late the form is finished.

    What is left open is asked.
    """
    told_at: Answers = {"told_at": turn.inbound.sent_at.isoformat()}
    return told_at if is_open else {"at": None if at is None else at.isoformat(), **told_at}


def _answers(told: Told) -> Answers:
    """Give what words tell, but for the time, as answers of the form."""
    answers: Answers = {"finding": told.finding} if told.finding else {}
    if told.purpose is not None:
        answers |= {"purpose": told.purpose, **told.checks}
    return answers | ({FILES: [], "location": None} if told.follows else {})


def _whole(turn: Turn, told: Told) -> Answers:
    """Give a whole report as answers, so that nothing of it but the family may be asked."""
    purpose = told.purpose or "home"
    files = bring_to_report(turn)
    point = turn.inbound.location
    return {
        **_begun(turn, told.at, told.untimed),
        "wrote_at": turn.inbound.sent_at.isoformat(),
        "purpose": purpose,
        **dict.fromkeys(asked_of(purpose)),
        **told.checks,
        **_answers(told),
        FILES: files,
        "location": None if point is None else [point.latitude, point.longitude],
    }


def _take_whole(turn: Turn, staff_id: int, household_id: int, told: Told) -> None:
    """Store a report of one message; what may have been sent before is asked about."""
    purpose = told.purpose or "home"
    at = told.at or turn.inbound.sent_at
    doubled = told_already(turn, household_id, purpose, told)
    if doubled is not None:
        turn.reply("visit.again", *_afterwards(doubled), time=moment_of(turn, doubled))
        return
    known = _whole(turn, told)
    if earlier(turn, household_id, purpose, at, told.finding) is not None:
        _open(turn, {**known, "family": str(household_id)})
        return
    files, spot = known[FILES], known["location"]
    report = Report(household_id, purpose, told.finding, told.checks, at, files, spot)
    visit = keep(turn, staff_id, report)
    doubtful = gather(turn, visit)
    begun = begin_work(turn, visit, told.finding, None)
    line = own_families(turn)["lines"][str(household_id)]
    kept = say(
        "visit.kept_whole",
        family=line,
        purpose=say(f"visit.purpose_{purpose}"),
        checks="".join(f"{line}\n" for line in check_lines(told.checks)),
        finding=told.finding[:MOST_SHOWN],
        time=moment_of(turn, visit),
        photo=say("visit.given" if _has_photo(turn, visit) else "visit.may_follow"),
    )
    _tell_kept(turn, visit, kept, begun, doubtful)


def _tell_kept(
    turn: Turn, visit: Visit, kept: str, begun: Sequence[str], doubtful: Sequence[Attachment]
) -> None:
    """Tell what was kept and begun, and ask whose the photos are that may be of this visit."""
    turn.tell("\n\n".join([kept + far_note(turn, visit), *begun]), *_afterwards(visit))
    if doubtful:
        here = button(f"visit_fix:near:{visit.id}", "visit.bring_photo")
        turn.reply("visit.photo_whose", here, count=len(doubtful))


def _has_photo(turn: Turn, visit: Visit) -> bool:
    return any(file.kind == MediaKind.PHOTO for file in files_of_visit(turn.session, visit.id))


def same(turn: Turn, answers: Answers) -> str | None:
    """Ask whether this is a visit that was told of before."""
    if answers.get("replaces"):
        return None
    before = _before(turn, answers)
    return None if before is None else say("visit.same", time=moment_of(turn, before))


def _before(turn: Turn, answers: Answers) -> Visit | None:
    at = own_time(answers) or told_at(turn, answers)
    found = answers.get("finding") or ""
    return earlier(turn, int(answers["family"]), answers["purpose"], at, found)


def finish(turn: Turn, answers: Answers) -> None:
    """Store the visit, unless the family was handed over in the meantime."""
    household_id = int(answers["family"])
    if turn.staff is None or not is_own(turn, household_id):
        turn.reply("visit.handed_over", button("households", "choice.households"))
        return
    replaces = _replaced(turn, answers)
    if replaces is None and answers.get("replaces"):  # it was taken back since
        nothing_to_mend(turn)
        return
    added = replaces is not None and answers.get(ADDED)
    usual = replaces.visited_at if replaces is not None and added else told_at(turn, answers)
    spot: list[Any] | None = answers.get("location")
    report = Report(
        household_id,
        answers["purpose"],
        answers.get("finding") or "",
        checks_of(answers),
        own_time(answers) or usual,
        answers.get(FILES) or (),
        spot,
        datetime.fromisoformat(answers["wrote_at"]) if answers.get("wrote_at") else None,
    )
    if replaces is not None and added:
        report = joined(report, finding_of(turn, replaces), replaces.checks)
    visit = keep(turn, turn.staff.id, report, replaces)
    key = "visit.recorded" if replaces is None else "visit.corrected"
    doubtful = gather(turn, visit) if replaces is None else []
    begun = begin_work(turn, visit, report.finding, replaces)
    _tell_kept(turn, visit, say(key), begun, doubtful)


def _replaced(turn: Turn, answers: Answers) -> Visit | None:
    """Give the visit that this one takes the place of: the corrected, or the same told before."""
    if answers.get(ADDED):
        return _before(turn, answers)
    if not answers.get("replaces"):
        return None
    return own_visit(turn, str(answers["replaces"]))


def _afterwards(visit: Visit) -> tuple[Any, ...]:
    """Offer what follows from what was found, then the next visit and the correction."""
    return (
        *work_choices(visit),
        button("visit", "choice.visit"),
        button(f"visit_fix:{visit.id}", "choice.visit_fix"),
        button("households", "choice.households"),
    )
