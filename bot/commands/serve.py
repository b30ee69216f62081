"""Commands that serve: the demo, the web, the dispatcher, and Telegram by long polling."""

import asyncio
import importlib
import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import click
from granian import Granian
from granian.constants import Interfaces

from bot.channels.telegram import TelegramAdapter
from bot.commands.common import Refused, ready_store, service_settings, settings
from bot.commands.mismatch import find_anew
from bot.commands.nlu import train_model
from bot.commands.store import fill
from bot.engine import StoreUnavailable
from bot.messages import SendError
from bot.service import Service, open_service, utc_now
from bot.settings import Settings
from bot.texts import say
from db.session import sqlite_path
from nlu.classifier import Model, ModelError
from nlu.corpus import corpus_digest

_APP = "webhook.app:from_environment"
# More threads only take the interpreter from one another: one alone answers most on SQLite. The
# second keeps a slow page from holding up the messages; on PostgreSQL others work while one waits.
_THREADS_ON_SQLITE, _THREADS = 2, 4
_POLL_SECONDS = 25
_PAUSE_SECONDS = 3.0
_PORT_SECONDS = 3.0  # until a server that was just killed has surely let go of its port

log = logging.getLogger(__name__)


@click.command("demo")
def demo() -> None:
    """Coba semuanya di komputer ini, dengan data contoh Kota Baubau."""
    os.environ["HALO_DEMO"] = "1"  # for the server process, which reads the settings anew
    os.environ.pop("DATABASE_URL", None)
    for name in list(os.environ):
        if name.startswith(("TELEGRAM_", "TWILIO_")):  # nothing leaves this computer in a demo
            del os.environ[name]
    found = settings()
    _require_free_port(found.port)
    if fill(found):
        with ready_store(found) as store:
            find_anew(store, utc_now(), quiet=True)
    try:
        Model.load(found.model_path, corpus_digest())
    except ModelError:
        train_model(found)
    click.echo(say("cli.demo_ready", port=found.port))
    serve("127.0.0.1", found.port, 1, found.database_url)


@click.command("web")
@click.option("--host", default="127.0.0.1", show_default=True, help="Alamat yang didengarkan.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
def web(host: str, workers: int) -> None:
    """Layani HTTP saja; pada SQLite juga mengirim pesan."""
    found = service_settings()
    _require_parts(found)
    if workers > 1 and sqlite_path(found.database_url) is not None:
        raise click.UsageError(say("cli.one_worker_on_sqlite"))
    _require_free_port(found.port)
    serve(host, found.port, workers, found.database_url)


@click.command("dispatch")
def dispatch() -> None:
    """Kirim pesan yang mengantre."""
    found = service_settings()
    _require_parts(found)
    service = open_service(found)
    asyncio.run(_until_stopped(service))


@click.command("poll")
def poll() -> None:
    """Layani Telegram tanpa alamat umum (long polling), sekaligus mengirim pesan."""
    found = service_settings()
    if found.telegram is None:
        raise click.UsageError(say("settings.missing", name="TELEGRAM_BOT_TOKEN"))
    _require_parts(found)
    service = open_service(found)
    telegram = TelegramAdapter(found.telegram.token, found.telegram.api_url)
    asyncio.run(_poll_and_dispatch(service, telegram))


def serve(host: str, port: int, workers: int, database_url: str, app: str = _APP) -> None:
    """Serve an application until the process is told to end."""
    Granian(
        app,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=_THREADS if sqlite_path(database_url) is None else _THREADS_ON_SQLITE,
        factory=True,
        log_access=False,
        websockets=False,
        respawn_failed_workers=True,
    ).serve(target_loader=_load)


def _load(target: str) -> Callable[..., Any]:
    """Make the application in its server process, which ends when the main process dies.

    Left alone it would go on holding the port, and the service could not be started again.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    module, _, factory = target.partition(":")
    app: Callable[..., Any] = getattr(importlib.import_module(module), factory)()
    return app


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)  # as if killed too: what is in flight is sent again, by the provider or by us


def _require_parts(found: Settings) -> None:
    """Refuse to start without the migrations or the model, naming the command that brings them."""
    with ready_store(found):
        pass
    try:
        Model.load(found.model_path, corpus_digest())
    except ModelError as error:
        raise Refused(str(error)) from None


def _require_free_port(port: int) -> None:
    deadline = time.monotonic() + _PORT_SECONDS
    while not _is_free(port):
        if time.monotonic() > deadline:
            raise Refused(say("cli.port_taken", port=port))
        time.sleep(0.1)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


async def _until_stopped(service: Service) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows has no handlers in the loop
            loop.add_signal_handler(number, service.dispatcher.stop)
    await service.dispatcher.run()


async def _poll_and_dispatch(service: Service, telegram: TelegramAdapter) -> None:
    polling = asyncio.create_task(_poll(service, telegram))
    try:
        await _until_stopped(service)
    finally:
        polling.cancel()
        with suppress(asyncio.CancelledError):
            await polling
        await telegram.close()


async def _poll(service: Service, telegram: TelegramAdapter) -> None:
    """Fetch updates for ever; the next ones are asked for only when these are in the store."""
    offset: int | None = None
    started = False
    while True:
        try:
            if not started:
                await telegram.start_polling()
                started = True
            for update_id, events in await telegram.updates(offset, _POLL_SECONDS):
                for event in events:
                    await asyncio.to_thread(service.engine.receive, event)
                offset = update_id + 1
        except (SendError, StoreUnavailable) as error:
            log.warning("polling pauses: %s", error)
            await asyncio.sleep(_PAUSE_SECONDS)
