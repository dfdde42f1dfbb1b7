"""No field of a record may bear the name of something that NumPy's record has itself.

Interpreted, `row.trace` and `row.item` are NumPy's methods, compiled they are the fields: found when an engine that ran compiled
died interpreted.
"""

import numpy as np
import pytest

from openiads.tracking import schema as tracking
from openiads.world import schema as world


def record_types():
    for module in (world, tracking):
        for name, value in vars(module).items():
            if isinstance(value, np.dtype) and value.names:
                yield pytest.param(value, id=f"{module.__name__.split('.')[1]}.{name}")


@pytest.mark.parametrize("dtype", list(record_types()))
def test_no_field_hides_behind_an_attribute(dtype):
    assert not [field for field in dtype.names if hasattr(np.record, field)]


@pytest.mark.parametrize("dtype", list(record_types()))
def test_records_have_no_gaps(dtype):
    """Every byte of a row belongs to a field: what is compared byte by byte has no rubbish in between."""
    assert sum(dtype.fields[f][0].itemsize for f in dtype.names) == dtype.itemsize
