// Small help for making elements. Texts of a run are set as text, never as markup.

type Attributes = Record<string, string | number | boolean | ((e: Event) => void)>;

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: (Node | string)[]): HTMLElementTagNameMap[K] {
  const e = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") e.addEventListener(key, value);
    else if (key === "style") e.style.cssText = String(value); // not an attribute: a strict content policy forbids those
    else if (typeof value === "boolean") e.toggleAttribute(key, value);
    else e.setAttribute(key, String(value));
  }
  e.append(...children);
  return e;
}

/** Make an element a button: by mouse, and with Enter or space where it has the focus. */
export function pressable<E extends HTMLElement>(e: E, act: () => void): E {
  e.tabIndex = 0;
  e.setAttribute("role", "button");
  e.addEventListener("click", act);
  e.addEventListener("keydown", (key) => {
    if (key.key !== "Enter" && key.key !== " ") return;
    key.preventDefault();
    key.stopPropagation(); // not also play, or follow the last event
    act();
  });
  return e;
}

/** Was the focus moved with the keys last? Then what has it is to have its own keys; `:focus-visible` does not tell reliably. */
export const focus = { byKeys: false };
document.addEventListener("keydown", (e) => { if (e.key === "Tab") focus.byKeys = true; }, { capture: true });
document.addEventListener("pointerdown", () => { focus.byKeys = false; }, { capture: true });

/** A list that was used with the mouse gives the keys back to the page; one that is used with the keys keeps them. */
export function handsBack<E extends HTMLSelectElement>(select: E): E {
  select.addEventListener("change", () => { if (!focus.byKeys) select.blur(); });
  return select;
}

/** A canvas as large as its box, in real pixels; the pen draws in CSS pixels. */
export function sized(canvas: HTMLCanvasElement): { pen: CanvasRenderingContext2D; w: number; h: number } {
  const ratio = Math.min(window.devicePixelRatio || 1, 2), w = canvas.clientWidth, hh = canvas.clientHeight;
  if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(hh * ratio)) {
    canvas.width = Math.round(w * ratio);
    canvas.height = Math.round(hh * ratio);
  }
  const pen = canvas.getContext("2d")!;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { pen, w, h: hh };
}
