// Asks every few seconds what is new, says it and puts it in: new rows into the inbox, on the page
// of a ticket what was added, and who else has it open. What is being typed or ticked stays.

const EVERY = 5000; // milliseconds
const SLOWEST = 60000;

const live = document.getElementById("live");
let since = live.dataset.since;
let wait = EVERY;
let timer;
let asking = false;

function place(name) {
  const found = live.querySelector(`[data-said=${name}]`);
  if (found !== null) return found;
  const made = document.createElement("span");
  made.dataset.said = name;
  const line = document.createElement("p");
  line.append(made);
  if (name === "news") {
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = "muat";
    line.append(" – ", link);
  }
  live.append(line);
  return made;
}

function say(name, text) {
  const said = place(name);
  if (said.textContent !== text) said.textContent = text; // nothing is read out twice
  said.parentElement.hidden = text === "";
}

function isTouched(part) {
  if (part.contains(document.activeElement)) return true;
  return [...part.querySelectorAll("textarea, input:not([type=hidden]), select")].some((field) => {
    if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
    if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
    const first = [...field.options].findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(first, 0);
  });
}

function swap(fresh) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const found = fresh.getElementById(part.id);
    if (found !== null) part.replaceChildren(...found.childNodes);
  }
  toNewest();
  const forms = document.getElementById("deeds");
  const newer = fresh.getElementById("deeds");
  if (forms === null || newer === null || forms.dataset.version === newer.dataset.version) return "";
  if (isTouched(forms)) return live.dataset.stale;
  forms.replaceWith(newer);
  return "";
}

// Rows that were ticked are about to be dealt with: they stay, and newer ones wait to be loaded.
function holdsTicks() {
  return document.querySelector("[data-live] .tick:checked") !== null;
}

// An empty inbox has no list into which a row could be put.
function isFirstRow(fresh) {
  const search = document.querySelector("form[role=search]");
  const isEmpty = document.getElementById("rows") === null && fresh.getElementById("rows") !== null;
  return isEmpty && search !== null && !isTouched(search);
}

function toNewest() {
  const chat = document.getElementById("chat");
  if (chat !== null) chat.scrollTop = chat.scrollHeight;
}

async function renew(found) {
  if (holdsTicks()) {
    say("news", found.news);
    return;
  }
  const response = await fetch(live.dataset.parts, { cache: "no-store", redirect: "error" });
  if (!response.ok) throw new Error("no page");
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  if (isFirstRow(fresh)) {
    location.reload();
    return;
  }
  const said = swap(fresh);
  since = fresh.getElementById("live")?.dataset.since ?? found.since;
  // What is said in a talk stands in its log; a line above it would only push it down.
  say("news", said || ("quiet" in live.dataset ? "" : found.news));
}

async function ask() {
  const address = new URL(live.dataset.url, location.href);
  address.searchParams.set("since", since);
  if (live.dataset.ticket) address.searchParams.set("ticket", live.dataset.ticket);
  const response = await fetch(address, { cache: "no-store", redirect: "error" });
  if (response.status === 403 || response.status === 404) return false; // it is not for us any more
  if (!response.ok) throw new Error("no answer");
  const found = await response.json();
  if (live.dataset.parts && found.changed) await renew(found);
  else if (!live.dataset.parts) say("news", found.news);
  if (live.dataset.ticket) say("present", found.present);
  return true;
}

async function turn() {
  if (asking) return;
  timer = undefined;
  asking = true;
  try {
    if (!(await ask())) return; // and never again
    wait = EVERY;
  } catch {
    wait = Math.min(wait * 2, SLOWEST); // the line broke, or the store is busy
  }
  asking = false;
  plan();
}

function plan() {
  if (timer === undefined && !document.hidden) timer = setTimeout(turn, wait);
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  timer = undefined;
  if (!document.hidden) turn();
});
toNewest();
plan();
