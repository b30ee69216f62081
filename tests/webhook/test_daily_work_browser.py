"""A day's work in real browsers: a citizen's complaint with a photo, until she says it is settled.

The citizen has the phone of the simulator, two officers the console, and an agency a link; between
them works the whole demo, with its model and its dispatcher.
"""

import io
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from bot.dispatcher import start_in_thread
from bot.service import Service, open_service
from db.session import Store
from db.ticket_states import replay
from db.tickets import Ticket, history_of, standing_of, step_of
from tests.pictures import SECRET, jpeg
from tests.webhook.browser import OLD_PC, Watch, serving
from tests.webhook.demo import demo_settings
from tests.webhook.site import app_of

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]
EVERY = 5_100  # milliseconds, a little more than between two questions of live.js
FRONT, BACK = "Fitriani Yusuf", "Samsul Bahri"
STORY = "Pak, beras dari e-warong Lamangga busuk dan berkutu, kami disuruh tetap ambil"
QUESTION = "Berapa karung yang busuk, dan apakah masih disimpan?"
ANSWER = "Dua karung pak, masih ada di rumah"
AGENCY = "E-warong sudah ditegur dan akan mengganti berasnya."
RESULT = "Beras yang busuk diganti e-warong besok pagi. Bawa kartunya."
PHOTO = jpeg(400, 300)  # with a place and a name in its EXIF
# The browser itself writes a line about a link that is open no more.
CLOSED = "Failed to load resource: the server responded with a status of 404"
NUMBER = re.compile(r"PKS-\d{4}-\d{6}")
# What she is told, each once and in this order.
TOLD = (
    "Kapan dan di mana", "Ada foto buktinya?", "Kami baca ulang", "sudah kami terima",
    "sudah diperiksa", "sudah dipegang petugas bagian sosial ekonomi",
    "sedang dikerjakan petugas", QUESTION, "sudah kami teruskan ke petugas",
    "kami teruskan ke Dinas Koperasi dan UKM", "Sudah ada jawaban dari instansi", RESULT,
    "Bagaimana pelayanan kami?", "Terima kasih atas penilaiannya",
)  # fmt: skip
# What the history of the ticket's page says, the newest on top.
STEPS = (
    "warga menyatakan sudah beres", "diselesaikan: dikabulkan",
    "instansi menjawab, dikerjakan lagi", "dirujuk ke Dinas Koperasi dan UKM",
    "warga menjawab, dikerjakan lagi", "menunggu jawaban warga", "dikerjakan",
    f"diserahkan ke {BACK}", "diperiksa, menunggu petugas", "laporan masuk",
)  # fmt: skip


@pytest.fixture
def service(
    demo_template: Path, data_key: str, tmp_path: Path, model_path: Path
) -> Iterator[Service]:
    """Give the whole demo with the sample's people, at work."""
    shutil.copy(demo_template, tmp_path / "halo.db")
    settings = demo_settings(tmp_path, f"sqlite:///{tmp_path / 'halo.db'}", data_key)
    settings.model_path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(model_path, settings.model_path)
    opened = open_service(settings)
    thread = start_in_thread(opened.dispatcher)
    yield opened
    thread.stop()
    opened.store.close()


class Windows:
    """Opens windows of people who know nothing of each other."""

    def __init__(self, browser: Browser, address: str, closing: ExitStack) -> None:
        self._browser, self._address, self._closing = browser, address, closing
        self.watches: list[Watch] = []

    def open(self) -> Page:
        context = self._browser.new_context(
            base_url=self._address, viewport=OLD_PC  # type: ignore[arg-type]
        )  # fmt: skip
        self._closing.callback(context.close)
        context.set_default_timeout(30_000)
        page = context.new_page()
        self.watches.append(Watch(page, self._address))
        return page

    def officer(self, name: str) -> Page:
        """Open the console of one of the sample's staff."""
        page = self.open()
        page.clock.install()
        page.goto("/console/")
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(name)
        return page


@pytest.fixture
def windows(service: Service, browser: Browser) -> Iterator[Windows]:
    expect.set_options(timeout=30_000)
    with serving(app_of(service)) as address, ExitStack() as closing:
        opened = Windows(browser, address, closing)
        yield opened
    expect.set_options(timeout=5_000)
    for watch in opened.watches:
        assert [url for url in watch.strangers if not url.startswith("data:")] == []
        assert [said for said in watch.complaints if not said.startswith(CLOSED)] == []


def write(phone: Page, text: str) -> None:
    phone.get_by_label("Tulis pesan").fill(text)
    phone.keyboard.press("Enter")


def last_said(phone: Page) -> Locator:
    return phone.locator(".message.office").last


def press(phone: Page, name: str) -> None:
    phone.get_by_role("button", name=name, exact=True).last.click()


def complain(phone: Page) -> str:
    """File a complaint with a photo on Wa Siti's phone; gives its number."""
    phone.goto("/simulator/")
    phone.get_by_label("Siapa Anda").select_option("siti")
    press(phone, "Pakai")
    write(phone, STORY)
    expect(last_said(phone)).to_contain_text("Kapan dan di mana")
    write(phone, "kemarin pagi di e-warong Lamangga")
    expect(last_said(phone)).to_contain_text("Ada foto buktinya?")
    phone.locator("#attach summary").click()
    with phone.expect_file_chooser() as chooser:
        press(phone, "Pilih foto…")
    chooser.value.set_files({"name": "beras.jpg", "mimeType": "image/jpeg", "buffer": PHOTO})
    expect(last_said(phone)).to_contain_text("Soal: Barang e-warong")
    press(phone, "Ya, kirim")
    expect(last_said(phone)).to_contain_text("sudah kami terima")
    found = NUMBER.search(last_said(phone).inner_text())
    assert found is not None
    return found.group()


def receive(front: Page, number: str) -> None:
    """Open what is new in the inbox, look at the photo, verify, and give it to the back office."""
    front.clock.run_for(EVERY)
    front.get_by_role("link", name=number).click()
    expect(front.locator("#told")).to_contain_text(STORY)
    photo = front.get_by_alt_text("foto 1")
    expect(photo).to_have_js_property("complete", value=True)
    assert photo.evaluate("image => image.naturalWidth") > 0
    for address in (photo.get_attribute("src"), front.locator(".files a").get_attribute("href")):
        served = front.request.get(address or "")
        assert served.ok
        assert SECRET not in served.body()
        assert not Image.open(io.BytesIO(served.body())).getexif()
    front.get_by_role("button", name="Sudah diperiksa").click()
    expect(front.locator("#head")).to_contain_text("sudah diperiksa")
    front.get_by_text("Serahkan ke petugas").click()
    offered = front.get_by_label("Petugas", exact=True)
    chosen = offered.locator("option", has_text=BACK).get_attribute("value")
    offered.select_option(chosen)
    front.get_by_role("button", name="Serahkan", exact=True).click()
    expect(front.locator("#head")).to_contain_text(f"petugas: {BACK}")


def ask(back: Page, number: str) -> None:
    """Take up what was given to one, and ask the citizen something."""
    back.get_by_role("link", name=re.compile("Milik saya")).click()
    back.get_by_role("link", name=number).click()
    back.get_by_role("button", name="Mulai kerjakan").click()
    expect(back.locator("#head")).to_contain_text("sedang dikerjakan")
    back.get_by_text("Tanya warga").click()
    back.get_by_label("Pertanyaan", exact=True).fill(QUESTION)
    back.get_by_role("button", name="Kirim pertanyaan").click()
    expect(back.locator("#head")).to_contain_text("menunggu jawaban warga")


def refer(back: Page) -> str:
    """Refer to an agency from the page of the ticket; gives the link, which is shown once."""
    back.get_by_role("link", name="Rujuk ke instansi lain").click()
    back.get_by_label("Instansi").select_option(label="Dinas Koperasi dan UKM")
    back.get_by_label("Apa yang diminta").fill("Mohon periksa e-warong itu dan ganti berasnya.")
    back.get_by_role("button", name="Lihat dulu suratnya").click()
    expect(back.locator("main")).to_contain_text(STORY)
    back.get_by_role("button", name="Buat rujukan").click()
    link = back.get_by_text("/rujukan/").inner_text()
    back.get_by_role("link", name="Semua rujukan laporan ini").click()
    expect(back.locator("main")).to_contain_text("Dinas Koperasi dan UKM")
    assert link not in back.content()
    back.get_by_role("link", name=re.compile("Laporan PKS")).click()
    expect(back.locator("#head")).to_contain_text("di instansi lain")
    return urlsplit(link).path


def answer_as_agency(agency: Page, path: str) -> None:
    agency.goto(path)
    agency.get_by_role("button", name="Buka surat").click()
    expect(agency.locator("main")).to_contain_text(STORY)
    assert "Siti" not in agency.content()
    agency.get_by_label("Sudah selesai").check()
    agency.get_by_label("Jawaban", exact=True).fill(AGENCY)
    agency.get_by_label("Nama dan jabatan Anda").fill("La Ode Rudi, Kepala Seksi")
    agency.get_by_role("button", name="Kirim jawaban").click()
    expect(agency.get_by_role("heading", level=1)).to_have_text("Terima kasih")


def resolve(back: Page) -> None:
    back.get_by_text("Selesaikan", exact=True).click()
    back.get_by_label("dikabulkan", exact=True).check()
    back.get_by_label("Hasilnya").fill(RESULT)
    back.get_by_role("button", name="Selesaikan laporan").click()
    expect(back.locator("#head")).to_contain_text("selesai, menunggu kata warga")


def test_a_complaint_goes_from_the_phone_to_an_answer_that_the_citizen_confirms(
    service: Service, windows: Windows
) -> None:
    phone, front, agency = windows.open(), windows.officer(FRONT), windows.open()
    front.get_by_role("link", name="Tiket", exact=True).click()
    expect(front.get_by_text("Tidak ada tiket yang cocok")).to_be_visible()
    number = complain(phone)
    receive(front, number)
    back = windows.officer(BACK)
    ask(back, number)
    expect(last_said(phone)).to_contain_text(QUESTION)
    write(phone, ANSWER)
    expect(last_said(phone)).to_contain_text("sudah kami teruskan")
    back.clock.run_for(EVERY)
    expect(back.locator("#notes")).to_contain_text(ANSWER)
    expect(back.locator("#head")).to_contain_text("sedang dikerjakan")
    path = refer(back)
    answer_as_agency(agency, path)
    back.clock.run_for(EVERY)
    expect(back.locator("#notes")).to_contain_text(AGENCY)
    assert agency.goto(path).status == 404  # type: ignore[union-attr]
    resolve(back)
    expect(last_said(phone)).to_contain_text(RESULT)
    press(phone, "Sudah beres")
    expect(last_said(phone)).to_contain_text("Bagaimana pelayanan kami?")
    press(phone, "Bagus")
    expect(last_said(phone)).to_contain_text("Terima kasih atas penilaiannya")
    back.clock.run_for(EVERY)
    expect(back.locator("#head")).to_contain_text("nilai dari warga: 5 dari 5")
    expect(back.locator("#history li")).to_have_text([re.compile(f"^{step}") for step in STEPS])
    notices = phone.locator(".message.office").all_inner_texts()
    assert len(notices) == len(TOLD)
    for notice, told in zip(notices, TOLD, strict=True):
        assert told in notice
    _history_says_what_is(service.store, number)


def _history_says_what_is(store: Store, number: str) -> None:
    """See that the events alone, read again, give the ticket as it stands."""
    with store.read() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert ticket.number == number
        events = history_of(session, ticket.id)
        assert len(events) == len(STEPS)
        assert replay([step_of(event) for event in events]) == standing_of(ticket)
