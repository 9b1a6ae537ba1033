from django.apps import AppConfig


class DonorsConfig(AppConfig):
    name = "donors"
    verbose_name = "爱心人士"

    def ready(self) -> None:
        from donors.queries import helped_before
        from donors.rows import deliveries, pairings
        from donors.services.taken_down import wake_up
        from needs.signals import has_helped, household_page, taken_down

        has_helped.connect(helped_before, dispatch_uid="donors.queries.helped_before")
        household_page.connect(deliveries, dispatch_uid="donors.rows.deliveries")
        household_page.connect(pairings, dispatch_uid="donors.rows.pairings")
        taken_down.connect(wake_up, dispatch_uid="donors.services.taken_down.wake_up")
