const MOST = 100; // moments that outlive the page

const packed = (_, value) => {
  if (value instanceof Set) return { set: [...value] };
  return value instanceof Map ? { map: [...value] } : value;
};
const unpacked = (_, value) => {
  if (Array.isArray(value?.set)) return new Set(value.set);
  return Array.isArray(value?.map) ? new Map(value.map) : value;
};

/**
 * State that can be taken back step by step. Whoever extends it tells in `snapshot()` what a moment consists of, and in
 * `content` what the state says.
 */
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

  /** What can be taken back and done again, to be kept beside the content that it belongs to; null where nothing can. */
  get memory() {
    if (!this.past.length && !this.future.length) return null;
    const moments = JSON.stringify([this.past.slice(-MOST), this.future.slice(-MOST)], packed);
    return { of: JSON.stringify(this.content), moments };
  }

  /** Have it again, if it belongs to the same content and is of the same form. */
  recall(memory) {
    if (memory?.of !== JSON.stringify(this.content)) return;
    const form = Object.keys(this.snapshot()).join();
    const [past, future] = JSON.parse(memory.moments, unpacked);
    if ([...past, ...future].some((moment) => Object.keys(moment).join() !== form)) return; // of an earlier version of this page
    Object.assign(this, { past, future });
  }

  travel(from, to) {
    const moment = from.pop();
    if (!moment) return false;
    to.push(this.snapshot());
    Object.assign(this, moment);
    return true;
  }
}
