"""The groups (KUBE) of an area: how many live, which to look at, and the list of all."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request

from bot.kube_looks import LOOKS, fares, looks
from bot.kube_sight import DESK_ROLES, condition_name
from bot.service import Service
from bot.texts import say
from db.kube_groups import CONDITIONS, ENDED, FORMING
from db.kube_overview import Standing, standings
from db.kube_rules import kube_rules
from webhook.console.desk import Desk
from webhook.console.guards import require
from webhook.console.kube_deeds import add_deeds
from webhook.console.kube_page import group_page
from webhook.console.kube_year import add_year
from webhook.console.paging import page_asked

PAGE = 25  # groups
STATES = (*CONDITIONS, FORMING, ENDED)
_FILTERS = ("nama", "kelurahan", "keadaan", "lihat")
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Village:
    """A kelurahan that has groups, with how they fare."""

    code: str
    name: str
    counts: Mapping[str, int]

    @property
    def running(self) -> int:
        """Count the groups that run, however they fare."""
        return sum(self.counts.get(condition, 0) for condition in CONDITIONS)


@dataclass(frozen=True, slots=True)
class Row:
    """A group of the list with what is to be looked at."""

    standing: Standing
    fares: str
    looks: Mapping[str, str]


def kube_pages(_parts: Service) -> Blueprint:
    """Make the routes about groups."""
    blueprint = Blueprint("kube", __name__)

    @blueprint.get("/kube")
    @require(*DESK_ROLES)
    def show(desk: Desk) -> str:
        """Show the groups of the area, those that were asked for."""
        asked = {name: request.args.get(name, "").replace("\0", "") for name in _FILTERS}
        chosen = {name: text.strip()[:_LONGEST] for name, text in asked.items()}
        with desk.read() as session:
            rules = kube_rules(session)
            rows = [
                Row(one, fares(one), looks(one, rules, desk.now))
                for one in standings(session, desk.scope)
            ]
        lives = [row for row in rows if row.fares != ENDED]
        listed = [row for row in rows if _is_wanted(row, chosen)]
        page, pages = page_asked(len(listed), PAGE)
        return render_template(
            "console/kube.html",
            villages=_villages(lives), looked=_looked(lives), total=len(lives),
            rows=listed[(page - 1) * PAGE : page * PAGE], found=len(listed),
            page=page, pages=pages, chosen=chosen,
            kept={name: text for name, text in chosen.items() if text},
            states={state: fare_name(state) for state in STATES},
        )  # fmt: skip

    @blueprint.get("/kube/<int:group_id>")
    @require(*DESK_ROLES)
    def one(desk: Desk, group_id: int) -> str:
        """Show one group; that the names of its members were read is written down."""
        return group_page(desk, group_id)

    add_deeds(blueprint)
    add_year(blueprint)
    return blueprint


def fare_name(state: str) -> str:
    """Name how a group fares, or that it does not run."""
    return condition_name(state) if state in CONDITIONS else say(f"kube_desk.state_{state}")


def _is_wanted(row: Row, chosen: Mapping[str, str]) -> bool:
    group = row.standing.group
    named = f"{group.name}\n{group.business}".casefold()
    return (
        all(word in named for word in chosen["nama"].casefold().split())
        and chosen["kelurahan"] in ("", group.area_code)
        and (row.fares == chosen["keadaan"] if chosen["keadaan"] else row.fares != ENDED)
        and (not chosen["lihat"] or chosen["lihat"] in row.looks)
    )


def _villages(rows: Sequence[Row]) -> list[Village]:
    """Count how groups fare by kelurahan, in the order of the list."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        place = (row.standing.group.area_code, row.standing.area_name)
        counts.setdefault(place, Counter())[row.fares] += 1
    return [Village(code, name, found) for (code, name), found in counts.items()]


def _looked(rows: Sequence[Row]) -> list[tuple[str, int]]:
    """Count the groups that should be looked at, by what for."""
    return [(look, sum(look in row.looks for row in rows)) for look in LOOKS]
