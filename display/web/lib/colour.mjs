// SPDX-License-Identifier: Apache-2.0
/*
 * The hall's accent colour, made readable: the file may say any colour, and text on it or in it
 * still needs its contrast. Pure, but for the last function, which sets the page's variables.
 */

function channels(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

/** Relative luminance of "#rrggbb" (WCAG 2). */
export function luminance(hex) {
  const [r, g, b] = channels(hex).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast of two colours, 1 to 21. */
export function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** `hex` mixed towards `to`, 0 to 1. */
export function mix(hex, to, part) {
  const other = channels(to);
  const mixed = channels(hex).map((value, i) => Math.round(value + (other[i] - value) * part));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** The nearest shade of `hex` that has the contrast wanted on `ground`. */
export function readable(hex, ground, wanted = 7) {
  const towards = luminance(ground) > 0.18 ? '#000000' : '#ffffff';
  for (let part = 0; part <= 1; part += 0.04) {
    const shade = mix(hex, towards, part);
    if (contrast(shade, ground) >= wanted) return shade;
  }
  return towards;
}

/** Sets --accent (a shade with 7:1 on the page's ground) and --accent-soft (a tint of it). */
export function wear(accent, ground = '#ffffff') {
  const hex = /^#[0-9a-f]{6}$/i.test(accent ?? '') ? accent : '#0B5FA5';
  const style = document.documentElement.style;
  style.setProperty('--accent', readable(hex, ground, 7));
  style.setProperty('--accent-soft', mix(hex, ground, 0.9));
}
