"""What the README states about commands, settings, routes and targets is so."""

import re
from pathlib import Path

import click
import pytest

from bot.cli import halo

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
SETTING = re.compile(r'"((?:HALO|TELEGRAM|TWILIO|RASA|NLU|PUBLIC|DATABASE)_[A-Z_]+)"')
_SECOND = {
    name
    for group in halo.commands.values()
    if isinstance(group, click.Group)
    for name in group.commands
}
COMMAND = re.compile(rf"halo ([a-z][a-z-]*[a-z](?: (?:{'|'.join(sorted(_SECOND))})\b)?)")
INTERNAL = {"HALO_DEMO"}  # between `halo demo` and its own server process


def command_names(group: click.Group, prefix: str = "") -> set[str]:
    names: set[str] = set()
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            names |= command_names(command, f"{prefix}{name} ")
        else:
            names.add(prefix + name)
    return names


def test_every_command_is_described_and_every_described_one_exists() -> None:
    table = README.split("### Commands")[1].split("## How fast")[0]
    described = set(COMMAND.findall(table))
    assert described == command_names(halo)


def test_every_setting_is_described_and_every_described_one_exists() -> None:
    source = (ROOT / "bot" / "settings.py").read_text()
    read = set(SETTING.findall(source)) - INTERNAL
    table = README.split("### Settings")[1].split("### Commands")[0]
    described = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", table))
    assert described == read


def test_commands_in_the_guides_exist() -> None:
    known = command_names(halo)
    for guide in (ROOT / "docs" / "panduan").glob("*.md"):
        for command in COMMAND.findall(guide.read_text()):
            assert command in known, f"{guide.name}: halo {command}"


@pytest.mark.parametrize(
    "route",
    ["/webhook/telegram", "/webhook/twilio/message", "/webhook/twilio/status", "/healthz",
     "/readyz", "/metrics"],
)  # fmt: skip
def test_routes_that_are_told_exist(route: str) -> None:
    assert route in README
    sources = "".join(path.read_text() for path in (ROOT / "webhook").rglob("*.py"))
    assert f'"{route}"' in sources


def test_pictures_that_are_shown_exist() -> None:
    for document in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for picture in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", document.read_text()):
            assert (document.parent / picture).is_file(), f"{document}: {picture}"


def test_links_between_documents_lead_somewhere() -> None:
    for document in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"(?<!!)\[[^\]]*\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / link).exists(), f"{document}: {link}"


def test_make_targets_that_are_told_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`?make ([a-z-]+)`?", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_no_commit_names_a_package_registry() -> None:
    for name in (
        "requirements.lock",
        "requirements-dev.lock",
        "requirements-rasa.lock",
        "requirements-semantic.lock",
        "pyproject.toml",
        "Makefile",
    ):
        assert not re.search(r"https?://", (ROOT / name).read_text()), name
