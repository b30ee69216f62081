"""Every sentence that the program asks for is there, readable and complete."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from bot.capabilities.citizen.guidance import AGENCIES
from bot.capabilities.citizen.sanggah import REASONS
from bot.router import CAPABILITIES, all_forms
from bot.stories import CATEGORIES, GOODS
from bot.texts import sentences
from bot.visit_form import PURPOSES
from db.staff import ROLES
from db.tickets import ANONYMOUS, CONFIDENTIAL, HIDDEN, PLAIN

ROOT = Path(__file__).parents[2]
KEY = re.compile(
    r"""(?:say|reply|button|Refused|known)\(\s*(?:[^"'()]*,\s*)?["']([a-z_]+\.[a-z_]+)["']"""
)
OTHER = re.compile(r"""["']((?:form|choice|welcome|aid|cli|settings|complaint)\.[a-z_]+)["']""")
LONGEST = 600  # characters of one message (design.md, Wording)


def asked_for() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "bot").rglob("*.py"):
        source = path.read_text()
        found |= set(KEY.findall(source)) | set(OTHER.findall(source))
    return found | set(said_in_calls())


def said_in_calls() -> Iterator[str]:
    """Give the keys that say() is called with in any code, one or the other of two as well."""
    for path in (*(ROOT / "bot").rglob("*.py"), *(ROOT / "webhook").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "say" and call.args:
                key = call.args[0]
                parts = (key.body, key.orelse) if isinstance(key, ast.IfExp) else (key,)
                yield from (
                    one.value
                    for one in parts
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                )


def made_up() -> set[str]:
    """Give the keys that are put together from names."""
    keys = {f"complaint.category_{name}" for name in CATEGORIES}
    keys |= {f"visit.purpose_{name}" for name in PURPOSES}
    keys |= {f"role.{name}" for name in ROLES}
    keys |= {f"sanggah.category_{name}" for name in REASONS}
    keys |= {f"goods.what_{name}" for name in GOODS}
    for secrecy in (ANONYMOUS, CONFIDENTIAL, HIDDEN, PLAIN):
        keys |= {f"secrecy.{secrecy}", f"secrecy.choose_{secrecy}"}
        if secrecy != PLAIN:
            keys |= {f"hide.{name}_{secrecy}" for name in ("explained", "offered", "done", "noted")}
            keys |= {f"secrecy.line_{secrecy}", f"choice.hide_new_{secrecy}"}
    keys |= {f"guidance.at_{name}" for name in AGENCIES}
    for use in all_forms():
        asked = [field for field in use.form.fields if not field.noted]
        keys |= {f"{use.form.name}.ask_{field.name}" for field in asked}
        if use.form.read_back:
            keys |= {f"{use.form.name}.label_{field.name}" for field in asked}
            keys.add(f"{use.form.name}.send")
    return keys


def test_every_sentence_asked_for_is_there() -> None:
    assert (asked_for() | made_up()) - set(sentences()) == set()


def test_no_sentence_of_the_command_is_left_that_nothing_says() -> None:
    assert {key for key in sentences() if key.startswith("cli.")} - asked_for() == set()


def test_every_capability_that_may_be_offered_has_a_label() -> None:
    offered = {item.name for item in CAPABILITIES if item.intents} - {
        "thanks", "other", "nothing_asked", "kube",
    }  # fmt: skip
    assert {name for name in offered if f"choice.{name}" not in sentences()} == set()


@pytest.mark.parametrize("key", sorted(sentences()))
def test_sentence_is_short_and_its_blanks_have_names(key: str) -> None:
    sentence = sentences()[key]
    assert len(sentence) <= LONGEST
    assert all(name != "" for _, name, _, _ in Formatter().parse(sentence) if name is not None)


def test_labels_of_buttons_fit_a_list_of_whatsapp() -> None:
    long = [
        key for key, text in sentences().items() if key.startswith("choice.") and len(text) > 24
    ]
    assert long == []
