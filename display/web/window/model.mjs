// SPDX-License-Identifier: Apache-2.0
/*
 * The console of one window as a state and its steps, and the table of everything a clerk can do
 * there. Pure. What the window is, is what the house last said (`view`); nothing is guessed ahead:
 * a verb is sent, the answer shows.
 */
import { parseAt } from '../lib/time.mjs';

/** A key that bounces, or is held, must not press the next primary action too. */
export const BOUNCE_MS = 350;
const TROUBLE_MS = 12000;

export const OUTCOMES = [
  'accepted',
  'done',
  'told',
  'gaps',
  'refused',
  'advice',
  'picked-up',
  'returned',
  'passed-on',
];
export const DELIVERIES = ['window', 'courier', 'electronic'];
const DELIVERED = new Set(['accepted', 'done', 'gaps', 'refused']);
const PARKS = ['away', 'here', 'wait'];
export const PLACES = ['order', 'first', 'last'];

/** Secondary actions in the order of the grid: key, verb(s) that allow it, what pressing does. */
export const ACTIONS = [
  { key: 'R', name: 'recall', verbs: ['recall'] },
  { key: 'M', name: 'miss', verbs: ['miss'] },
  { key: 'P', name: 'park', verbs: ['park'], dialog: 'park' },
  { key: 'T', name: 'transfer', verbs: ['transfer'], dialog: 'transfer' },
  { key: 'F', name: 'outcome', verbs: ['finish'], dialog: 'outcome' },
  { key: 'E', name: 'ask-rating', verbs: ['ask-rating'] },
  { key: 'N', name: 'call', verbs: ['call'], dialog: 'call' },
  { key: 'L', name: 'take-late', verbs: ['take-late'], dialog: 'take-late' },
  { key: 'B', name: 'unpark', verbs: ['unpark'], dialog: 'unpark' },
  { key: 'W', name: 'walk-in', verbs: ['walk-in'], dialog: 'walk-in' },
  { key: 'K', name: 'recycle', verbs: ['recycle'], dialog: 'recycle' },
  { key: 'U', name: 'undo', verbs: ['withdraw', 'reopen', 'take-back'], dialog: 'undo' },
  { key: 'Z', name: 'pause', verbs: ['pause', 'resume'], dialog: 'pause' },
  { key: 'C', name: 'close', verbs: ['close'], dialog: 'close' },
];

export function begin({ number, language, now }) {
  return {
    number,
    language,
    now,
    link: 'lost',
    heard: now,
    skew_ms: 0,
    offset_min: 480,
    session: undefined,
    signing: false,
    hall: null,
    view: null,
    dialog: null,
    busy: null,
    trouble: null,
    why: null,
    changed: 0,
  };
}

/** What Space does now: {verb, name, number?}, or null when there is nothing to do. */
export function primary(view) {
  if (!view) return null;
  if (view.state === 'closed') return { verb: 'open', name: 'open' };
  if (view.state === 'paused') return { verb: 'resume', name: 'resume' };
  if (view.ticket?.state === 'called')
    return { verb: 'start', name: 'start', number: view.ticket.number };
  if (view.ticket?.state === 'serving')
    return { verb: 'finish', name: 'finish', number: view.ticket.number };
  if (!view.next) return null;
  return { verb: 'next', name: 'next', number: view.next.number };
}

/** Whether a secondary action is possible now. A no-show needs its grace to be over. */
export function possible(action, state) {
  const { view } = state;
  if (!view || state.busy) return false;
  const may = action.verbs.some((verb) => (view.can ?? []).includes(verb));
  if (action.name === 'miss') return may && graceLeft(state) === 0;
  if (action.name === 'take-late') return may && view.missed.length > 0;
  if (action.name === 'unpark') return may && view.parked.length > 0;
  if (action.name === 'undo')
    return may && choices({ ...state, dialog: { kind: 'undo' } }).length > 0;
  return may;
}

/** Seconds of grace left of the current call; null while nobody was told, or is called. */
export function graceLeft({ view, now, heard }) {
  const ticket = view?.ticket;
  if (ticket?.state !== 'called' || ticket.grace_left_s === null) return null;
  if (ticket.grace_left_s === undefined) return ticket.can_miss ? 0 : null;
  return Math.max(0, Math.ceil(ticket.grace_left_s - (now - heard) / 1000));
}

/** Seconds since that JSON time, by the hall's clock. */
export function since(text, { now, skew_ms }) {
  const at = parseAt(text);
  return at ? Math.max(0, (now + skew_ms - at.ms) / 1000) : 0;
}

/** The choices of a list dialog: [{verb, body, text: [key, values], name?}], picked by 1 to 9. */
export function choices(state) {
  return CHOICES[state.dialog?.kind]?.(state) ?? [];
}

const CHOICES = {
  park: () => PARKS.map((kind) => ({ verb: 'park', body: { kind }, text: [`park.${kind}`] })),
  pause: ({ hall }) =>
    reasonsFor(hall, 'pause').map((reason) => ({
      verb: 'pause',
      body: { reason: reason.code },
      name: reason.name,
    })),
  outcome: () =>
    OUTCOMES.map((outcome) =>
      DELIVERED.has(outcome)
        ? { dialog: { kind: 'delivery', outcome }, text: [`outcome.${outcome}`] }
        : { verb: 'finish', body: { outcome }, text: [`outcome.${outcome}`] },
    ),
  'take-late': ({ view }) =>
    view.missed
      .slice(0, 9)
      .map((one) => ({
        verb: 'take-late',
        body: { number: one.number },
        number: one.number,
        code: one.service,
      })),
  unpark: ({ view }) =>
    view.parked
      .slice(0, 9)
      .map((one) => ({
        verb: 'unpark',
        body: { number: one.number },
        number: one.number,
        code: one.service,
      })),
  recycle: () => [{ verb: 'recycle', body: {}, text: ['console.recycle.yes'] }],
  close: () => [{ verb: 'close', body: {}, text: ['console.close.yes'] }],
  undo({ view }) {
    const list = [];
    if (view.can.includes('withdraw') && view.ticket) {
      list.push({ verb: 'withdraw', body: {}, text: ['console.undo.withdraw', view.ticket] });
    }
    for (const one of view.recent) {
      for (const verb of one.can ?? []) {
        list.push({ verb, body: { number: one.number }, text: [`console.undo.${verb}`, one] });
      }
    }
    return list;
  },
};

/** Reasons of the hall for 'call' or 'pause'. */
export function reasonsFor(hall, use) {
  return (hall?.reasons ?? []).filter((reason) => reason.use === use);
}

/** Name of a service by its code, from the hall or the window's own lines. */
export function serviceName(state, code) {
  const find = (list) => (list ?? []).find((one) => (one.code ?? one.service) === code)?.name;
  return find(state.hall?.services) ?? find(state.view?.waiting) ?? { zh: code, en: code };
}

function seen(state, view, now) {
  if (state.view && view.seq < state.view.seq) return state; // an answer overtook this frame
  const at = parseAt(view.at);
  const clock = at ? { skew_ms: at.ms - now, offset_min: at.offset_min } : {};
  const person = state.view?.ticket?.number !== view.ticket?.number;
  const moved = person || state.view?.state !== view.state;
  return {
    ...state,
    ...clock,
    view,
    heard: now,
    now,
    changed: moved ? now : state.changed,
    why: person ? null : state.why,
  };
}

const STEPS = {
  tick(state, { now }) {
    const over = state.trouble && now - state.trouble.at > TROUBLE_MS;
    return { ...state, now, trouble: over ? null : state.trouble };
  },
  link: (state, { link, now }) => ({ ...state, link, now: now ?? state.now }),
  hall: (state, { hall }) => ({ ...state, hall }),
  language: (state, { language }) => ({ ...state, language }),
  signing: (state) => ({ ...state, signing: true, trouble: null }),
  signed: (state, { session }) => ({ ...state, session, signing: false, trouble: null }),
  'signed-out': (state, { trouble = null }) => ({
    ...state,
    session: null,
    view: null,
    dialog: null,
    busy: null,
    signing: false,
    trouble,
    link: 'lost',
  }),
  view: (state, { view, now }) => seen(state, view, now),
  sending: (state, { verb }) => ({ ...state, busy: verb, dialog: null, trouble: null }),
  answered(state, { view, why, now }) {
    const next = view ? seen({ ...state, busy: null }, view, now) : { ...state, busy: null };
    return { ...next, why: why ?? next.why };
  },
  trouble(state, { trouble, view, now }) {
    const next = view ? seen(state, view, now) : state;
    return { ...next, busy: null, signing: false, trouble: { ...trouble, at: now } };
  },
  calm: (state) => ({ ...state, trouble: null }),
  dialog: (state, { dialog }) => ({ ...state, dialog }),
};

export function step(state, action) {
  return STEPS[action.do](state, action);
}

/**
 * What a key means now: {send: verb, body} | {dialog} | null. `now` guards against a bouncing key.
 */
export function keyed(state, key, now) {
  if (!state.view || state.busy || state.dialog) return null;
  if (key === ' ' || key === 'Enter') {
    const first = primary(state.view);
    return first && now - state.changed >= BOUNCE_MS
      ? { send: first.verb, body: bodyOf(first) }
      : null;
  }
  const action = ACTIONS.find((one) => one.key === key.toUpperCase());
  return action && possible(action, state) ? pressed(action, state) : null;
}

/** The body of the primary action: plain finishing means "accepted". */
export function bodyOf({ verb }) {
  return verb === 'finish' ? { outcome: 'accepted' } : {};
}

/** What pressing a secondary action does. */
export function pressed(action, state) {
  if (action.name === 'pause' && state.view.state === 'paused') return { send: 'resume', body: {} };
  return action.dialog ? { dialog: { kind: action.dialog } } : { send: action.verbs[0], body: {} };
}
