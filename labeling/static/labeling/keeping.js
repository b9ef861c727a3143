/** What this browser keeps for one person until the server has it: drafts and submissions not yet answered. */

const DAYS_60 = 60 * 24 * 3600 * 1000;

/** localStorage where it works. Where it is full or switched off, `works` is false, and the page says so. */
export class Keeping {
  /** `failed()` hears, once, that something could not be kept. */
  constructor(who, { storage = null, failed = () => {} } = {}) {
    this.prefix = `plumbline.kept.${who}.`;
    this.storage = storage ?? ownStorage();
    this.failed = failed;
    this.works = true;
    this.write("probe", {});
    this.forget("probe");
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
      this.works = true;
    } catch {
      if (this.works) this.failed();
      this.works = false; // the server still gets what there is to keep
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

  /** Drop what is too old to be wanted still. Done last: the server may have taken it by then, a clock may be wrong. */
  forgetOld() {
    for (const name of [...this.names("draft."), ...this.names("undo.")]) {
      if (Date.now() - (this.read(name)?.kept_at ?? 0) > DAYS_60) this.forget(name);
    }
  }
}

/** Asking for it raises an error where a browser was told to keep nothing. */
function ownStorage() {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}
