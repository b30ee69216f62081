"""The `halo` command as an operator uses it, over a store with the sample data."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import halo

Halo = Callable[..., Result]
PKH = (
    "announce", "--program", "pkh", "--area", "Bukit Wolyo Indah", "--date", "2099-12-01",
    "--time", "08:00-12:00", "--place", "Kantor Pos Baubau",
)  # fmt: skip


@pytest.fixture
def run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    sample_url: str,
    model_path: Path,
    data_key: str,
) -> Halo:
    """Run `halo` in a folder of its own, over the sample data."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", sample_url)
    monkeypatch.setenv("HALO_DATA_KEY", data_key)
    monkeypatch.setenv("HALO_SECRET_KEY", "a-secret-of-the-tests")
    (tmp_path / "instance").mkdir(exist_ok=True)
    shutil.copy(model_path, tmp_path / "instance" / "nlu-model.npz")

    def invoke(*arguments: str, stdin: str = "") -> Result:
        return CliRunner().invoke(halo, arguments, input=stdin)

    return invoke


def test_announce_shows_whom_it_reaches_and_asks(run: Halo) -> None:
    asked = run(*PKH, stdin="n\n")
    assert asked.exit_code == 1
    assert "keluarga" in asked.output
    assert "Tidak dikirim" in asked.output
    assert json.loads(run("announce", "--status", "--json").output) == []


def test_announce_queues_once(run: Halo) -> None:
    sent = run(*PKH, "--yes", "--json")
    assert sent.exit_code == 0
    counted = json.loads(sent.output)
    again = run(*PKH, "--yes")
    assert again.exit_code == 1
    assert "sudah pernah" in again.output
    [status] = json.loads(run("announce", "--status", "--json").output)
    assert status["queued"] == counted["contacts"] > 50
    assert status["families"] == counted["families"]


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (("--area", "Atlantis"), 1, "Atlantis"),
        (("--program", "XYZ"), 1, "XYZ"),
        (("--date", "2020-01-01"), 1, "sudah lewat"),
        (("--time", "pagi"), 2, "--time"),
        (("--date", "besok"), 2, "--date"),
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
