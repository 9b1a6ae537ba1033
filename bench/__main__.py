"""Benchmarks: `./run bench` runs all, `./run bench NAME` one; each is `bench/<name>.py` with `main()`."""

import importlib
import os
import sys
from pathlib import Path

import django
from django.core.management import call_command


def names() -> list[str]:
    """The benchmarks there are, by module name."""
    return sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))


def main(chosen: list[str]) -> int:
    """Migrates the throwaway database and runs the chosen benchmarks, all without a choice."""
    unknown = set(chosen) - set(names())
    if unknown:
        print(
            f"No benchmark {', '.join(sorted(unknown))}. There are: {', '.join(names()) or 'none'}.",
            file=sys.stderr,
        )
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fupin.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    for number, name in enumerate(chosen or names()):
        if number:
            call_command("flush", interactive=False, verbosity=0)
        print(f"== {name}", flush=True)
        importlib.import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
