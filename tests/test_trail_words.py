"""Everything that is written into the trail can be read there in plain words."""

import ast
from collections.abc import Iterator
from pathlib import Path

from bot.texts import known
from db.ticket_states import State

ROOT = Path(__file__).parents[1]
PARTS = ("bot", "db", "webhook")
MADE_UP = {  # actions that are put together, or given by a caller
    "ticket {}": tuple(state for state in State if state is not State.RECEIVED),
    "match {}": ("same", "different"),
    "mark {}": ("hoax", "genuine", "open"),
    "consent {}": ("given", "refused"),
    "action": ("merge", "split", "undo merge", "undo split"),
}


def actions() -> Iterator[tuple[str, str]]:
    """Give each action with the file that writes it."""
    for part in PARTS:
        for path in sorted((ROOT / part).rglob("*.py")):
            tree = ast.parse(path.read_text())
            for call in ast.walk(tree):
                if isinstance(call, ast.Call) and _name(call.func) == "record" and call.args[3:]:
                    for action in _texts(call.args[3]):
                        yield action, str(path.relative_to(ROOT))


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(
            str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values
        )
    else:
        yield CONSTANTS.get(_name(node), _name(node))


def _name(node: ast.expr) -> str:
    return getattr(node, "attr", getattr(node, "id", ""))


def _constants() -> dict[str, str]:
    found: dict[str, str] = {}
    for part in PARTS:
        for path in (ROOT / part).rglob("*.py"):
            for line in ast.parse(path.read_text()).body:
                if isinstance(line, ast.Assign):
                    for target, value in _pairs(line.targets[0], line.value):
                        if isinstance(value, ast.Constant):
                            found.setdefault(_name(target), str(value.value))
    return found


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        yield from zip(target.elts, value.elts, strict=True)
    else:
        yield target, value


CONSTANTS = _constants()


def test_every_action_of_the_trail_has_its_words() -> None:
    written = list(actions())
    assert len(written) > 70
    for action, path in written:
        for whole in MADE_UP.get(action, (action,)):
            text = action.format(whole) if "{}" in action else whole
            assert known(f"trail.{text.replace(' ', '_')}"), (text, path)
