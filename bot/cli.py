"""The `halo` command: the one place where the parts come together."""

import logging
import sys

import click
from sqlalchemy.exc import DBAPIError

from bot.commands.announce import announce_command
from bot.commands.areas import area_group
from bot.commands.batches import batch_group
from bot.commands.chat import chat
from bot.commands.imports import import_command
from bot.commands.keys import keys_group
from bot.commands.matches import match_group
from bot.commands.mismatch import mismatch
from bot.commands.nlu import nlu_group
from bot.commands.privacy import erase, export_person, purge_command
from bot.commands.serve import demo, dispatch, poll, web
from bot.commands.staff import staff_group
from bot.commands.store import db_group, sample
from bot.commands.templates import template_group
from bot.commands.tickets import ticket_group
from bot.engine import StoreUnavailable
from bot.texts import say
from db.crypto import CryptoError

log = logging.getLogger(__name__)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def halo() -> None:
    """Halo Puskesos: layanan chat pusat kesejahteraan sosial."""


for command in (
    announce_command, area_group, batch_group, chat, db_group, demo, dispatch, erase, export_person,
    import_command, keys_group, match_group, mismatch, nlu_group, poll, purge_command, sample,
    staff_group, template_group, ticket_group, web,
):  # fmt: skip
    halo.add_command(command)


def main() -> None:
    """Run the command; a failure is one sentence, and the log holds the rest."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for chatty in ("httpx", "alembic"):  # they write URLs, which hold tokens, or every step
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        halo.main(prog_name="halo")
    except (DBAPIError, StoreUnavailable) as error:
        log.debug("store unavailable", exc_info=error)
        click.echo(say("cli.store_unavailable"), err=True)
        sys.exit(1)
    except CryptoError:
        click.echo(say("cli.other_key"), err=True)
        sys.exit(1)
