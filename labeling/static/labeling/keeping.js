/** What this browser keeps for one person until the server has it: drafts and submissions not yet answered. */

const DAYS_14 = 14 * 24 * 3600 * 1000;

/** localStorage where it works; a private window that refuses it costs only the copy. */
export class Keeping {
  constructor(who, storage = globalThis.localStorage) {
    this.prefix = `plumbline.kept.${who}.`;
    this.storage = storage;
    this.forgetOld();
  }

  read(name) {
    try {
      return JSON.parse(this.storage.getItem(this.prefix + name));
    } catch {
      return null;
    }
  }

  write(name, content) {
    try {
      this.storage.setItem(this.prefix + name, JSON.stringify({ ...content, kept_at: Date.now() }));
    } catch {
      // Full or forbidden: the server still gets the draft.
    }
  }

  forget(name) {
    try {
      this.storage.removeItem(this.prefix + name);
    } catch {
      // Nothing was kept then.
    }
  }

  /** Names that start so, such as all submissions not yet answered. */
  names(start) {
    try {
      const whole = this.prefix + start;
      return Object.keys(this.storage).filter((key) => key.startsWith(whole)).map((key) => key.slice(this.prefix.length));
    } catch {
      return [];
    }
  }

  forgetOld() {
    for (const name of this.names("")) {
      if (Date.now() - (this.read(name)?.kept_at ?? 0) > DAYS_14) this.forget(name);
    }
  }
}
