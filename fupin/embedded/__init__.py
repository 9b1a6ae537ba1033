"""PostgreSQL and Valkey from wheels, for a machine that has neither.

`python -m fupin.embedded start|stop|status|run -- CMD…|throwaway -- CMD…`; see `fupin/embedded/__main__.py`.
Settings need only the functions below: they read one small file and start nothing.
"""

from fupin.embedded.places import EmbeddedError, database_settings, database_url, default_data_dir, redis_url

__all__ = ["EmbeddedError", "database_settings", "database_url", "default_data_dir", "redis_url"]
