"""The addresses of registration groups and of the ROC Checker."""

app_name = "groups"
urlpatterns: list[object] = []
