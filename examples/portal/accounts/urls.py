"""The addresses of logging in."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.home, name="home"),
    path("portal/logon/", views.logon, name="logon"),
    path("portal/", views.portal, name="portal"),
]
