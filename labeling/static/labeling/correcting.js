/** A label that was sent without an answer, and corrected since: one label whatever had arrived. */

import { Refused, call } from "./api.js";
import { say } from "./words.js";

const REUSED = 422; // this submission_id is a label's with other content

export const isTakenBefore = (refusal, { tried }) => refusal instanceof Refused && refusal.status === REUSED && tried.length > 0;

/**
 * The server has an earlier content under this submission_id, of which no answer came back: what is sent now becomes a
 * further version of it. Resolves to the server's answer, raises as `call` does.
 */
export async function sendAsRevision({ api, submission, post }) {
  const label = await labelOf(submission, post);
  const { lease: _, submission_id: __, ...said } = submission.body;
  const wasAsked = submission.isRevision;
  submission.isRevision = true;
  try {
    const reason = say("corrected_waiting");
    return (await call("PUT", `${api}me/labels/${label}/`, { ...said, revision_reason: reason })).body;
  } catch (refusal) {
    if (wasAsked && refusal instanceof Refused && refusal.status === 409) return { label }; // that answer was lost too
    throw refusal;
  }
}

/** The number of the label that one of the earlier contents became: the same content again is answered the same. */
export async function labelOf({ item, tried }, post) {
  let last;
  for (const body of tried.toReversed()) {
    try {
      return (await post({ item, body })).body.label;
    } catch (refusal) {
      if (!(refusal instanceof Refused) || refusal.status !== REUSED) throw refusal;
      last = refusal;
    }
  }
  throw last;
}
