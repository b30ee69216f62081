"""Officers at their browsers: start page, inbox, tickets, what is new, and their deeds."""

import asyncio
import html
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import NamedTuple

import aiohttp
import pyotp

from bot.desk.deeds import Deed
from bot.texts import say
from tests.bench.desk_store import CITY, PASSWORD, Officer
from tests.bench.desk_timing import Timings

START, INBOX, SEARCH, TICKET = "start page", "inbox", "inbox, searched", "ticket"
NEWS, PARTS, DEED, SENT = "news", "ticket anew", "deed", "search form"
FLOOR, HEALTH = "smallest guarded page", "/healthz"
PAGES = (START, INBOX, SEARCH, TICKET)
_THINKS = (1.0, 5.0)  # seconds
_EVERY = 5.0  # seconds between two questions of static/live.js
_VIEWS = (
    "", "?state=received", "?state=received", "?who=saya", "?who=saya",
    "?state=verified&who=belum-ada",
    "?light=breached&order=due", "?light=at_risk&order=due", "?state=waiting", "?kind=emergency",
    "?state=all", "?section=kesehatan", f"?area={CITY}", "?category=deducted", "?state=reopened",
)  # fmt: skip
_WORDS = ("beras", "kartu hilang", "uang dipotong", "saldo kosong", "123", "tetangga menerima")
# How often each deed is chosen among those that a page offers.
_LIKES = {
    Deed.VERIFY: 8, Deed.TAKE: 8, Deed.WORK: 8, Deed.RESOLVE: 6, Deed.ASK: 3, Deed.ANSWER: 2,
    Deed.NOTE: 2, Deed.ASSIGN: 2, Deed.SORT: 1, Deed.HAND: 1, Deed.GIVE_BACK: 1, Deed.REJECT: 1,
}  # fmt: skip
_WORTH = 8  # so much liking together, and something is done
_WRITTEN = {
    Deed.ANSWER: "Berkas sudah kami kirim ke bank, tunggu kabar dari mereka.",
    Deed.NOTE: "Sudah ditelepon, tidak diangkat.",
    Deed.ASK: "Kejadiannya di mana, dan siapa saksinya?",
    Deed.RESOLVE: "Uangnya sudah masuk ke rekening. Silakan diperiksa.",
    Deed.REJECT: "Data menunjukkan bantuan sudah diterima penuh.",
}
_FORM = re.compile(r'action="/console/tiket/(PKS-[\d-]+)/(\w+)"')
_LISTED = re.compile(r'href="/console/tiket/(PKS-\d{4}-\d{6})"')
_FOLLOWING = re.compile(r'href="(/console/tiket\?[^"]*after=[^"]+)"')
_LIVE = re.compile(
    r'id="live"[^>]*data-url="([^"]+)"(?: data-ticket="(\d+)")? data-since="([^"]*)"'
)
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
_HEARD = re.compile(r'name="heard" value="(\d+)"')
_SEEN = re.compile(r'name="seen" value="(\d+)"')
_OPTION = re.compile(r'<option value="([^"]+)"( selected)?')


class Done(NamedTuple):
    """A form that was sent: the ticket, the version that was seen, the deed, and by whom."""

    number: str
    seen: int
    deed: str
    staff_id: int


@dataclass(slots=True)
class Page:
    """What lies before an officer."""

    path: str = ""
    text: str = ""
    since: str = ""


class Answer(NamedTuple):
    """What a browser got."""

    status: int
    text: str
    leads_to: str  # where to go on; empty where nowhere


@dataclass(slots=True)
class Browser:
    """One officer's browser, with the cookie of his session."""

    officer: Officer
    http: aiohttp.ClientSession
    url: str
    timings: Timings

    async def sign_in(self) -> None:
        """Come in by password and code, as everybody does in the morning."""
        page = await self.get("sign-in", "/console/masuk")
        code = pyotp.TOTP(self.officer.secret).at(datetime.now(UTC))
        form = {"login": self.officer.login, "password": PASSWORD, "code": code}
        await self.post("sign-in", "/console/masuk", page.text if page else "", form, 303)

    async def get(self, kind: str, path: str, *also: int) -> Answer | None:
        """Open a page; None, and a failure noted, where the code is not 200 nor one of these."""
        return await self._ask(kind, "GET", path, None, (200, *also))

    async def post(
        self, kind: str, path: str, page: str, form: Mapping[str, str], *codes: int
    ) -> Answer | None:
        """Send a form of a page; None, and a failure noted, where the code is none of these."""
        token = _CSRF.search(page)
        fields = {**form, "csrf_token": token[1] if token else ""}
        return await self._ask(kind, "POST", path, fields, codes)

    async def _ask(
        self,
        kind: str,
        method: str,
        path: str,
        form: Mapping[str, str] | None,
        codes: Sequence[int],
    ) -> Answer | None:
        begun = time.perf_counter()
        try:
            async with self.http.request(
                method, f"{self.url}{path}", data=form, allow_redirects=False
            ) as response:
                text = await response.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            self.timings.fail(f"{kind}: {error!r}")
            return None
        answer = Answer(response.status, text, response.headers.get("Location", ""))
        if answer.status not in codes:
            self.timings.fail(f"{kind}: {answer.status} at {path.partition('?')[0]}")
            return None
        self.timings.add(kind, time.perf_counter() - begun)
        return answer


@dataclass(slots=True)
class Desk:
    """One officer at work."""

    browser: Browser
    random: Random
    done: list[Done] = field(default_factory=list)
    refused: list[Done] = field(default_factory=list)
    unseen: list[tuple[str, int]] = field(default_factory=list)  # tickets out of sight, and whose
    _page: Page = field(default_factory=Page)
    _listed: list[str] = field(default_factory=list)

    async def work(self, until: float) -> None:
        """Work until a moment of the loop's clock, while the open page asks what is new."""
        await asyncio.gather(self._work(until), self._stay_informed(until))

    async def open_all(self) -> None:
        """Open a page of each kind once, as the first in the morning."""
        await self._start()
        await self._inbox()
        await self._ticket()

    async def _work(self, until: float) -> None:
        await asyncio.sleep(self.random.uniform(0, _THINKS[1]))
        while _now() < until:
            chance = self.random.random()
            if chance < 0.12 or not self._listed:
                await self._start()
                await self._think()
                await self._inbox()
            elif chance < 0.35:
                await self._inbox()
            elif chance < 0.42:
                await self._search()
            else:
                await self._ticket()
                await self._think()
                if _now() < until and self.random.random() < 0.7:
                    await self._act()
            await self._think()

    async def _start(self) -> None:
        self._show("/console/", await self.browser.get(START, "/console/"))

    async def _inbox(self) -> None:
        following = _FOLLOWING.search(self._page.text)
        path = f"/console/tiket{self.random.choice(_VIEWS)}"
        if following is not None and self.random.random() < 0.2:
            path = html.unescape(following[1])
        self._show(path, await self.browser.get(INBOX, path))

    async def _search(self) -> None:
        page = await self.browser.get(INBOX, "/console/tiket")
        if page is None:
            return
        await self._think()
        form = {"text": self.random.choice(_WORDS)}
        found = await self.browser.post(SENT, "/console/tiket/cari", page.text, form, 303)
        if found is not None:
            self._show(found.leads_to, await self.browser.get(SEARCH, found.leads_to))

    async def _ticket(self) -> None:
        """Open one of the tickets of the list; what stands on top most often."""
        if not self._listed:
            return
        at = min(int(self.random.expovariate(0.4)), len(self._listed) - 1)
        await self._open(self._listed[at])

    async def _open(self, number: str) -> None:
        path = f"/console/tiket/{number}"
        page = await self.browser.get(TICKET, path, 404)
        self._show(path, page if self._sees(number, page) else None)

    async def _act(self) -> None:
        """Do one of the deeds that the open page offers."""
        page = self._page.text
        offered = [(number, Deed(deed)) for number, deed in _FORM.findall(page) if deed in _LIKES]
        seen = _SEEN.search(page)
        if not offered or seen is None:
            return
        weights = [_LIKES[deed] for _, deed in offered]
        if self.random.random() > sum(weights) / _WORTH:
            return  # there is little to be done here
        ((number, deed),) = self.random.choices(offered, weights)
        form = self._form(page, deed)
        if form is None:
            return
        done = Done(number, int(seen[1]), deed, self.browser.officer.id)
        heard = _HEARD.search(page)
        fields = {**form, "seen": seen[1], "heard": heard[1] if heard else "0"}
        path = f"/console/tiket/{number}/{deed}"
        answer = await self.browser.post(DEED, path, page, fields, 303, 404, 409)
        if answer is None:
            return
        if answer.status == 404:
            self._sees(number, answer)
            return
        if answer.status == 303:
            self.done.append(done)
            await self._open(number)
            return
        self.refused.append(done)
        if say("desk.stale") not in html.unescape(answer.text):
            self.browser.timings.fail(f"refused, but not as stale: {deed}")
        self._show(self._page.path, answer)

    def _form(self, page: str, deed: Deed) -> dict[str, str] | None:
        """Fill the form of a deed in; None where it offers nobody to choose."""
        form = {"text": _WRITTEN.get(deed, "")}
        if deed in (Deed.ANSWER, Deed.NOTE):  # the same sent twice is kept once
            form["text"] += f" ({self.random.randrange(10**6)})"
        if deed is Deed.RESOLVE:
            form["decision"] = self.random.choice(("upheld", "partly"))
        elif deed is Deed.REJECT:
            form["decision"] = self.random.choice(("rejected", "redirected"))
        elif deed in (Deed.ASSIGN, Deed.HAND):
            people = [value for value, _ in _options(page, f"staff-{deed}")]
            if not people:
                return None
            form["staff"] = self.random.choice(people)
        elif deed is Deed.SORT:
            for name in ("category", "section"):
                chosen = [value for value, is_chosen in _options(page, name) if is_chosen]
                form[name] = chosen[0] if chosen else ""
            form["priority"] = str(self.random.randint(1, 3))
        return form

    async def _stay_informed(self, until: float) -> None:
        """Ask every few seconds what is new on the open page, as its script does."""
        await asyncio.sleep(self.random.uniform(0, _EVERY))
        while _now() < until:
            await asyncio.sleep(_EVERY)
            page = self._page
            live = _LIVE.search(page.text)
            if live is None:
                continue
            about = f"&ticket={live[2]}" if live[2] else ""
            since = page.since or html.unescape(live[3])
            path = f"{html.unescape(live[1])}?since={since}{about}"
            answer = await self.browser.get(NEWS, path, 404)
            number = page.path.rpartition("/")[2]
            if about and answer is not None and self._sees(number, answer):
                news = json.loads(answer.text)
                page.since = news["since"]
                if news["changed"]:
                    self._sees(number, await self.browser.get(PARTS, f"{page.path}/isi", 404))

    def _sees(self, number: str, answer: Answer | None) -> bool:
        """Note a ticket that went out of this officer's sight."""
        if answer is not None and answer.status == 404:
            self.unseen.append((number, self.browser.officer.id))
        return answer is not None and answer.status == 200

    def _show(self, path: str, answer: Answer | None) -> None:
        self._page = Page(path, answer.text if answer is not None else "")
        self._listed = list(dict.fromkeys(_LISTED.findall(self._page.text))) or self._listed

    async def _think(self) -> None:
        await asyncio.sleep(self.random.uniform(*_THINKS))


async def ask_floor(browser: Browser, random: Random, until: float) -> None:
    """Open the smallest pages as often as an officer opens his."""
    await asyncio.sleep(random.uniform(0, _THINKS[1]))
    while _now() < until:
        await browser.get(FLOOR, "/console/akun")
        await asyncio.sleep(random.uniform(*_THINKS))
        await browser.get(HEALTH, "/healthz")
        await asyncio.sleep(random.uniform(*_THINKS))


def _options(page: str, control: str) -> list[tuple[str, str]]:
    found = re.search(rf'<select[^>]* id="{control}"[^>]*>(.*?)</select>', page, re.DOTALL)
    return _OPTION.findall(found[1]) if found else []


def _now() -> float:
    return asyncio.get_running_loop().time()
