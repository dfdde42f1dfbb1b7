// Where a page gets its run from. The page asks for the content once and then for what comes later; a replay is whole from
// the start, so nothing comes. A page that is served while a run goes on gives another Source (docs/viewer.md).

import type { Page } from "./main";
import { Content, LogEvent, decode, fromBase64 } from "./format";

/** What is new since the last frame. Positions are ECEF metres; times seconds from the start of the scenario. */
export interface Frame {
  t_s: number;
  samples: { kind: string; id: string; t_s: number; x_m: number; y_m: number; z_m: number; sigma_m?: number; root_m?: ArrayLike<number>; identity?: string }[];
  events: LogEvent[];
}

export interface Source {
  readonly label: string;
  open(): Promise<Content>;
  /** Calls back for every frame; only sources of runs that go on have it. */
  follow?(take: (frame: Frame) => void): void;
  /** Is given the page that shows its content; only a source that also steers it has it (live.ts). */
  attach?(page: Page): void;
}

/** A container as base64 text inside the page. */
export class Embedded implements Source {
  constructor(readonly label: string, private readonly element: HTMLElement) {}

  async open(): Promise<Content> {
    const text = this.element.textContent ?? "";
    const content = await decode(fromBase64(text));
    this.element.textContent = "";
    return content;
  }
}
