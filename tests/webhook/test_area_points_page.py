"""Where a kelurahan is: set by officers of its area, and then the points of visits are judged."""

from sqlalchemy import select

from bot.texts import say
from db.area_points import Middle, middle_of
from db.areas import Area
from db.audit import AuditEntry
from tests.tickets import MURHUM, VILLAGES, WOLIO
from tests.webhook.console import signed_in
from tests.webhook.site import Site

PAGE = "/console/tempat/titik"
POINT = {"latitude": "-5,4653", "longitude": "122.6079"}


def test_officers_set_the_points_of_their_own_area(over_sample: Site) -> None:
    store, own, other = over_sample.store, VILLAGES[WOLIO], VILLAGES[MURHUM]
    officer = signed_in(over_sample, "officer", WOLIO)
    assert PAGE in officer.get("/console/tempat").text
    page = officer.get(f"{PAGE}?area={own}").text
    assert f'value="{own}" selected' in page
    assert other not in page
    assert "3 km" in page
    for wrong in ("x", "91", ""):
        refused = officer.post(PAGE, area=own, **(POINT | {"latitude": wrong}))
        assert (refused.status_code, say("offices.bad_point") in refused.text) == (400, True)
        assert 'value="122.6079"' in refused.text
    # A lost minus, numbers turned, nothing at all: such a point would mark every visit.
    for latitude, longitude in (
        ("5.4653", "122.6079"),
        ("0", "0"),
        ("-5.4653", "22.6"),
        ("-6.2", "106.8"),
    ):
        refused = officer.post(PAGE, area=own, latitude=latitude, longitude=longitude)
        assert (refused.status_code, say("area_points.elsewhere") in refused.text) == (400, True)
    for code in (other, "", "x"):
        assert officer.post(PAGE, area=code, **POINT).status_code == 404
    assert officer.post(PAGE, area=own, **POINT).status_code == 303
    assert "-5.4653, 122.6079" in officer.get(PAGE).text
    assert 'value="122.6079"' in officer.get(f"{PAGE}?area={own}").text
    with store.read() as session:
        assert middle_of(session, own) == Middle((-5.4653, 122.6079), 0)
        rows = session.scalars(select(AuditEntry.subject).filter_by(action="set area point"))
        assert rows.all() == [f"area:{own}"]
    pair = "-5.4701, 122.6112"  # as it is copied from a map
    assert officer.post(PAGE, area=own, latitude=pair, longitude="").status_code == 303
    with store.read() as session:
        middle = middle_of(session, own)
        assert middle is not None
        assert middle.point == (-5.4701, 122.6112)
    assert officer.post(PAGE, area=own, latitude="", longitude="").status_code == 303
    with store.read() as session:
        assert session.get_one(Area, own).latitude is None
