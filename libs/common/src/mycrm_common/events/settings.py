"""What happened to the settings."""

from mycrm_common.events.registry import Event, event


@event("settings.changed.v1", subject="scope")
class SettingsChanged(Event):
    """Settings were changed; their names only, never their values."""

    names: tuple[str, ...]
    scope: str = "team"
