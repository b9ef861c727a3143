"""A data card as text: Markdown of the object that `labeling.actions.data_cards` makes. A pure function.

It is in English, as the keys of the files that it lies beside: it goes out with the data, to readers elsewhere. The
same object as JSON is for programs; being one object, the two cannot disagree.
"""

from collections.abc import Iterable, Sequence
from typing import Any

FIGURES = {"exact": "Same first error", "within_one": "Within one step", "any_error": "Error or none", "alpha": "Alpha"}


def as_markdown(card: dict[str, Any]) -> str:
    """The card with a table for each of its parts, ended by a newline."""
    parts = (
        _head(card),
        _labels(card["labels"]),
        _labelers(card["labelers"]),
        _agreement(card["agreement"]),
        _rounds(card["rounds"]),
        _guides(card["guide_versions"]),
        _pool(card["pool"], card["graders"]),
    )
    return "\n\n".join(parts) + "\n"


def _head(card: dict[str, Any]) -> str:
    export = card["export"]
    asked = ", ".join(f"{name} = {value}" for name, value in export["asked"].items()) or "everything"
    lines = [f"# Data card: {_plain(card['name'])}", "", f"- Campaign: `{card['campaign']}`"]
    lines += [f"- Export: `{export['format']}`, {asked}; {_many(export['rows'], 'row')}", f"- Made: {card['made_at']}"]
    if "neutral_steps_are" in export:
        lines.append(f"- A neutral step is `{str(export['neutral_steps_are']).lower()}` in `labels`.")
    said = card["sources_and_licence"] or "Not stated by the campaign's leads."
    return "\n".join(
        [*lines, "", "## Sources and licence", "", said if said else "Not stated by the campaign's leads."]
    )


def _labels(counts: dict[str, Any]) -> str:
    kinds = {"origin": "Made", "finish_reason": "Finished", "mode": "Mode", "split": "Split"}
    rows = [
        (word, f"`{value}`", _number(count))
        for kind, word in kinds.items()
        for value, count in counts[f"by_{kind}"].items()
    ]
    rows += [("Rated steps", name, _number(count)) for name, count in counts["rated_steps"].items()]
    said = f"{_many(counts['labels'], 'label')}, {counts['active_minutes']:,} active minutes."
    return f"## Labels\n\n{said}" + _table(("", "", "Count"), rows)


def _labelers(found: dict[str, Any]) -> str:
    kinds = ", ".join(f"{kind} {count}" for kind, count in found["by_kind"].items())
    said = f"{_many(found['count'], 'labeler')}{f' ({kinds})' if kinds else ''}. "
    said += f"Gold, all labels of the campaign: {_gold(found['gold_of_the_campaign'])}. Names are pseudonyms."
    rows = [(f"`{one['labeler']}`", one["kind"], _number(one["labels"]), _gold(one["gold"])) for one in found["each"]]
    return f"## Labelers\n\n{said}" + _table(("Labeler", "Kind", "Labels", "Right on gold"), rows)


def _gold(found: dict[str, Any] | None) -> str:
    if found is None:
        return "none"
    return f"{found['right']} of {found['count']} ({_percent(found['share'])}, 95 % interval {_interval(found)})"


def _agreement(found: dict[str, Any] | None) -> str:
    if found is None:
        return "## Agreement\n\nNot computed."
    said = f"Of the whole campaign, computed {found['computed_at']} from {_many(found['labels_compared'], 'label')}; "
    said += f"{_many(found['labels_since'], 'label')} came in since."
    groups = [("all", found["all"]), *((f"round {one['round']}", one) for one in found["rounds"])]
    rows = [(name, _number(one["pairs"]), *(_figure(one[key]) for key in FIGURES)) for name, one in groups]
    note = "Alpha is Krippendorff's, ordinal, over the steps that both rated; steps behind a first error are missing. "
    note += "Labels of gold, of screening and of excluded problems are not compared."
    return f"## Agreement\n\n{said}" + _table(("", "Pairs", *FIGURES.values()), rows) + f"\n\n{note}"


def _figure(found: dict[str, Any]) -> str:
    if found["value"] is None:
        return "–"
    return f"{found['value']:.3f}" + ("" if found["low"] is None else f" ({found['low']:.3f} to {found['high']:.3f})")


def _rounds(rounds: Iterable[dict[str, Any]]) -> str:
    heads = (
        "Round",
        "State",
        "Labels of wanted",
        "Labels of gold",
        "Strategy",
        "Selector",
        "Shares: wrong, evaluation",
        "Scope",
        "Overlap",
    )
    rows = [
        (
            str(one["number"]),
            one["state"],
            f"{_number(one['labels'])} of {_number(one['wanted'])}",
            _number(one["labels_of_gold"]),
            f"{one['strategy']}, seed {one['seed']}",
            _selector(one["selector"]),
            f"{one['wrong_share']:g}, {one['evaluation_share']:g}",
            one["scope"],
            f"{one['overlap']} on {_percent(one['overlap_share'])}",
            "; ".join(f"{name} {value}" for name, value in one["rails"].items()) or "–",
            "; ".join(f"{name} {value}" for name, value in one["kept_out"].items()) or "–",
        )
        for one in rounds
    ]
    return "## Selection of each round" + (_table((*heads, "Guard rails", "Kept out"), rows) or "\n\nNo round.")


def _selector(found: dict[str, Any] | None) -> str:
    return "none" if found is None else f"version {found['version']} ({found['kind']}, {_plain(found['base_model'])})"


def _guides(versions: Iterable[dict[str, Any]]) -> str:
    rows = [
        (
            "none here" if one["version"] is None else str(one["version"]),
            one["published_at"] or "–",
            _number(one["labels"]),
            _plain(one["changed"] or "–"),
        )
        for one in versions
    ]
    return "## Guide" + (_table(("Version", "Published", "Labels under it", "What changed"), rows) or "\n\nNo label.")


def _pool(pool: dict[str, Any], graders: dict[str, int]) -> str:
    said = f"{_many(pool['problems'], 'problem')}, {_many(pool['solutions'], 'solution')}, "
    said += f"{_many(pool['distinct_texts'], 'distinct text')}."
    rows = [("Split", f"`{name}`", _number(count)) for name, count in pool["problems_by_split"].items()]
    rows += [("State", f"`{name}`", _number(count)) for name, count in pool["problems_by_state"].items()]
    rows += [("Answers graded by", _plain(name), _number(count)) for name, count in graders.items()]
    return f"## Pool\n\n{said}" + _table(("", "", "Count"), rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Empty where there are no rows."""
    if not rows:
        return ""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n\n" + "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _plain(text: str) -> str:
    """In one cell of a table, whatever it holds."""
    return " ".join(text.split()).replace("|", "\\|")


def _many(count: int, what: str) -> str:
    return f"{_number(count)} {what}{'' if count == 1 else 's'}"


def _number(count: int) -> str:
    return f"{count:,}"


def _percent(share: float) -> str:
    return f"{share * 100:.3g} %"


def _interval(found: dict[str, Any]) -> str:
    return f"{_percent(found['low'])} to {_percent(found['high'])}"
