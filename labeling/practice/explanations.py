"""Why each step of the exercises is rated as it is, one text a step up to the first error, and what to take along.

Each claim in here was worked out; whoever changes one works it out again. Per cent signs stay out: translators' tools
read them as placeholders.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

# By the name of the exercise: its title, one text a rated step, what to take along.
TITLES: dict[str, Any] = {
    "minimum": _("The minimum of a quadratic"),
    "diagonals": _("Diagonals of a hexagon"),
    "triangle": _("A right triangle of perimeter 18"),
    "circle": _("From the origin to a circle"),
    "dice": _("At most two sixes"),
    "factor": _("A greatest common factor"),
    "committee": _("A committee at a round table"),
}

WHY: dict[str, tuple[Any, ...]] = {
    "minimum": (
        _("A sensible plan: positive. Neutral is close by, for so far it only says what comes."),
        _("Right, for $9 - 16 = -7$, and the work has begun."),
        _("Right: $a^2 + 6a + 9$ is $(a + 3)^2$."),
        _("Right: a square is smallest where it is 0, and that is at $a = -3$."),
        _(
            "False. At $a = -3$ the square is $(-3 + 3)^2 = 0$, so the value is $0 - 16 = -16$. "
            "The step put $-3$ in the place of $a + 3$."
        ),
    ),
    "diagonals": (
        _("True, but the word hexagon says it already: neutral. Positive, for a beginning, is no mistake."),
        _("Right, and just what the count needs to know."),
        _(
            r"False. $\binom{6}{2} = 15$ is right, but it counts all pairs of vertices. Six of them are neighbors, the "
            "sides; only 9 are not. A right number under a wrong name is a false statement."
        ),
    ),
    "triangle": (
        _("Right, and the first of the two equations that are needed."),
        _("Right: $6$ and $b$ are the legs, $c$ is the hypotenuse."),
        _("True, but it adds nothing: both equations are there already. Neutral."),
        _(
            "The first equation once more. Written out to be used, a restatement is neutral; "
            "going in circles would be negative."
        ),
        _("The second equation once more: neutral, as the step before."),
        _("Right, and it moves on: only $b$ is left to find."),
        _("It says what should be done and does not do it: neutral. Positive, for a sensible plan, is no mistake."),
        _(
            r"False. Put it in: $6^2 + 6^2 = 72$, and $c^2$ would be $36$. In truth $36 + b^2 = 144 - 24b + b^2$, "
            r"so $b = \frac{9}{2}$ and $c = \frac{15}{2}$."
        ),
    ),
    "circle": (
        _(
            "Right, since the origin lies outside the circle: at $(0, 0)$ the left side of its equation is $160$, "
            "which is above 0."
        ),
        _("Right: $144 + 25 - 160 = 9$, so the radius is 3."),
        _(
            r"Right: $\sqrt{169} = 13$. The root signs cover too little, which misleads nobody: substance, not "
            "nitpicks. "
            "Neutral for the slip would be no mistake."
        ),
        _("Right: the nearest point lies on the way to the center, one radius before it."),
        _("Right and complete: A is $10$. Neutral, since it only names the letter, is no mistake."),
    ),
    "dice": (
        _("Right: five rolls with six results each."),
        _("A right plan: at most two sixes means none, one or two."),
        _(
            "False. Each of the five rolls has 5 results other than a 6, which makes $5^5 = 3125$ outcomes. "
            "The step counts as if there were one roll."
        ),
    ),
    "factor": (
        _("The question in other words: neutral."),
        _(
            "It says what one can do and does not begin: neutral, as it was rated when these labels were collected. "
            "Positive, for a sensible plan, is no mistake."
        ),
        _(
            r"False. $2^5 \cdot 10^4$ is $32 \cdot 10\,000 = 320\,000$. Right would be "
            r"$200\,000 = 2 \cdot 10^5 = 2^6 \cdot 5^5$."
        ),
    ),
    "committee": (
        _("It names the parts from which the count will be built: positive. Neutral is close by."),
        _("A question that is not answered yet: neutral. Positive, for a sensible idea, is no mistake."),
        _("Right, and easy to look up: where turning counts as the same, $n$ things have $(n-1)!$ orders in a circle."),
        _("Right: $(3-1)! = 2$."),
        _("True: neither of the two is the other one turned. An example adds something; neutral is close by."),
        _("Right: it is still needed, and the solution says so. Neutral is close by."),
        _(
            "False. Only seatings that are turned count as one here; a group in reversed order sits differently. "
            "So the Democrats have all $5! = 120$ orders, not half of them."
        ),
    ),
}

LESSONS: dict[str, Any] = {
    "minimum": _(
        "What came before the error was right and stays rated so. Behind it nothing is rated: that the answer is "
        "wrong too is no second error."
    ),
    "diagonals": _("The formula is familiar and the number is right. Read what a number is said to count."),
    "triangle": _(
        "Neutral steps are no errors: a solution may stall for long and still be right. Putting a result back is often "
        "the quickest check."
    ),
    "circle": _(
        "There is no error, as there often is none, also where you look for one. Where each step holds, say so."
    ),
    "dice": _(
        "The final answer is the right one all the same: the last steps were bent towards it, for "
        r"$\frac{5285}{7776}$ is not $\frac{625}{648}$. A right answer does not mend a wrong step."
    ),
    "factor": _(
        "Much of the long rest is right by itself, and none of it is rated: three ratings, and this solution was done."
    ),
    "committee": _(
        "It sounds right, since it is right for other problems, where turning over counts as the same too. "
        "Read the problem again where a step calls two things one."
    ),
}
