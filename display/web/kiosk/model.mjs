// SPDX-License-Identifier: Apache-2.0
/*
 * The kiosk as a state and its steps: what, who and needs, take. Pure: time comes in with the
 * action, requests are made by main.mjs when the state says so (`screen: 'taking'`). The key of a
 * ticket is made once per wish and kept until the wish is over, so that no retry takes two.
 */

export const IDLE_MS = 30000; // then home
export const WARN_MS = 10000; // of which the last ten are counted aloud
export const SHOW_MS = 10000; // the ticket's last screen
export const NEEDS = ['voice', 'text', 'large', 'slow', 'escort'];

const HOME = {
  screen: 'boards',
  board: null,
  service: null,
  page: 0,
  klass: null,
  reason: null,
  needs: [],
  phone: '',
  key: null,
  tries: 0,
  ticket: null,
  trouble: null,
  until: 0,
};

export function begin({ language, now }) {
  return {
    ...HOME,
    language,
    first_language: language,
    chosen: false,
    large: false,
    hall: null,
    link: 'lost',
    heard: now,
    touched: now,
    now,
  };
}

/** How many choices fit a screen. */
export function pageSize(state) {
  return state.large ? 4 : 8;
}

/** Services of the chosen board, in the hall's order. */
export function servicesHere(state) {
  const all = state.hall?.services ?? [];
  return state.board === null ? all : all.filter((service) => service.board === state.board);
}

/** Boards that have services; a hall with one board needs no first question. */
export function boardsHere(state) {
  const used = new Set((state.hall?.services ?? []).map((service) => service.board));
  return (state.hall?.boards ?? []).filter((board) => used.has(board.code));
}

/** What stands on this page of the current list, and how many pages there are. */
export function pageOf(list, state) {
  const size = pageSize(state);
  const pages = Math.max(1, Math.ceil(list.length / size));
  const page = Math.min(state.page, pages - 1);
  return { items: list.slice(page * size, (page + 1) * size), page, pages };
}

/** Why a service gives no numbers now: 'stopped', 'closed', 'full', or null if it does. */
export function shutBy(service) {
  if (service.stopped) return 'stopped';
  if (!service.open) return 'closed';
  return service.full ? 'full' : null;
}

/** The class a ticket would have: chosen, or the first of the hall. */
export function classOf(state) {
  const all = state.hall?.classes ?? [];
  return all.find((one) => one.code === state.klass) ?? all[0] ?? null;
}

/** Whether the wish is complete: a class that needs a reason has one. */
export function ready(state) {
  return state.service !== null && (!classOf(state)?.needs_reason || state.reason !== null);
}

/** The body of POST /tickets. */
export function wish(state) {
  const body = { service: state.service, language: state.language };
  if (state.klass) body.class = state.klass;
  if (state.reason) body.reason = state.reason;
  if (state.needs.length) body.needs = state.needs;
  if (state.phone) body.phone = state.phone;
  return body;
}

/** Seconds until the page goes home by itself, null while that is not near. */
export function homeIn(state) {
  if (state.screen === 'ticket') return Math.ceil(Math.max(0, state.until - state.now) / 1000);
  if (atRest(state)) return null;
  const left = IDLE_MS - (state.now - state.touched);
  return left > WARN_MS ? null : Math.ceil(Math.max(0, left) / 1000);
}

function atRest(state) {
  return (
    state.screen === 'taking' ||
    (state.screen === homeScreen(state) && !state.chosen && state.page === 0)
  );
}

function homeScreen(state) {
  return boardsHere(state).length === 1 ? 'services' : 'boards';
}

function home(state) {
  const only = boardsHere(state).length === 1 ? boardsHere(state)[0].code : null;
  return {
    ...state,
    ...HOME,
    screen: only ? 'services' : 'boards',
    board: only,
    language: state.first_language,
    chosen: false,
    large: false,
  };
}

const BACK = { services: 'boards', who: 'services', phone: 'who', trouble: 'who' };

const STEPS = {
  hall(state, { hall, now }) {
    const known = { ...state, hall, heard: now };
    return state.hall && state.screen !== 'boards' ? known : onlyBoard(known);
  },
  link: (state, { link }) => ({ ...state, link }),
  touch: (state, { now }) => ({ ...state, touched: now, now }),
  tick(state, { now }) {
    const next = { ...state, now };
    return homeIn(next) === 0 ? home(next) : next;
  },
  home,
  back(state) {
    if (state.screen === 'taking') return state; // the answer is on its way
    const to = BACK[state.screen];
    if (!to || (to === 'boards' && homeScreen(state) === 'services')) return home(state);
    return { ...state, screen: to, page: 0, key: null, trouble: null, phone: leftPhone(state) };
  },
  board: (state, { code }) => ({ ...state, screen: 'services', board: code, page: 0 }),
  service(state, { code }) {
    const service = state.hall.services.find((one) => one.code === code);
    if (!service || shutBy(service)) return state;
    return { ...state, screen: 'who', service: code, page: 0 };
  },
  page: (state, { page }) => ({ ...state, page }),
  class: (state, { code }) => ({ ...state, klass: code, reason: null }),
  reason: (state, { code }) => ({ ...state, reason: code }),
  need(state, { need }) {
    const has = state.needs.includes(need);
    const needs = has ? state.needs.filter((one) => one !== need) : [...state.needs, need];
    return { ...state, needs };
  },
  phone: (state) => ({ ...state, screen: 'phone' }),
  digit: (state, { digit }) =>
    state.phone.length < 11 ? { ...state, phone: state.phone + digit } : state,
  erase: (state) => ({ ...state, phone: state.phone.slice(0, -1) }),
  phoned: (state) => ({ ...state, screen: 'who', phone: leftPhone(state) }),
  language: (state, { language }) => ({ ...state, language, chosen: true }),
  large: (state) => ({ ...state, large: !state.large, chosen: true, page: 0 }),
  take(state, { key }) {
    if (!ready(state) || state.screen === 'taking') return state;
    return { ...state, screen: 'taking', key: state.key ?? key, tries: 0, trouble: null };
  },
  trying: (state, { tries }) => ({ ...state, tries }),
  taken: (state, { ticket, now }) => ({
    ...state,
    screen: 'ticket',
    ticket,
    key: null,
    until: now + SHOW_MS,
    now,
  }),
  // An unknown outcome keeps the key: asking again gives the same ticket or the only one.
  refused: (state, { trouble, now }) => ({
    ...state,
    screen: 'trouble',
    trouble,
    key: trouble.again ? state.key : null,
    touched: now,
    now,
  }),
  longer: (state) => ({ ...state, until: state.until + 2 * SHOW_MS }),
};

function onlyBoard(state) {
  const boards = boardsHere(state);
  if (boards.length !== 1) return state;
  return { ...state, screen: 'services', board: boards[0].code };
}

/** Half a phone number is none. */
export function leftPhone(state) {
  return phoneWhole(state.phone) ? state.phone : '';
}

export function phoneWhole(phone) {
  return /^1\d{10}$/.test(phone);
}

export function step(state, action) {
  return STEPS[action.do](state, action);
}
