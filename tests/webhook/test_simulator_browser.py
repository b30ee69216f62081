"""The phone in a real browser: what a person does with it, and what that person sees."""

import json
import re

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from bot.messages import Reply
from bot.outbox import seal_reply
from bot.service import Service
from db.chat_log import contact_id_of, written_after
from db.outbox import queue_replies
from tests.webhook.browser import Watch

pytestmark = pytest.mark.browser

LOOKS = ("Telegram", "WhatsApp", "SMS")
# One green point.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c"
    "63606860000002840101f8f6b3730000000049454e44ae426082"
)


def received(page: Page) -> Locator:
    return page.locator(".message.office")


def own(page: Page) -> Locator:
    return page.locator(".message.me")


def write(page: Page, text: str) -> None:
    page.get_by_label("Tulis pesan").fill(text)
    page.keyboard.press("Enter")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def choose_look(page: Page, look: str) -> None:
    page.locator("label.look", has_text=look).click()
    button(page, "Pakai").click()
    expect(page.locator(f"body.look-{look.lower()}")).to_be_visible()


def user_of(page: Page) -> str:
    return page.locator("#chat").get_attribute("data-user") or ""


def give_consent(page: Page) -> None:
    page.goto("/simulator/")
    button(page, "Mulai").click()
    button(page, "Ya, setuju").click()
    expect(button(page, "Cek bantuan saya")).to_be_visible()


def overflow(page: Page) -> int:
    width: int = page.evaluate(
        "Math.max(...[...document.querySelectorAll('html, body, .phone, .scroll, .panel')]"
        ".map((box) => box.scrollWidth - box.clientWidth))"
    )
    return width


def test_a_newcomer_starts_consents_and_meets_the_menu(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Buka HP").click()
    expect(page.get_by_text("Belum ada pesan")).to_be_visible()
    button(page, "Mulai").click()
    expect(received(page).first).to_contain_text("Halo Puskesos")
    button(page, "Ya, setuju").click()
    expect(own(page).last).to_contain_text("Ya, setuju")
    expect(received(page).last).to_contain_text("izinnya sudah kami catat")
    expect(button(page, "Jadwal bantuan")).to_be_visible()
    expect(page.locator("#typing")).to_be_empty()


def test_a_number_picks_in_the_look_of_whatsapp(page: Page) -> None:
    page.goto("/simulator/")
    choose_look(page, "WhatsApp")
    write(page, "halo")
    expect(received(page).last).to_contain_text("1. Ya, setuju")
    expect(page.locator(".choice")).to_have_count(0)
    write(page, "1")
    expect(received(page).last).to_contain_text("izinnya sudah kami catat")
    expect(received(page).last).to_contain_text("2. Jadwal bantuan")


def test_the_same_chat_looks_like_each_channel(page: Page) -> None:
    give_consent(page)
    write(page, "jadwal bantuan")
    expect(received(page)).to_have_count(4)
    for look in ("SMS", "WhatsApp", "Telegram"):
        choose_look(page, look)
        expect(received(page)).to_have_count(4)
        has_buttons = page.locator(".choice").count() > 0
        assert has_buttons == (look == "Telegram")


def test_the_keyboard_is_enough(page: Page) -> None:
    page.goto("/simulator/")
    expect(button(page, "Mulai")).to_be_visible()
    tab_to(page, button(page, "Mulai"))
    page.keyboard.press("Enter")
    expect(button(page, "Ya, setuju")).to_be_visible()
    tab_to(page, button(page, "Ya, setuju"), back=True)
    page.keyboard.press("Enter")
    expect(button(page, "Lapor masalah")).to_be_visible()

    text = page.get_by_label("Tulis pesan")
    tab_to(page, text)
    page.keyboard.type("halo")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("apa kabar")
    expect(text).to_have_value("halo\napa kabar")
    page.keyboard.press("Enter")
    expect(text).to_have_value("")
    expect(text).to_be_focused()
    expect(own(page).last).to_contain_text("apa kabar")

    summary = page.locator("#attach summary")
    tab_to(page, summary, back=True)
    page.keyboard.press("Enter")
    expect(button(page, "Kirim foto contoh")).to_be_visible()
    page.keyboard.press("Escape")
    expect(button(page, "Kirim foto contoh")).to_be_hidden()
    expect(summary).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, button(page, "Kirim lokasi contoh"))
    page.keyboard.press("Enter")
    expect(own(page).last).to_contain_text("Lokasi")
    expect(received(page).last).to_contain_text("Jaraknya kira-kira")


def tab_to(page: Page, wanted: Locator, back: bool = False) -> None:
    """Press Tab until the element has the focus, which must then be visible."""
    for _ in range(60):
        if wanted.evaluate("(element) => element === document.activeElement"):
            style = wanted.evaluate("(element) => getComputedStyle(element).outlineStyle")
            assert style != "none"
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError("the Tab key does not lead there")


def test_a_narrow_screen_is_the_phone_and_scrolls_only_downwards(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto("/")
    assert overflow(page) == 0
    page.goto("/simulator/")
    expect(page.locator("#pilihan")).to_be_hidden()
    write(page, "x" * 300)
    expect(received(page)).to_have_count(2)
    for look in LOOKS:
        page.get_by_role("link", name="Ganti").click()
        expect(page.locator("#pilihan")).to_be_visible()
        assert overflow(page) == 0
        choose_look(page, look)
        expect(received(page)).to_have_count(2)
        expect(page.get_by_label("Tulis pesan")).to_be_in_viewport()
        assert overflow(page) == 0


def test_samples_are_at_hand_on_a_narrow_screen(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto("/simulator/#pilihan")
    page.get_by_role("button", name="Isikan NIK Wa Siti").click()
    expect(page.locator("#pilihan")).to_be_hidden()
    page.get_by_role("link", name="Ganti").click()
    page.get_by_role("button", name="KK Wa Siti").click()
    expect(page.get_by_label("Tulis pesan")).to_have_value("7472915407880001 0217")
    page.get_by_role("link", name="Ganti").click()
    button(page, "lapor").click()
    expect(own(page).last).to_contain_text("lapor")
    expect(page.get_by_label("Tulis pesan")).to_have_value("7472915407880001 0217")


def test_a_photo_is_sent_before_the_message_that_names_it(page: Page, demo: Service) -> None:
    give_consent(page)
    posted: list[Request] = []
    page.on("request", lambda sent: posted.append(sent) if sent.method == "POST" else None)
    page.locator("#attach summary").click()
    with page.expect_file_chooser() as chooser:
        button(page, "Pilih foto…").click()
    chooser.value.set_files({"name": "rumah.png", "mimeType": "image/png", "buffer": PNG})
    expect(received(page).last).to_contain_text("Fotonya sudah kami terima")
    image = own(page).last.get_by_alt_text("Foto yang dikirim")
    expect(image).to_have_js_property("naturalWidth", 1)
    upload, message = posted
    assert upload.url.endswith("/simulator/files")
    media = json.loads(message.post_data or "")["media"]
    stored = demo.settings.simulator_folder / media.pop("file")
    assert stored.read_bytes() == PNG
    assert media == {
        "kind": "photo", "name": "rumah.png", "size": len(PNG), "mime": "image/png"
    }  # fmt: skip
    page.reload()
    expect(own(page).last).to_contain_text("rumah.png")


def test_sample_photo_and_voice_note_are_sent(page: Page) -> None:
    give_consent(page)
    for name, answer in (("foto", "Fotonya sudah"), ("suara", "Pesan suara belum bisa")):
        page.locator("#attach summary").click()
        button(page, f"Kirim {name} contoh").click()
        expect(received(page).last).to_contain_text(answer)
    expect(own(page).get_by_alt_text("Foto yang dikirim")).to_be_visible()


def test_reloading_and_coming_back_keep_the_chat(page: Page) -> None:
    give_consent(page)
    number = user_of(page)
    said = page.locator(".bubble").all_inner_texts()
    page.reload()
    expect(received(page)).to_have_count(3)
    assert user_of(page) == number
    assert page.locator(".bubble").all_inner_texts() == said
    expect(own(page).last).to_contain_text("Ya, setuju")

    page.get_by_label("Siapa Anda").select_option("siti")
    button(page, "Pakai").click()
    expect(page.get_by_text("Wa Siti · Telegram")).to_be_visible()
    write(page, "halo")
    expect(button(page, "Cek bantuan saya")).to_be_visible()
    assert "izin" not in received(page).last.inner_text()

    page.get_by_label("Siapa Anda").select_option(number)
    button(page, "Pakai").click()
    expect(received(page)).to_have_count(3)
    button(page, "Nomor baru").click()
    expect(page.get_by_text("Belum ada pesan")).to_be_visible()
    assert user_of(page) != number


def test_what_could_not_be_sent_is_kept_and_sent_once(
    watched: tuple[Page, Watch], demo: Service
) -> None:
    page, _ = watched  # it complains of the broken line, as it should
    give_consent(page)
    page.route("**/simulator/messages*", lambda route: route.abort())
    write(page, "halo")
    failed = own(page).last.locator(".failed")
    expect(failed).to_have_text("Belum terkirim. Coba lagi")
    expect(failed).to_be_visible()
    expect(page.get_by_text("Sambungan terputus")).to_be_visible()
    expect(own(page).last).to_contain_text("halo")
    page.unroute("**/simulator/messages*")
    button(page, "Coba lagi").click()
    expect(failed).to_be_hidden()
    expect(page.get_by_text("Sambungan terputus")).to_be_hidden()
    expect(received(page)).to_have_count(4)
    with demo.store.read() as session:
        contact_id = contact_id_of(session, "simulator", user_of(page))
        assert contact_id is not None
        assert len(written_after(session, contact_id, 0, 100)) == 3


def test_a_message_that_nobody_asked_for_appears(page: Page, demo: Service) -> None:
    give_consent(page)
    with demo.store.begin() as session:
        contact_id = contact_id_of(session, "simulator", user_of(page))
        assert contact_id is not None
        body = seal_reply(session.vault, Reply("Kabar dari Dinas Sosial"))
        queue_replies(session, contact_id, "simulator", [body], demo.clock())
    demo.dispatcher.wake()
    expect(received(page).last).to_contain_text("Kabar dari Dinas Sosial")
    expect(received(page).last.locator("time")).to_have_text(re.compile(r"^\d\d\.\d\d$"))


def test_a_window_that_shows_somebody_else_says_so(watched: tuple[Page, Watch]) -> None:
    page, _ = watched
    give_consent(page)
    other = page.context.new_page()
    other.goto("/simulator/")
    button(other, "Nomor baru").click()
    expect(other.get_by_text("Belum ada pesan")).to_be_visible()
    expect(page.get_by_text("sudah diganti di jendela lain")).to_be_visible()
    page.get_by_role("link", name="Muat ulang").click()
    expect(page.get_by_text("Belum ada pesan")).to_be_visible()


def test_the_people_can_be_chosen_without_javascript(page: Page) -> None:
    assert page.context.browser is not None
    context = page.context.browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    address = page.goto("/")
    assert address is not None
    plain.goto(address.url + "simulator/")
    plain.get_by_label("Siapa Anda").select_option("ketua")
    button(plain, "Pakai").click()
    expect(plain.get_by_text("Hj. Rosmawati Umar · Telegram")).to_be_visible()
    context.close()
