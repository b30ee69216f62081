// Asks how far a broadcast is and writes the numbers anew; where rows or buttons are other ones,
// the page itself is loaded again, unless somebody is writing in it.

import { askAgain } from "./asking.js";

const EVERY = 3000; // milliseconds
const SHARE = 10; // asking takes at most one part in so many of the time
const live = document.getElementById("live");
const bar = live.querySelector("progress");

function put(id, text) {
  const part = document.getElementById(id);
  if (part !== null) part.textContent = text;
}

function show(found) {
  if (bar !== null) bar.value = found.percent;
  put("percent", `(${found.percent}%)`);
  put("done", found.done);
  put("pace", found.pace);
  put("as-of", found.as_of);
  for (const cell of live.querySelectorAll("[data-cell]")) {
    cell.textContent = found.cells[cell.dataset.cell] ?? "0";
  }
}

function isWriting() {
  return [...live.querySelectorAll("input[name=why]")].some((field) => field.value !== "");
}

askAgain(live.dataset.progress, EVERY, (found) => {
  if (found.mark !== live.dataset.mark && !isWriting()) return true;
  show(found);
  return false;
}, SHARE);
