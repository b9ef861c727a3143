"""The kinds of selector that read solutions, each one file; `popular`, which counts answers, is `selector.popular`."""

from selector.kinds import implicit, orm, prm, surprise
from selector.kinds.kind import Kind
from selector.records import KindName

KINDS: dict[KindName, Kind] = {module.KIND.name: module.KIND for module in (prm, orm, implicit, surprise)}
