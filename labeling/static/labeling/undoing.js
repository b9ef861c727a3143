/** State that can be taken back step by step. Whoever extends it tells in `snapshot()` what a moment consists of. */
export class Undoing {
  past = [];
  future = [];

  /** To be called before each change. */
  remember() {
    this.past.push(this.snapshot());
    this.future = [];
  }

  /** Go back to before the last change; false where there is none. */
  undo() {
    return this.travel(this.past, this.future);
  }

  redo() {
    return this.travel(this.future, this.past);
  }

  travel(from, to) {
    const moment = from.pop();
    if (!moment) return false;
    to.push(this.snapshot());
    Object.assign(this, moment);
    return true;
  }
}
