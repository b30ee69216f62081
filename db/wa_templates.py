"""WhatsApp templates: what may be said outside the 24 hours, and what Meta thinks of it."""

import tomllib
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import JSON, String, UniqueConstraint, case, exists, or_, select, update
from sqlalchemy.orm import Mapped, aliased, mapped_column

from db import audit
from db.base import DIALECT_INSERT, Base, BigId
from db.session import Session

DRAFT, PENDING, APPROVED, REJECTED, PAUSED = "draft", "pending", "approved", "rejected", "paused"
STATES = (DRAFT, PENDING, APPROVED, REJECTED, PAUSED)
EDITABLE = (DRAFT, REJECTED)  # what Meta has before it, or has approved, stays as it is
USUAL_LANGUAGE = "id"
LONGEST_REASON = 300  # characters
_SEEDED = "halo"  # who brought a template that nobody of the office has changed
_SEEDS = Path(__file__).parent / "wa_templates.toml"


class WaTemplate(Base):
    """One template of one kind of broadcast in one language."""

    __tablename__ = "wa_templates"
    __table_args__ = (UniqueConstraint("name", "language"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))  # of broadcast
    language: Mapped[str] = mapped_column(String(5))
    name: Mapped[str] = mapped_column(String(60))
    body: Mapped[str] = mapped_column(String(1024))  # with {{1}}, {{2}} …
    variables: Mapped[list[str]] = mapped_column(JSON)  # the name of what fills each, in order
    content_sid: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10), default=DRAFT)
    reason: Mapped[str | None] = mapped_column(String(300))  # Meta's, for a rejection
    changed_by: Mapped[str] = mapped_column(String(60))
    changed_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]  # when Twilio was asked of its state by itself


@dataclass(frozen=True, slots=True)
class Wording:
    """What an officer wants a template to say."""

    kind: str
    language: str
    name: str
    body: str
    variables: tuple[str, ...]


class StaleTemplate(Exception):
    """Somebody else changed the template meanwhile; nothing was written."""


class NameTaken(Exception):
    """Another template of this language has the name; nothing was written."""


class TemplateFixed(Exception):
    """Meta has the template before it, or approved it: its words stay as they are."""


def approved_template(session: Session, kind: str, language: str) -> WaTemplate | None:
    """Give the template by which a kind of broadcast may go out, the latest that was approved.

    A language without a template of its own has the Indonesian one.
    """
    query = (
        select(WaTemplate)
        .where(
            WaTemplate.kind == kind,
            WaTemplate.language.in_((language, USUAL_LANGUAGE)),
            WaTemplate.state == APPROVED,
            WaTemplate.content_sid.is_not(None),
        )
        .order_by(
            case((WaTemplate.language == language, 0), else_=1),
            WaTemplate.changed_at.desc(),
            WaTemplate.id.desc(),
        )
    )
    return session.scalars(query.limit(1)).first()


def approved_languages(session: Session, kind: str) -> set[str]:
    """Give the languages in which a kind of broadcast has an approved template."""
    query = select(WaTemplate.language).where(
        WaTemplate.kind == kind, WaTemplate.state == APPROVED, WaTemplate.content_sid.is_not(None)
    )
    return set(session.scalars(query.distinct()))


def bodies_of(session: Session, content_sids: Collection[str]) -> dict[str, str]:
    """Give the bodies of templates by their SID, as far as the catalogue has them."""
    query = select(WaTemplate.content_sid, WaTemplate.body).where(
        WaTemplate.content_sid.in_([*content_sids])
    )
    rows = session.execute(query.order_by(WaTemplate.changed_at, WaTemplate.id))
    return {sid: body for sid, body in rows if sid is not None}


def list_templates(session: Session) -> Sequence[WaTemplate]:
    """Give every template by kind, language and name."""
    order = (WaTemplate.kind, WaTemplate.language, WaTemplate.name)
    return session.scalars(select(WaTemplate).order_by(*order)).all()


def find_template(session: Session, name: str, language: str) -> WaTemplate | None:
    """Give the template of a name and language."""
    query = select(WaTemplate).where(WaTemplate.name == name, WaTemplate.language == language)
    return session.scalars(query).one_or_none()


def version_of(template: WaTemplate) -> str:
    """Give what changes with every change of a template."""
    return f"{template.state} {template.changed_at.isoformat()}"


def add_template(session: Session, wording: Wording, actor: str, now: datetime) -> WaTemplate:
    """Keep a new template as a draft; raises NameTaken."""
    _require_free(session, wording, None)
    template = WaTemplate(**asdict(wording), state=DRAFT, changed_by=actor, changed_at=now)
    session.add(template)
    session.flush()
    audit.record(session, now, actor, "add template", f"template:{template.id}")
    return template


def change_template(
    session: Session, template_id: int, wording: Wording, seen: str, actor: str, now: datetime
) -> WaTemplate | None:
    """Change what a template says, which makes it a draft again; None where there is none.

    Raises StaleTemplate where `seen` is not its version any more, TemplateFixed, NameTaken.
    """
    template = _locked(session, template_id, seen)
    if template is None:
        return None
    if template.state not in EDITABLE:
        raise TemplateFixed
    _require_free(session, wording, template_id)
    for name, value in asdict(wording).items():
        setattr(template, name, value)
    _move(template, DRAFT, None, None, actor, now)
    audit.record(session, now, actor, "change template", f"template:{template_id}")
    return template


def mark_template(
    session: Session,
    template_id: int,
    state: str,
    content_sid: str | None,
    reason: str | None,
    actor: str,
    now: datetime,
    seen: str | None = None,
) -> WaTemplate | None:
    """Keep what Meta says of a template; None where there is none, raises StaleTemplate."""
    template = _locked(session, template_id, seen)
    if template is None:
        return None
    _move(template, state, content_sid, reason, actor, now)
    audit.record(session, now, actor, "mark template", f"template:{template_id}")
    return template


def take_turn(session: Session, now: datetime, every: timedelta) -> bool:
    """Note that the states are asked for now; False where somebody else did so lately.

    Drafts are nothing that anybody could be asked of.
    """
    lately, other = now - every, aliased(WaTemplate)
    free = or_(WaTemplate.asked_at.is_(None), WaTemplate.asked_at <= lately)
    taken = exists().where(other.asked_at > lately)
    mine = update(WaTemplate).where(WaTemplate.state != DRAFT, free, ~taken)
    return session.connection().execute(mine.values(asked_at=now)).rowcount > 0


def ensure_templates(session: Session, now: datetime) -> None:
    """Put in, as drafts, the templates that come with the program and are not there yet."""
    insert = DIALECT_INSERT[session.get_bind().dialect.name]
    rows = [
        {**seed, "language": USUAL_LANGUAGE, "state": DRAFT, "changed_by": _SEEDED,
         "changed_at": now}
        for seed in tomllib.loads(_SEEDS.read_text())["template"]
    ]  # fmt: skip
    session.execute(insert(WaTemplate).values(rows).on_conflict_do_nothing())


def _locked(session: Session, template_id: int, seen: str | None) -> WaTemplate | None:
    template = session.get(WaTemplate, template_id, with_for_update=True, populate_existing=True)
    if template is not None and seen is not None and seen != version_of(template):
        raise StaleTemplate
    return template


def _move(
    template: WaTemplate,
    state: str,
    content_sid: str | None,
    reason: str | None,
    actor: str,
    now: datetime,
) -> None:
    template.state, template.content_sid = state, content_sid
    template.reason = reason[:LONGEST_REASON] if reason else None
    template.changed_by, template.changed_at = actor, now


def _require_free(session: Session, wording: Wording, template_id: int | None) -> None:
    same = find_template(session, wording.name, wording.language)
    if same is not None and same.id != template_id:
        raise NameTaken
