"""The commands on WhatsApp templates: which there are, and what Meta says of them."""

from collections.abc import Mapping

import click

from bot.commands.common import Refused, WrongSettings, print_json, ready_store, settings
from bot.messages import SendError
from bot.notices.template_sync import sync
from bot.service import twilio_client, utc_now
from bot.texts import say
from db.intake.importer import CLI
from db.wa_templates import list_templates


@click.group("template")
def template_group() -> None:
    """Templat WhatsApp."""


@template_group.command("list")
@click.option("--json", "json_only", is_flag=True, help="Hasil sebagai JSON saja.")
def list_command(json_only: bool) -> None:
    """Tampilkan semua templat dan keadaannya."""
    with ready_store(settings(keep_keys=False), only_reads=True) as store, store.read() as session:
        found = [
            {
                "name": one.name,
                "language": one.language,
                "kind": one.kind,
                "state": one.state,
                "reason": one.reason,
                "content_sid": one.content_sid,
                "variables": list(one.variables),
                "body": one.body,
            }
            for one in list_templates(session)
        ]
    if json_only:
        print_json(found)
        return
    if not found:
        click.echo(say("template.none"))
    for line in found:
        _show(line, say(f"template.kind_{line['kind']}"))


@template_group.command("sync")
@click.option("--json", "json_only", is_flag=True, help="Hasil sebagai JSON saja.")
def sync_command(json_only: bool) -> None:
    """Ajukan templat yang menunggu, dan ambil keputusan Meta dari Twilio."""
    found = settings()
    if found.twilio is None:
        raise WrongSettings(say("template.no_twilio"))
    with ready_store(found) as store:
        try:
            changes = sync(store, twilio_client(found.twilio), CLI, utc_now)
        except SendError as error:
            raise Refused(say("template.no_answer", reason=error)) from None
    lines = [
        {"name": one.name, "language": one.language, "state": one.state, "reason": one.reason}
        for one in changes
    ]
    if json_only:
        print_json(lines)
        return
    if not lines:
        click.echo(say("template.nothing_new"))
    for line in lines:
        _show(line, "WhatsApp")


def _show(line: Mapping[str, object], kind: str) -> None:
    reason = f" - {line['reason']}" if line["reason"] else ""
    state = say(f"template.state_{line['state']}")
    click.echo(
        say(
            "template.line", name=line["name"], language=line["language"], kind=kind, state=state,
            reason=reason,
        )
    )  # fmt: skip
