"""The catalogue's interface: reading, units, tables, ids, digest, a user's own files."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest

from openiads.catalog import DATA_DIR, GRADES, KINDS, Catalog, CatalogError, band_of, load_catalog
from openiads.units import DIMENSIONS, to_si


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def _copy(tmp_path: Path, kind: str, item_id: str, **changes: str) -> Path:
    """A shipped item under the id `mine`, with text replacements old=new given as pairs."""
    text = (DATA_DIR / kind / f"{item_id}.yaml").read_text(encoding="utf-8")
    text = text.replace(f"id: {item_id}\n", "id: mine\n", 1)
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new, 1)
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_si_and_written_value_and_range_are_all_there(catalog: Catalog) -> None:
    value = catalog.get("91N6E").value("claim_range_m")
    assert value.si == 390_000.0
    assert (value.raw, value.unit, value.text) == (390, "km", "390 km")
    assert value.range_si == (390_000.0, 424_000.0)
    assert value.range_text == "390 … 424 km"
    assert value.grade == "E"
    assert value.source == ("widely",)


def test_units_become_si(catalog: Catalog) -> None:
    assert catalog.get("91N6E").si("beamwidth_az_rad") == pytest.approx(math.radians(1.5), rel=1e-15)
    assert catalog.get("92N6E").si("track_dwell_s") == pytest.approx(0.010, rel=1e-15)
    assert catalog.get("48N6E2").si("lateral_accel_max_mps2") == pytest.approx(25 * 9.80665, rel=1e-15)
    assert catalog.get("5P85SE2").si("reload_time_s") == 2700.0


def test_words_flags_and_counts(catalog: Catalog) -> None:
    radar = catalog.get("92N6E")
    assert radar.choice("scan") == "sector"
    assert radar.flag("interrogator") is True
    assert radar.count("target_channels") == 6
    with pytest.raises(KeyError, match="not a number"):
        radar.si("scan")


def test_rcs_table_is_in_m2_and_keeps_dbsm(catalog: Catalog) -> None:
    table = catalog.get("lo-fighter").table("rcs_m2")
    assert table.shape == (6, 5, 7)
    assert list(table.axes) == ["band", "el", "az"]
    assert table.axes["band"] == ("VHF", "UHF", "L", "S", "C", "X")
    assert table.axes["az"][-1] == pytest.approx(math.pi)
    assert table.unit == "dBsm"
    assert table.values_raw[5][2][0] == -25.0
    assert table.values_si[5][2][0] == pytest.approx(10**-2.5, rel=1e-12)
    cells = dict(table.cells())
    assert len(cells) == 6 * 5 * 7


def test_absent_field_names_the_nearest(catalog: Catalog) -> None:
    with pytest.raises(KeyError, match="claim_range_m"):
        catalog.get("91N6E").si("claim_rang_m")
    with pytest.raises(KeyError, match="rcs_m2"):
        catalog.get("lo-fighter").table("rcs")
    assert not catalog.get("91N6E").has("peak_power_w")
    assert catalog.get("generic-s-band").has("peak_power_w")


def test_absent_item_names_the_nearest(catalog: Catalog) -> None:
    with pytest.raises(CatalogError, match="did you mean '48N6E3'"):
        catalog.get("48n6e3")
    with pytest.raises(CatalogError, match="that is a missile"):
        catalog.get("48N6E3", "radar")
    assert catalog.get("48N6E3", "missile").id == "48N6E3"
    with pytest.raises(KeyError, match="did you mean 'radar'"):
        catalog.items("radars")


def test_ids_are_all_items_once(catalog: Catalog) -> None:
    ids = catalog.ids()
    assert list(ids) == list(KINDS)
    flat = [item_id for every in ids.values() for item_id in every]
    assert len(flat) == len(set(flat)) == len(catalog)
    assert all(catalog.get(item_id).kind == kind for kind, every in ids.items() for item_id in every)


def test_file_name_is_the_id(catalog: Catalog) -> None:
    for item in catalog:
        assert Path(item.file).relative_to(DATA_DIR) == Path(item.kind) / f"{item.id}.yaml"


def test_describe_has_a_row_per_value_with_source_and_grade(catalog: Catalog) -> None:
    for item in catalog:
        rows = item.describe()
        assert len(rows) == len(item.values) + len(item.tables)
        keys = {row["key"] for row in item.source_rows()}
        for row in rows:
            assert row["grade"] in GRADES
            assert set(row["source"].split(", ")) <= keys
            assert row["value"]


def test_digest_is_of_the_content_not_of_the_place(catalog: Catalog, tmp_path: Path) -> None:
    assert len(catalog.digest()) == 64
    file = _copy(tmp_path, "radar", "91N6E")
    first = load_catalog([file]).digest()
    (tmp_path / "deeper").mkdir()
    moved = tmp_path / "deeper" / "other-name.yaml"
    file.rename(moved)
    assert load_catalog([moved]).digest() == first != catalog.digest()
    moved.write_text(moved.read_text().replace("value: 390,", "value: 391,"))
    assert load_catalog([moved]).digest() != first


def test_extra_file_is_added_and_the_shipped_catalogue_stays(catalog: Catalog, tmp_path: Path) -> None:
    extended = load_catalog(extra=[_copy(tmp_path, "radar", "91N6E", **{"value: 390,": "value: 400,"})])
    assert extended.get("mine").si("claim_range_m") == 400_000.0
    assert len(extended) == len(catalog) + 1
    assert "mine" not in load_catalog()


def test_extra_folder_with_its_own_sources(tmp_path: Path) -> None:
    file = _copy(tmp_path, "asset", "generic-depot", **{"source: assumed": "source: survey"})
    (tmp_path / "sources.yaml").write_text(
        'sources:\n  survey: {title: "Survey", author: "We", year: "2026", seen: "read"}\n'
    )
    item = load_catalog([tmp_path]).get("mine")
    assert item.sources["survey"].title == "Survey"
    assert item.file == str(file)


def test_extra_launcher_may_name_an_extra_missile(tmp_path: Path) -> None:
    missile = (DATA_DIR / "missile" / "9M96E.yaml").read_text().replace("id: 9M96E\n", "id: my-missile\n")
    (tmp_path / "z.yaml").write_text(missile)
    _copy(
        tmp_path, "launcher", "5P85SE2-9M96", **{"missile: [9M96E2, 9M96E]": "missile: [9M96E2, my-missile]"}
    )
    item = load_catalog([tmp_path]).get("mine")
    assert item.table("rounds_per_tube").axes["missile"] == ("9M96E2", "my-missile")


def test_import_is_light() -> None:
    code = (
        "import sys; from openiads.catalog import load_catalog; load_catalog();"
        "print([m for m in ('numpy', 'numba', 'pydantic', 'scipy', 'pyarrow') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("freq_hz", "band"),
    [
        (10e6, "VHF"),
        (150e6, "VHF"),
        (300e6, "UHF"),
        (1.3e9, "L"),
        (3e9, "S"),
        (5.5e9, "C"),
        (10e9, "X"),
        (16e9, "X"),
    ],
)
def test_band_of(freq_hz: float, band: str) -> None:
    assert band_of(freq_hz) == band


# --- the schema itself ------------------------------------------------------------------------------
SUFFIX = {
    "_m": {"length"},
    "_m2": {"rcs", "area"},
    "_s": {"time"},
    "_hz": {"frequency"},
    "_rad": {"angle"},
    "_radps": {"angular rate"},
    "_mps": {"speed"},
    "_mps2": {"acceleration"},
    "_kg": {"mass"},
    "_k": {"temperature", "ratio"},
    "_w": {"power"},
    "_db": {"gain"},
}


def test_the_name_of_a_field_carries_the_si_unit_of_its_dimension() -> None:
    for kind in KINDS.values():
        for field in kind.fields:
            if field.dimension is None:
                continue
            assert field.dimension in DIMENSIONS, field.name
            suffixes = [s for s in SUFFIX if field.name.endswith(s) and len(s) > 1]
            longest = max(suffixes, key=len, default="")
            if field.dimension == "ratio":
                assert longest in ("", "_k") or field.dimension in SUFFIX[longest], field.name
            else:
                assert longest and field.dimension in SUFFIX[longest], field.name


def test_limits_and_conditions_of_the_schema_make_sense() -> None:
    for kind in KINDS.values():
        assert len(kind.by_name) == len(kind.fields), f"{kind.name}: a field twice"
        for field in kind.fields:
            assert field.meaning
            if field.dimension is not None:
                assert field.lo < field.hi, field.name
                assert to_si(1.0, next(iter(DIMENSIONS[field.dimension].units)), field.dimension) is not None
            assert set(field.classes or ()) <= set(kind.classes), field.name
            if field.when is not None:
                assert field.when[0] in kind.by_name, field.name
            assert field.group is None or field.group in kind.one_of
        for low, high in kind.ordered:
            assert kind.by_name[low].dimension == kind.by_name[high].dimension
