// Asks how far the work on a list is until it ends, and then shows the page as it is by then.

import { askAgain } from "./asking.js";

const EVERY = 1000; // milliseconds
const work = document.getElementById("work");
const bar = work.querySelector("progress");

function show(found) {
  if (found.percent === null) bar.removeAttribute("value");
  else bar.value = found.percent;
  document.getElementById("percent").textContent = found.percent === null ? "" : `(${found.percent}%)`;
  document.getElementById("step").textContent = found.step;
  const rows = document.getElementById("rows");
  if (rows !== null) rows.textContent = found.rows;
}

askAgain(work.dataset.progress, EVERY, (found) => {
  if (!found.under_way) return true;
  show(found);
  return false;
});
