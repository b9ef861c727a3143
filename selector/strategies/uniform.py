"""Every sample as likely as every other; a text that was sampled often is likelier, but chosen once."""

from selector.strategies.draft import Draft
from selector.strategies.pool import shuffled


def fill(draft: Draft) -> None:
    order = shuffled(draft.pool.train_samples, draft.seed, "uniform")
    draft.take_evaluation()
    draft.take(order, draft.missing, "uniform")
    draft.take_evaluation(beyond_share=True)
    if draft.missing:
        before = draft.missing
        draft.take_evaluation(is_capped=False)
        draft.take(order, draft.missing, "uniform", is_capped=False)
        draft.take_evaluation(is_capped=False, beyond_share=True)
        if draft.missing < before:
            draft.note_relaxed_cap()
