// SPDX-License-Identifier: Apache-2.0
/*
 * The hall as its manager sees it, as a state and its steps. Pure. Figures are plain facts of the
 * last reading (GET /floor, /hall, /devices); alarms are worked out here from the longest wait of
 * each service. Nothing is guessed ahead: an act is sent, the next reading shows what came of it.
 */
import { parseAt } from '../lib/time.mjs';

export const OLD_MS = 8000; // without a reading
const TROUBLE_MS = 12000;
const DONE_MS = 6000;
export const SERVICES_MOST = 16; // in one assignment, as the house takes them

/** Waits that are said, from when on, the worst first. */
export const LEVELS = [
  { name: 'red', from_s: 45 * 60 },
  { name: 'orange', from_s: 30 * 60 },
  { name: 'yellow', from_s: 15 * 60 },
];

export function begin({ language, now }) {
  return {
    language,
    now,
    session: undefined, // undefined: not known yet; null: nobody
    signing: false,
    hall: null,
    floor: null,
    devices: null, // null: not for this role
    link: 'lost',
    heard: now,
    skew_ms: 0,
    offset_min: 480,
    dialog: null,
    busy: false,
    trouble: null,
    done: null,
  };
}

/** The alarm level of a wait, or null. */
export function levelOf(wait_s) {
  return LEVELS.find((level) => wait_s >= level.from_s)?.name ?? null;
}

/** Whether what stands there may be old. */
export function isOld({ link, now, heard }) {
  return link !== 'open' || now - heard > OLD_MS;
}

/** The first line: plain facts. `over` is the service furthest beyond its target, or null. */
export function figures({ floor }) {
  const waiting = floor.services.filter((one) => one.waiting > 0);
  const by = (list, key) => [...list].sort((a, b) => key(b) - key(a))[0] ?? null;
  const beyond = (one) => one.longest_s - one.target_s;
  const over = waiting.filter((one) => one.target_s > 0 && beyond(one) > 0);
  const open = floor.windows.filter((one) => one.state !== 'closed');
  return {
    waiting: floor.waiting,
    longest: by(waiting, (one) => one.longest_s),
    over: by(over, beyond),
    over_count: over.length,
    serving: open.filter((one) => one.state === 'serving').length,
    open: open.length,
    windows: floor.windows.length,
  };
}

/** What needs somebody: the house itself (clock, storage), then waits, the longest first. */
export function alarms({ floor }) {
  const house = floor.alarms.map((one) => ({ kind: one.code, level: 'red' }));
  const waits = floor.services
    .filter((one) => one.waiting > 0 && levelOf(one.longest_s))
    .sort((a, b) => b.longest_s - a.longest_s)
    .map((service) => ({ kind: 'wait', level: levelOf(service.longest_s), service }));
  return [...house, ...waits];
}

/** Services as rows: those with an alarm first, else in the hall's order, so that rows stand. */
export function rows({ floor }) {
  const rank = ({ waiting, longest_s }) => {
    const at = waiting ? LEVELS.findIndex((level) => longest_s >= level.from_s) : -1;
    return at < 0 ? LEVELS.length : at;
  };
  return [...floor.services].sort((a, b) => rank(a) - rank(b));
}

/** Windows by zone, in the hall's order: [{zone, windows}]. */
export function floorByZone({ hall, floor }) {
  const zones = [...(hall?.zones ?? []), { code: null, name: null }];
  const known = new Set(zones.map((one) => one.code));
  return zones
    .map((zone) => ({
      zone,
      windows: floor.windows.filter(
        (one) => (known.has(one.zone) ? one.zone : null) === zone.code,
      ),
    }))
    .filter((one) => one.windows.length);
}

/** Devices that are away or say that something is the matter. */
export function faulty(devices) {
  return (devices ?? []).filter((one) => !one.online || one.faults.length);
}

/** What a window serves now, as codes. */
export function servicesOf({ hall }, number) {
  return (hall?.windows ?? []).find((one) => one.number === number)?.services ?? [];
}

/** The window that could help with a service: a free one first, and one that does not serve it. */
export function helper(state, code) {
  const others = state.floor.windows.filter(
    (one) => one.state !== 'closed' && !servicesOf(state, one.number).includes(code),
  );
  const free = others.find((one) => one.state === 'open');
  return (free ?? others[0] ?? state.floor.windows[0])?.number;
}

/** "14:30" of the hall's today → RFC 3339 in the hall's offset; undefined if nothing was said. */
export function untilOf(text, { now, skew_ms, offset_min }) {
  if (!/^\d\d:\d\d$/.test(text ?? '')) return undefined;
  const day = new Date(now + skew_ms + offset_min * 60000).toISOString().slice(0, 10);
  const two = (n) => String(n).padStart(2, '0');
  const size = Math.abs(offset_min);
  const sign = offset_min < 0 ? '-' : '+';
  return `${day}T${text}:00${sign}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** A question's answer as a request: {method, path, body?}. `form` holds its fields as texts. */
export function actOf(dialog, form, state) {
  const until = untilOf(form.until, state);
  const timed = until ? { until } : {};
  const { service, window, services, notice } = dialog;
  switch (dialog.kind) {
    case 'stop': {
      const reason = (form.reason ?? '').trim();
      return { method: 'POST', path: `services/${service}/stop`, body: reason ? { reason } : {} };
    }
    case 'resume':
      return { method: 'POST', path: `services/${service}/resume`, body: {} };
    case 'assign':
      return {
        method: 'POST',
        path: `windows/${window}/assign`,
        body: services.length ? { services, ...timed } : { services },
      };
    case 'notice': {
      const text = { zh: form.zh.trim(), ...(form.en.trim() ? { en: form.en.trim() } : {}) };
      const zone = form.zone ? { zone: form.zone } : {};
      return { method: 'POST', path: 'notices', body: { text, ...zone, ...timed } };
    }
    case 'withdraw':
      return { method: 'DELETE', path: `notices/${notice.id}` };
    case 'extend':
      return { method: 'POST', path: 'day/extend', body: { until } };
    default:
      return { method: 'POST', path: 'clock/confirm', body: {} };
  }
}

const STEPS = {
  tick(state, { now }) {
    const calm = state.trouble && now - state.trouble.since > TROUBLE_MS;
    const seen = state.done && now - state.done.since > DONE_MS;
    const { trouble, done } = state;
    return { ...state, now, trouble: calm ? null : trouble, done: seen ? null : done };
  },
  language: (state, { language }) => ({ ...state, language }),
  signing: (state) => ({ ...state, signing: true, trouble: null }),
  signed: (state, { session }) => ({ ...state, session, signing: false, trouble: null }),
  'signed-out': (state, { trouble = null }) => ({
    ...begin(state),
    session: null,
    trouble: trouble && { ...trouble, since: state.now },
  }),
  hall: (state, { hall }) => ({ ...state, hall }),
  floor(state, { floor, now }) {
    const at = parseAt(floor.at);
    return {
      ...state,
      floor,
      now,
      heard: now,
      skew_ms: at ? at.ms - now : state.skew_ms,
      offset_min: at?.offset_min ?? state.offset_min,
    };
  },
  devices: (state, { devices }) => ({ ...state, devices }),
  link: (state, { link }) => ({ ...state, link }),
  dialog(state, { dialog }) {
    if (dialog?.kind !== 'assign') return { ...state, dialog, trouble: null };
    const window = dialog.window ?? helper(state, dialog.service);
    const now = servicesOf(state, window);
    const services = dialog.service ? [...new Set([...now, dialog.service])] : now;
    return { ...state, dialog: { kind: 'assign', service: dialog.service, window, services } };
  },
  pick(state, { code }) {
    const { services } = state.dialog;
    const on = services.includes(code);
    const next = on ? services.filter((one) => one !== code) : [...services, code];
    return { ...state, dialog: { ...state.dialog, services: next } };
  },
  sending: (state) => ({ ...state, busy: true, trouble: null }),
  done: (state, { what, now }) => ({
    ...state,
    busy: false,
    dialog: null,
    done: { what, since: now },
  }),
  trouble: (state, { trouble, now }) => ({
    ...state,
    busy: false,
    signing: false,
    trouble: { ...trouble, since: now },
  }),
  calm: (state) => ({ ...state, trouble: null, done: null }),
};

export function step(state, action) {
  return STEPS[action.do](state, action);
}
