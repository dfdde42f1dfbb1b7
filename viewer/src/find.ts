// Anything that has a name is found by it, and followed.

import { h, pressable } from "./dom";
import { Entity } from "./model";

const MOST = 12;
const KINDS: Record<string, string> = { platform: "flies", missile: "missile", track: "fused track", site: "site" };

/** Names that begin with the text come first, then those that hold it; among equals in the order of the run. */
export function matches(all: Entity[], text: string): Entity[] {
  const word = text.trim().toLowerCase();
  if (!word) return [];
  const first: Entity[] = [], rest: Entity[] = [];
  for (const e of all) {
    const at = e.id.toLowerCase().indexOf(word);
    if (at >= 0) (at === 0 ? first : rest).push(e);
  }
  return [...first, ...rest].slice(0, MOST);
}

export class Finder {
  readonly root: HTMLElement;
  private readonly input = h("input", { type: "search", name: "find", "aria-label": "name", placeholder: "name of what flies, stands or is tracked", autocomplete: "off", spellcheck: "false", autofocus: true });
  private readonly list = h("div", { class: "found", "aria-live": "polite" });

  constructor(private readonly all: () => Entity[], private readonly choose: (e: Entity) => void, close: () => void) {
    this.root = h("div", { class: "find", role: "dialog", "aria-label": "find", tabindex: "-1" },
      h("button", { class: "close", "aria-label": "close", click: close }, "×"), this.input, this.list);
    this.input.addEventListener("input", () => this.look());
    this.input.addEventListener("focus", () => { this.input.select(); this.look(); });
    this.input.addEventListener("keydown", (e) => {
      const [first] = e.key === "Enter" ? matches(this.all(), this.input.value) : [];
      if (first) this.choose(first);
    });
  }

  private look(): void {
    const found = matches(this.all(), this.input.value);
    const rows = found.map((e) => pressable(h("div", { class: "row" }, e.id, h("span", {}, `${KINDS[e.kind]}, ${e.identity}`)), () => this.choose(e)));
    this.list.replaceChildren(...(rows.length || !this.input.value.trim() ? rows : [h("p", {}, "nothing has such a name")]));
  }
}
