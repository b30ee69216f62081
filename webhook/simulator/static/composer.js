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

// Calls send(message, preview, words, file) for everything that the person wants to send; file()
// gives the bytes that go before the message.
export function composer(form, send, samplePhoto) {
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
  attachments(form, send, samplePhoto);
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

function attachments(form, send, samplePhoto) {
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
    else {
      const file = wanted === "sample-photo" ? () => painted(samplePhoto) : undefined;
      send(structuredClone(SAMPLES[wanted]), undefined, undefined, file);
    }
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) close();
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  for (const [kind, input] of Object.entries(inputs)) {
    input.addEventListener("change", () => {
      for (const file of input.files) {
        send(described(kind, file), URL.createObjectURL(file), undefined, async () => file);
      }
      input.value = "";
    });
  }
}

// The sample is a drawing; a telephone sends a photo.
async function painted(source) {
  const image = new Image();
  image.src = source;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth * 4, image.naturalHeight * 4];
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
}

// What the message says of a file; its bytes go before it.
function described(kind, file) {
  const media = { kind, name: file.name.slice(-LONGEST_NAME) || kind, size: file.size };
  if (file.type) media.mime = file.type;
  return { media };
}
