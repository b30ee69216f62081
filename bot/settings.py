"""The only reader of the environment: every setting, checked once at start."""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.texts import say
from db.crypto import CryptoError, Vault, new_key

_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")  # core.telegram.org/bots/api#setwebhook
_BOT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{4,31}")  # of Telegram's names
_ACCOUNT = re.compile(r"AC[0-9A-Za-z]{8,64}")
_NUMBER = re.compile(r"\+[0-9]{8,15}")
_ODD = re.compile(r"[\s?#]")  # paths are appended to the addresses, so they end before a query
# The drivers that are installed; another one would fail with a traceback at the first query.
_DRIVERS = ("sqlite", "sqlite+pysqlite", "postgres", "postgresql", "postgresql+psycopg")
_MIN_SECRET = 16


class SettingsError(Exception):
    """A setting is missing or malformed; the message is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """What the Telegram channel needs; without a secret there is no webhook, only polling.

    By its name people find the bot, from a poster for instance.
    """

    token: str = field(repr=False)
    webhook_secret: str | None = field(repr=False)
    api_url: str
    name: str | None


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """What the WhatsApp and SMS channels need; each is on where its sender is named."""

    account_sid: str = field(repr=False)
    auth_token: str = field(repr=False)
    whatsapp_from: str | None
    sms_from: str | None
    api_url: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of the service."""

    instance: Path
    demo: bool
    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    data_key: str = field(repr=False)
    made_up_keys: tuple[str, ...]
    public_url: str | None
    telegram: TelegramSettings | None
    twilio: TwilioSettings | None
    nlu_engine: str
    rasa_url: str | None
    port: int
    keep_chats_days: int
    keep_media_days: int

    @property
    def model_path(self) -> Path:
        """Where the trained model lies."""
        return self.instance / "nlu-model.npz"

    @property
    def simulator_folder(self) -> Path:
        """Where the phone in the browser leaves the files that it sends, as with a provider."""
        return self.instance / "simulator"

    @property
    def page_url(self) -> str | None:
        """The address by which people reach our pages; in the demo only this computer does."""
        return self.public_url or (f"http://127.0.0.1:{self.port}" if self.demo else None)

    def require_own_keys(self) -> None:
        """Raise SettingsError if the service would guard real people's data by made-up keys."""
        if self.made_up_keys and not self.demo:
            raise SettingsError(say("settings.made_up_key", name=self.made_up_keys[0]))


def load_settings(environ: Mapping[str, str], folder: Path, keep_keys: bool = True) -> Settings:
    """Read all settings; raises SettingsError naming the first one that is wrong.

    Made-up keys are kept for the next time, unless what follows only reads.
    """
    instance = folder / "instance"
    keys, made_up = _keys(environ, instance, keep_keys)
    public_url = _url(environ, "PUBLIC_URL")
    return Settings(
        instance=instance,
        demo=environ.get("HALO_DEMO") == "1",
        database_url=_database_url(environ, instance),
        secret_key=keys["HALO_SECRET_KEY"],
        data_key=keys["HALO_DATA_KEY"],
        made_up_keys=made_up,
        public_url=public_url,
        telegram=_telegram(environ),
        twilio=_twilio(environ, public_url),
        nlu_engine=_nlu_engine(environ),
        rasa_url=_url(environ, "RASA_URL"),
        port=_port(environ),
        keep_chats_days=_days(environ, "HALO_KEEP_CHATS_DAYS", 180),
        keep_media_days=_days(environ, "HALO_KEEP_MEDIA_DAYS", 90),
    )


def _keys(
    environ: Mapping[str, str], instance: Path, keep: bool
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Give the two keys, and the names of those that the program made up itself."""
    kept = _kept_keys(instance)
    keys: dict[str, str] = {}
    made_up: list[str] = []
    for name, make in (("HALO_SECRET_KEY", secrets.token_urlsafe), ("HALO_DATA_KEY", new_key)):
        given = environ.get(name, "")
        keys[name] = given or kept.get(name) or make()
        if not given or given == kept.get(name):
            made_up.append(name)
    if keep and not (environ.get("HALO_SECRET_KEY") and environ.get("HALO_DATA_KEY")):
        _keep_keys(instance, {name: kept.get(name, keys[name]) for name in made_up})
    try:
        Vault(keys["HALO_DATA_KEY"])
    except CryptoError:
        raise SettingsError(say("settings.bad_data_key")) from None
    if len(keys["HALO_SECRET_KEY"]) < _MIN_SECRET:
        raise SettingsError(say("settings.short_secret_key", least=_MIN_SECRET))
    return keys, tuple(made_up)


def _kept_keys(instance: Path) -> dict[str, str]:
    try:
        kept = json.loads((instance / "keys.json").read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        kept = None
    if not isinstance(kept, dict):
        raise SettingsError(say("settings.unreadable_keys", path=instance / "keys.json"))
    return {name: str(value) for name, value in kept.items()}


def _keep_keys(instance: Path, made_up: dict[str, str]) -> None:
    path = instance / "keys.json"
    kept = _kept_keys(instance)
    if made_up.keys() <= kept.keys():
        return
    try:
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps(kept | made_up))
    except OSError:
        raise SettingsError(say("settings.instance_not_writable", path=instance)) from None


def _database_url(environ: Mapping[str, str], instance: Path) -> str:
    url = environ.get("DATABASE_URL") or f"sqlite:///{instance / 'halo.db'}"
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise SettingsError(say("settings.bad_database_url")) from None
    # A SQLite without a file would be another store for each connection.
    in_memory = parsed.drivername.startswith("sqlite") and parsed.database in (None, "", ":memory:")
    if parsed.drivername not in _DRIVERS or in_memory:
        raise SettingsError(say("settings.bad_database_url"))
    return url


def _telegram(environ: Mapping[str, str]) -> TelegramSettings | None:
    token = environ.get("TELEGRAM_BOT_TOKEN", "")
    secret = environ.get("TELEGRAM_WEBHOOK_SECRET") or None
    if secret is not None and not _WEBHOOK_SECRET.fullmatch(secret):
        raise SettingsError(say("settings.bad_webhook_secret"))
    api_url = _url(environ, "TELEGRAM_API_URL") or "https://api.telegram.org"
    name = environ.get("TELEGRAM_BOT_NAME", "").removeprefix("@") or None
    if name is not None and not _BOT_NAME.fullmatch(name):
        raise SettingsError(say("settings.bad_bot_name"))
    if not token:
        return None
    if not _TOKEN.fullmatch(token):
        raise SettingsError(say("settings.bad_telegram_token"))
    return TelegramSettings(token, secret, api_url, name)


def _twilio(environ: Mapping[str, str], public_url: str | None) -> TwilioSettings | None:
    names = (
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_WHATSAPP_FROM",
        "TWILIO_SMS_FROM",
    )
    given = {name: environ[name] for name in names if environ.get(name)}
    api_url = _url(environ, "TWILIO_API_URL") or "https://api.twilio.com"
    if not given:
        return None
    for name in names[:2]:
        if name not in given:
            raise SettingsError(say("settings.missing", name=name))
    if not _ACCOUNT.fullmatch(given["TWILIO_ACCOUNT_SID"]):
        raise SettingsError(say("settings.bad_account_sid"))
    if not any(name in given for name in names[2:]):
        raise SettingsError(say("settings.missing_sender"))
    whatsapp, sms = given.get("TWILIO_WHATSAPP_FROM"), given.get("TWILIO_SMS_FROM")
    if whatsapp and not (
        whatsapp.startswith("whatsapp:") and _NUMBER.fullmatch(whatsapp.removeprefix("whatsapp:"))
    ):
        raise SettingsError(say("settings.bad_whatsapp_from"))
    if sms and not _NUMBER.fullmatch(sms):
        raise SettingsError(say("settings.bad_sms_from"))
    if public_url is None:
        raise SettingsError(say("settings.missing_public_url"))
    return TwilioSettings(
        given["TWILIO_ACCOUNT_SID"], given["TWILIO_AUTH_TOKEN"], whatsapp, sms, api_url
    )


def _nlu_engine(environ: Mapping[str, str]) -> str:
    engine = environ.get("NLU_ENGINE") or "embedded"
    if engine not in ("embedded", "rasa"):
        raise SettingsError(say("settings.bad_nlu_engine"))
    if engine == "rasa" and not environ.get("RASA_URL"):
        raise SettingsError(say("settings.missing", name="RASA_URL"))
    return engine


def _url(environ: Mapping[str, str], name: str) -> str | None:
    url = environ.get(name, "").rstrip("/")
    if not url:
        return None
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and not _ODD.search(url)
        _ = parts.port
    except ValueError:
        sound = False
    if not sound:
        raise SettingsError(say("settings.bad_url", name=name))
    return url


def _port(environ: Mapping[str, str]) -> int:
    given = environ.get("HALO_PORT") or "8000"
    if not re.fullmatch(r"[0-9]{1,5}", given) or not 0 < int(given) < 65_536:
        raise SettingsError(say("settings.bad_port"))
    return int(given)


def _days(environ: Mapping[str, str], name: str, usual: int) -> int:
    given = environ.get(name) or str(usual)
    if not re.fullmatch(r"[0-9]{1,4}", given) or int(given) == 0:
        raise SettingsError(say("settings.bad_days", name=name))
    return int(given)


def next_master(environ: Mapping[str, str], file: Path | None) -> Vault:
    """Read the key that is to follow HALO_DATA_KEY, from a file or from HALO_NEW_DATA_KEY."""
    try:
        key = environ.get("HALO_NEW_DATA_KEY", "") if file is None else file.read_text().strip()
    except (OSError, ValueError):
        raise SettingsError(say("settings.unreadable_file", path=file)) from None
    if not key:
        raise SettingsError(say("settings.missing", name="HALO_NEW_DATA_KEY"))
    try:
        return Vault(key)
    except CryptoError:
        raise SettingsError(say("settings.bad_new_key")) from None
