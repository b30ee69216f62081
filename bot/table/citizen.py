"""What everybody can do."""

from bot.capabilities import enrol
from bot.capabilities.citizen import (
    budget,
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
    subscription_list,
    subscriptions,
    talk,
    ticket,
    track,
    usul,
    welcome,
)
from bot.table.ways import Capability, FormUse

CITIZENS: tuple[Capability, ...] = (
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
    Capability("budget", budget.handle, interrupts=True, informs=True),
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
    Capability("subscriptions", subscription_list.handle, needs_consent=True, interrupts=True),
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
)  # fmt: skip
