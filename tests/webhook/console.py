"""The console as a browser without scripts uses it: forms with their token, and a session."""

import re
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from db.logins import start_session
from db.session import Store
from tests.staff import CITY, add_staff
from tests.webhook.site import Site

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Officer:
    """Somebody at a browser."""

    client: FlaskClient
    page: str = "/console/masuk"  # whose form is filled in

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def post(self, path: str, **fields: Any) -> TestResponse:
        """Send a form with the token of a page of this session."""
        found = _TOKEN.search(self.client.get(self.page).text)
        assert found is not None
        return self.client.post(path, data={"csrf_token": found.group(1), **fields})


def visitor(site: Site) -> Officer:
    """Give a browser in which nobody is signed in."""
    return Officer(site.app.test_client())


def signed_in(
    site: Site, role: str = "chief", area: str = CITY, section: str = "pengolah_data"
) -> Officer:
    """Give a browser in which somebody of a role and an area is signed in."""
    staff_id, _ = add_staff(site.store, site.clock(), role, area, section=section)
    return as_staff(site, site.store, staff_id)


def as_staff(site: Site, store: Store, staff_id: int) -> Officer:
    """Give a browser in which this member of staff is signed in."""
    client = site.app.test_client()
    with store.begin() as session:
        token = start_session(session, staff_id, site.clock())
    with client.session_transaction() as kept:
        kept["console"] = token
    return Officer(client, "/console/akun")
