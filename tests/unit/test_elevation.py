"""Elevation readers: what is in the bytes is in the grid. Against GDAL (through rasterio) where it is installed."""

import gzip
import math
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from openiads.physics.terrain import terrain_height_m
from openiads.world.elevation import (
    Elevation,
    ElevationError,
    join_elevations,
    make_elevation,
    read_dted,
    read_elevation,
    read_geotiff,
    read_npz,
    with_undulation,
)

JACKSBORO = Path(matplotlib.get_data_path()) / "sample_data" / "jacksboro_fault_dem.npz"


def gdal():
    return pytest.importorskip("rasterio", reason="GDAL comparison: pip install rasterio")


def heights(rows: int, columns: int, seed: int = 4) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.integers(-430, 8849, (rows, columns)).astype(np.int16)


def write_dted(path: Path, grid: np.ndarray, south: int, west: int, *, void=None) -> None:
    """A DTED cell from the wording of MIL-PRF-89020B, record by record (grid row 0 north)."""
    rows, columns = grid.shape

    def angle(value: int, letters: str) -> str:
        return f"{abs(value):03d}0000{letters[value < 0]}"

    uhl = f"UHL1{angle(west, 'EW')}{angle(south, 'NS')}{36000 // (columns - 1):04d}{36000 // (rows - 1):04d}"
    uhl += f"NA  U  {'':12}{columns:04d}{rows:04d}0"
    body = uhl.ljust(80).encode()
    body += ("DSIU".ljust(141) + "E96WGS84").ljust(648).encode() + b"ACC".ljust(2700)
    for j in range(columns):
        record = b"\xaa" + j.to_bytes(3) + j.to_bytes(2) + (0).to_bytes(2)
        for value in grid[::-1, j].tolist():
            record += ((0x8000 | -value) if value < 0 else value).to_bytes(2)
        body += record + sum(record).to_bytes(4)
    path.write_bytes(body)


@pytest.mark.parametrize(("side", "name"), [(1201, "N36W085.hgt"), (3601, "s01e000.HGT")])
def test_hgt(tmp_path: Path, side: int, name: str) -> None:
    grid = heights(side, side)
    grid[5, 7] = -32768
    (tmp_path / name).write_bytes(grid.astype(">i2").tobytes())
    e = read_elevation(tmp_path / name, undulation_m=-31.0)
    south, west = (36.0, -85.0) if side == 1201 else (-1.0, 0.0)
    assert (e.north_deg, e.west_deg, e.datum, e.undulation_m) == (south + 1.0, west, "EGM96", -31.0)
    assert (e.south_deg, e.east_deg) == (pytest.approx(south), pytest.approx(west + 1.0))
    assert e.void is not None
    assert np.argwhere(e.void).tolist() == [[5, 7]]
    assert e.height_m.dtype == np.int16
    assert np.array_equal(e.height_m[~e.void], grid[~e.void])
    assert e.height_m[5, 7] in (grid[4, 7], grid[6, 7], grid[5, 6], grid[5, 8])


@pytest.mark.parametrize("suffix", ["dt0", "dt1", "DT2"])
def test_dted_by_the_letter(tmp_path: Path, suffix: str) -> None:
    """Written here from the specification: signs, order of rows and columns, corner."""
    rows, columns = {"dt0": (121, 121), "dt1": (1201, 601), "DT2": (301, 201)}[suffix]
    grid = heights(rows, columns)
    write_dted(tmp_path / f"cell.{suffix}", grid, south=-34, west=151)
    e = read_elevation(tmp_path / f"cell.{suffix}")
    assert np.array_equal(e.height_m, grid)
    assert e.void is None
    assert (e.south_deg, e.west_deg, e.datum) == (pytest.approx(-34.0, abs=1e-12), 151.0, "EGM96")
    assert (e.lat_step_deg, e.lon_step_deg) == (
        pytest.approx(1 / (rows - 1)),
        pytest.approx(1 / (columns - 1)),
    )


def test_dted_behind_tape_labels_and_with_voids(tmp_path: Path) -> None:
    grid = heights(121, 121)
    grid[3, 4] = -32767
    write_dted(tmp_path / "plain.dt0", grid, 10, 20)
    labelled = b"VOL1".ljust(80) + b"HDR1".ljust(80) + (tmp_path / "plain.dt0").read_bytes()
    (tmp_path / "tape.dt0").write_bytes(labelled)
    plain, tape = read_dted(tmp_path / "plain.dt0"), read_dted(tmp_path / "tape.dt0")
    assert np.array_equal(plain.height_m, tape.height_m)
    assert plain.void is not None
    assert np.argwhere(plain.void).tolist() == [[3, 4]]


def test_npz_that_matplotlib_ships() -> None:
    """Edges in the file, centres in the grid: whole multiples of 3 arc seconds, as SRTM's samples are."""
    e = read_elevation(JACKSBORO)
    assert e.height_m.shape == (344, 403)
    assert (int(e.height_m.min()), int(e.height_m.max())) == (236, 1076)
    assert (e.height_m[0, 0], e.height_m[100, 200]) == (483, 522)
    for angle in (e.north_deg, e.west_deg):
        assert angle * 1200.0 == pytest.approx(round(angle * 1200.0), abs=1e-6)
    assert (e.north_deg, e.west_deg) == (pytest.approx(36.4458333333), pytest.approx(-84.4133333333))


def test_the_highest_sample_is_cross_mountain() -> None:
    """Summit 3,534 ft (1,077 m) at 36.19833 N, 84.23056 W (Wikipedia, "Cross Mountain (Tennessee)", after the USGS).

    Within one sample and 3 m: row 0 is north and at ymax. The file's ymin would put it 32 km farther north.
    """
    e = read_npz(JACKSBORO)
    i, j = np.unravel_index(int(e.height_m.argmax()), e.height_m.shape)
    assert e.north_deg - i * e.lat_step_deg == pytest.approx(36.19833, abs=e.lat_step_deg)
    assert e.west_deg + j * e.lon_step_deg == pytest.approx(-84.23056, abs=e.lon_step_deg)
    assert int(e.height_m[i, j]) == pytest.approx(1077, abs=3)


def test_npz_with_centres_and_floats(tmp_path: Path) -> None:
    grid = heights(11, 21).astype(np.float64) + 0.25
    grid[2, 3] = np.nan
    np.savez(tmp_path / "a.npz", elevation=grid, xmin=5.0, xmax=7.0, ymin=40.0, ymax=41.0, dx=0.1, dy=0.1)
    e = read_npz(tmp_path / "a.npz")
    assert (e.north_deg, e.west_deg, e.height_m.dtype) == (41.0, 5.0, np.dtype(np.float32))
    assert e.void is not None
    assert e.void.sum() == 1
    assert np.array_equal(e.height_m[~e.void], grid[~e.void].astype(np.float32))


# --- against GDAL ---------------------------------------------------------------------------------------


def gdal_file(
    folder: Path, name: str, grid: np.ndarray, driver: str, north: float, west: float, nodata=None
) -> Path:
    """The grid (samples at whole steps from the corner) written by GDAL."""
    rasterio = gdal()
    from rasterio.shutil import copy  # noqa: PLC0415
    from rasterio.transform import from_origin  # noqa: PLC0415

    dy, dx = 1.0 / (grid.shape[0] - 1), 1.0 / (grid.shape[1] - 1)
    plain = folder / "plain.tif"
    with rasterio.open(
        plain, "w", driver="GTiff", dtype=grid.dtype, count=1, height=grid.shape[0], width=grid.shape[1],
        crs="EPSG:4326", transform=from_origin(west - dx / 2, north + dy / 2, dx, dy), nodata=nodata,
    ) as out:  # fmt: skip
        out.write(grid, 1)
    if driver == "GTiff":
        return plain
    copy(plain, folder / name, driver=driver)
    return folder / name


CASES = [
    ("DTED", "n36.dt1", 1201, 1201, -32767),
    ("DTED", "n36.dt0", 121, 121, -32767),
    ("SRTMHGT", "N36W085.hgt", 1201, 1201, -32768),
    ("GTiff", "plain.tif", 121, 241, -9999),
    ("COG", "cog.tif", 600, 601, None),
]


@pytest.mark.parametrize(("driver", "name", "rows", "columns", "nodata"), CASES)
def test_what_gdal_writes(
    tmp_path: Path, driver: str, name: str, rows: int, columns: int, nodata: int | None
) -> None:
    """Written by GDAL, read by us; and GDAL's own reading of the same file. Heights exact, corner to 1e-9 degree."""
    rasterio = gdal()
    grid = heights(rows, columns)
    if nodata is not None:
        grid[10:14, 20:22] = nodata
    path = gdal_file(tmp_path, name, grid, driver, 37.0, -85.0, nodata)
    with rasterio.open(path) as source:
        theirs, t = source.read(1), source.transform
    assert np.array_equal(theirs, grid)
    ours = read_elevation(path)
    valid = np.ones(grid.shape, bool) if ours.void is None else ~ours.void
    assert np.array_equal(~valid, grid == nodata if nodata is not None else np.zeros(grid.shape, bool))
    assert np.array_equal(ours.height_m[valid], theirs[valid])
    assert ours.north_deg == pytest.approx(t.f + 0.5 * t.e, abs=1e-9)
    assert ours.west_deg == pytest.approx(t.c + 0.5 * t.a, abs=1e-9)
    assert (ours.lat_step_deg, ours.lon_step_deg) == (
        pytest.approx(-t.e, rel=1e-9),
        pytest.approx(t.a, rel=1e-9),
    )


def test_gdal_reads_what_this_file_wrote(tmp_path: Path) -> None:
    """The writer above against GDAL's reader, checksums verified, negative heights included."""
    rasterio = gdal()
    grid = heights(121, 121)
    write_dted(tmp_path / "cell.dt0", grid, south=-34, west=151)
    with rasterio.Env(DTED_VERIFY_CHECKSUM="YES"), rasterio.open(tmp_path / "cell.dt0") as source:
        assert np.array_equal(source.read(1), grid)


def test_part_of_a_geotiff(tmp_path: Path) -> None:
    grid = heights(241, 241)
    path = gdal_file(tmp_path, "plain.tif", grid, "GTiff", 37.0, -85.0)
    part = read_geotiff(path, within_deg=(36.2, -84.9, 36.4, -84.6))
    assert part.south_deg <= 36.2
    assert part.north_deg >= 36.4
    assert part.height_m.shape == (pytest.approx(49, abs=2), pytest.approx(73, abs=2))
    whole = read_geotiff(path)
    i, j = round((whole.north_deg - part.north_deg) * 240), round((part.west_deg - whole.west_deg) * 240)
    rows, columns = part.height_m.shape
    assert np.array_equal(part.height_m, whole.height_m[i : i + rows, j : j + columns])
    with pytest.raises(ElevationError, match="holds nothing"):
        read_geotiff(path, within_deg=(50.0, 0.0, 51.0, 1.0))


def test_projected_geotiff_is_refused(tmp_path: Path) -> None:
    rasterio = gdal()
    from rasterio.transform import from_origin  # noqa: PLC0415

    with rasterio.open(
        tmp_path / "utm.tif", "w", driver="GTiff", dtype="int16", count=1, height=9, width=9, crs="EPSG:32617",
        transform=from_origin(0, 9000, 30, 30),
    ) as out:  # fmt: skip
        out.write(heights(9, 9), 1)
    with pytest.raises(ElevationError, match=r"utm\.tif: not in latitude and longitude"):
        read_elevation(tmp_path / "utm.tif")
    (tmp_path / "no.tif").write_bytes(b"II*\0" + b"\xff" * 100)
    with pytest.raises(ElevationError, match=r"no\.tif"):
        read_elevation(tmp_path / "no.tif")


def test_without_rasterio_the_command_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rasterio", None)
    (tmp_path / "a.tif").write_bytes(b"II*\0")
    with pytest.raises(ElevationError, match=r"pip install 'openiads\[terrain\]'"):
        read_elevation(tmp_path / "a.tif")


# --- joining --------------------------------------------------------------------------------------------


def cut(e: Elevation, rows: slice, columns: slice) -> Elevation:
    void = None if e.void is None else e.void[rows, columns]
    return make_elevation(
        e.height_m[rows, columns], e.north_deg - rows.start * e.lat_step_deg,
        e.west_deg + columns.start * e.lon_step_deg, e.lat_step_deg, e.lon_step_deg, "cut", void=void,
    )  # fmt: skip


@pytest.mark.parametrize("overlap", [0, 1, 5])
def test_cut_and_joined_is_the_whole(overlap: int) -> None:
    whole = read_npz(JACKSBORO)
    tiles = [
        cut(whole, rows, columns)
        for columns in (slice(200 - overlap, 403), slice(0, 200))
        for rows in (slice(0, 150), slice(150 - overlap, 344))
    ]
    joined = join_elevations(tiles)
    assert np.array_equal(joined.height_m, whole.height_m)
    assert (joined.north_deg, joined.west_deg) == (
        pytest.approx(whole.north_deg),
        pytest.approx(whole.west_deg),
    )


def test_a_tile_with_a_height_fills_the_void_of_another() -> None:
    whole = read_npz(JACKSBORO)
    void = np.zeros((344, 403), bool)
    void[:, 150:160] = True
    holed = make_elevation(
        whole.height_m,
        whole.north_deg,
        whole.west_deg,
        whole.lat_step_deg,
        whole.lon_step_deg,
        "h",
        void=void,
    )
    joined = join_elevations([holed, cut(whole, slice(0, 344), slice(140, 170))])
    assert joined.void is None
    assert np.array_equal(joined.height_m, whole.height_m)


def test_joins_that_are_refused() -> None:
    whole = read_npz(JACKSBORO)
    a, b = cut(whole, slice(0, 100), slice(0, 100)), cut(whole, slice(100, 200), slice(100, 200))
    with pytest.raises(ElevationError, match="20000 samples lie in no tile"):
        join_elevations([a, b])
    sea = join_elevations([a, b], missing_m=0.0)
    assert sea.void is not None
    assert sea.void.sum() == 20_000
    assert not sea.height_m[sea.void].any()
    with pytest.raises(ElevationError, match="no tiles"):
        join_elevations([])
    with pytest.raises(ElevationError, match="undulation_m"):
        join_elevations([a, with_undulation(b, 10.0)])
    shifted = make_elevation(a.height_m, 35.7133833, -84.0, a.lat_step_deg, a.lon_step_deg, "shifted")
    with pytest.raises(ElevationError, match="off the lattice"):
        join_elevations([a, shifted])
    coarse = make_elevation(a.height_m, 36.0, -84.0, 0.01, 0.01, "coarse")
    with pytest.raises(ElevationError, match="lat_step_deg"):
        join_elevations([a, coarse])
    far = make_elevation(a.height_m, 80.0, 100.0 - 84.0, a.lat_step_deg, a.lon_step_deg, "far")
    with pytest.raises(ElevationError, match=r"at most|lattice"):
        join_elevations([a, far], missing_m=0.0)


def test_the_frame_finds_the_samples() -> None:
    """Through the kernel, at sample centres: the height itself plus the undulation."""
    e = with_undulation(read_npz(JACKSBORO), -31.5)
    for i, j in ((0, 0), (343, 402), (100, 200), (343, 0)):
        lat = math.radians(e.north_deg - i * e.lat_step_deg)
        lon = math.radians(e.west_deg + j * e.lon_step_deg)
        assert terrain_height_m(e.height_m, e.frame(), lat, lon) == pytest.approx(
            e.height_m[i, j] - 31.5, abs=1e-6
        )


def test_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        read_npz(JACKSBORO).height_m[0, 0] = 1


# --- hostile input --------------------------------------------------------------------------------------


def refused(path: Path, match: str) -> None:
    with pytest.raises(ElevationError, match=match) as caught:
        read_elevation(path)
    assert path.name in str(caught.value)


def test_hostile_hgt(tmp_path: Path) -> None:
    good = heights(1201, 1201).astype(">i2").tobytes()
    for name, data, match in (
        ("N36W085.hgt", good[:-1], "2884801 bytes"),
        ("N36W085.hgt", b"", "0 bytes"),
        ("N36W085.hgt", gzip.compress(good[:100]), "are a whole tile"),
        ("N99E181.hgt", good, "not on Earth"),
        ("heights.hgt", good, "the name must begin"),
        ("N36W0855.hgt", good, "the name must begin"),
        ("N36W085.hgt", b"\x80\x00" * 1201 * 1201, "all void"),
        ("N36W085.hgt", b"\x7f\xff" + good[2:], "height 32767 m in row 0, column 0"),
        ("N36W085.xyz", good, "elevation is read from"),
    ):
        (tmp_path / name).write_bytes(data)
        refused(tmp_path / name, match)
    refused(tmp_path / "N01E001.hgt", "cannot be read")


def test_hostile_dted(tmp_path: Path) -> None:
    path = tmp_path / "cell.dt0"
    grid = heights(121, 121)
    write_dted(path, grid, 10, 20)
    good = path.read_bytes()
    record = 12 + 2 * 121

    def changed(at: int, new: bytes) -> bytes:
        return good[:at] + new + good[at + len(new) :]

    for data, match in (
        (b"", "truncated"),
        (good[:3000], "truncated"),
        (good[:-1], "are declared"),
        (changed(0, b"XXX1"), "UHL1"),
        (changed(80, b"???"), "DSI or ACC"),
        (changed(728, b"???"), "DSI or ACC"),
        (changed(4, b"0200000X"), "origin"),
        (changed(4, b"9990000E"), "beyond 180"),
        (changed(12, b"0910000N"), "beyond 90"),
        (changed(47, b"00-1"), "columns"),
        (changed(47, b"0000"), "columns"),
        (changed(51, b"    "), "rows"),
        (changed(51, "٣٣".encode()), "rows"),
        (changed(20, b"0000"), "longitude interval"),
        (changed(47, b"99999999"), "are declared|at most"),
        (changed(3428 + record, b"\xab"), "record 1 does not begin"),
        (changed(3428 + 5, b"\x07"), "record 0 says it is record 7"),
        (changed(3428 + 3 * record + 50, b"\x00\x63"), "checksum of record 3"),
    ):
        path.write_bytes(data)
        refused(path, match)
    write_dted(path, np.full((121, 121), -32767, np.int16), 10, 20)
    refused(path, "all void")
    write_dted(path, np.full((121, 121), 20_000, np.int16), 10, 20)
    refused(path, "height 20000 m")


def test_hostile_npz(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    good = {
        "elevation": heights(11, 21),
        "xmin": 5.0,
        "xmax": 7.0,
        "ymin": 40.0,
        "ymax": 41.0,
        "dx": 0.1,
        "dy": 0.1,
    }
    for change, match in (
        ({"dx": None}, "has no 'dx'"),
        ({"elevation": None}, "has no 'elevation'"),
        ({"elevation": np.zeros(5)}, "is not a grid"),
        ({"elevation": np.zeros((1, 9))}, "is not a grid"),
        ({"elevation": np.array([["a", "b"], ["c", "d"]])}, "numbers are needed"),
        ({"elevation": np.array([[{}, 1], [2, 3]], dtype=object)}, "numbers are needed"),
        ({"elevation": np.full((11, 21), np.nan)}, "all void"),
        ({"elevation": np.full((11, 21), np.inf)}, "height inf m"),
        ({"xmax": np.nan}, "xmax is nan"),
        ({"xmax": np.inf}, "xmax is inf"),
        ({"xmax": 8.0}, "x limits are 30.000 steps apart"),
        ({"dy": 0.0}, "dy is zero"),
        ({"ymin": 95.0, "ymax": 96.0}, "not on Earth"),
        ({"dx": np.zeros(3)}, "dx is not one number"),
    ):
        fields = {k: v for k, v in (good | change).items() if v is not None}
        np.savez(path, **fields)
        refused(path, match)
    np.savez(path, **good)
    data = path.read_bytes()
    for broken in (b"", data[:200], data[:-30], b"PK\x03\x04" + b"\0" * 300):
        path.write_bytes(broken)
        refused(path, "no usable NumPy archive")


def test_a_declared_size_is_not_believed(tmp_path: Path) -> None:
    """A few bytes that claim a grid of 10^12 heights: refused before memory is taken."""
    import io  # noqa: PLC0415
    import zipfile  # noqa: PLC0415

    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<i2", "fortran_order": False, "shape": (10**6, 10**6)}
    )
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("elevation.npy", header.getvalue())
    refused(tmp_path / "a.npz", "1000000 x 1000000 heights")
    with zipfile.ZipFile(tmp_path / "b.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        small = io.BytesIO()
        np.save(small, heights(3, 3))
        archive.writestr("elevation.npy", small.getvalue() + bytes(10**7))
    refused(tmp_path / "b.npz", "unpacks to")


@pytest.mark.parametrize("name", ["a.dt0", "a.npz"])
def test_a_thousand_damaged_files(tmp_path: Path, name: str) -> None:
    """Bytes changed, cut and inserted at random: a grid or an ElevationError, never anything else."""
    path = tmp_path / name
    if name == "a.dt0":
        write_dted(path, heights(13, 13), 10, 20)
    else:
        fields = {"xmin": 5.0, "xmax": 7.0, "ymin": 40.0, "ymax": 41.0, "dx": 0.1, "dy": 0.1}
        np.savez_compressed(path, elevation=heights(11, 21), **fields)
    good = path.read_bytes()
    rng = np.random.default_rng(8)
    refusals = 0
    for _ in range(1000):
        data = bytearray(good)
        for _ in range(rng.integers(1, 6)):
            at = int(rng.integers(0, len(data) if rng.random() < 0.6 else min(100, len(data))))
            kind = rng.random()
            if kind < 0.8:
                data[at] = int(rng.choice([0, 255, ord("9"), ord("-"), rng.integers(0, 256)]))
            elif kind < 0.9:
                data[at:at] = rng.bytes(3)
            else:
                del data[max(at, 2) :]
        path.write_bytes(bytes(data))
        try:
            assert np.isfinite(read_elevation(path).height_m).all()
        except ElevationError as error:
            refusals += 1
            assert name in str(error)
    assert refusals > 300


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e9])
def test_undulation_is_checked(value: float) -> None:
    with pytest.raises(ElevationError, match="undulation_m"):
        read_npz(JACKSBORO, undulation_m=value)
