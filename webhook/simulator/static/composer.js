// Where a message is written, and what can be attached to it.

const LONGEST_NAME = 100;
const SAMPLES = {
  "sample-photo": {
    media: { kind: "photo", name: "contoh-foto.jpg", mime: "image/jpeg", size: 184320 },
  },
  "sample-voice": {
    media: { kind: "voice", name: "contoh-suara.ogg", mime: "audio/ogg", size: 24576 },
  },
  location: { location: { latitude: -5.4653, longitude: 122.6079 } }, // a point in Baubau
};

// Calls send(message, preview) for everything that the person wants to send.
export function composer(form, send) {
  const text = form.querySelector("#text");
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const written = text.value.trim();
    if (!written) return;
    send({ text: written });
    text.value = "";
    fit(text);
    text.focus();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  text.addEventListener("input", () => fit(text));
  attachments(form, send);
  return {
    insert(addition) {
      const before = text.value.trimEnd();
      text.value = before ? `${before} ${addition}` : addition;
      fit(text);
      text.focus();
    },
    focus: () => text.focus(),
  };
}

function fit(text) {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + text.offsetHeight - text.clientHeight}px`;
}

function attachments(form, send) {
  const menu = form.querySelector("#attach");
  const inputs = {
    photo: form.querySelector("#photo-file"),
    voice: form.querySelector("#voice-file"),
  };
  const close = () => {
    menu.open = false;
    menu.querySelector("summary").focus();
  };
  menu.addEventListener("click", (event) => {
    const wanted = event.target.closest("[data-attach]")?.dataset.attach;
    if (!wanted) return;
    close();
    if (wanted in inputs) inputs[wanted].click();
    else send(structuredClone(SAMPLES[wanted]));
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) close();
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  for (const [kind, input] of Object.entries(inputs)) {
    input.addEventListener("change", () => {
      for (const file of input.files) send(described(kind, file), URL.createObjectURL(file));
      input.value = "";
    });
  }
}

// The file itself stays in the browser, as it stays with the provider in the other channels.
function described(kind, file) {
  const media = { kind, name: file.name.slice(-LONGEST_NAME) || kind, size: file.size };
  if (file.type) media.mime = file.type;
  return { media };
}
