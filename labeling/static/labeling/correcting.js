/** A label that was sent without an answer, and corrected since: one label whatever had arrived. */

import { Refused, call } from "./api.js";
import { say } from "./words.js";

const REUSED = 422; // this submission_id is a label's with other content

export const isTakenBefore = (refusal, { tried }) => refusal instanceof Refused && refusal.status === REUSED && tried.length > 0;

/**
 * The server has an earlier content under this submission_id, of which no answer came back: what is sent now becomes a
 * further version of it. Resolves to the server's answer, raises as `call` does. Where a newer version came from
 * elsewhere meanwhile, the refusal's `arrived` is the label that is to be revised by hand.
 */
export async function sendAsRevision({ api, submission, post }) {
  const label = await labelOf(submission, post);
  const { lease: _, submission_id: __, ...said } = submission.body;
  const revision = { ...said, revision_reason: say("corrected_waiting") };
  try {
    return (await call("PUT", `${api}me/labels/${label}/`, revision)).body;
  } catch (refusal) {
    if (!refusal.newest) throw refusal;
    if (await isRevisedBy(revision, { api, label })) return { label }; // that answer was lost too
    refusal.arrived = label;
    throw refusal;
  }
}

/** Whether the version behind this label is this very revision. */
async function isRevisedBy(revision, { api, label }) {
  const { versions } = (await call("GET", `${api}me/labels/${label}/`)).body; // the newest first
  const { ratings, revision_reason: reason } = versions[versions.findIndex(({ id }) => id === label) - 1];
  return reason === revision.revision_reason && `${ratings}` === `${revision.ratings ?? []}`;
}

/** From now on this work is a revision of the label, kept in this browser. */
export const keepAsRevision = (keeping, label, content) => keeping.write(`draft.revision.${label}`, { content });

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
