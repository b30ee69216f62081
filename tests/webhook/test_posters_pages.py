"""The posters of a round as they are downloaded from the console."""

from io import BytesIO

from PIL import Image

from bot.notices.changing import cancel_round
from tests.moment import NOW
from tests.webhook.console import signed_in
from tests.webhook.notices import round_in
from tests.webhook.site import Site, over_sample

site = over_sample

WOLIO, MURHUM = "74.72.02", "74.72.06"


def test_a_poster_is_printed_in_its_area_while_the_round_holds(site: Site) -> None:
    round_id = round_in(site.store, WOLIO)
    address = f"/console/penyaluran/{round_id}/poster"
    officer = signed_in(site, "front_office", WOLIO)
    pdf, picture = officer.get(f"{address}.pdf"), officer.get(f"{address}.png")
    assert pdf.data.startswith(b"%PDF-")
    assert pdf.mimetype == "application/pdf"
    assert f"poster-penyaluran-{round_id}.pdf" in pdf.headers["Content-Disposition"]
    assert Image.open(BytesIO(picture.data)).size == (1080, 1350)
    elsewhere = signed_in(site, "officer", MURHUM)
    assert {elsewhere.get(f"{address}.{kind}").status_code for kind in ("pdf", "png")} == {404}

    with site.store.begin() as session:
        cancel_round(session, round_id, "Kantor tutup.", "staff:1", NOW, 1)
    assert officer.get(f"{address}.pdf").status_code == 404
