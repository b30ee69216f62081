"""The parts of a running service, put together from the settings."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from random import random
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError

from bot.channels.base import Way
from bot.channels.simulator import SimulatorAdapter
from bot.channels.sms import SmsAdapter
from bot.channels.telegram import TelegramAdapter
from bot.channels.twilio_client import TwilioClient
from bot.channels.whatsapp import WhatsAppAdapter
from bot.dispatcher import Dispatcher, DispatcherThread, start_in_thread
from bot.engine import Engine
from bot.fetcher import Fetcher
from bot.notices.template_watch import TemplateWatch
from bot.places import Places
from bot.settings import Settings, SettingsError, TwilioSettings
from bot.texts import say
from db import schema
from db.crypto import CryptoError, Vault
from db.files import Files
from db.session import Store
from nlu.classifier import Model
from nlu.corpus import corpus_digest
from nlu.entities import Extractor
from nlu.parse import Understander
from nlu.rasa_server import RasaEngine, RasaServer
from nlu.understand import EmbeddedEngine

_RASA_SECONDS = 2.0  # Rasa answers in 13 ms; a person should not wait longer than this for it


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that a process of the service works with."""

    settings: Settings
    store: Store
    engine: Engine
    dispatcher: Dispatcher
    clock: Callable[[], datetime]
    rasa: RasaServer | None = None


def utc_now() -> datetime:
    """Give the moment it is."""
    return datetime.now(UTC)


def open_store(settings: Settings) -> Store:
    """Open the store of the settings."""
    return Store(settings.database_url, Vault(settings.data_key))


def open_files(settings: Settings, store: Store) -> Files:
    """Give the folder of the files that people sent, sealed as the store is."""
    return Files(settings.instance / "files", store.vault)


def check_data_key(store: Store, note: bool = True) -> None:
    """Raise SettingsError if the store's data were sealed with another key."""
    try:
        schema.check_key(store, note)
    except CryptoError:
        raise SettingsError(say("cli.other_key")) from None


def open_service(
    settings: Settings, clock: Callable[[], datetime] = utc_now, limit_rates: bool = True
) -> Service:
    """Put the parts together; raises ModelError or SettingsError where one does not fit."""
    store = open_store(settings)
    # A store that is away just now is no reason to stop: its callers are asked to try again.
    with suppress(DBAPIError):
        check_data_key(store)
    model = Model.load(settings.model_path, corpus_digest())
    ways = adapters(settings)
    fetcher = Fetcher(store, open_files(settings, store), ways, clock, random)
    dispatcher = Dispatcher(
        store, ways, clock, random, limit_rates, fetcher, settings.page_url,
        template_watch(settings, store, clock),
    )  # fmt: skip
    # One for the process: that it is down, and how often it was, outlives the engines, which come
    # and go with the areas that they know.
    rasa = rasa_server(settings)
    engine = Engine(
        store,
        partial(understander, rasa, model, clock),
        clock,
        on_queued=dispatcher.wake,
        public_url=settings.page_url,
    )
    return Service(settings, store, engine, dispatcher, clock, rasa)


def rasa_server(settings: Settings) -> RasaServer | None:
    """Make what asks the Rasa server of the settings, if they want one asked."""
    if settings.nlu_engine == "rasa" and settings.rasa_url:
        return RasaServer(settings.rasa_url)
    return None


def understander(
    rasa: RasaServer | None, model: Model, clock: Callable[[], datetime], places: Places
) -> Understander:
    """Make what reads texts with the areas of the deployment in mind."""
    embedded = EmbeddedEngine(model, extractor(clock, places))
    return embedded if rasa is None else RasaEngine(rasa, embedded, _RASA_SECONDS)


def extractor(clock: Callable[[], datetime], places: Places) -> Extractor:
    """Make what finds the entities of a text, with the areas of the deployment in mind."""
    return Extractor(places.gazetteer, partial(_today, clock, places))


def _today(clock: Callable[[], datetime], places: Places) -> date:
    return clock().astimezone(ZoneInfo(places.zone)).date()


def adapters(settings: Settings) -> Mapping[str, Way]:
    """Make an adapter for each channel that has credentials."""
    found: list[Way] = []
    if settings.telegram is not None:
        found.append(TelegramAdapter(settings.telegram.token, settings.telegram.api_url))
    if settings.twilio is not None:
        found += _twilio_adapters(settings.twilio, settings.public_url or "")
    if settings.demo:
        found.append(SimulatorAdapter(settings.simulator_folder))
    return {adapter.channel: adapter for adapter in found}


def _twilio_adapters(twilio: TwilioSettings, public_url: str) -> list[Way]:
    found: list[Way] = []
    receipts = f"{public_url}/webhook/twilio/status"
    client = twilio_client(twilio)
    if twilio.whatsapp_from is not None:
        found.append(WhatsAppAdapter(client, twilio.whatsapp_from, receipts))
    if twilio.sms_from is not None:
        found.append(SmsAdapter(client, twilio.sms_from, receipts))
    return found


def template_watch(
    settings: Settings, store: Store, clock: Callable[[], datetime]
) -> Callable[[], object] | None:
    """Make what asks for the states of WhatsApp's templates, where there is WhatsApp."""
    twilio = settings.twilio
    if twilio is None or twilio.whatsapp_from is None:
        return None
    return TemplateWatch(store, partial(twilio_client, twilio), clock).look


def twilio_client(twilio: TwilioSettings) -> TwilioClient:
    """Make what talks with Twilio."""
    return TwilioClient(twilio.account_sid, twilio.auth_token, twilio.api_url)


def start_own_dispatcher(service: Service) -> DispatcherThread | None:
    """On SQLite, let this process dispatch too; elsewhere `halo dispatch` does it."""
    return start_in_thread(service.dispatcher) if service.store.is_sqlite else None
