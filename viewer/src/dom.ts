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
