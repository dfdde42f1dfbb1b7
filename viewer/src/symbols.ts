// Symbols after the frames of APP-6: the shape tells the side, so that colour need not. Drawn here, once, into one texture.

export const COLOURS: Record<string, string> = {
  hostile: "#ff8a6b", friend: "#6cc4f5", neutral: "#b7c8c3", unknown: "#f0e442",
};
export const MISSILE = "#b9f0ff";
export const KILL = "#ffd75e";
/** errors of tracks; plots of a radar, and false ones */
export const ERROR = "#f0e442";
export const PLOT = "#f4fbff";
export const FALSE_PLOT = "#e69f00";
export const LEAK = "#ff4d4d";
const DARK = "#0b1113";

export function rgb(hex: string): [number, number, number] {
  const k = parseInt(hex.slice(1), 16);
  return [(k >> 16) / 255, ((k >> 8) & 255) / 255, (k & 255) / 255];
}

type Pen = CanvasRenderingContext2D;

/** Outline of the frame of a side, in a box of s by s; `air`: open below. */
function frame(c: Pen, identity: string, air: boolean, s: number): void {
  const a = s * 0.16, b = s * 0.84, m = s * 0.5;
  c.beginPath();
  if (air) {
    if (identity === "hostile") { c.moveTo(a, b); c.lineTo(a, s * 0.42); c.lineTo(m, s * 0.1); c.lineTo(b, s * 0.42); c.lineTo(b, b); }
    else if (identity === "friend") { c.moveTo(a, b); c.lineTo(a, s * 0.46); c.arc(m, s * 0.46, m - a, Math.PI, 0); c.lineTo(b, b); }
    else if (identity === "neutral") { c.moveTo(a, b); c.lineTo(a, a); c.lineTo(b, a); c.lineTo(b, b); }
    else { c.moveTo(s * 0.24, b); c.arc(s * 0.3, s * 0.5, s * 0.17, Math.PI * 0.6, Math.PI * 1.5); c.arc(m, s * 0.3, s * 0.2, Math.PI, 0);
      c.arc(s * 0.7, s * 0.5, s * 0.17, Math.PI * 1.5, Math.PI * 0.4); c.lineTo(s * 0.76, b); }
    c.closePath();
    return;
  }
  if (identity === "hostile") { c.moveTo(m, s * 0.04); c.lineTo(s * 0.96, m); c.lineTo(m, s * 0.96); c.lineTo(s * 0.04, m); c.closePath(); }
  else c.rect(s * 0.08, s * 0.22, s * 0.84, s * 0.56);
}

function rocket(c: Pen, s: number, nose: boolean): void {
  c.beginPath();
  c.moveTo(s * 0.5, s * 0.26); c.lineTo(s * 0.5, s * 0.78);
  if (nose) { c.moveTo(s * 0.4, s * 0.4); c.lineTo(s * 0.5, s * 0.24); c.lineTo(s * 0.6, s * 0.4); }
  c.moveTo(s * 0.4, s * 0.78); c.lineTo(s * 0.5, s * 0.66); c.lineTo(s * 0.6, s * 0.78);
  c.stroke();
}

function letter(c: Pen, text: string, s: number, size = 0.4): void {
  c.font = `bold ${Math.round(s * size)}px "DejaVu Sans", Arial, sans-serif`;
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.fillText(text, s * 0.5, s * 0.58);
}

const SITE: Record<string, (c: Pen, s: number) => void> = {
  radar: (c, s) => {
    c.beginPath(); c.arc(s * 0.42, s * 0.44, s * 0.2, Math.PI * 0.25, Math.PI * 1.25); c.stroke();
    c.beginPath(); c.moveTo(s * 0.28, s * 0.66); c.lineTo(s * 0.46, s * 0.5); c.lineTo(s * 0.5, s * 0.62); c.lineTo(s * 0.72, s * 0.36); c.stroke();
  },
  launcher: (c, s) => {
    c.beginPath(); c.moveTo(s * 0.5, s * 0.72); c.lineTo(s * 0.5, s * 0.3); c.moveTo(s * 0.38, s * 0.72); c.lineTo(s * 0.38, s * 0.42);
    c.moveTo(s * 0.62, s * 0.72); c.lineTo(s * 0.62, s * 0.42); c.stroke();
  },
  "command post": (c, s) => { c.font = `bold ${Math.round(s * 0.3)}px Arial`; c.textAlign = "center"; c.textBaseline = "middle"; c.fillText("CP", s * 0.5, s * 0.52); },
};

const LETTERS: Record<string, string> = { gun: "G", "decoy emitter": "D", "power unit": "P" };

/** Draw a symbol into a box of s by s at the origin of the pen. */
export function drawSymbol(c: Pen, kind: string, identity: string, icon: string, s: number): void {
  c.lineJoin = "round";
  c.lineCap = "round";
  if (kind === "missile") {
    c.fillStyle = MISSILE; c.strokeStyle = DARK; c.lineWidth = s * 0.05;
    c.beginPath(); c.arc(s * 0.5, s * 0.5, s * 0.24, 0, 2 * Math.PI); c.fill(); c.stroke();
    c.strokeStyle = "#0e3a4a"; c.lineWidth = s * 0.06;
    c.beginPath(); c.moveTo(s * 0.5, s * 0.64); c.lineTo(s * 0.5, s * 0.36); c.moveTo(s * 0.42, s * 0.46); c.lineTo(s * 0.5, s * 0.36); c.lineTo(s * 0.58, s * 0.46); c.stroke();
    return;
  }
  const colour = COLOURS[identity] ?? COLOURS.unknown;
  if (kind === "track") {
    c.lineWidth = s * 0.09; c.strokeStyle = DARK; frame(c, identity, true, s); c.stroke();
    c.lineWidth = s * 0.05; c.strokeStyle = colour;
    if (icon === "passive") c.setLineDash([s * 0.08, s * 0.08]);
    frame(c, identity, true, s); c.stroke(); c.setLineDash([]);
    return;
  }
  if (kind === "mark") return mark(c, icon, s);
  frame(c, identity, kind === "platform", s);
  c.fillStyle = icon === "lost" ? "#3a1f1f" : colour; c.fill();
  c.lineWidth = s * 0.05; c.strokeStyle = icon === "lost" ? LEAK : DARK; c.stroke();
  c.fillStyle = c.strokeStyle = DARK; c.lineWidth = s * 0.06;
  if (icon === "lost") {
    c.strokeStyle = LEAK; c.lineWidth = s * 0.08;
    c.beginPath(); c.moveTo(s * 0.3, s * 0.32); c.lineTo(s * 0.7, s * 0.68); c.moveTo(s * 0.7, s * 0.32); c.lineTo(s * 0.3, s * 0.68); c.stroke();
  } else if (SITE[icon]) SITE[icon](c, s);
  else if (icon === "asset" || icon === "target") { c.beginPath(); c.rect(s * 0.36, s * 0.36, s * 0.28, s * 0.28); c.fill(); }
  else if (icon === "ballistic") rocket(c, s, true);
  else if (icon === "cruise") rocket(c, s, false);
  else if (icon === "arm") { rocket(c, s, true); c.beginPath(); c.arc(s * 0.5, s * 0.52, s * 0.13, 0, 2 * Math.PI); c.stroke(); }
  else letter(c, icon.length === 1 ? icon : (LETTERS[icon] ?? "?"), s);
}

function mark(c: Pen, icon: string, s: number): void {
  c.lineWidth = s * 0.06;
  if (icon === "kill") {
    c.fillStyle = KILL; c.strokeStyle = DARK; c.beginPath();
    for (let k = 0; k < 10; k++) {
      const r = s * (k % 2 ? 0.14 : 0.36), a = -Math.PI / 2 + (k * Math.PI) / 5;
      c.lineTo(s * 0.5 + r * Math.cos(a), s * 0.5 + r * Math.sin(a));
    }
    c.closePath(); c.fill(); c.stroke();
  } else {
    const arm = (colour: string, w: number) => {
      c.strokeStyle = colour; c.lineWidth = w; c.beginPath(); c.moveTo(s * 0.26, s * 0.26); c.lineTo(s * 0.74, s * 0.74);
      c.moveTo(s * 0.74, s * 0.26); c.lineTo(s * 0.26, s * 0.74); c.stroke();
    };
    arm(DARK, s * 0.24);
    arm(icon === "leak" ? LEAK : "#8fa09d", s * (icon === "leak" ? 0.15 : 0.08));
  }
}
