"""Settings: each that is missing or malformed is one sentence that names it, and exit code 2."""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import halo
from bot.service import adapters
from bot.settings import Settings, SettingsError, load_settings
from db.crypto import new_key
from tests.serving import HALO, environment

KEYS = {"HALO_SECRET_KEY": "kunci-untuk-pengujian-saja", "HALO_DATA_KEY": new_key()}
TWILIO = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "f" * 32,
    "TWILIO_WHATSAPP_FROM": "whatsapp:+6285000000001",
    "TWILIO_SMS_FROM": "+6285000000002",
    "PUBLIC_URL": "https://halo.example",
}
TELEGRAM = {"TELEGRAM_BOT_TOKEN": "7000000001:AAE-s_3", "TELEGRAM_WEBHOOK_SECRET": "rahasia_1-A"}
NAMES = (
    "DATABASE_URL", "HALO_SECRET_KEY", "HALO_DATA_KEY", "PUBLIC_URL", "TELEGRAM_BOT_TOKEN",
    "TELEGRAM_WEBHOOK_SECRET", "TELEGRAM_BOT_NAME", "TELEGRAM_API_URL", "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_WHATSAPP_FROM", "TWILIO_SMS_FROM", "TWILIO_API_URL", "NLU_ENGINE", "RASA_URL",
    "HALO_PORT", "HALO_DEMO",
)  # fmt: skip
URLS = ("PUBLIC_URL", "TELEGRAM_API_URL", "TWILIO_API_URL", "RASA_URL")
BAD_URLS = (
    "halo.example", "ftp://halo.example", "https://", "https://halo.example:port", "http://[::1",
    "https://halo.example:99999", "https://ha lo.example", "https://halo.example/?a=b",
    "https://halo.example/#a", "//halo.example", "javascript:alert(1)",
)  # fmt: skip
WRONG = (
    *((name, {name: url}) for name in URLS for url in BAD_URLS),
    *(("HALO_PORT", {"HALO_PORT": port}) for port in ("0", "65536", "-1", "http", "80.5", "٨٠")),
    ("HALO_PORT", {"HALO_PORT": "9" * 5000}),
    ("HALO_SECRET_KEY", {"HALO_SECRET_KEY": "pendek"}),
    *(("HALO_DATA_KEY", {"HALO_DATA_KEY": key}) for key in ("x", "?" * 44, "QUJD", "é" * 44)),
    *(
        ("DATABASE_URL", {"DATABASE_URL": url})
        for url in (
            "halo.db", "mysql://halo", "postgresql", "oracle+x://y", "://", "sqlite",
            "postgresql://h:port/x", "postgresql+psycopg2://h/x", "sqlite+aiosqlite:///x.db",
            "sqlite://", "sqlite:///:memory:",
        )
    ),
    *(
        ("TELEGRAM_BOT_TOKEN", {"TELEGRAM_BOT_TOKEN": token})
        for token in ("token", "123", "123:", ":abc", "123:a b", "٣:abc", "1:a/../x")
    ),
    *(
        ("TELEGRAM_WEBHOOK_SECRET", TELEGRAM | {"TELEGRAM_WEBHOOK_SECRET": secret})
        for secret in ("dua kata", "rahasia!", "é", "a" * 257)
    ),
    *(
        ("TELEGRAM_BOT_NAME", TELEGRAM | {"TELEGRAM_BOT_NAME": name})
        for name in ("bot", "halo bot", "https://t.me/halo_bot", "1halo_bot", "é" * 8, "a" * 33)
    ),
    *((name, {key: TWILIO[key] for key in TWILIO if key != name}) for name in list(TWILIO)[:2]),
    ("PUBLIC_URL", {key: TWILIO[key] for key in TWILIO if key != "PUBLIC_URL"}),
    *(
        ("TWILIO_WHATSAPP_FROM", TWILIO | {"TWILIO_WHATSAPP_FROM": number})
        for number in ("+6285000000001", "whatsapp:", "whatsapp:085000000001", "WhatsApp:+62850000")
    ),
    *(
        ("TWILIO_SMS_FROM", TWILIO | {"TWILIO_SMS_FROM": number})
        for number in ("085000000001", "whatsapp:+6285000000001", "+62", "+٦٢٨٥٠٠٠٠٠٠٠١")
    ),
    *(
        ("TWILIO_ACCOUNT_SID", TWILIO | {"TWILIO_ACCOUNT_SID": sid})
        for sid in ("SK" + "0" * 32, "AC", "AC0000/../00000", "AC" + "0" * 65)
    ),
    *(
        (name, TWILIO | {"TWILIO_WHATSAPP_FROM": "", "TWILIO_SMS_FROM": ""})
        for name in ("TWILIO_WHATSAPP_FROM", "TWILIO_SMS_FROM")
    ),
    ("DATABASE_URL", {"DATABASE_URL": "sqlite:////no/such/folder/halo.db"}),
    ("NLU_ENGINE", {"NLU_ENGINE": "gpt"}),
    ("RASA_URL", {"NLU_ENGINE": "rasa"}),
)  # fmt: skip


def _run(folder: Path, monkeypatch: pytest.MonkeyPatch, *args: str, **environ: str) -> Result:
    monkeypatch.chdir(folder)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return CliRunner().invoke(halo, list(args))


def _load(folder: Path, environ: Mapping[str, str] | None = None) -> Settings:
    return load_settings(KEYS | dict(environ or {}), folder)


def _assert_one_sentence(text: str, name: str) -> None:
    assert text.count("\n") == 1
    assert name in re.findall(r"[A-Z_]{5,}", text)
    assert text.rstrip("\n").endswith(".")
    assert "Traceback" not in text


@pytest.mark.parametrize(("name", "environ"), WRONG)
def test_a_wrong_setting_is_named_and_nothing_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, environ: dict[str, str]
) -> None:
    result = _run(tmp_path, monkeypatch, "web", **KEYS | environ)
    assert (result.exit_code, result.stdout) == (2, "")
    _assert_one_sentence(result.stderr, name)


@pytest.mark.parametrize("command", ["web", "dispatch", "poll", "chat", "announce"])
def test_every_command_names_a_wrong_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    result = _run(tmp_path, monkeypatch, command, **KEYS | {"DATABASE_URL": "mysql://halo"})
    assert (result.exit_code, result.stdout) == (2, "")
    _assert_one_sentence(result.stderr, "DATABASE_URL")


def test_the_real_command_does_so_too(tmp_path: Path) -> None:
    environ = environment(tmp_path, **KEYS, HALO_PORT="delapan")
    done = subprocess.run(
        [HALO, "web"], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (2, "")
    _assert_one_sentence(done.stderr, "HALO_PORT")


@pytest.mark.parametrize("command", ["web", "dispatch", "poll"])
@pytest.mark.parametrize("name", list(KEYS))
def test_outside_the_demo_made_up_keys_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, name: str
) -> None:
    given = {key: value for key, value in KEYS.items() if key != name}
    result = _run(tmp_path, monkeypatch, command, **given | TELEGRAM)
    assert result.exit_code == 2
    _assert_one_sentence(result.stderr, name)
    # Nor may they be passed off as one's own.
    made_up = json.loads((tmp_path / "instance" / "keys.json").read_text())
    result = _run(tmp_path, monkeypatch, command, **given | TELEGRAM | made_up)
    assert result.exit_code == 2
    _assert_one_sentence(result.stderr, name)


def test_the_demo_makes_keys_up_once_and_keeps_them_to_itself(tmp_path: Path) -> None:
    first = load_settings({"HALO_DEMO": "1"}, tmp_path)
    first.require_own_keys()
    again = load_settings({"HALO_DEMO": "1"}, tmp_path)
    assert (again.secret_key, again.data_key) == (first.secret_key, first.data_key)
    assert (tmp_path / "instance" / "keys.json").stat().st_mode & 0o077 == 0
    elsewhere = load_settings({"HALO_DEMO": "1"}, tmp_path / "elsewhere")
    assert elsewhere.data_key != first.data_key


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '"x"', "\xff"])
def test_kept_keys_that_cannot_be_read_are_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "instance").mkdir()
    path = tmp_path / "instance" / "keys.json"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(SettingsError, match=re.escape(str(path))):
        load_settings({}, tmp_path)
    assert path.read_bytes() == content.encode("latin-1")


def test_an_instance_that_is_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "instance").touch()
    with pytest.raises(SettingsError, match="instance"):
        load_settings({}, tmp_path)


@pytest.mark.parametrize(
    ("environ", "channels"),
    [
        ({}, set()),
        (TELEGRAM, {"telegram"}),
        ({"TELEGRAM_WEBHOOK_SECRET": "rahasia"}, set()),
        (TWILIO, {"whatsapp", "sms"}),
        (TWILIO | {"TWILIO_SMS_FROM": ""}, {"whatsapp"}),
        (TWILIO | {"TWILIO_WHATSAPP_FROM": ""}, {"sms"}),
        (TELEGRAM | TWILIO, {"telegram", "whatsapp", "sms"}),
        ({"HALO_DEMO": "1"}, {"simulator"}),
    ],
)
def test_a_channel_without_credentials_is_off(
    tmp_path: Path, environ: dict[str, str], channels: set[str]
) -> None:
    assert set(adapters(_load(tmp_path, environ))) == channels


def test_what_is_not_set_has_its_default(tmp_path: Path) -> None:
    found = _load(tmp_path)
    assert found.database_url == f"sqlite:///{tmp_path}/instance/halo.db"
    assert (found.port, found.nlu_engine, found.demo) == (8000, "embedded", False)
    assert found.public_url is None
    found = _load(tmp_path, TELEGRAM | TWILIO)
    assert found.telegram is not None
    assert found.twilio is not None
    assert found.telegram.api_url == "https://api.telegram.org"
    assert found.twilio.api_url == "https://api.twilio.com"


def test_a_slash_at_the_end_of_an_address_does_not_count(tmp_path: Path) -> None:
    found = _load(tmp_path, TELEGRAM | {"TELEGRAM_API_URL": "http://127.0.0.1:8081/"})
    assert found.telegram is not None
    assert found.telegram.api_url == "http://127.0.0.1:8081"


@pytest.mark.parametrize(
    "url",
    ["postgresql+psycopg://h/x", "postgresql://u:p@h:1/x?sslmode=require", "sqlite:////x/y.db"],
)
def test_databases_that_are_taken(tmp_path: Path, url: str) -> None:
    assert _load(tmp_path, {"DATABASE_URL": url}).database_url == url


def test_no_secret_is_shown_by_mistake(tmp_path: Path) -> None:
    url = "postgresql+psycopg://halo:kata-sandi@h/x"
    environ = {**KEYS, **TELEGRAM, **TWILIO, "DATABASE_URL": url}
    shown = repr(_load(tmp_path, environ))
    for name in ("HALO_SECRET_KEY", "HALO_DATA_KEY", "TELEGRAM_BOT_TOKEN", "TWILIO_AUTH_TOKEN"):
        assert environ[name] not in shown
    assert "kata-sandi" not in shown
    assert TELEGRAM["TELEGRAM_WEBHOOK_SECRET"] not in shown


def test_halo_works_from_any_folder(tmp_path: Path) -> None:
    """The store of the working directory is used; what lies there by chance is not."""
    folder = tmp_path / "di mana saja"
    folder.mkdir()
    for name in ("bot", "db", "nlu", "webhook"):
        (folder / name).mkdir()
    (folder / "telegram.py").write_text("raise SystemExit('not this one')")
    environ = environment(folder, **KEYS)
    for command in (["db", "upgrade"], ["--help"]):
        done = subprocess.run(
            [HALO, *command], cwd=folder, env=environ, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
    assert (folder / "instance" / "halo.db").is_file()


def test_without_a_store_or_a_model_the_next_command_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = _run(tmp_path, monkeypatch, "web", **KEYS)
    assert (result.exit_code, "halo db upgrade" in result.stderr) == (1, True)
    assert _run(tmp_path, monkeypatch, "db", "upgrade", **KEYS).exit_code == 0
    result = _run(tmp_path, monkeypatch, "web", **KEYS)
    assert (result.exit_code, "halo nlu train" in result.stderr) == (1, True)


def test_an_unreachable_database_is_named(tmp_path: Path) -> None:
    url = "postgresql+psycopg://halo@127.0.0.1:1/x"
    done = subprocess.run(
        [HALO, "db", "upgrade"],
        cwd=tmp_path,
        env=environment(tmp_path, **KEYS, DATABASE_URL=url),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr
