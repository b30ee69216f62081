// The phone: sends one message after another, and asks for what is new while somebody looks.

import { line } from "./api.js";
import { composer } from "./composer.js";
import { Log } from "./log.js";
import { piece, sentence } from "./pieces.js";

const QUICK = 150; // milliseconds between questions while an answer is on its way
const AWAKE = 700;
const IDLE = 3000;
const HIDDEN = 15000;
const IDLE_AFTER = 60000;
const LONGEST_PAUSE = 8000;

const find = (id) => document.getElementById(id);
const phone = find("chat");
const { user, look, token, messages, files, samplePhoto } = phone.dataset;
const service = line(messages, files, token);
const log = new Log(find("log"), find("scroll"), find("newest"), samplePhoto);

let cursor = "";
let sending = 0;
let answered = 0; // messages that the service has taken
let awaiting = false; // an answer may be on its way
let failures = 0;
let active = Date.now();
let closed = false; // this page no longer shows the chosen chat
let asking = false;
let askAgain = false;
let timer;

// --- what is said about the line -------------------------------------------------------------

function tell(name) {
  const notice = find("notice");
  if (notice.dataset.said === (name ?? "")) return;
  notice.dataset.said = name ?? "";
  notice.replaceChildren(...(name ? [sentence(name)] : []));
  notice.hidden = !name;
}

function trouble({ reason }) {
  tell(reason);
  if (reason === "changed" || reason === "session") closed = true;
}

function showTyping() {
  const typing = find("typing");
  const wanted = sending > 0 || awaiting;
  if (wanted === typing.hasChildNodes()) return;
  const atEnd = find("newest").hidden;
  typing.replaceChildren(...(wanted ? [piece("typing")] : []));
  if (atEnd) log.toEnd();
}

// --- sending -----------------------------------------------------------------------------------

let turn = Promise.resolve();

function send(message, preview, words, file) {
  const id = `web-${newId()}`;
  const at = Date.now(); // kept when it has to be sent again
  const shown = log.add({ from: "me", id, text: words ?? message.text, ...message }, preview);
  find("empty").hidden = true;
  const retry = shown.querySelector(".retry");
  const deliver = () => {
    turn = turn.then(() => hand({ ...message, user, id, at }, shown, file));
  };
  retry.addEventListener("click", () => {
    shown.querySelector(".failed").hidden = true;
    find("text").focus();
    deliver();
  });
  deliver();
}

async function hand(message, shown, file) {
  active = Date.now();
  sending += 1;
  showTyping();
  try {
    if (file) message.media = { ...message.media, file: await service.upload(await file()) };
    await service.send(message);
    log.taken(shown);
    answered += 1;
    awaiting = true;
    if (!closed) tell(null);
  } catch (error) {
    shown.querySelector(".failed").hidden = false;
    trouble(error);
    log.toEnd();
  }
  sending -= 1;
  showTyping();
  ask();
}

function newId() {
  // randomUUID exists only where the page came by https or from this computer.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// --- asking for news -----------------------------------------------------------------------------

async function ask() {
  clearTimeout(timer);
  if (closed) return;
  if (asking) {
    askAgain = true;
    return;
  }
  asking = true;
  askAgain = false;
  const heard = answered;
  try {
    const news = await service.read(cursor);
    failures = 0;
    show(news);
    if (heard === answered) awaiting = news.typing;
    if (["offline", "busy"].includes(find("notice").dataset.said)) tell(null);
  } catch (error) {
    if (!error.reason) throw error;
    failures += 1;
    trouble(error);
  } finally {
    asking = false;
  }
  showTyping();
  if (askAgain) ask();
  else if (!closed) timer = setTimeout(ask, pause());
}

function show(news) {
  if (news.user !== user || news.look !== look) {
    trouble({ reason: "changed" });
    return;
  }
  cursor = news.next;
  for (const message of news.messages) log.add(message);
  if (news.messages.length > 0) active = Date.now();
  log.settled();
  find("empty").hidden = !log.isEmpty;
}

function pause() {
  if (document.hidden) return HIDDEN;
  if (failures > 0) return Math.min(LONGEST_PAUSE, 500 * 2 ** failures);
  if (awaiting) return QUICK;
  return Date.now() - active > IDLE_AFTER ? IDLE : AWAKE;
}

// --- the page ------------------------------------------------------------------------------------

const writing = composer(find("composer"), send, samplePhoto);

document.addEventListener("click", (event) => {
  const { press, send: words, insert } = event.target.closest("button")?.dataset ?? {};
  if (press === undefined && words === undefined && insert === undefined) return;
  const inSheet = location.hash === "#pilihan";
  if (inSheet) location.hash = "chat";
  if (press !== undefined) send({ button: press }, undefined, event.target.textContent);
  if (words !== undefined) send({ text: words });
  if (insert !== undefined) writing.insert(insert);
  else if (inSheet || event.target.closest("#empty")) writing.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && location.hash === "#pilihan") {
    location.hash = "chat";
    phone.querySelector(".bar-link").focus();
  }
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) ask();
});

ask();
