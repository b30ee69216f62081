"""The explicit table: which capability answers which intent, button, command and role."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from bot import group_session_form, visit_form
from bot.capabilities import enrol
from bot.capabilities.citizen import (
    complaint,
    correction,
    eligibility,
    emergency,
    genuine,
    goods,
    guidance,
    hide,
    human,
    link,
    notices,
    office,
    pickups,
    privacy,
    program,
    registration,
    sanggah,
    schedule,
    subscriptions,
    talk,
    ticket,
    track,
    usul,
    welcome,
)
from bot.capabilities.companion import (
    formation,
    graduation,
    group_session,
    groups,
    helped,
    households,
    kube_wishes,
    lesson,
    plans,
    pulse,
    tasks,
    visit,
    vouch,
)
from bot.capabilities.officer import announce, decide, duty, take
from bot.choices import named
from bot.families import own_families
from bot.forms import Answers, Facts, Form
from bot.messages import Choice
from bot.texts import known
from bot.turn import CITIZEN, Turn, button
from db.staff import CONSOLE_ROLES, ROLES

EVERYONE = frozenset({CITIZEN, *ROLES})
COMPANIONS = frozenset({"companion"})
ANNOUNCERS = frozenset({"officer", "chief", "admin"})
DESK = frozenset(CONSOLE_ROLES)


def _no_facts(_turn: Turn) -> Facts:
    return {}


def _never(_argument: str, _text: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class FormUse:
    """A form with what it must know, how it is read back, and what is done at its end."""

    form: Form
    finish: Callable[[Turn, Answers], None]
    facts: Callable[[Turn], Facts] = _no_facts
    summary: Callable[[Turn, Answers], str] | None = None
    values: Callable[[Turn, Answers], Mapping[str, Any]] | None = None  # blanks of its questions
    # Asks at the read-back whether the same was sent before, if that may be.
    same: Callable[[Turn, Answers], str | None] | None = None
    offers: Callable[[Turn, Answers], Sequence[Choice]] | None = None  # more at the read-back
    canceled: Callable[[Turn], None] | None = None  # says what stays although the form is ended


@dataclass(frozen=True, slots=True)
class Capability:
    """Something the service can do, and all the ways to it."""

    name: str
    handle: Callable[[Turn], None]
    intents: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    roles: frozenset[str] = EVERYONE
    needs_consent: bool = False
    interrupts: bool = False  # may be answered in the middle of a form, which then goes on
    # Says by the argument of its button and by the text whether an open form ends for it.
    overrides: Callable[[str, str], bool] = _never
    informs: bool = False  # changes nothing, so that a likely meaning is enough to answer
    form: FormUse | None = None


CAPABILITIES: tuple[Capability, ...] = (
    Capability(
        "menu", welcome.menu, ("ask_menu", "greet"), ("menu", "/start", "/menu", "mulai", "/help"),
        informs=True, interrupts=True,
    ),
    Capability("thanks", welcome.thanks, ("thank",), informs=True),
    Capability("consent", welcome.consent),
    Capability("enrol", enrol.handle, (), ("kode",)),
    Capability(
        "registration", registration.handle, ("check_registration",), ("/cek", "cek"),
        informs=True, needs_consent=True,
        form=FormUse(registration.FORM, registration.finish),
    ),
    Capability(
        "other_family", registration.other_family, (),
        ("ganti keluarga", "bukan keluarga saya", "ganti nik", "cek nik lain", "nik lain",
         "keluarga lain"),
        informs=True, needs_consent=True,
    ),
    Capability(
        "unlink", link.handle, (),
        ("lepas", "bukan saya", "hapus tautan", "ganti orang", "lepas tautan", "lepaskan"),
        overrides=link.is_wanted,
    ),
    Capability(
        "unlink_others", link.others, (), ("lepas semua", "lepaskan semua", "lepas semua hp"),
        interrupts=True,
    ),
    Capability(
        "schedule", schedule.handle, ("ask_schedule",), ("/jadwal", "jadwal"),
        informs=True, interrupts=True,
        form=FormUse(schedule.FORM, schedule.finish, schedule.facts),
    ),
    Capability(
        "complaint", complaint.handle, ("report_complaint",), ("/lapor", "lapor"),
        needs_consent=True,
        form=FormUse(
            complaint.FORM, complaint.FILING.finish, complaint.facts, complaint.summary,
            same=complaint.FILING.same, offers=complaint.offers,
        ),
    ),
    Capability(
        "track", track.handle, ("track_ticket",), ("/status", "laporan saya", "tiket"),
        informs=True, needs_consent=True, interrupts=True,
    ),
    Capability("hide", hide.handle, needs_consent=True, interrupts=True),
    Capability(
        "ticket", ticket.handle, needs_consent=True, interrupts=True,
        form=FormUse(ticket.FORM, ticket.finish),
    ),
    Capability("program", program.handle, ("ask_program",), interrupts=True, informs=True),
    Capability(
        "eligibility", eligibility.handle, (), ("cek syarat",), informs=True, needs_consent=True,
        form=FormUse(eligibility.FORM, eligibility.finish),
    ),
    Capability(
        "office", office.handle, ("ask_contact",), ("/kontak", "kontak"),
        interrupts=True, informs=True,
        form=FormUse(office.FORM, office.finish, office.facts),
    ),
    Capability(
        "human", human.handle, ("request_human",), ("/petugas", "petugas"), interrupts=True,
    ),
    Capability("talk", talk.handle, interrupts=True),
    Capability(
        "emergency", emergency.handle, ("report_emergency",), ("darurat", "tolong"),
        informs=True, interrupts=True,
        form=FormUse(
            emergency.FORM, emergency.finish, values=emergency.values, canceled=emergency.canceled,
        ),
    ),
    Capability(
        "genuine", genuine.handle, ("verify_message",), interrupts=True, informs=True,
        form=FormUse(genuine.FORM, genuine.finish),
    ),
    Capability(
        "propose", usul.handle, ("propose_beneficiary",), ("/usul", "usul", "mengusulkan"),
        needs_consent=True,
        form=FormUse(
            usul.FORM, usul.FILING.finish, usul.facts, usul.summary,
            same=usul.FILING.same,
        ),
    ),
    Capability(
        "object", sanggah.handle, ("object_beneficiary",), ("/sanggah", "sanggah", "menyanggah"),
        needs_consent=True,
        form=FormUse(
            sanggah.FORM, sanggah.FILING.finish, sanggah.facts, sanggah.summary,
            same=sanggah.FILING.same,
        ),
    ),
    Capability(
        "goods", goods.handle, (), ("alat bantu",), needs_consent=True,
        form=FormUse(
            goods.FORM, goods.FILING.finish, goods.facts, goods.summary,
            same=goods.FILING.same,
        ),
    ),
    Capability(
        "correct", correction.handle, ("update_personal_data",),
        ("betulkan data", "ubah data saya"),
        needs_consent=True,
        form=FormUse(
            correction.FORM, correction.FILING.finish, summary=correction.summary,
            same=correction.FILING.same,
        ),
    ),
    Capability(
        "subscribe", subscriptions.handle, ("subscribe_notices",),
        ("langganan", "start", "subscribe"),
        needs_consent=True, interrupts=True,
        form=FormUse(subscriptions.FORM, subscriptions.finish, subscriptions.facts),
    ),
    Capability("subscriptions", subscriptions.listing, needs_consent=True, interrupts=True),
    Capability("emergencies", subscriptions.emergencies, needs_consent=True, interrupts=True),
    Capability(
        "unsubscribe", notices.stop, ("unsubscribe_notices",),
        ("berhenti", "stop", "unsubscribe", "/berhenti", "/stop"), interrupts=True,
    ),
    Capability("language", notices.speak, needs_consent=True, interrupts=True),
    Capability("way", notices.choose_way, needs_consent=True, interrupts=True),
    Capability("pickup", pickups.handle, needs_consent=True, interrupts=True),
    Capability(
        "privacy", privacy.handle, ("manage_privacy",),
        ("data saya", "hapus data saya", "hapus data", "ekspor data saya", "salinan data saya"),
        overrides=privacy.is_erasure,
    ),
    Capability("other", guidance.other, ("out_of_scope",)),
    Capability("nothing_asked", guidance.nothing_asked, ("affirm", "deny", "cancel")),
    Capability(
        "households", households.handle, ("list_households",), ("/keluarga", "keluarga saya"),
        roles=COMPANIONS, interrupts=True,
    ),
    Capability(
        "visit", visit.handle, ("report_visit",),
        ("/kunjungan", "kunjungan", "betulkan kunjungan", "betulkan kunjungan tadi",
         "ralat kunjungan", "ubah kunjungan", "ubah kunjungan tadi"),
        roles=COMPANIONS,
        form=FormUse(
            visit_form.FORM, visit.finish, visit.facts, visit.summary, same=visit.same,
        ),
    ),
    Capability(
        "plan", plans.handle, (), ("/rute", "rute", "rute hari ini", "kunjungan berikutnya"),
        roles=COMPANIONS, interrupts=True,
    ),
    Capability(
        "group_session", group_session.handle, (),
        ("pertemuan", "/p2k2", "p2k2", "fds", "lapor p2k2", "pertemuan kelompok", "sering absen",
         "betulkan pertemuan", "ralat pertemuan", "betulkan p2k2"),
        roles=COMPANIONS,
        form=FormUse(
            group_session_form.FORM, group_session.finish, group_session.facts,
            group_session.summary, group_session.values, group_session.same,
        ),
    ),
    Capability(
        "tasks", tasks.handle, (), ("tugas saya", "tugas", "/tugas"), roles=COMPANIONS,
        form=FormUse(tasks.FORM, tasks.finish),
    ),
    Capability(
        "help", helped.handle, (), ("bantu warga", "/bantu", "lapor untuk warga"),
        roles=COMPANIONS,
        form=FormUse(helped.FORM, helped.finish, own_families, helped.summary),
    ),
    Capability(
        "help_usul", helped.usul, (), ("usul untuk warga", "usulkan warga"), roles=COMPANIONS,
        form=FormUse(
            helped.USUL, helped.finish_usul, helped.facts_usul, helped.summary_usul,
        ),
    ),
    Capability(
        "graduation", graduation.handle, (), ("graduasi", "/graduasi"), roles=COMPANIONS,
        interrupts=True,
    ),
    Capability(
        "vouch", vouch.handle, (), ("jamin", "/jamin", "kode warga", "buat kode"),
        roles=COMPANIONS,
        form=FormUse(vouch.FORM, vouch.finish, vouch.facts, vouch.summary),
    ),
    Capability("kube", groups.meant, ("report_kube",), roles=COMPANIONS | ANNOUNCERS),
    Capability("group", groups.listing, (), ("kube saya", "/kube")),
    Capability(
        "pulse", pulse.handle, (), ("lapor kube", "/laporkube"),
        form=FormUse(pulse.FORM, pulse.finish, pulse.facts, pulse.summary),
    ),
    Capability(
        "kube_new", formation.new, (), ("bentuk kube",), roles=COMPANIONS,
        form=FormUse(
            formation.NEW, formation.new_finish, formation.new_facts, formation.new_summary,
        ),
    ),
    Capability(
        "kube_member", formation.name_members,
        form=FormUse(
            formation.MEMBERS, formation.finish, formation.facts, canceled=formation.stopped,
        ),
    ),
    Capability(
        "kube_wish", kube_wishes.wish,
        form=FormUse(kube_wishes.WISH, kube_wishes.wish_finish, summary=kube_wishes.wish_summary),
    ),
    Capability(
        "kube_permit", kube_wishes.permit,
        form=FormUse(
            kube_wishes.PERMIT, kube_wishes.permit_finish, summary=kube_wishes.permit_summary,
        ),
    ),
    Capability("kube_up", kube_wishes.wishes, (), ("usulan kube",), roles=ANNOUNCERS),
    Capability("lesson", lesson.handle, (), ("belajar usaha",)),
    Capability("take", take.handle, (), ("ambil",), roles=DESK, interrupts=True),
    Capability("duty", duty.handle, (), ("piket", "/piket"), roles=DESK, interrupts=True),
    Capability(
        "announce", announce.handle, ("broadcast_schedule",), ("/umumkan", "umumkan"),
        roles=ANNOUNCERS,
        form=FormUse(announce.FORM, announce.finish, announce.facts, announce.summary),
    ),
    Capability(
        "notice", decide.handle, (), ("setujui", "tolak"), roles=ANNOUNCERS, interrupts=True,
        form=FormUse(decide.FORM, decide.finish),
    ),
)  # fmt: skip

NO_WISH = frozenset(("menu", "thanks", "other", "nothing_asked", "consent"))
_OWN_WORK, _WORK_OF_OTHERS = 3.0, 0.1  # times the odds that the words alone give
_BY_NAME = {capability.name: capability for capability in CAPABILITIES}
_BY_INTENT = {intent: item for item in CAPABILITIES for intent in item.intents}
_BY_COMMAND = {command: item for item in CAPABILITIES for command in item.commands}
# Words that nobody who may use the command begins anything else with.
_BEGINNINGS = ("umumkan ", "ambil ", "piket ", "setujui ", "tolak ")
_BY_FORM = {item.form.form.name: item.form for item in CAPABILITIES if item.form}


def by_button(value: str, role: str) -> Capability | None:
    """Give the capability that a button's value names, if the role may use it."""
    return _allowed(_BY_NAME.get(value.partition(":")[0]), role)


def by_command(text: str, role: str) -> Capability | None:
    """Give the capability of a command that the text is, or begins with where that is sure."""
    said = _written(text)
    found = _BY_COMMAND.get(said)
    if found is None and said.startswith("/"):
        found = _BY_COMMAND.get(said.split()[0].partition("@")[0])
    if found is None and said.startswith(_BEGINNINGS):
        found = _BY_COMMAND[said.split()[0]]
    return _allowed(found, role)


def is_command(text: str, role: str) -> bool:
    """Say whether the whole text is a command, so that there is nothing more to understand."""
    return _allowed(_BY_COMMAND.get(_written(text)), role) is not None


def _written(text: str) -> str:
    return " ".join(text.lower().strip(" .,!").split())


def by_label(text: str, role: str) -> Capability | None:
    """Give the capability whose own label was written out."""
    meant = named(text, _labels(role))
    return by_button(meant.value, role) if meant else None


@cache
def _labels(role: str) -> tuple[Choice, ...]:
    return tuple(
        button(item.name, f"choice.{item.name}")
        for item in CAPABILITIES
        if role in item.roles and known(f"choice.{item.name}")
    )


def by_intent(intent: str, role: str) -> Capability | None:
    """Give the capability of an intent, if the role may use it."""
    return _allowed(_BY_INTENT.get(intent), role)


@cache
def intent_weights(role: str) -> Mapping[str, float]:
    """Give how much likelier or less likely the role makes the intents that not all may use."""
    return {
        intent: _OWN_WORK if role in capability.roles else _WORK_OF_OTHERS
        for intent, capability in _BY_INTENT.items()
        if capability.roles != EVERYONE
    }


def form_use(name: str) -> FormUse | None:
    """Give what belongs to a form, or None for one that this program no longer has."""
    return _BY_FORM.get(name)


def all_forms() -> list[FormUse]:
    """Give every form."""
    return list(_BY_FORM.values())


def _allowed(capability: Capability | None, role: str) -> Capability | None:
    return capability if capability is not None and role in capability.roles else None
