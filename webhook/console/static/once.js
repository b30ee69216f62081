// A form is sent once by a double click: for some seconds a second sending does nothing. Its button
// shows that something is going on, until the next page comes.

const WAIT = 3000; // milliseconds
const sent = new WeakSet();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (sent.has(form)) event.preventDefault();
  sent.add(form);
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(() => sent.delete(form), WAIT);
});

// Whoever comes back finds the page as it was left.
addEventListener("pageshow", () => {
  document.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
});
