// Ticks of the inbox: how many there are, and all at once. Without it each is ticked by hand.
"use strict";

const ticks = [...document.querySelectorAll(".inbox .tick")];
const told = document.getElementById("ticked");

function tell() {
  const count = ticks.filter((tick) => tick.checked).length;
  told.textContent = count ? `(${count})` : "";
}

if (ticks.length && told) {
  const all = document.createElement("input");
  all.type = "checkbox";
  all.className = "form-check-input tick";
  all.setAttribute("aria-label", "Tandai semua tiket di halaman ini");
  all.addEventListener("change", () => {
    ticks.forEach((tick) => { tick.checked = all.checked; });
    tell();
  });
  document.querySelector(".inbox thead th").replaceChildren(all);
  ticks.forEach((tick) => tick.addEventListener("change", tell));
  tell();
}
