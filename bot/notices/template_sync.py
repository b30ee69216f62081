"""Templates between here and Meta: those that wait are submitted, and what it says is kept."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.messages import PermanentError, ProviderTemplate
from bot.notices.languages import name_at_meta
from bot.notices.templates import sample_values
from bot.texts import say
from db.session import Store
from db.wa_templates import (
    APPROVED,
    LONGEST_REASON,
    PAUSED,
    PENDING,
    REJECTED,
    StaleTemplate,
    WaTemplate,
    list_templates,
    mark_template,
    version_of,
)

# Meta's words: twilio.com/docs/content/content-api-resources
_STATES = {
    "received": PENDING,
    "pending": PENDING,
    "approved": APPROVED,
    "rejected": REJECTED,
    "paused": PAUSED,
    "disabled": PAUSED,
}


class Catalogue(Protocol):
    """The provider's templates."""

    async def templates(self) -> list[ProviderTemplate]:
        """Give all of them."""
        ...

    async def add_template(
        self, name: str, language: str, body: str, samples: Mapping[str, str]
    ) -> str:
        """Make one and give its SID."""
        ...

    async def submit_template(self, sid: str, name: str) -> None:
        """Ask Meta to approve one."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one template."""

    name: str
    language: str
    state: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class _Said:
    state: str
    sid: str | None
    reason: str | None


def sync(
    store: Store, catalogue: Catalogue, actor: str, clock: Callable[[], datetime]
) -> list[Change]:
    """Submit what waits for it, keep what Meta says of each template, and give what changed.

    Raises SendError where the provider does not answer; what was kept until then stays. The
    catalogue is closed.
    """
    return asyncio.run(_sync(store, catalogue, actor, clock))


async def _sync(
    store: Store, catalogue: Catalogue, actor: str, clock: Callable[[], datetime]
) -> list[Change]:
    try:
        theirs = await catalogue.templates()
        with store.read() as session:
            ours = list_templates(session)
        changes = []
        for template in ours:
            said = await _said(catalogue, template, _same(template, theirs))
            was = _Said(template.state, template.content_sid, template.reason)
            if said != was and _keep(store, template, said, actor, clock()):
                changes.append(Change(template.name, template.language, said.state, said.reason))
        return changes
    finally:
        await catalogue.close()


def _same(template: WaTemplate, theirs: Sequence[ProviderTemplate]) -> ProviderTemplate | None:
    """Find one of ours among the provider's, by its SID, else by name, language and words."""
    wanted = (*name_at_meta(template.name, template.language), template.body)
    for one in theirs:
        if template.content_sid is not None:
            if one.sid == template.content_sid:
                return one
        elif (one.name, one.language, one.body) == wanted:
            return one
    return None


async def _said(catalogue: Catalogue, template: WaTemplate, same: ProviderTemplate | None) -> _Said:
    was = _Said(template.state, template.content_sid, template.reason)
    if same is None:
        if template.content_sid is not None:
            return _Said(PAUSED, template.content_sid, say("template.gone"))
        return await _submit(catalogue, template, None) if template.state == PENDING else was
    if same.body != template.body:
        return _Said(PAUSED, same.sid, say("template.other_body"))
    if not same.state:
        return await _submit(catalogue, template, same.sid) if template.state == PENDING else was
    return _Said(_STATES.get(same.state, PAUSED), same.sid, same.reason[:LONGEST_REASON] or None)


async def _submit(catalogue: Catalogue, template: WaTemplate, sid: str | None) -> _Said:
    name, language = name_at_meta(template.name, template.language)
    try:
        if sid is None:
            samples = sample_values(template.kind, template.variables)
            sid = await catalogue.add_template(name, language, template.body, samples)
        await catalogue.submit_template(sid, name)
    except PermanentError as error:
        return _Said(REJECTED, sid, say("template.refused", reason=error))
    return _Said(PENDING, sid, None)


def _keep(store: Store, template: WaTemplate, said: _Said, actor: str, now: datetime) -> bool:
    with store.begin() as session:
        try:
            return (
                mark_template(
                    session, template.id, said.state, said.sid, said.reason, actor, now,
                    version_of(template),
                )
                is not None
            )  # fmt: skip
        except StaleTemplate:  # somebody changed it just now; the next time is soon enough
            return False
