"""Files that a lead uploads: kept under the job that imports them."""

import shutil
import uuid
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from labeling.actions import disk, jobs
from labeling.actions.errors import ActionError
from labeling.actions.staging import rejects
from labeling.models import Campaign, Job, JobKind

MAX_NAME_BYTES = 200  # file systems take 255, and refused rows lie beside the file under a longer name


class TooLarge(ActionError):
    """The files are larger than this installation takes."""

    code = "too_large"
    status = 413


def request_import(
    *,
    campaign: Campaign,
    files: Sequence[UploadedFile],
    by: User,
    skip_invalid: bool = False,
    dry_run: bool = False,
    labeler: str | None = None,
) -> Job:
    """Keep the files and ask for their import, both or neither.

    The copying comes first, so that the transaction holds no lock while bytes move: in it the folder is only renamed
    to the job's own name. Raises ActionError; DiskRefused where there is no room for them.
    """
    _check(files)
    root = Path(settings.MEDIA_ROOT, f"campaign-{campaign.pk}")
    arrived = root / f"arriving-{uuid.uuid4().hex}"
    try:
        with disk.writing():
            names = [_keep(file, arrived) for file in files]
        with disk.writing(), transaction.atomic():
            job = jobs.request(campaign=campaign, kind=JobKind.IMPORT, by=by)
            folder = root / f"job-{job.pk}"
            files_in_job = [str(Path(folder, name).relative_to(settings.MEDIA_ROOT)) for name in names]
            job.params = {"files": files_in_job, "skip_invalid": skip_invalid, "dry_run": dry_run, "labeler": labeler}
            job.save(update_fields=["params"])
            arrived.rename(folder)
    finally:
        shutil.rmtree(arrived, ignore_errors=True)
    return job


def refused_rows(job: Job) -> list[Path]:
    """The files of rows that an import left out, beside the uploaded ones; none of a file that was not uploaded."""
    root = Path(settings.MEDIA_ROOT)
    uploaded = [root / name for name in job.params.get("files", []) if not Path(name).is_absolute()]
    return [beside for path in uploaded if (beside := rejects.beside(path)).is_file()]


def _check(files: Sequence[UploadedFile]) -> None:
    if not files:
        raise ActionError(_("No file was sent."), {"file": _("a file of JSON lines, plain or gzip")})
    limit = settings.IMPORT_MAX_BYTES
    if sum(file.size or 0 for file in files) > limit:
        raise TooLarge(_("The upload is too large."), {"file": _("at most {limit} MB").format(limit=limit // 1024**2)})
    names = [file.name or "" for file in files]
    if any(len(name.encode()) > MAX_NAME_BYTES for name in names):
        raise ActionError(
            _("The name of the file is too long."),
            {"file": _("a name of at most {limit} bytes").format(limit=MAX_NAME_BYTES)},
        )
    if len(set(names)) != len(names):
        raise ActionError(_("Two files have the same name."), {"file": _("files of different names")})


def _keep(file: UploadedFile, folder: Path) -> str:
    """Copy one file into the folder; its name is the last part of what the client called it, as Django cleaned it."""
    name = Path(file.name or "upload.jsonl").name
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("wb") as kept:
        for chunk in file.chunks(1024 * 1024):
            kept.write(chunk)
    return name
