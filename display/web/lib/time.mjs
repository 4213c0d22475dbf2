// SPDX-License-Identifier: Apache-2.0
/*
 * Times as people read them, in the hall's own offset: a page in another time zone, or with a wrong
 * clock, still shows the hall's time. Pure.
 */

/** "2026-11-23T10:42:07.120+08:00" → {ms, offset_min}, or null. */
export function parseAt(text) {
  const ms = Date.parse(text ?? '');
  if (Number.isNaN(ms)) return null;
  const offset = /([+-])(\d\d):(\d\d)$/.exec(text);
  const minutes = offset ? Number(offset[2]) * 60 + Number(offset[3]) : 0;
  return { ms, offset_min: offset?.[1] === '-' ? -minutes : minutes };
}

/** Offset in minutes of an IANA zone at that moment; this machine's own if it is unknown. */
export function offsetOf(timezone, ms) {
  try {
    const options = { timeZone: timezone, timeZoneName: 'longOffset' };
    const parts = new Intl.DateTimeFormat('en', options).formatToParts(ms);
    const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
    const found = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(name);
    const minutes = Number(found?.[2] ?? 0) * 60 + Number(found?.[3] ?? 0);
    return found?.[1] === '-' ? -minutes : minutes;
  } catch {
    return -new Date(ms).getTimezoneOffset();
  }
}

/** "10:42" of that moment. */
export function clock(ms, offset_min) {
  return new Date(ms + offset_min * 60000).toISOString().slice(11, 16);
}

/** "10:42" of a JSON time, "" if it is none. */
export function clockOf(text) {
  const at = parseAt(text);
  return at ? clock(at.ms, at.offset_min) : '';
}

/** 0 = Sunday, in the hall's offset. */
export function weekday(ms, offset_min) {
  return new Date(ms + offset_min * 60000).getUTCDay();
}

/** 78 → "1:18". */
export function span(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const rest = String(s % 60).padStart(2, '0');
  if (s < 3600) return `${Math.floor(s / 60)}:${rest}`;
  return `${Math.floor(s / 3600)}:${String(Math.floor(s / 60) % 60).padStart(2, '0')}:${rest}`;
}

/** A wait as one says it: whole minutes, in fives from ten on, never more exact than it is. */
export function waitText(wait, t) {
  if (!wait) return '';
  if (wait.kind === 'paused') return t('wait.paused');
  if (wait.kind === 'not-today') return t('wait.not-today');
  const low = coarse(wait.low_s / 60, Math.floor);
  const high = coarse(wait.high_s / 60, Math.ceil);
  if (wait.high_s >= 3600) return low >= 60 ? t('wait.over') : t('wait.from', { low });
  if (high <= 5) return t('wait.soon', { high: 5 });
  return low === high ? t('wait.about', { high }) : t('wait.range', { low, high });
}

function coarse(minutes, round) {
  return minutes < 10 ? round(minutes) : round(minutes / 5) * 5;
}
