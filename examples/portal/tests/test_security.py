"""What keeps strangers out: settings that refuse to be careless, headers, cookies, pages for errors."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import global_settings
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.core.management.base import CommandError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings

from accounts.models import Centre, User
from config import common
from config.urls import urlpatterns as real

PORTAL = Path(__file__).parent.parent


def manage(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run Django's commands as in production, with nothing of the portal in the environment but what is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-W", "error", "manage.py", *arguments, "--settings", "config.settings"],
        cwd=PORTAL,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


SECRET = "".join(chr(33 + 7 * number % 90) for number in range(60))
PRODUCTION = {"PORTAL_SECRET_KEY": SECRET, "PORTAL_HOSTS": "portal.example, www.portal.example"}


# Settings


def test_production_settings_pass_the_deployment_check() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize("missing", PRODUCTION)
@pytest.mark.parametrize("value", [None, "", "  "])
def test_production_settings_refuse_to_start_without(missing: str, value: str | None) -> None:
    environment = {**PRODUCTION, missing: value or ""}
    if value is None:
        del environment[missing]
    done = manage("check", **environment)
    assert done.returncode != 0
    assert f"ImproperlyConfigured: {missing} is not set. The portal needs" in done.stderr


def test_everything_outside_comes_from_the_environment() -> None:
    shown = manage(
        "shell",
        "--no-imports",
        "--command",
        "from django.conf import settings as s; print(s.ALLOWED_HOSTS, s.EMAIL_BACKEND, s.EMAIL_HOST, s.EMAIL_PORT,"
        " s.DATABASES['default']['ENGINE'], s.RULES_DIR, s.DEFAULT_FROM_EMAIL, s.DEBUG)",
        **PRODUCTION,
        PORTAL_MAIL="mail.example:2525",
        PORTAL_MAIL_FROM="portal@portal.example",
        PORTAL_DATABASE="postgresql://portal@db.example/portal",
        PORTAL_RULES="rules",
    )
    assert shown.stdout.split("\n")[0] == (
        "['portal.example', 'www.portal.example'] django.core.mail.backends.smtp.EmailBackend mail.example 2525 "
        "django.db.backends.postgresql rules portal@portal.example False"
    )


def test_models_and_migrations_agree(db: None) -> None:  # noqa: ARG001 - the check looks into it
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


# The demonstration


def test_the_demonstration_runs_with_its_own_settings_alone(settings: Settings) -> None:
    settings.DEMONSTRATION = False
    with pytest.raises(CommandError, match="passwords that everybody knows"):
        call_command("demo")
    assert manage("demo", **PRODUCTION).returncode != 0


def test_the_demonstration_can_be_prepared_as_often_as_one_likes(
    transactional_db: None,  # noqa: ARG001 - it migrates
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started = []
    monkeypatch.setattr(
        "accounts.management.commands.demo.call_command", lambda *args, **_: started.append(args)
    )
    call_command("demo", no_server=True)
    user = User.objects.get(pin="123456")
    assert user.is_new
    user.set_up("seven-small-otters")
    call_command("demo", "--port", "8123")
    assert started == [("migrate",), ("migrate",), ("runserver", "127.0.0.1:8123")]
    shown = capsys.readouterr().out
    assert "123456  Porter (new)" in shown
    assert "http://127.0.0.1:8123/" in shown
    assert User.objects.count() == 3
    assert Centre.objects.count() == 2
    user.refresh_from_db()
    assert user.check_password("seven-small-otters")
    for pin, password in (("123457", "blue-lantern-42"), ("234567", "green-anchor-17")):
        assert password in shown
        assert Client().post("/", {"username": pin, "password": password}).status_code == 302


# Headers and cookies


@pytest.fixture
def production(settings: Settings) -> None:
    """What production adds to the demonstration's settings."""
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 3600
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.AXES_IPWARE_META_PRECEDENCE_ORDER = common.AXES_IPWARE_META_PRECEDENCE_ORDER
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


@pytest.mark.usefixtures("production")
def test_headers(okafor: User) -> None:
    client = Client(headers={"X-Forwarded-Proto": "https"})
    answer = client.get("/")
    assert set(answer["Content-Security-Policy"].split("; ")) == {
        "default-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    }
    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    answer = client.post("/", {"username": okafor.pin, "password": "blue-lantern-42"})
    session = answer.cookies["sessionid"]
    assert session["secure"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    csrf = client.get("/portal/logon/").cookies["csrftoken"]
    assert csrf["secure"]
    assert csrf["samesite"] == "Lax"


@pytest.mark.usefixtures("production")
def test_without_tls_one_is_led_to_tls() -> None:
    answer = Client().get("/account/new/?x=1")
    assert (answer.status_code, answer["Location"]) == (301, "https://testserver/account/new/?x=1")


def test_pages_hold_no_scripts_or_styles_of_their_own(okafor_client: Client) -> None:
    for path_ in (
        "/",
        "/account/new/",
        "/account/forgotten/",
        "/portal/logon/",
        "/portal/",
        "/portal/tab/qap/",
    ):
        page = okafor_client.get(path_).content.decode()
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert page.count("<script") == page.count('<script src="/static/')
        assert page.count("<h1") == 1
        assert '<html lang="en-GB">' in page


def test_the_files_of_the_look_are_served(client: Client) -> None:
    for name in ("portal.css", "favicon.svg", "django_htmx/htmx-2.min.js"):
        answer = client.get(f"/static/{name}")
        assert answer.status_code == 200
        b"".join(answer)


def test_htmx_evaluates_nothing_and_keeps_nothing(client: Client, db: None) -> None:  # noqa: ARG001 - the page
    page = client.get("/").content.decode()
    assert '"allowEval": false' in page
    assert '"includeIndicatorStyles": false' in page
    assert '"historyCacheSize": 0' in page


@pytest.mark.usefixtures("production")
def test_behind_a_proxy_guesses_count_where_they_come_from(okafor: User) -> None:
    def guess(claimed: str, real: str, typed: str = "wrong") -> int:
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": f"{claimed}, {real}"}
        return Client(headers=headers).post("/", {"username": okafor.pin, "password": typed}).status_code

    statuses = [guess(f"192.0.2.{number}", "198.51.100.1") for number in range(5)]
    assert statuses == [200, 200, 200, 200, 429]
    assert guess("192.0.2.9", "198.51.100.1", "blue-lantern-42") == 429
    assert guess("198.51.100.1", "198.51.100.2", "blue-lantern-42") == 302
    for claimed in ("nonsense", "", "\x01", "9" * 2000):
        assert guess(claimed, "198.51.100.3") == 200


def test_without_a_proxy_nobody_says_where_they_come_from(okafor: User) -> None:
    statuses = [
        Client(headers={"X-Forwarded-For": f"192.0.2.{number}"})
        .post("/", {"username": okafor.pin, "password": "wrong"})
        .status_code
        for number in range(5)
    ]
    assert statuses[-1] == 429


# Pages for errors


def denied(_request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def absent(_request: HttpRequest) -> HttpResponse:
    raise Http404


def broken(_request: HttpRequest) -> HttpResponse:
    text = "a secret in an error"
    raise RuntimeError(text)


urlpatterns = [*real, path("denied/", denied), path("absent/", absent), path("broken/", broken)]


@pytest.mark.urls("test_security")
@pytest.mark.parametrize(
    ("path_", "status", "said"),
    [
        ("/denied/", 403, "This is not open to you"),
        ("/absent/", 404, "Page not found"),
        ("/nowhere/", 404, "Page not found"),
        ("/broken/", 500, "Something went wrong"),
    ],
)
def test_errors_are_pages_in_the_look(okafor_client: Client, path_: str, status: int, said: str) -> None:
    okafor_client.raise_request_exception = False
    for client in (okafor_client, Client(raise_request_exception=False)):
        answer = client.get(path_)
        assert answer.status_code == status
        page = answer.content.decode()
        assert f"<h1>{said}</h1>" in page
        assert "portal.css" in page
        assert "secret" not in page


def test_too_much_at_once_is_no_request(client: Client, db: None) -> None:  # noqa: ARG001 - the page
    for data in ({"username": "1" * 300_000}, {f"x{number}": "1" for number in range(600)}):
        answer = client.post("/", data)
        assert answer.status_code == 400
        assert "The request could not be read" in answer.content.decode()


def test_a_strange_host_is_refused(client: Client) -> None:
    answer = client.get("/", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400
    assert "elsewhere" not in answer.content.decode()


@pytest.mark.parametrize(
    "path_", ["/", "/account/new/", "/account/forgotten/", "/portal/logon/", "/portal/logout/"]
)
def test_every_form_wants_its_token(okafor: User, path_: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(okafor, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(path_, {"username": "1"})
    assert answer.status_code == 403
    assert "The form is too old" in answer.content.decode()


def test_passwords_are_hashed_by_django_as_it_sees_fit(settings: Settings) -> None:
    assert not hasattr(common, "PASSWORD_HASHERS")
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    user = User(is_new=False)
    user.set_password("seven-small-otters")
    kind, rounds, *_ = user.password.split("$")
    assert kind == "pbkdf2_sha256"
    assert int(rounds) >= 600_000
    assert user.check_password("seven-small-otters")
    assert not user.check_password("SEVEN-small-otters")
