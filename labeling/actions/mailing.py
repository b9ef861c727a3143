"""Mail. That one was not sent is logged without what the server said of it: that may name the address."""

from smtplib import SMTPException

import structlog
from django.core import mail

log = structlog.get_logger(__name__)


def send(*, subject: str, text: str, to: str) -> bool:
    """Send one; whether the server took it."""
    try:
        return bool(mail.send_mail(" ".join(subject.split()), text, None, [to]))
    except (OSError, SMTPException) as error:
        log.warning("mail_not_sent", error=type(error).__name__)
        return False
