"""The pages that stand in the navigation: one table, in its order."""

from dataclasses import dataclass

from flask import current_app, request, url_for

from webhook.console.desk import Desk
from webhook.console.guards import roles_of

DAILY, NOTICES, DATA, CONTENT, OFFICE = "", "Pengumuman", "Data", "Isi layanan", "Kantor"


@dataclass(frozen=True, slots=True)
class Entry:
    """One page: its endpoint below `console.`, what stands there, and in which menu."""

    endpoint: str
    label: str
    menu: str = DAILY  # what is needed all day long stands outside of the menus


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as it is shown: where it leads, and whether it is the page that is open."""

    address: str
    label: str
    here: bool


# A new page gets its line here; who sees it is who may open it.
ENTRIES = (
    Entry("home.show", "Beranda"),
    Entry("inbox.show", "Tiket"),
    Entry("incidents.show", "Kejadian"),
    Entry("talks.show", "Bicara"),
    Entry("people.search", "Warga"),
    Entry("rounds.show", "Penyaluran", NOTICES),
    Entry("broadcasts.show", "Pesan ke warga", NOTICES),
    Entry("lists.show", "Daftar", DATA),
    Entry("batches.show_all", "Daftar masuk", DATA),
    Entry("matches.show", "Orang sama", DATA),
    Entry("mismatch.show", "Selisih", DATA),
    Entry("hoaxes.show", "Kabar", CONTENT),
    Entry("canned.show", "Jawaban", CONTENT),
    Entry("catalogue.show", "Katalog", CONTENT),
    Entry("offices.show", "Tempat", CONTENT),
    Entry("phrases.show", "Pesan belum jelas", CONTENT),
    Entry("templates.show", "Templat WhatsApp", CONTENT),
    Entry("duty.show", "Piket", OFFICE),
    Entry("companions.show", "Pendamping", OFFICE),
    Entry("kube.show", "KUBE", OFFICE),
    Entry("reports.show", "Laporan", OFFICE),
    Entry("visit_reports.show", "Kunjungan", OFFICE),
    Entry("budget.show", "Anggaran", OFFICE),
    Entry("rules.show", "Aturan", OFFICE),
    Entry("trail.show", "Jejak", OFFICE),
)


def menus_for(desk: Desk | None) -> list[tuple[str, list[Link]]]:
    """Give the pages that this person may open, by their menus; in their order."""
    if desk is None:
        return []
    open_to_him = [entry for entry in ENTRIES if _may_open(entry, desk)]
    menus = dict.fromkeys(entry.menu for entry in open_to_him)
    return [(menu, [_link(entry) for entry in open_to_him if entry.menu == menu]) for menu in menus]


def _may_open(entry: Entry, desk: Desk) -> bool:
    view = current_app.view_functions[f"console.{entry.endpoint}"]
    return desk.staff.role in roles_of(view)


def _link(entry: Entry) -> Link:
    endpoint = f"console.{entry.endpoint}"
    here = (request.endpoint or "").rpartition(".")[0] == endpoint.rpartition(".")[0]
    return Link(url_for(endpoint), entry.label, here)
