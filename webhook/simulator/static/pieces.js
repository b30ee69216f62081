// Copies of the markup and the sentences that the page brings along in its templates.

export function piece(name) {
  return document.getElementById(`piece-${name}`).content.cloneNode(true);
}

export function element(name) {
  return piece(name).firstElementChild;
}

export function sentence(name) {
  return document.getElementById(`say-${name}`).content.cloneNode(true);
}
