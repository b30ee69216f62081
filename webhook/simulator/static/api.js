// The phone's line to the service: two routes, and what went wrong in one word.

const PATIENCE = 15000; // milliseconds

export class Trouble extends Error {
  // reason: offline, busy, session, changed or refused
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

const REASONS = new Map([
  [400, "refused"],
  [403, "session"],
  [409, "changed"],
  [413, "refused"],
  [415, "refused"],
]);

async function ask(url, options) {
  let response;
  try {
    response = await fetch(url, {
      ...options,
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    throw new Trouble("offline");
  }
  if (!response.ok) throw new Trouble(REASONS.get(response.status) ?? "busy");
  try {
    return await response.json();
  } catch {
    throw new Trouble("offline"); // the line broke in the middle of the answer
  }
}

export function line(url, files, token) {
  return {
    read: (after) => ask(`${url}?${new URLSearchParams({ after })}`),
    // Hands over the bytes of a file; its message then names what comes back.
    upload: async (file) =>
      (
        await ask(files, {
          method: "POST",
          headers: { "Content-Type": "application/octet-stream", "X-Simulator-Token": token },
          body: file,
        })
      ).file,
    send: (message) =>
      ask(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Simulator-Token": token },
        body: JSON.stringify(message),
      }),
  };
}
