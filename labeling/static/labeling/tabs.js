/** Desks in other tabs of this browser: where the same person has the same solution twice, the later one has it. */

import { newId } from "./api.js";

const PAGE = newId();
const desks = new BroadcastChannel("plumbline.desks");

/** Tell the other tabs that it is in hand here now. */
export function tellTabs({ who, item }) {
  desks.postMessage({ who, item, page: PAGE });
}

/** `taken({ who, item })` hears that another tab has it in hand from now on. */
export function hearTabs(taken) {
  desks.addEventListener("message", ({ data: { page, ...which } }) => page !== PAGE && taken(which));
}
