"""Photos and places that come before or after the report of their visit, each to the right one."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.desk.adding import files_sent
from bot.families import is_own, named, own_families
from bot.forms import FormState
from bot.texts.format import clock
from bot.turn import Turn, button
from bot.visit_points import far_note, measure
from bot.visit_words import begins_report
from db.attachments import Attachment, attach, sent_between
from db.visit_rules import visit_rules
from db.visits import Visit, last_told, told_after

EARLY = timedelta(minutes=15)  # so long before its report may a photo have been sent
_KEPT = timedelta(hours=24)  # so long does one that names its family wait for the report
_FOLLOWING = re.compile(
    r"\b(?:ini|foto|poto|gambar|bukti|lokasi|suara|video|nya|dari|yang|yg|tadi|td|kunjungan"
    r"|susulan|menyusul|nyusul|rumah|rmh|kartu|ktp|kk|dokumen\w*|dokumentasi|kondisi|keadaan"
    r"|bersama|sama|dengan|dgn|saat|depan|dalam|utk|untuk)(?:nya)?\b",
    re.IGNORECASE,
)
_EARLY_FILES, _MOST_EARLY = "early_files", 10  # the topic, and how many messages it holds

Files = Sequence[Mapping[str, Any]]


def joins(turn: Turn) -> bool:
    """Put photos or a place that follow a report to the visit they belong to, and say so."""
    files = files_sent(turn.inbound.media, turn.inbound.location)
    if turn.staff is None or turn.role != "companion" or not files or begins_report(turn.text):
        return False
    household_id, visit = _meant(turn, turn.staff.id)
    if household_id is None or not is_own(turn, household_id):
        return False
    _put(turn, files, household_id, visit)
    return True


def joins_another(turn: Turn, form: FormState) -> bool:
    """Put files that name another family than the open form is about to that one's visit.

    Other forms than that of a visit take what may be theirs: only a visit told of goes before.
    """
    files = files_sent(turn.inbound.media, turn.inbound.location)
    if turn.staff is None or turn.role != "companion" or not files or not _caption(turn):
        return False
    household_id, visit = _meant(turn, turn.staff.id)
    if household_id is None or str(household_id) == form.answers.get("family"):
        return False
    if visit is None and form.form != "visit":
        return False
    _put(turn, files, household_id, visit)
    return True


def _put(turn: Turn, files: Files, household_id: int, visit: Visit | None) -> None:
    """Put files to a visit, or keep them for one that is still to be told of."""
    name = own_families(turn)["households"].get(str(household_id), "")
    if visit is None:
        _keep_early(turn, household_id, files)
        turn.reply("visit.early", button(f"visit:{household_id}", "visit.tell_now"), name=name)
        return
    alone = {} if _caption(turn) else {"sent_at": turn.inbound.sent_at.isoformat()}
    put(turn, visit, [{**file, **alone} for file in files])
    turn.reply(
        "visit.joined",
        button(f"visit_fix:{visit.id}", "choice.visit_fix"),
        button(f"visit_fix:photo:{visit.id}", "visit.move_photo"),
        button("menu", "choice.menu"),
        name=name,
        time=clock(visit.visited_at.astimezone(ZoneInfo(turn.zone)).time()),
        note=far_note(turn, visit),
    )


def put(turn: Turn, visit: Visit, files: Files) -> None:
    """Attach files and points to a visit; what went by its moment alone has `sent_at`, as ISO."""
    attach(
        turn.session,
        contact_id=turn.contact.id,
        visit_id=visit.id,
        files=[
            {**file, "sent_at": datetime.fromisoformat(file["sent_at"])}
            if file.get("sent_at")
            else file
            for file in files
        ],
        now=turn.now,
    )
    turn.session.flush()
    measure(turn, visit)


def _meant(turn: Turn, staff_id: int) -> tuple[int | None, Visit | None]:
    """Give the family, and its visit of the last hour, that files without a report belong to.

    What is named in the caption counts; without a name it is the visit told of nearest to when
    they were sent, before it or shortly after, however late they come.
    """
    caption = _caption(turn)
    if caption:
        found = named(caption, own_families(turn))
        if len(found) != 1:
            return None, None
        household_id = int(found[0])
        return household_id, _nearest(turn, staff_id, household_id)
    visit = _nearest(turn, staff_id, None)
    return None if visit is None else visit.household_id, visit


def _nearest(turn: Turn, staff_id: int, household_id: int | None) -> Visit | None:
    """Give the visit, to one family or to any, told of nearest to when a message was sent."""
    sent_at = turn.inbound.sent_at
    before = last_told(turn.session, staff_id, household_id, by=sent_at)
    after = told_after(turn.session, staff_id, sent_at, sent_at + EARLY, household_id)
    near = [visit for visit in (before, after) if visit is not None]
    fitting = [visit for visit in near if sent_at - visit.told_at <= joins_within()]
    return min(fitting, key=lambda one: abs(sent_at - one.told_at), default=None)


def _caption(turn: Turn) -> str:
    """Give what a caption says beside that something follows."""
    return " ".join(_FOLLOWING.sub(" ", turn.text).split()).strip(" ,.:")


def joins_within() -> timedelta:
    """Give how long after its report a photo still goes to a visit."""
    return timedelta(minutes=visit_rules().joins_minutes)


def gather(turn: Turn, visit: Visit) -> list[Attachment]:
    """Bring to a visit just told of what was sent after its report and went to another's.

    Messages may arrive in any order: what counts is which visit had been told of as it was sent.
    Gives what may be of this visit, too, but was sent before it was told of: that is asked.
    """
    told = visit.told_at
    loose = sent_between(turn.session, turn.contact.id, told - EARLY, told + joins_within())
    doubtful: list[Attachment] = []
    left: set[Visit] = set()
    for file in loose:
        other = turn.session.get(Visit, file.visit_id)
        if other is None or other.id == visit.id or file.sent_at is None:
            continue
        nearer = abs(file.sent_at - told) < abs(file.sent_at - other.told_at)
        if not nearer or other.household_id == visit.household_id:
            continue
        if other.told_at <= file.sent_at < told:
            doubtful.append(file)
        else:
            file.visit_id = visit.id
            left.add(other)
    turn.session.flush()
    for one in (*left, visit) if left else ():
        measure(turn, one)
    return doubtful


def _keep_early(turn: Turn, household_id: int, files: Files) -> None:
    """Keep files that overtook the report of their visit, a few of the last."""
    kept = json.loads(turn.conversation.topic.get(_EARLY_FILES, "[]"))
    item = [household_id, turn.inbound.sent_at.isoformat(), list(files)]
    turn.conversation.topic[_EARLY_FILES] = json.dumps([*kept, item][-_MOST_EARLY:])


def take_early(turn: Turn, household_id: int) -> list[dict[str, Any]]:
    """Take out the files that came before the report of a family's visit."""
    files = kept_early(turn, household_id)
    kept = json.loads(turn.conversation.topic.pop(_EARLY_FILES, "[]"))
    others = [item for item in kept if item[0] != household_id]
    if others:
        turn.conversation.topic[_EARLY_FILES] = json.dumps(others)
    return files


def kept_early(turn: Turn, household_id: int) -> list[dict[str, Any]]:
    """Give the files that wait for the report of a family's visit."""
    kept = json.loads(turn.conversation.topic.get(_EARLY_FILES, "[]"))
    fresh = turn.inbound.sent_at - _KEPT
    return [
        file
        for number, at, files in kept
        if number == household_id and datetime.fromisoformat(at) >= fresh
        for file in files
    ]
