// The container of a replay: src/openiads/viewer/columns.py writes it, docs/viewer.md describes it.

export const VERSION = 1;

export interface Platform {
  id: string; type: string | null; class: string | null; identity: string; group: string | null; target: string | null;
  fate: string; t_end_s: number | null; killer: string | null; hit_site: string | null;
  [link: string]: string | number | boolean | null;
}
export interface Missile {
  id: string; launcher: string | null; battery: string | null; weapon: string; target: string | null; track: string | null;
  target_site: string | null; t_launch_s: number; fate: string; t_end_s: number | null; t_burst_s: number | null;
  miss_m: number | null; kill_probability: number | null; wrong_shot: boolean; time_of_flight_s: number | null;
}
export interface Site {
  id: string; kind: string; type: string | null; lat_deg: number; lon_deg: number; alt_m: number; value: number | null;
  radar_range_m: number | null; antenna_height_m: number | null; alive: boolean; hits: number; t_lost_s: number | null; lost_to: string | null;
}
export interface Radar {
  id: string; type: string; role: string; rotating: boolean; period_s: number; az0_rad: number; half_rad: number;
  beamwidth_rad: number; antenna_height_m: number; range_m: number; el_max_rad: number;
  dome: DomeLimits;
  /** what is different at further places that it has come to, by their number */
  places: Record<string, { az0_rad: number; dome: DomeLimits }>;
}
export interface DomeLimits { alt_m: number[]; near_m: number[]; far_m: number[] }
export interface Battery { id: string; radar: string; channels: number; launchers: string[] }
export interface Zone { weapon: string; launchers: string[]; alt_m: number[]; near_m: number[]; far_m: number[] }
export interface LogEvent {
  t: number; event: string; subject?: string; object?: string; via?: string; detail?: string; value?: number; text: string;
}
export interface Story { headline: string; link: string; verdict: string[]; steps: [number, string, number | null, number | null][] }
export interface PathEntry { kind: string; id: string; first: number; rows: number; ended?: boolean }
export interface PlotEntry { radar: string; first: number; rows: number }
export interface Ground { rows: number; columns: number; lat_deg: [number, number]; lon_deg: [number, number] }

export interface Header {
  format: string;
  run: { name: string; title: string; seed: number; replication: number; t_end_s: number; warnings: string[]; openiads: string;
    engine_sha256: string; scenario_sha256: string; notes: Record<string, unknown> | null };
  origin: { lat_deg: number; lon_deg: number };
  start_utc: string | null;
  paths: PathEntry[];
  plots: PlotEntry[] | null;
  platforms: Platform[];
  missiles: Missile[];
  sites: Site[];
  radars: Radar[];
  batteries: Battery[];
  zones: Zone[];
  places: Record<string, [number, number][]>;
  states: Record<string, [number, string, number?, number?][]>;
  emissions: Record<string, [number, boolean][]>;
  events: LogEvent[];
  chains: Record<string, Story>;
  ground: Ground | null;
  missing: string[];
}

export type Columns = Record<string, Int32Array | Uint8Array | Float64Array>;
export interface Content { header: Header; columns: Columns }

interface Listed { name: string; type: string; count: number; order: number; bytes: number }

export async function inflate(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text.trim());
  const out = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
  return out;
}

export async function decode(packed: Uint8Array<ArrayBuffer>): Promise<Content> {
  const raw = await inflate(packed);
  const view = new DataView(raw.buffer);
  if (String.fromCharCode(raw[0], raw[1], raw[2], raw[3]) !== "OIRP") throw new Error("this is not a replay");
  const version = view.getUint32(4, true);
  if (version !== VERSION) throw new Error(`replay of version ${version}; this page reads ${VERSION}`);
  const length = view.getUint32(8, true);
  const header = JSON.parse(new TextDecoder().decode(raw.subarray(12, 12 + length))) as Header & { columns: Listed[] };
  const columns: Columns = {};
  let at = 12 + length;
  for (const entry of header.columns) {
    columns[entry.name] = column(raw.subarray(at, at + entry.bytes), entry);
    at += entry.bytes;
  }
  return { header, columns };
}

function column(bytes: Uint8Array, entry: Listed): Int32Array | Uint8Array | Float64Array {
  if (entry.type === "u1") return bytes.slice();
  const n = entry.count;
  if (entry.type === "f8") {
    const out = new Uint8Array(8 * n);
    for (let k = 0; k < 8; k++) for (let i = 0; i < n; i++) out[8 * i + k] = bytes[k * n + i];
    return new Float64Array(out.buffer);
  }
  const out = new Int32Array(n);
  const b1 = bytes.subarray(n), b2 = bytes.subarray(2 * n), b3 = bytes.subarray(3 * n);
  let sum = 0, slope = 0;
  for (let i = 0; i < n; i++) {
    const value = bytes[i] | (b1[i] << 8) | (b2[i] << 16) | (b3[i] << 24);
    if (entry.order === 0) out[i] = value;
    else if (entry.order === 1) out[i] = sum = (sum + value) | 0;
    else {
      slope = (slope + value) | 0;
      out[i] = sum = (sum + slope) | 0;
    }
  }
  return out;
}
