from django.apps import AppConfig


class FupinConfig(AppConfig):
    name = "fupin"
    verbose_name = "扶贫帮"

    def ready(self) -> None:
        from fupin import checks  # noqa: F401 (registers the system checks)
