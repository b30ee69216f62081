// Asks how far the work on a list is until it ends, and then shows the page as it is by then.

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

async function ask() {
  try {
    const response = await fetch(work.dataset.progress, { cache: "no-store", redirect: "error" });
    if (response.ok) {
      const found = await response.json();
      if (!found.under_way) {
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
  setTimeout(ask, EVERY);
}

setTimeout(ask, EVERY);
