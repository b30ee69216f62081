"""Talk to the service in the terminal: the simulator's channel without a browser."""

import asyncio
import sys
import uuid
from collections.abc import Iterator

import click

from bot.channels.simulator import SimulatorAdapter, render
from bot.commands.common import Refused, ready_store, settings
from bot.messages import Address, Channel, Inbound, Location, Media, MediaKind, Reply
from bot.outbox import outgoing
from bot.service import Service, open_service
from bot.texts import say
from db.claims import claim
from db.settlement import Outcome, settle
from nlu.classifier import ModelError

_LOOKS = (Channel.TELEGRAM.value, Channel.WHATSAPP.value, Channel.SMS.value)
_LONGEST_ADDRESS = 64  # as the engine keeps it
_BAUBAU = Location(-5.4622, 122.6014)


@click.command("chat")
@click.option("--as", "user", default="terminal", show_default=True, help="Alamat si pengirim.")
@click.option("--look", type=click.Choice(_LOOKS), default="telegram", help="Tampilan kanal.")
def chat(user: str, look: str) -> None:
    """Bercakap-cakap dengan layanan di terminal."""
    user = user.strip()
    if not user.isprintable() or not 1 <= len(user) <= _LONGEST_ADDRESS:
        raise click.UsageError(say("cli.bad_sender", most=_LONGEST_ADDRESS))
    found = settings()
    with ready_store(found):
        pass
    try:
        service = open_service(found)
    except ModelError as error:
        raise Refused(str(error)) from None
    address = Address(Channel.SIMULATOR, user)
    if sys.stdin.isatty():
        click.echo(say("cli.chat_how"))
    try:
        for line in _lines():
            service.engine.receive(_inbound(address, line, service))
            for reply in asyncio.run(_drain(service, address)):
                _show(reply, Channel(look))
    finally:
        service.store.close()


def _lines() -> Iterator[str]:
    while True:
        if sys.stdin.isatty():
            click.echo("> ", nl=False)
        line = sys.stdin.readline()
        if not line or line.strip() == "/keluar":
            return
        if line.strip():
            yield line.strip()


def _inbound(address: Address, line: str, service: Service) -> Inbound:
    """Make the message of a line; a few commands stand for what a terminal cannot send."""
    files = {"/foto": MediaKind.PHOTO, "/suara": MediaKind.VOICE}
    return Inbound(
        address=address,
        external_id=uuid.uuid4().hex,
        sent_at=service.clock(),
        text="" if line in (*files, "/lokasi") else line,
        media=(Media(files[line], f"sim:{line[1:]}"),) if line in files else (),
        location=_BAUBAU if line == "/lokasi" else None,
    )


async def _drain(service: Service, address: Address) -> list[Reply]:
    """Send what is queued for the simulator's channel and give what this person reads."""
    adapter = SimulatorAdapter()
    mine: list[Reply] = []
    while True:
        now = service.clock()
        with service.store.connect() as connection:
            batch = claim(connection, Channel.SIMULATOR, 50, now, None)
        if not batch.messages:
            return mine
        outcomes = []
        for message in batch.messages:
            ready = outgoing(message, service.store.vault, now)
            outcomes.append(Outcome(message.id, message.tries, "sent", await adapter.send(ready)))
            if ready.address == address:
                mine.append(ready.reply)
        with service.store.connect() as connection:
            settle(connection, outcomes, now)


def _show(reply: Reply, look: Channel) -> None:
    text, buttons = render(reply, look)
    click.echo()
    click.echo(text)
    for number, choice in enumerate(buttons, start=1):
        click.echo(f"  [{number}] {choice.label}")
