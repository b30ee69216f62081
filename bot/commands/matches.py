"""The commands on people who may be one: the queue, what a human says, and its undoing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from bot.commands.common import Refused, agreed, print_json, ready_store, settings
from bot.service import utc_now
from bot.texts import say
from bot.texts.format import plain_date
from db.areas import Scope
from db.intake.importer import CLI
from db.match_queue import Side, decide, open_matches, undo_decision
from db.merging import MergeRefused
from db.session import Session

_YES = click.option("--yes", is_flag=True, help="Langsung putuskan tanpa bertanya.")
_JSON = click.option("--json", "json_only", is_flag=True, help="Hasil sebagai JSON saja.")
_EVERYWHERE = Scope(None)
_MATCH = click.argument("match", type=int)


@click.group("match")
def match_group() -> None:
    """Orang yang mungkin sama; manusia yang memutuskan."""


@match_group.command("list")
@_JSON
def list_command(json_only: bool) -> None:
    """Tampilkan pasangan yang belum diputuskan."""
    with ready_store(settings(keep_keys=False), only_reads=True) as store, store.read() as session:
        pairs = open_matches(session, _EVERYWHERE)
    if json_only:
        print_json(
            [
                {"match": pair.match_id, "score": pair.score, "why": pair.why,
                 "person": _side(pair.person), "other": _side(pair.other)}
                for pair in pairs
            ]
        )  # fmt: skip
        return
    if not pairs:
        click.echo(say("match.none"))
    for pair in pairs:
        click.echo(say("match.heading", match=pair.match_id, score=pair.score,
                       why=say(f"match.why_{pair.why}")))  # fmt: skip
        for side in (pair.person, pair.other):
            click.echo(say("match.side", **_side(side)))


@match_group.command()
@_MATCH
@_YES
@_JSON
def same(match: int, yes: bool, json_only: bool) -> None:
    """Nyatakan dua orang itu orang yang sama."""
    _settle(match, "same", yes, json_only,
            lambda session: decide(session, match, True, _EVERYWHERE, CLI, utc_now()))  # fmt: skip


@match_group.command()
@_MATCH
@_YES
@_JSON
def different(match: int, yes: bool, json_only: bool) -> None:
    """Nyatakan dua orang itu orang yang berbeda."""
    _settle(match, "different", yes, json_only,
            lambda session: decide(session, match, False, _EVERYWHERE, CLI, utc_now()))  # fmt: skip


@match_group.command()
@_MATCH
@_YES
@_JSON
def undo(match: int, yes: bool, json_only: bool) -> None:
    """Cabut keputusan; pasangan itu menunggu lagi."""
    _settle(match, "open", yes, json_only,
            lambda session: undo_decision(session, match, _EVERYWHERE, CLI, utc_now()))  # fmt: skip


def _settle(
    match: int, state: str, yes: bool, json_only: bool, verb: Callable[[Session], object]
) -> None:
    with ready_store(settings()) as store:
        if not yes and not agreed(say(f"match.ask_{state}", match=match)):
            raise Refused(say("match.left"))
        with _told(), store.begin() as session:
            verb(session)
    if json_only:
        print_json({"match": match, "state": state})
    else:
        click.echo(say(f"match.done_{state}", match=match))


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except MergeRefused as error:
        raise Refused(say(error.key)) from None


def _side(side: Side) -> dict[str, object]:
    return {
        "person": side.person_id,
        "name": side.name,
        "nik": side.nik or "–",
        "kk": side.kk or "–",
        "birth_date": plain_date(side.birth_date) if side.birth_date else "–",
        "area": side.area_name,
        "lists": "; ".join(side.lists) or "–",
    }
