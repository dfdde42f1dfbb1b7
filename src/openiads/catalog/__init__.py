"""The catalogue: one data file per item; every value with unit, source and grade.

    >>> from openiads.catalog import load_catalog
    >>> load_catalog().get("91N6E").si("claim_range_m")
    390000.0

See docs/catalogue.md for the format.
"""

from openiads.catalog.faults import CatalogError, Fault
from openiads.catalog.items import Catalog, Item, Source, Table, Value
from openiads.catalog.kinds import KINDS
from openiads.catalog.load import DATA_DIR, load_catalog
from openiads.catalog.schema import BANDS, GRADES, Axis, Field, Kind, band_of

__all__ = [
    "BANDS",
    "DATA_DIR",
    "GRADES",
    "KINDS",
    "Axis",
    "Catalog",
    "CatalogError",
    "Fault",
    "Field",
    "Item",
    "Kind",
    "Source",
    "Table",
    "Value",
    "band_of",
    "load_catalog",
]
