"""The addresses of logging in."""

from django.contrib.auth import views as django_views
from django.urls import path, reverse_lazy

from accounts import views
from accounts.forms import ForgottenPasswordForm

app_name = "accounts"
urlpatterns = [
    path("", views.home, name="home"),
    path("account/new/", views.setup, name="setup"),
    path(
        "account/forgotten/",
        django_views.PasswordResetView.as_view(
            form_class=ForgottenPasswordForm,
            email_template_name="registration/password_reset_email.txt",
            success_url=reverse_lazy("accounts:reset-sent"),
        ),
        name="reset",
    ),
    path("account/forgotten/sent/", django_views.PasswordResetDoneView.as_view(), name="reset-sent"),
    path(
        "account/forgotten/<uidb64>/<token>/",
        django_views.PasswordResetConfirmView.as_view(success_url=reverse_lazy("accounts:reset-complete")),
        name="reset-confirm",
    ),
    path(
        "account/forgotten/complete/", django_views.PasswordResetCompleteView.as_view(), name="reset-complete"
    ),
    path("portal/", views.portal, name="portal"),
    path("portal/logon/", views.logon, name="logon"),
    path("portal/logout/", views.leave, name="logout"),
    path("portal/tab/<slug:tab>/", views.tab, name="tab"),
]
