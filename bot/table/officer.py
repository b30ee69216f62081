"""What officers can do by chat."""

from bot.capabilities.officer import announce, decide, duty, take
from bot.notices import asking
from bot.table.ways import ANNOUNCERS, DESK, Capability, FormUse

OFFICERS: tuple[Capability, ...] = (
    Capability("take", take.handle, (), ("ambil",), roles=DESK, interrupts=True),
    Capability("duty", duty.handle, (), ("piket", "/piket"), roles=DESK, interrupts=True),
    Capability(
        "announce", announce.handle, ("broadcast_schedule",), ("/umumkan", "umumkan"),
        roles=ANNOUNCERS,
        form=FormUse(asking.FORM, announce.finish, announce.facts, announce.summary),
    ),
    Capability(
        "notice", decide.handle, (), ("setujui", "tolak"), roles=ANNOUNCERS, interrupts=True,
        form=FormUse(decide.FORM, decide.finish),
    ),
)  # fmt: skip
