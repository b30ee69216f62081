"""The pages that stand in the navigation: one table, in its order."""

from dataclasses import dataclass

from flask import current_app, url_for

from webhook.console.desk import Desk
from webhook.console.guards import roles_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One page: its endpoint below `console.`, and what stands there."""

    endpoint: str
    label: str


# A new page gets its line here; who sees it is who may open it.
ENTRIES = (
    Entry("home.show", "Beranda"),
    Entry("inbox.show", "Tiket"),
    Entry("incidents.show", "Kejadian"),
    Entry("talks.show", "Bicara"),
    Entry("people.search", "Warga"),
    Entry("lists.show", "Daftar"),
    Entry("batches.show_all", "Daftar masuk"),
    Entry("matches.show", "Orang sama"),
    Entry("mismatch.show", "Selisih"),
    Entry("hoaxes.show", "Kabar"),
    Entry("canned.show", "Jawaban"),
    Entry("catalogue.show", "Katalog"),
    Entry("offices.show", "Tempat"),
    Entry("duty.show", "Piket"),
    Entry("trail.show", "Jejak"),
)


def entries_for(desk: Desk | None) -> list[tuple[str, str, str]]:
    """Give endpoint, address and label of each page that this person may open."""
    if desk is None:
        return []
    return [
        (f"console.{entry.endpoint}", url_for(f"console.{entry.endpoint}"), entry.label)
        for entry in ENTRIES
        if desk.staff.role in roles_of(current_app.view_functions[f"console.{entry.endpoint}"])
    ]
