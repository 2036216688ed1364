// Pending operations survive a closed tab: they lie in localStorage until the server has acknowledged them, and no longer.
// Memos are among them, so nothing acknowledged is ever kept. Another tab's are taken over once that tab is gone.

const PREFIX = "redthread:outbox";

export class Outbox {
  constructor(project, coder, client) {
    this.owner = `${PREFIX}:${project}:${coder}:`;
    this.key = this.owner + client;
    this.client = client;
    // A lock lives as long as its tab does: it tells a closed tab's leavings from an open tab's work.
    navigator.locks?.request(this.key, () => new Promise(() => {}));
  }

  keep(operations) {
    try {
      if (operations.length) localStorage.setItem(this.key, JSON.stringify(operations));
      else localStorage.removeItem(this.key);
    } catch {
      // Storage that is full or switched off costs the safety net, not the coding.
    }
  }

  /** Operations left by tabs that are gone, oldest first; they are ours from now on. */
  async adopt() {
    const held = new Set();
    try {
      for (const lock of (await navigator.locks.query()).held) held.add(lock.name);
    } catch {
      return [];
    }
    const found = [];
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(this.owner) || key === this.key || held.has(key)) continue;
      try {
        found.push(...JSON.parse(localStorage.getItem(key)));
      } catch {
        // Not ours to read: a half-written entry is dropped with its key.
      }
      localStorage.removeItem(key);
    }
    return found;
  }
}
