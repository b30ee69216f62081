"""What was found in the lists, in words."""

from bot.texts import known, say
from db.findings import Found


def kind_name(kind: str) -> str:
    """Name a kind of finding."""
    return say(f"mismatch.kind_{kind}")


def detail(found: Found) -> str:
    """Say what is wrong; nothing in it says of whom."""
    exact = f"mismatch.detail_{found.kind}_{found.rule}"
    return say(
        exact if known(exact) else f"mismatch.detail_{found.kind}",
        list=found.list_name or "-",
        other=found.other_list_name or "-",
        program=found.program_code or "-",
        number=found.number if found.number is not None else "-",
    )
