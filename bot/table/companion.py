"""What companions can do from the field, and the groups with them."""

from bot import group_session_form, visit_form, visit_read_back
from bot.capabilities.companion import (
    formation,
    graduation,
    group_session,
    groups,
    helped,
    households,
    kube_wishes,
    lesson,
    mending,
    plans,
    pulse,
    tasks,
    visit,
    visit_summary,
    vouch,
)
from bot.families import own_families
from bot.table.ways import ANNOUNCERS, COMPANIONS, Capability, FormUse

FIELD: tuple[Capability, ...] = (
    Capability(
        "households", households.handle, ("list_households",), ("/keluarga", "keluarga saya"),
        roles=COMPANIONS, interrupts=True,
    ),
    Capability(
        "visit", visit.handle, ("report_visit",),
        ("/kunjungan", "kunjungan"),
        roles=COMPANIONS,
        form=FormUse(
            visit_form.FORM, visit.finish, visit.facts, visit_read_back.summary, same=visit.same,
            offers=visit_read_back.offers,
        ),
    ),
    Capability(
        "visit_fix", mending.handle, (),
        ("betulkan kunjungan", "betulkan kunjungan tadi", "ralat kunjungan", "ubah kunjungan",
         "ubah kunjungan tadi", "hapus kunjungan", "hapus kunjungan tadi",
         "batalkan kunjungan tadi", "pindahkan foto"),
        roles=COMPANIONS, overrides=lambda argument, _text: bool(argument),
    ),
    Capability(
        "plan", plans.handle, (), ("/rute", "rute", "rute hari ini", "kunjungan berikutnya"),
        roles=COMPANIONS, interrupts=True,
    ),
    Capability(
        "my_visits", visit_summary.handle, (),
        ("laporan saya bulan ini", "laporan bulan ini", "laporan bulanan", "laporan harian",
         "laporan hari ini", "laporan saya hari ini", "/laporan", "laporan bulan lalu",
         "laporan saya bulan lalu", "laporan kemarin", "daftar kunjungan", "kunjungan saya"),
        roles=COMPANIONS, interrupts=True, informs=True,
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
        "tasks", tasks.handle, (),
        ("tugas saya", "tugas", "/tugas", "betulkan tugas", "betulkan tugas tadi",
         "ralat tugas", "ubah tugas", "ubah tugas tadi", "lihat tugas saya", "tugas data saya"),
        roles=COMPANIONS,
        form=FormUse(tasks.FORM, tasks.finish, summary=tasks.summary),
    ),
    Capability(
        "help", helped.handle, (), ("bantu warga", "/bantu", "lapor untuk warga"),
        roles=COMPANIONS,
        form=FormUse(
            helped.FORM, helped.finish, own_families, helped.summary, same=helped.same,
        ),
    ),
    Capability(
        "help_usul", helped.usul, (),
        ("usul untuk warga", "usulkan warga", "usul warga", "usul warga baru",
         "usulkan warga baru", "usul baru"),
        roles=COMPANIONS,
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
)  # fmt: skip
