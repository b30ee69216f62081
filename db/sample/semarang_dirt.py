"""What goes wrong in the lists of Semarang's agencies, and how much of it was planted."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from db.sample.identifiers import age_on, dice
from db.sample.records import SampleHousehold, SamplePerson
from db.sample.semarang import AgencyFile, Entry, entry_of

_STRANGERS = ("Yohanes Pareang", "Maria Goreti Lewa", "Kristina Tandiayu", "Petrus Rantelino")
_SPELLINGS = (
    ("Muh. ", "M. "), ("iyah", "iah"), ("dy", "di"), ("oe", "u"), ("Sri ", "Sri. "),
    ("yanto", "ianto"), ("Su", "Soe"), ("ni", "ny"),
)  # fmt: skip
_MISSPELT = 0.06
_ADULT = (36, 46)
_FOR_THE_POOR = ("jamkesda", "pip", "rtlh", "bappeda")
_WELL_OFF, _POOR = 6, 4
_REGISTERED = ("pip", "rtlh", "bappeda", "nelayan")  # lists that should rest on the register


@dataclass(slots=True)
class Truth:
    """What there is to be found, by kind and rule, and how many families there are."""

    families: int = 0
    by_lists: int = 0
    kinds: Counter[str] = field(default_factory=Counter)


class Spoiler:
    """Spoils lists; each of its tricks takes other families, so that none hides another."""

    def __init__(self, lists: Sequence[AgencyFile], amounts: dict[str, int], today: date) -> None:
        """Take the lists as they should be."""
        self.lists = {agency.key: agency for agency in lists}
        self._amounts = amounts
        self._today = today
        self._touched: set[str] = set()
        self.planted: Counter[str] = Counter()
        self._in_register = {entry.family.kk for entry in self.lists["dtsen"].entries}

    def spoil(self) -> None:
        """Play all tricks."""
        self._small_children_without_nik()
        self._spoilt_numbers()
        self._twice()
        self._other_kk()
        self._other_people()
        self._too_old()
        self._cards()
        self._left()
        self._left_out_numbers()
        self._misspell()

    def _pick(self, what: str, entries: Sequence[Entry]) -> list[Entry]:
        """Give so many lines as there are to spoil, of families in the register, one of each."""
        rng = dice("Semarang", what)
        free: dict[str, Entry] = {}
        for entry in rng.sample(entries, len(entries)):
            kk = entry.family.kk
            if kk in self._in_register and kk not in self._touched:
                free.setdefault(kk, entry)
        chosen = list(free.values())[: self._amounts[what]]
        self._touched |= {entry.family.kk for entry in chosen}
        return chosen

    def _small_children_without_nik(self) -> None:
        elsewhere = {
            entry.person.nik
            for agency in self.lists.values()
            if agency.key != "dtsen"
            for entry in agency.entries
        }
        small = [
            entry
            for entry in self.lists["dtsen"].entries
            if entry.person.relation == "child"
            and age_on(entry.person.birth_date, self._today) < 4
            and entry.person.nik not in elsewhere
        ]
        for entry in self._pick("nik_empty_child", small):
            entry.cells["nik"] = ""
            self.planted["nik:empty"] += 1

    def _spoilt_numbers(self) -> None:
        for entry in self._pick("nik_spoilt", self.lists["pip"].entries):
            nik = entry.cells["nik"]
            entry.cells["nik"] = f"{nik[0]},{nik[1:3]}E+15"
            entry.taken = False
            self.planted["nik:malformed"] += 1

    def _twice(self) -> None:
        pip = self.lists["pip"]
        for entry in self._pick("twice", pip.entries):
            again = replace(entry, cells=entry.cells | {"nama": _shortened(entry.person.name)})
            pip.entries.append(again)
            self.planted["twice"] += 1
        for entry in self._pick("repeated_row", pip.entries):
            pip.entries.append(replace(entry, cells=dict(entry.cells), taken=False))
            self.planted["twice:refused"] += 1

    def _other_kk(self) -> None:
        for number, entry in enumerate(self._pick("other_kk", self.lists["pip"].entries), 1):
            entry.cells["no_kk"] = f"3374990101{number:06d}"
            self.planted["split:kk"] += 1

    def _other_people(self) -> None:
        for number, entry in enumerate(self._pick("other_person", self.lists["pip"].entries)):
            entry.cells["nama"] = _STRANGERS[number % len(_STRANGERS)]
            entry.cells["tanggal_lahir"] = date(2011, 5, 17)
            self.planted["nik:two_people"] += 1

    def _too_old(self) -> None:
        pip = self.lists["pip"]
        pupils = {entry.family.kk for entry in pip.entries}
        adults = [
            entry_of(entry.family, entry.person, pip.spec)
            for entry in self.lists["dtsen"].entries
            if entry.family.kk in pupils
            and _ADULT[0] <= age_on(entry.person.birth_date, self._today) <= _ADULT[1]
        ]
        for entry in self._pick("too_old", adults):
            pip.entries.append(entry)
            self.planted["age"] += 1

    def _cards(self) -> None:
        for entry in self._pick("no_card", self.lists["jamkesda"].entries):
            entry.cells["no_kartu"] = ""
            self.planted["no_card"] += 1

    def _left(self) -> None:
        dukcapil = self.lists["dukcapil"]
        for what, word in (("died", "Meninggal"), ("moved", "Pindah")):
            paid = [e for e in self.lists["jamkesda"].entries if e.person.relation == "head"]
            for entry in self._pick(what, paid):
                gone = entry_of(entry.family, entry.person, dukcapil.spec)
                gone.cells["status"] = word
                gone.active = False
                dukcapil.entries.append(gone)

    def _left_out_numbers(self) -> None:
        for entry in self._pick("nik_left_out", self.lists["bappeda"].entries):
            entry.cells["nik"] = ""  # found by KK and name all the same

    def _misspell(self) -> None:
        for agency in self.lists.values():
            rng = dice("Semarang", "spelling", agency.key)
            for entry in agency.entries:
                spared = agency.key == "dtsen" or entry.family.kk in self._touched
                if not spared and rng.random() < _MISSPELT:
                    entry.cells["nama"] = _misspelt(entry.cells["nama"])


def _shortened(name: str) -> str:
    first, _, rest = name.partition(" ")
    return f"{first} {rest[:1]}." if rest else f"{first}."


def _misspelt(name: str) -> str:
    for right, wrong in _SPELLINGS:
        if right in name:
            return name.replace(right, wrong, 1)
    return name


def truth(spoiler: Spoiler, families: Sequence[SampleHousehold], today: date) -> Truth:
    """Count what the lists as they are must show, by looking at each family in turn."""
    found = Truth(kinds=Counter(spoiler.planted))
    lines: dict[str, dict[str, list[Entry]]] = {}
    for key, agency in spoiler.lists.items():
        for entry in agency.entries:
            if entry.taken:
                lines.setdefault(entry.family.kk, {}).setdefault(key, []).append(entry)
    for family in families:
        told = lines.get(family.kk, {})
        listed = {key for key, entries in told.items() if any(entry.active for entry in entries)}
        found.by_lists += len(listed)
        found.families += bool(listed)
        found.kinds.update(_of_family(family, told, listed, today))
    found.kinds["old"] = sum(agency.spec["age"] > 190 for agency in spoiler.lists.values())
    return found


def _of_family(
    family: SampleHousehold, told: dict[str, list[Entry]], listed: set[str], today: date
) -> Counter[str]:
    kinds: Counter[str] = Counter()
    in_register = "dtsen" in listed
    decile = (family.decile or 0) if in_register else 0
    if in_register:
        kinds["nothing"] += decile <= _POOR and not listed - {"dtsen"}
        if decile >= _WELL_OFF:
            kinds["well_off"] += sum(
                len({entry.person.nik for entry in told.get(key, ())}) for key in _FOR_THE_POOR
            )
    else:
        kinds["missing:dtsen"] += len(told.get("jamkesda", ()))
        kinds["missing:dtsen_family"] += any(key in listed for key in _REGISTERED)
    gone = {entry.person.nik: entry for entry in told.get("dukcapil", ()) if not entry.active}
    for key in listed:
        for entry in told[key]:
            if entry.person.nik in gone and entry.active and key != "dtsen":
                word = gone[entry.person.nik].cells["status"]
                kinds["left:died" if word == "Meninggal" else "left:moved"] += 1
    kinds["children"] += _one_of_several(family, told, today)
    return kinds


def _one_of_several(family: SampleHousehold, told: dict[str, list[Entry]], today: date) -> bool:
    known = {entry.person.nik for entries in told.values() for entry in entries}
    pupils = {who.nik for who in family.members if who.nik in known and _is_pupil(who, today)}
    paid = pupils & {entry.person.nik for entry in told.get("pip", ())}
    return len(pupils) > 1 and len(paid) == 1


def _is_pupil(who: SamplePerson, today: date) -> bool:
    return who.relation in ("child", "other") and 7 <= age_on(who.birth_date, today) <= 18
