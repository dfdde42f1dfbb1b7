// What is shown. One set for all views of a page.

export interface Options {
  hostile: boolean; friend: boolean; neutral: boolean; unknown: boolean;
  missiles: boolean; tracks: boolean; sites: boolean; names: boolean; stems: boolean; sigma: boolean; marks: boolean;
  beams: boolean; strobes: boolean; plots: boolean; terrain: boolean;
  dome: "none" | "selected" | "all";
  /** of the error ellipsoids, in percent: a key of CONFIDENCE */
  confidence: string;
  trail_s: number;
  zones: Set<string>;
}

export function defaults(): Options {
  return {
    hostile: true, friend: true, neutral: true, unknown: true, missiles: true, tracks: true, sites: true, names: true, stems: true,
    sigma: true, marks: true, beams: true, strobes: true, plots: true, terrain: true, dome: "selected", confidence: "95", trail_s: 90, zones: new Set(),
  };
}
