"""The command line: `python -m bench.fuzz [ROLE…]`: every address of the API by schemathesis, as each role would ask.

schemathesis lives in an environment of its own (`make fuzz` makes it): it wants another pytest than our tests.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from bench.site import ROOT, Site, installed

SCHEMATHESIS = ROOT / ".venv" / "fuzz" / "bin" / "schemathesis"
SETTINGS = Path(__file__).with_name("fuzz.toml")
ROLES = ("nobody", "labeler", "reviewer", "lead", "admin")
# Those that change who may ask would end the run: what they answer to whom stands in the table of tests/strangers.
LEFT_OUT = r"/(tokens|members)/"
EXAMPLES = 25  # of each address, beside those that cover each rule of the schema
SEED = 7
FILL = """
import json
from django.contrib.auth.models import User
from knox.models import AuthToken
from tests import factories as make
from tests.strangers.world import world_of
world_of("lead")
make.make_account("admin", is_staff=True, is_superuser=True)
people = User.objects.filter(username__in=["labeler", "reviewer", "lead", "admin"])
print(json.dumps({one.username: AuthToken.objects.create(one)[1] for one in people}))
"""


def ask_as(role: str, folder: Path, examples: int) -> bool:
    """Run it on a fresh installation with a row of every kind; whether nothing was found."""
    print(f"\n--- {role}", flush=True)
    with installed("sqlite") as site:
        tokens = json.loads(site.manage("shell", "--no-imports", "--command", FILL).strip().splitlines()[-1])
        site.serve()
        schema = folder / "schema.json"
        site.manage("spectacular", "--format", "openapi-json", "--file", str(schema))
        headers = [] if role == "nobody" else ["--header", f"Authorization: Token {tokens[role]}"]
        return _run(site, schema, headers, examples)


def _run(site: Site, schema: Path, headers: list[str], examples: int) -> bool:
    command = [
        *(str(SCHEMATHESIS), "--config-file", str(SETTINGS), "run", str(schema), "--url", site.url.rstrip("/")),
        *("--max-examples", str(examples), "--seed", str(SEED), "--continue-on-failure"),
        *("--exclude-path-regex", LEFT_OUT, "--no-color", "--generation-database", "none", *headers),
    ]
    return subprocess.run(command, cwd=schema.parent, check=False).returncode == 0


def main(argv: list[str]) -> int:
    """Exit status 0 when no role found anything."""
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description="The API by schemathesis, in each role.")
    parser.add_argument("roles", nargs="*", metavar="ROLE", help=f"some of: {', '.join(ROLES)} (default: all)")
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="of each address")
    arguments = parser.parse_args(argv)
    if unknown := set(arguments.roles) - set(ROLES):
        parser.error(f"no role is called {', '.join(sorted(unknown))}; there are: {', '.join(ROLES)}")
    if not SCHEMATHESIS.exists():
        parser.error("schemathesis is missing: make fuzz brings it")
    folder = ROOT / "var" / "fuzz"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = arguments.roles or ROLES
    found = [role for role in wanted if not ask_as(role, folder, arguments.examples)]
    print(f"\nSomething was found as: {', '.join(found)}" if found else f"\nNothing was found as: {', '.join(wanted)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
