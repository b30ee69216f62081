// The messages on the screen: each once, in order, with its day and time.

import { element } from "./pieces.js";

const NEAR = 80; // pixels from the end within which the reader still follows the chat

export class Log {
  #box;
  #scroller;
  #newest;
  #samplePhoto;
  #shown = new Map(); // "me:id" or "office:id" -> element
  #day = "";

  constructor(box, scroller, newest, samplePhoto) {
    this.#box = box;
    this.#scroller = scroller;
    this.#newest = newest;
    this.#samplePhoto = samplePhoto;
    newest.addEventListener("click", () => this.toEnd());
    scroller.addEventListener("scroll", () => {
      if (this.#followed()) newest.hidden = true;
    });
    // On a telephone the keyboard takes half of the screen away.
    new ResizeObserver(() => newest.hidden && this.toEnd()).observe(scroller);
  }

  get isEmpty() {
    return this.#shown.size === 0;
  }

  settled() {
    this.#box.setAttribute("aria-busy", "false");
  }

  // Shows a message of the store, or fills in what the store knows of one that is shown already.
  add(message, preview) {
    const key = `${message.from}:${message.id}`;
    const known = this.#shown.get(key);
    if (known) {
      this.#stamp(known, message);
      return known;
    }
    const follow = message.from === "me" || this.#followed();
    const shown = message.from === "me" ? this.#own(message, preview) : this.#received(message);
    this.#shown.set(key, shown);
    this.#box.append(shown);
    this.#stamp(shown, message);
    if (follow) this.toEnd();
    else this.#newest.hidden = false;
    return shown;
  }

  // Marks a message of one's own as being in the store.
  taken(shown) {
    const tick = shown.querySelector(".tick");
    if (tick) tick.textContent = "✓";
  }

  toEnd() {
    this.#newest.hidden = true;
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  #followed() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  #received(message) {
    const shown = element("office");
    shown.querySelector(".text").textContent = message.text;
    const buttons = shown.querySelector(".buttons");
    for (const { value, label } of message.buttons) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "choice";
      button.textContent = label;
      button.dataset.press = value;
      buttons.append(button);
    }
    if (message.buttons.length === 0) buttons.remove();
    return shown;
  }

  #own(message, preview) {
    const shown = element("me");
    shown.querySelector(".text").textContent = message.text ?? "";
    const place = shown.querySelector(".attachment");
    if (message.media) place.append(this.#file(message.media, preview));
    else if (message.location) place.append(point(message.location));
    else place.remove();
    return shown;
  }

  #file({ kind, name }, preview) {
    const plain = name.replace(/^sim:([0-9a-f]{32}-)?/, "");
    if (kind === "photo") {
      const source = preview ?? (plain === "contoh-foto.jpg" ? this.#samplePhoto : null);
      if (source) return this.#image(source);
    }
    if (kind === "voice" && preview) {
      const audio = element("audio");
      audio.src = preview;
      return audio;
    }
    return named(kind === "photo" || kind === "voice" ? kind : "file", plain);
  }

  #image(source) {
    const image = element("image");
    const follow = this.#followed();
    image.addEventListener("load", () => follow && this.toEnd(), { once: true });
    image.src = source;
    return image;
  }

  #stamp(shown, { time, day }) {
    if (!time || shown.dataset.day) return;
    shown.querySelector(".time").textContent = time;
    this.taken(shown);
    shown.dataset.day = day;
    if (day === this.#day) return;
    this.#day = day;
    const line = element("day");
    line.textContent = day;
    shown.before(line);
  }
}

function named(kind, name) {
  const file = element(kind);
  file.querySelector(".file-name").textContent = name;
  return file;
}

function point({ latitude, longitude }) {
  return named("location", `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`);
}
