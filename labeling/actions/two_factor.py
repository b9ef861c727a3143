"""The second factor of sign-in: codes of an authenticator app (TOTP), and recovery codes that each work once.

Devices are django-otp's, which refuses a code that was used before and slows down who guesses.
"""

import secrets
from base64 import b32encode
from binascii import unhexlify

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from knox.models import AuthToken

from labeling.actions import accounts, tokens
from labeling.actions.errors import ActionError, Conflict

CODES, CODE_CHARACTERS = 10, 10
DIGITS = 6
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else


def device_of(account: User, *, confirmed: bool = True) -> TOTPDevice | None:
    """The authenticator of this account; the one that is being set up where `confirmed` is false."""
    found: TOTPDevice | None = TOTPDevice.objects.filter(user=account, confirmed=confirmed).first()
    return found


def is_lacking(request: HttpRequest) -> bool:
    """Whether leads need a second factor here, and this session was begun without one.

    Whoever takes it from an account ends its other sessions, so what the session says is so.
    """
    return bool(settings.TWO_FACTOR_FOR_LEADS) and DEVICE_ID_SESSION_KEY not in request.session


def is_lacking_for(token: AuthToken) -> bool:
    """Whether leads need a second factor here, and this token is of somebody without one.

    One that a command made needs none: the operator gave it. One that its owner named may be older than their role.
    """
    return bool(settings.TWO_FACTOR_FOR_LEADS) and tokens.terms_of(token) is not None and device_of(token.user) is None


def begin(account: User) -> TOTPDevice:
    """An authenticator to be set up, with a fresh secret; nothing is asked for at sign-in yet. Raises Conflict."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=account.pk)
        if device_of(account):
            raise Conflict(_("Two-factor sign-in is on already."))
        TOTPDevice.objects.filter(user=account).delete()
        made: TOTPDevice = TOTPDevice.objects.create(user=account, name="authenticator", confirmed=False)
    return made


def secret_of(device: TOTPDevice) -> str:
    """The secret in groups of four, for typing."""
    text = b32encode(unhexlify(device.key)).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def confirm(account: User, code: str, *, session_key: str | None) -> tuple[TOTPDevice, list[str]]:
    """Turn it on by a first code of the app; gives recovery codes, told only now. Sessions elsewhere end.

    Raises ActionError for a wrong code, Conflict where nothing is being set up.
    """
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(user=account, confirmed=False).first()
        if device is None:
            raise Conflict(_("Nothing is being set up. Begin anew."))
        if is_right := device.verify_token(_plain(code)):
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            codes = _new_codes(account)
            accounts.end_sessions(account, but=session_key)
            accounts.record(account, account, "account.two_factor_on")
    if not is_right:  # outside: the failure is kept
        raise wrong_code()
    return device, codes


def check(account: User, code: str) -> Device | None:
    """The authenticator or the recovery codes that this code is good for, spent by it; else None, and it is counted."""
    plain = _plain(code)
    with transaction.atomic():
        if len(plain) == DIGITS:
            device = TOTPDevice.objects.select_for_update().filter(user=account, confirmed=True).first()
            is_right = device is not None and device.verify_token(plain)
        else:
            device = StaticDevice.objects.select_for_update().filter(user=account, confirmed=True).first()
            is_right = device is not None and device.verify_token(_digest(plain))
    return device if is_right else None


def codes_left(account: User) -> int:
    """How many recovery codes are not used yet."""
    return int(StaticToken.objects.filter(device__user=account).count())


def renew_codes(account: User, code: str) -> list[str]:
    """Ten new recovery codes; those from before work no more. Raises ActionError for a wrong code."""
    if check(account, code) is None:
        raise wrong_code()
    with transaction.atomic():
        accounts.record(account, account, "account.recovery_codes")
        return _new_codes(account)


def turn_off(account: User, code: str, *, session_key: str | None) -> None:
    """Only the password from now on. Raises ActionError for a wrong code."""
    if check(account, code) is None:
        raise wrong_code()
    _remove(account, by=account, keeps=session_key)


def reset(*, account: User, by: User | None) -> None:
    """An administrator's way out for who lost app and codes. Raises Conflict where it is off."""
    if device_of(account) is None:
        raise Conflict(_("{username} has no two-factor sign-in.").format(username=account.get_username()))
    _remove(account, by=by, keeps=None)


def wrong_code() -> ActionError:
    """Why a code was refused; which of the reasons it was is nobody's business."""
    return ActionError(
        _("This code is wrong, was used already, or came too soon after a wrong one. Wait for the next one."),
        {"code": _("a code that your app shows now, or an unused recovery code")},
    )


def _remove(account: User, *, by: User | None, keeps: str | None) -> None:
    with transaction.atomic():
        TOTPDevice.objects.filter(user=account).delete()
        StaticDevice.objects.filter(user=account).delete()
        accounts.end_sessions(account, but=keeps)
        accounts.record(account, by, "account.two_factor_off")


def _new_codes(account: User) -> list[str]:
    StaticDevice.objects.filter(user=account).delete()
    device = StaticDevice.objects.create(user=account, name="recovery-codes")
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARACTERS)) for _ in range(CODES)]
    StaticToken.objects.bulk_create([StaticToken(device=device, token=_digest(code)) for code in codes])
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _digest(code: str) -> str:
    """What is kept of a recovery code: django-otp would keep the code itself, in 16 characters."""
    return salted_hmac("labeling.recovery_code", code, algorithm="sha256").hexdigest()[:16]


def _plain(code: str) -> str:
    """As it is compared: people type blanks, dashes and capitals."""
    return "".join(code.lower().replace("-", "").split())[:40]
