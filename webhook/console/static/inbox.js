// Ticks of the inbox: how many there are, and all at once. Without it each is ticked by hand.
"use strict";

const list = document.querySelector(".inbox");
const told = document.getElementById("ticked");

function ticks() { // asked anew: live.js puts newer rows in
  return [...list.querySelectorAll("tbody .tick")];
}

function tell() {
  const count = ticks().filter((tick) => tick.checked).length;
  told.textContent = count ? `(${count})` : "";
}

if (list && told) {
  const all = document.createElement("input");
  all.type = "checkbox";
  all.className = "form-check-input tick";
  all.setAttribute("aria-label", "Tandai semua tiket di halaman ini");
  all.addEventListener("change", () => {
    ticks().forEach((tick) => { tick.checked = all.checked; });
    tell();
  });
  list.querySelector("thead th").replaceChildren(all);
  list.querySelector("tbody").addEventListener("change", tell);
  tell();
}
