// Asks how far a broadcast is and writes the numbers anew; where rows or buttons are other ones,
// the page itself is loaded again, unless somebody is writing in it.

const EVERY = 3000; // milliseconds
const SHARE = 10; // at most so small a part of the time is spent on asking
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
  for (const cell of live.querySelectorAll("[data-cell]")) {
    cell.textContent = found.cells[cell.dataset.cell] ?? "0";
  }
}

function isWriting() {
  return [...live.querySelectorAll("input[name=why]")].some((field) => field.value !== "");
}

async function ask() {
  const begun = performance.now();
  try {
    const response = await fetch(live.dataset.progress, { cache: "no-store", redirect: "error" });
    if (response.ok) {
      const found = await response.json();
      if (found.mark !== live.dataset.mark && !isWriting()) {
        location.reload();
        return;
      }
      show(found);
    } else if (response.status < 500) {
      location.reload(); // the page itself says what is the matter
      return;
    }
  } catch {
    // The line broke, or the store is busy: the next time tells.
  }
  setTimeout(ask, Math.max(EVERY, SHARE * (performance.now() - begun)));
}

setTimeout(ask, EVERY);
