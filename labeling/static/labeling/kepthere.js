/** Drafts of a desk that works without a lease: they stay in this browser. */

import { showSaved } from "./sign.js";

/** What the desk asks of its drafts, for work that no server waits for. The sign says where it is. */
export class KeptHere {
  constructor({ item, keeping, content }) {
    Object.assign(this, { name: `draft.${item.item}`, keeping, content });
    this.isDirty = this.isLeaseHalfOver = false;
  }

  changed() {
    this.keeping.write(this.name, { content: this.content() });
    showSaved("kept", { isKept: this.keeping.works });
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
