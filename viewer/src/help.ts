import { h } from "./dom";

const KEYS: [string, string][] = [
  ["space", "play, pause"], ["← →", "5 s back, on (with shift 30 s)"], ["+ −", "faster, slower"], ["Home End", "to the start, the end"],
  ["n p", "next, previous event of the list"], ["enter", "follow what the last event of the list is about"], [", .", "follow the one before, the next of what moves"], ["f", "follow with the camera, or not"], ["Esc", "let go of what is followed; close panels"],
  ["u o", "turn left, right (with shift: move over the ground)"], ["i k", "look from higher up, from lower down (with shift: move ahead, back)"], ["z x", "nearer, farther"],
  ["0", "whole scene again"], ["t", "from above"], ["d", "coverage: selected radar, all, none"], ["r", "next radar"], ["/", "find by name"], ["l", "layers"], ["c", "charts"], ["v", "lists and displays over the globe, or the globe alone"], ["? h", "this help"],
];

export function help(missing: string[], notice: string, close: () => void): HTMLElement {
  const table = h("table", {});
  for (const [key, what] of KEYS) table.append(h("tr", {}, h("td", {}, h("kbd", {}, key)), h("td", {}, what)));
  return h("div", { class: "help", role: "dialog", "aria-label": "help", tabindex: "-1" },
    h("button", { class: "close", "aria-label": "close", click: close }, "×"),
    h("h3", {}, "Keys"), table,
    h("p", {}, "Drag turns, shift-drag or right-drag moves over the ground, the wheel zooms. Click anything to follow it and read its kill chain. Pk in the list of events: kill probability of that burst."),
    h("h3", {}, "Symbols"),
    h("p", {}, "Frames after APP-6; the shape tells the side: hostile pointed, friend round (sites: a box), neutral square, unknown a clover. Filled: truth. "
      + "Hollow: fused tracks, in the frame of the identity that the command post holds; dashed while known from strobes alone. "
      + "Yellow ellipsoid: where the track's target is with the stated probability, if its covariance is right; on the radar display the ellipse on the ground. "
      + "Radar display: dots are plots, crosses false plots (which no radar knows), fading. "
      + "Star: killed. Red cross: came through. Grey cross: burst without a kill. Pink: jam strobe. F fighter, B bomber, C airliner, T transport, H helicopter, D decoy, U drone."),
    h("h3", {}, "What results do not hold"), h("ul", {}, ...missing.map((m) => h("li", {}, m))),
    h("p", {}, "Domes: horizon and instrumented range without target, jamming or ground. Zones: the missile alone with ideal information against a target of 300 m/s, approaching, 1 m². "
      + "One run is an anecdote: a rate needs many replications."),
    h("details", {}, h("summary", {}, "Licences"), h("pre", {}, notice)));
}
