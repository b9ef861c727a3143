/** Drafts of a desk that works without a lease: they stay in this browser. */

/** What the desk asks of its drafts, for work that no server waits for. */
export class KeptHere {
  constructor({ name, keeping, content }) {
    Object.assign(this, { name, keeping, content });
    this.isDirty = this.isLeaseHalfOver = false;
  }

  changed() {
    this.keeping.write(this.name, { content: this.content() });
  }

  resume() {
    this.changed();
  }

  done() {
    this.keeping.forget(this.name);
  }

  stop() {}

  leave() {}

  hurry() {}
}
