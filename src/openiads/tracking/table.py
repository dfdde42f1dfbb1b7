"""The tracker alone: a table of plots in, a table of tracks out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from openiads.physics.geodesy import enu_basis, geodetic_to_ecef
from openiads.tracking.convert import convert_plot
from openiads.tracking.fusion import fuse_plot, maintain_fused
from openiads.tracking.imm import predicted_cov, predicted_state
from openiads.tracking.params import tracker_params
from openiads.tracking.scan import process_scan
from openiads.tracking.schema import (
    CONFIRMED,
    FREE,
    IGNORED,
    Work,
    make_plots,
    make_track_sets,
    make_tracks,
    make_work,
)

NEEDED = ("time_s", "site", "range_m", "az_rad", "el_rad", "range_sigma_m", "az_sigma_rad", "el_sigma_rad")
OPTIONAL = ("snr_db", "rcs_m2", "truth", "iff")
SITE_NEEDED = ("lat_rad", "lon_rad", "alt_m")
BATCH_FRACTION = 0.125  # of a revisit: plots of one site this close in time are associated together
MAX_TRACKS = 32_768
DIAGONAL = np.array([0, 6, 11, 15, 18, 20])  # of a 6 x 6 triangle

ROW = np.dtype(
    [
        ("track", "i8"),  # track number, never used twice
        ("time_s", "f8"),
        ("plot", "i8"),  # row of the plots table that caused this row, -1 for a sample
        ("status", "i8"),  # schema.TENTATIVE, CONFIRMED, COASTED; FREE: deleted by this very update
        ("pos_ecef_m", "f8", (3,)),
        ("vel_ecef_mps", "f8", (3,)),
        ("var", "f8", (6,)),  # diagonal of the covariance, m^2 and m^2/s^2
        ("mu", "f8", (3,)),  # probabilities: constant velocity, manoeuvre, ballistic
        ("nis", "f8"),  # normalised innovation squared of the last update, 3 degrees of freedom
        ("truth", "i8"),  # truth of the last plot, where the plots carry it, else -1
    ]
)


class TrackTable(NamedTuple):
    """Result of `track_plots`."""

    updates: np.ndarray  # ROW per plot taken: the track after it
    samples: np.ndarray  # ROW per confirmed track and time of `at_s`
    plot_track: np.ndarray  # i8 per plot, in the order given: number of the track, -1 none
    plot_event: np.ndarray  # i8 per plot: schema.IGNORED, STARTED, UPDATED, ...
    notes: list[str]  # what was done to the input, what was not used and why


def track_plots(
    plots: Any, sites: Any, *, params: np.recarray | None = None, at_s: Sequence[float] | None = None
) -> TrackTable:
    """Track a table of radar plots.

    Parameters
    ----------
    plots
        Columns, by name, of equal length (dict of arrays, structured array, DataFrame, Arrow table):
        `time_s`; `site`, row of the sites table; `range_m`, `az_rad` (from true north, clockwise), `el_rad`
        and their standard deviations `range_sigma_m`, `az_sigma_rad`, `el_sigma_rad`. Optional: `snr_db`,
        `rcs_m2`, `iff`, and `truth` (a number carried along for scoring, never read by a decision).
    sites
        Columns `lat_rad`, `lon_rad` (WGS-84 geodetic), `alt_m`, and optionally `revisit_s` (time between two
        looks at the same target; default that of `params`).
    params
        TRACKER rows from `tracker_params`: one for all sites, or one per site, or one per site and a last one
        for the fused tracks.
    at_s
        Times at which all confirmed tracks are sampled (predicted to the time from plots up to it).

    With one site the tracks are that site's; with several, each site is tracked by itself and its confirmed
    tracks feed the fused tracks that are returned. Times need not be sorted: they are, and a note says so.
    ValueError, naming column and row, for a missing column, unequal lengths, values that are not finite,
    ranges and standard deviations not above zero, angles outside +-2 pi (+-pi/2 for elevation), and unknown
    sites.
    """
    site = _sites(sites, params)
    data, order, notes = _plots(plots, len(site))
    times = np.sort(np.asarray([] if at_s is None else at_s, float))
    if not np.isfinite(times).all():
        raise ValueError("track_plots: at_s holds times that are not finite")
    batches = _batches(data, site)
    capacity = 128
    while True:
        run = _Run(data, site, batches, capacity)
        run.go(times)
        if run.full == 0:
            break
        capacity *= 4
        if capacity > MAX_TRACKS:
            raise ValueError(f"track_plots: more than {MAX_TRACKS} simultaneous tracks; are these plots?")
    late = int(run.sets.n_late.sum())
    if late:
        notes.append(f"{late} plots were older than their track by more than late_max_s and were not used")
    back = np.argsort(order, kind="stable")
    updates = np.concatenate(run.updates) if run.updates else np.zeros(0, ROW)
    updates["plot"] = order[updates["plot"]]
    samples = np.concatenate(run.samples) if run.samples else np.zeros(0, ROW)
    return TrackTable(
        updates, samples, run.plot_track[back], np.asarray(data.event)[back].astype(np.int64), notes
    )


class _Site(NamedTuple):
    position: tuple[float, ...]
    basis: tuple[float, ...]
    par: Any


def _column(table: Any, name: str, what: str) -> np.ndarray:
    try:
        values = np.asarray(table[name])
    except (KeyError, ValueError, IndexError, TypeError):
        raise ValueError(f"track_plots: the {what} table has no column {name!r}") from None
    if values.ndim != 1:
        raise ValueError(
            f"track_plots: column {name!r} of the {what} table has shape {values.shape}, not (n,)"
        )
    try:
        out = values.astype(float)
    except (TypeError, ValueError):
        raise ValueError(f"track_plots: column {name!r} of the {what} table is not numeric") from None
    bad = np.flatnonzero(~np.isfinite(out))
    if bad.size:
        raise ValueError(f"track_plots: {what}.{name}, row {bad[0]}: {out[bad[0]]} is not finite")
    return out


def _has(table: Any, name: str) -> bool:
    names = getattr(getattr(table, "dtype", None), "names", None)
    if names is None:
        names = getattr(table, "column_names", None)
    return name in (table if names is None else names)


def _check(
    values: np.ndarray, name: str, what: str, low: float, high: float, *, open_low: bool = False
) -> None:
    bad = np.flatnonzero((values > high) | ((values <= low) if open_low else (values < low)))
    if bad.size:
        k = bad[0]
        sign = "(" if open_low else "["
        raise ValueError(
            f"track_plots: {what}.{name}, row {k}: {values[k]!r} is outside {sign}{low:g}, {high:g}]"
        )


def _sites(sites: Any, params: np.recarray | None) -> list[_Site]:
    lat, lon, alt = (_column(sites, name, "sites") for name in SITE_NEEDED)
    n = len(lat)
    if n == 0 or not len(lat) == len(lon) == len(alt):
        raise ValueError(f"track_plots: sites columns have lengths {len(lat)}, {len(lon)}, {len(alt)}")
    _check(lat, "lat_rad", "sites", -np.pi / 2, np.pi / 2)
    _check(lon, "lon_rad", "sites", -2 * np.pi, 2 * np.pi)
    _check(alt, "alt_m", "sites", -1e3, 1e5)
    table = tracker_params(n + 1)
    if params is not None:
        if len(params) not in (1, n, n + 1):
            raise ValueError(
                f"track_plots: {len(params)} rows of params for {n} sites; 1, {n} or {n + 1} are allowed"
            )
        table[:] = params[0]
        table[: len(params)] = params
    if _has(sites, "revisit_s"):
        revisit = _column(sites, "revisit_s", "sites")
        _check(revisit, "revisit_s", "sites", 0.0, 1e5, open_low=True)
        table.revisit_s[:n] = revisit
        table.revisit_s[n] = revisit.max()
    out = []
    for k in range(n):
        out.append(_Site(geodetic_to_ecef(lat[k], lon[k], alt[k]), enu_basis(lat[k], lon[k]), table[k]))
    if n > 1:
        out.append(_Site((), (), table[n]))
    return out


def _plots(table: Any, n_rows: int) -> tuple[np.recarray, np.ndarray, list[str]]:
    """Checked PLOT rows in time order (not yet converted), their original row numbers, and notes."""
    columns = {name: _column(table, name, "plots") for name in NEEDED}
    columns |= {name: _column(table, name, "plots") for name in OPTIONAL if _has(table, name)}
    sizes = {name: len(values) for name, values in columns.items()}
    if len(set(sizes.values())) > 1:
        raise ValueError(f"track_plots: plots columns differ in length: {sizes}")
    n_sites = max(n_rows - 1, 1)
    for name in ("range_m", "range_sigma_m", "az_sigma_rad", "el_sigma_rad"):
        _check(columns[name], name, "plots", 0.0, 1e8 if name.endswith("_m") else 1.0, open_low=True)
    _check(columns["az_rad"], "az_rad", "plots", -2 * np.pi, 2 * np.pi)
    _check(columns["el_rad"], "el_rad", "plots", -np.pi / 2, np.pi / 2)
    _check(columns["site"], "site", "plots", 0, n_sites - 1)
    off = np.flatnonzero(columns["site"] != np.floor(columns["site"]))
    if off.size:
        raise ValueError(
            f"track_plots: plots.site, row {off[0]}: {columns['site'][off[0]]} is not a row number"
        )
    time_s = columns["time_s"]
    order = np.argsort(time_s, kind="stable")
    notes = []
    n_back = int((np.diff(time_s) < 0).sum())
    if n_back:
        notes.append(f"times were not sorted ({n_back} steps backwards): sorted")
    plots = make_plots(len(order))
    for name, values in columns.items():
        field = {"time_s": "t_s", "site": "radar"}.get(name, name)
        plots[field] = values[order]
    return plots, order, notes


def _batches(data: np.recarray, site: list[_Site]) -> list[tuple[float, int, np.ndarray]]:
    """(end time, site, plot rows) of plots that are associated together, by end time."""
    out = []
    for s in range(max(len(site) - 1, 1)):
        rows = np.flatnonzero(data.radar == s)
        t = data.t_s[rows]
        width = BATCH_FRACTION * float(site[s].par.revisit_s)
        k = 0
        while k < len(rows):
            end = max(int(np.searchsorted(t, t[k] + width, side="left")), k + 1)
            out.append((float(t[end - 1]), s, rows[k:end]))
            k = end
    out.sort(key=lambda batch: (batch[0], batch[1]))
    return out


class _Run:
    """One pass over the batches with tables of a given capacity."""

    def __init__(self, data: np.recarray, site: list[_Site], batches: list[Any], capacity: int) -> None:
        self.data, self.site, self.batches = data, site, batches
        self.n_sites = max(len(site) - 1, 1)
        self.tables = [make_tracks(capacity) for _ in site]
        self.sets = make_track_sets(len(site))
        largest = max((len(b[2]) for b in batches), default=1)
        self.work: Work = make_work(largest, capacity)
        self.updates: list[np.ndarray] = []
        self.samples: list[np.ndarray] = []
        self.plot_track = np.full(len(data), -1, np.int64)
        self.next_check_s = -np.inf
        self.full = 0
        data.track = -1
        data.event = IGNORED
        for k in range(len(data)):
            s = site[data.radar[k]]
            convert_plot(data[k], *s.position, *s.basis)

    def go(self, times: np.ndarray) -> None:
        k = 0
        for end_s, s, rows in self.batches:
            while k < len(times) and times[k] < end_s:
                self.sample(times[k])
                k += 1
            self.batch(end_s, s, rows)
            self.full = int(self.sets.n_no_room.sum())
            if self.full:
                return
        for t in times[k:]:
            self.sample(t)

    def batch(self, end_s: float, s: int, rows: np.ndarray) -> None:
        chunk = self.data[rows].view(np.recarray)
        process_scan(self.tables[s], self.sets[s], self.site[s].par, chunk, len(rows), end_s, self.work)
        self.data[rows] = chunk
        if self.n_sites == 1:
            used = chunk.track >= 0
            self.note(rows[used], self.tables[0][chunk.track[used]])
            return
        fused, fset, par = self.tables[-1], self.sets[-1], self.site[-1].par
        self.maintain(end_s)
        for k, row in zip(chunk.track, rows, strict=True):
            if k >= 0:
                f = fuse_plot(fused, fset, par, self.tables[s], k, self.data[row])
                if f >= 0:
                    self.note(np.array([row]), fused[f : f + 1])

    def maintain(self, t_s: float) -> None:
        """Coast, merge and delete fused tracks, twice per revisit."""
        if t_s >= self.next_check_s:
            par = self.site[-1].par
            maintain_fused(self.tables[-1], self.sets[-1], par, t_s, self.work)
            self.next_check_s = t_s + 0.5 * float(par.revisit_s)

    def note(self, plot_rows: np.ndarray, tracks: np.ndarray) -> None:
        out = np.zeros(len(plot_rows), ROW)
        out["plot"] = plot_rows
        out["track"] = tracks["id"]
        out["time_s"] = tracks["t_s"]
        out["var"] = tracks["cov"][:, DIAGONAL]
        for name in ("status", "pos_ecef_m", "vel_ecef_mps", "mu", "nis", "truth"):
            out[name] = tracks[name]
        self.plot_track[plot_rows] = out["track"]
        self.updates.append(out)

    def sample(self, t_s: float) -> None:
        """All confirmed tracks (coasted ones too) predicted to t_s."""
        table, par = self.tables[-1], self.site[-1].par
        if self.n_sites == 1:
            process_scan(table, self.sets[0], par, self.data[:1], 0, t_s, self.work)
        else:
            self.maintain(t_s)
        live = np.flatnonzero((table.status != FREE) & (table.status >= CONFIRMED))
        out = np.zeros(len(live), ROW)
        cov = np.zeros(21)
        for k, j in enumerate(live):
            row = table[j]
            state = predicted_state(row, par, t_s)
            predicted_cov(row, par, t_s, cov)
            out["pos_ecef_m"][k] = state[:3]
            out["vel_ecef_mps"][k] = state[3:]
            out["var"][k] = cov[DIAGONAL]
        out["plot"] = -1
        out["track"] = table.id[live]
        out["time_s"] = t_s
        for name in ("status", "mu", "nis", "truth"):
            out[name] = table[name][live]
        self.samples.append(out)
