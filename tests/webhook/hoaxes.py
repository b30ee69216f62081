"""A matter that people ask about, as the tests of its pages need one."""

from db.hoaxes import report
from db.session import Store
from nlu.genuine_fingerprint import fingerprint
from tests.moment import NOW

PRIVATE = "7472021204850001"
TOLD = f"Apa benar bansos-cair.xyz/daftar? NIK saya {PRIVATE}, hp 0812-3456-7890"


def told_hoax(store: Store, area_code: str, text: str = TOLD) -> int:
    """Give a matter that somebody in an area told the office of."""
    found = fingerprint(text)
    assert found is not None
    with store.begin() as session:
        return report(session, None, area_code, text, found, "lookalike", NOW).id
