"""Events speak of people by their accounts, not by name, and are linked in chains that show a change.

The triggers that keep events stand aside while those of before are rewritten, and are there again at the end.
"""

import re
from datetime import UTC
from hashlib import sha256
from importlib import import_module

import django.db.models.deletion
import orjson
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

kept = import_module("labeling.migrations.0014_events_are_kept")
REFUSED = "a link of events is only ever appended"
POSTGRESQL = f"""
CREATE FUNCTION labeling_eventseal_is_kept() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER labeling_eventseal_is_kept BEFORE UPDATE OR DELETE ON labeling_eventseal
FOR EACH ROW EXECUTE FUNCTION labeling_eventseal_is_kept();
"""
SQLITE = [
    f"CREATE TRIGGER labeling_eventseal_no_{verb} BEFORE {verb} ON labeling_eventseal"  # noqa: S608
    f" BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    for verb in ("update", "delete")
]


def keep_links(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in [POSTGRESQL] if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def let_links_go(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER labeling_eventseal_is_kept ON labeling_eventseal")
        schema_editor.execute("DROP FUNCTION labeling_eventseal_is_kept()")
    else:
        for verb in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER labeling_eventseal_no_{verb}")


def names_to_accounts(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Whose account is gone, or was called otherwise then, is `account` alone."""
    Event = apps.get_model("labeling", "Event")
    numbers = dict(apps.get_model("auth", "User").objects.values_list("username", "pk"))
    spoken = models.Q(verb__startswith="member.") | models.Q(verb__startswith="account.")
    for event in Event.objects.filter(spoken).iterator():
        event.about_id = numbers.get(event.subject)
        event.subject = f"account {event.about_id}" if event.about_id else "account"
        event.save(update_fields=["about", "subject"])
    for event in Event.objects.filter(verb__startswith="invitation.").iterator():
        said = event.after if isinstance(event.after, dict) else {}
        event.about_id = numbers.get(said.get("username"))
        event.before, event.after = _without_person(event.before), _without_person(event.after)
        event.save(update_fields=["about", "before", "after"])
    for event in Event.objects.filter(subject__startswith="change ").iterator():
        if isinstance(event.before, dict) and "labeler" in event.before:
            event.before = {name: value for name, value in event.before.items() if name != "labeler"} or None
            event.save(update_fields=["before"])
    schema_editor.connection.check_constraints()  # now: PostgreSQL changes no table while checks of it are due


def _without_person(said):
    if not isinstance(said, dict):
        return said
    return {name: value for name, value in said.items() if name not in ("username", "email")} or None


def accounts_to_names(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Event = apps.get_model("labeling", "Event")
    for event in Event.objects.filter(about__isnull=False).select_related("about").iterator():
        if re.fullmatch(r"account \d+", event.subject):
            event.subject = event.about.username[:120]
        event.about = None
        event.save(update_fields=["about", "subject"])
    schema_editor.connection.check_constraints()


def link(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """As `EventSeal.hash_of` has it today."""
    Event, EventSeal = apps.get_model("labeling", "Event"), apps.get_model("labeling", "EventSeal")
    ends: dict[int, tuple[int, str]] = {}
    made = []
    for event in Event.objects.order_by("pk").iterator(chunk_size=2_000):
        chain = event.campaign_id or 0
        place, last = ends.get(chain, (0, ""))
        place += 1
        said = [last, chain, place, event.pk, event.actor_id, event.verb, event.subject, event.about_id]
        at = event.created_at.astimezone(UTC).isoformat(timespec="microseconds")
        hash = sha256(orjson.dumps([*said, event.before, event.after, at])).hexdigest()
        ends[chain] = place, hash
        made.append(EventSeal(event=event, chain=chain, position=place, hash=hash))
    EventSeal.objects.bulk_create(made, batch_size=500)
    schema_editor.connection.check_constraints()


class Migration(migrations.Migration):
    dependencies = [
        ("labeling", "0029_pretraining_as_a_job"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(kept.let_go, kept.keep),
        migrations.AddField(
            model_name="event",
            name="about",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="EventSeal",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="seal",
                        serialize=False,
                        to="labeling.event",
                    ),
                ),
                ("chain", models.BigIntegerField()),
                ("position", models.PositiveIntegerField()),
                ("hash", models.CharField(max_length=64)),
            ],
            options={"ordering": ["chain", "position"]},
        ),
        migrations.AddConstraint(
            model_name="eventseal",
            constraint=models.UniqueConstraint(fields=("chain", "position"), name="event_seal_one_per_place"),
        ),
        migrations.RunPython(names_to_accounts, accounts_to_names),
        migrations.RunPython(link, migrations.RunPython.noop),
        migrations.RunPython(keep_links, let_links_go),
        migrations.RunPython(kept.keep, kept.let_go),
    ]
