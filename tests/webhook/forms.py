"""Forms of a page as a browser without scripts would send them, untouched."""

from html.parser import HTMLParser
from typing import Any


class _Forms(HTMLParser):
    """Gathers what each form would send, by its action."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[tuple[str, str]]] = {}
        self._fields: list[tuple[str, str]] = []
        self._open: list[str] = []  # a select: its name, its first option, the selected one

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a field up."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._fields = self.found.setdefault(given.get("action", ""), [])
        elif tag == "input" and "name" in given and given.get("type") != "file":
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self._fields.append((given["name"], given.get("value", "on")))
        elif tag in ("select", "textarea"):
            self._open = [given["name"]]
        elif tag == "option" and (len(self._open) == 1 or "selected" in given):
            self._open[1:] = [given.get("value", "")]

    def handle_data(self, data: str) -> None:
        """Take what a text area holds."""
        if self.lasttag == "textarea" and self._open:
            self._open[1:] = ["".join(self._open[1:]) + data]

    def handle_endtag(self, tag: str) -> None:
        """Keep what was chosen or written."""
        if tag in ("select", "textarea") and self._open:
            self._fields.append((self._open[0], "".join(self._open[1:])))
            self._open = []


def form_of(page: str, action: str) -> dict[str, Any]:
    """Give what the form of an action holds; of one name several values stand in a list."""
    forms = _Forms()
    forms.feed(page)
    values: dict[str, Any] = {}
    for name, value in forms.found[action]:
        values.setdefault(name, []).append(value)
    del values["csrf_token"]
    return {name: held[0] if len(held) == 1 else held for name, held in values.items()}
