import pytest
from django.db import connection

from .samples import Sample


@pytest.fixture
def sample_table(db: None) -> type[Sample]:
    """The table of `Sample`; the rollback of the test drops it."""
    with connection.schema_editor() as editor:
        editor.create_model(Sample)
    return Sample
