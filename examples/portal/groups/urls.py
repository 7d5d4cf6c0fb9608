"""The addresses of registration groups and of the ROC Checker."""

from django.urls import path, re_path

from groups import checker, drafts, views

app_name = "groups"
urlpatterns = [
    path("centre/groups/", views.view, name="view"),
    path("centre/groups/create/", drafts.create, name="create"),
    path("centre/groups/audit/", views.audit, name="audit"),
    path("centre/groups/draft/<uuid:draft>/", drafts.draft, name="draft"),
    path("centre/groups/draft/<uuid:draft>/search/", drafts.search, name="search"),
    path("centre/groups/draft/<uuid:draft>/elsewhere/", drafts.elsewhere, name="elsewhere"),
    path("centre/groups/draft/<uuid:draft>/discard/", views.discard, name="discard"),
    path("centre/groups/<int:group>/open/", views.edit, name="open"),
    path("centre/groups/<int:group>/copy/", views.copy, name="copy"),
    path("centre/groups/<int:group>/delete/", views.delete, name="delete"),
    re_path(
        r"^centre/groups/(?P<kind>basic-summary|full-information)\.(?P<suffix>xlsx)$",
        views.download,
        name="download",
    ),
    re_path(r"^centre/groups/(?P<kind>basic-summary)\.(?P<suffix>csv)$", views.download, name="download"),
    path("centre/checker/", checker.checker, name="checker"),
]
