// Asks an address again and again, until its page is to be loaded anew.

// `take` gets each answer, and says whether it ends this. Between two questions are `every`
// milliseconds, and at least `share` times what the last answer took.
export function askAgain(address, every, take, share = 0) {
  async function ask() {
    const begun = performance.now();
    try {
      const response = await fetch(address, { cache: "no-store", redirect: "error" });
      // What is refused, the page itself explains.
      if (response.ok ? take(await response.json()) : response.status < 500) {
        location.reload();
        return;
      }
    } catch {
      // The line broke, or the store is busy: the next time tells.
    }
    setTimeout(ask, Math.max(every, share * (performance.now() - begun)));
  }

  setTimeout(ask, every);
}
