/** The page when there is nothing to label: why, and that it looks again by itself. */

import { capOf } from "./keys.js";
import { announce } from "./sign.js";
import { say } from "./words.js";

const part = (name) => document.querySelector(`[data-part="${name}"]`);
const USUAL_SECONDS = 30;
const [LEAST, MOST] = [2, 300];

export class Waiting {
  /** `look` asks for the next solution. */
  constructor(look) {
    this.look = look;
    document.addEventListener("visibilitychange", () => !document.hidden && this.timer && this.now());
  }

  /** `reason` is the server's own sentence, `seconds` what it asks to wait; both may be null. */
  show({ reason, seconds }) {
    const wait = Math.min(MOST, Math.max(LEAST, Math.round(seconds ?? USUAL_SECONDS)));
    const text = `${reason ?? say("empty_all_done")} ${say("empty_again", { n: wait })}`;
    if (part("empty-text").textContent !== text) {
      part("empty-text").textContent = text;
      announce(`${part("empty-title").textContent}. ${text}`);
    }
    this.turn(true);
    document.title = `${part("empty-title").textContent} · Plumbline`;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), wait * 1000);
  }

  /** Whether there is nothing on the desk, and this page says so. */
  get isShown() {
    return document.body.hasAttribute("data-empty");
  }

  now() {
    clearTimeout(this.timer);
    this.timer = null;
    this.look();
  }

  hide() {
    clearTimeout(this.timer);
    this.timer = null;
    this.turn(false);
  }

  /** The page is over for whoever it was made for: what there was on it is gone, and the one way on is to open it anew. */
  end({ title, text, way }) {
    this.hide();
    this.show = () => {};
    this.look = () => location.reload();
    part("empty-title").textContent = title;
    part("empty-text").textContent = text;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: way });
    const cap = Object.assign(document.createElement("kbd"), { textContent: capOf("submit") });
    button.append(" ", cap);
    button.addEventListener("click", () => this.look());
    part("empty").append(button);
    this.turn(true);
    document.title = `${title} · Plumbline`;
    announce(`${title}. ${text}`);
  }

  turn(isEmpty) {
    document.body.toggleAttribute("data-empty", isEmpty);
    part("empty").hidden = !isEmpty;
  }
}
