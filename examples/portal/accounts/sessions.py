"""Sessions in the database, as Django keeps them, asked for only by keys that Django could have given."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore


class SessionStore(DatabaseStore):
    """Django's store in the database; PostgreSQL would stumble over a forged key with a null character."""

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(super()._validate_session_key(key)) and (key or "").isalnum()  # type: ignore[misc] # not in the stubs
