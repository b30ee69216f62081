// A form is sent once by a double click: for some seconds a second sending does nothing.

const WAIT = 3000; // milliseconds
const sent = new WeakSet();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (sent.has(form)) event.preventDefault();
  sent.add(form);
  setTimeout(() => sent.delete(form), WAIT);
});
