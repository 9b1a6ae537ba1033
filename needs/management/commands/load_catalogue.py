"""`manage.py load_catalogue`: the national default of the goods catalogue, from needs/data/catalogue.csv."""

from typing import Any

from django.core.management.base import BaseCommand

from needs.catalogue import default_rows
from needs.services.catalogue import load_default


class Command(BaseCommand):
    help = "Load the national default of the goods catalogue; counties' own entries stay as they are."

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"通用目录共 {load_default(default_rows())} 种物品。")
