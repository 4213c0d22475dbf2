// SPDX-License-Identifier: Apache-2.0
/*
 * A board as a state and its steps. What stands there comes from state/board (all of it) and from
 * call (at once, until the next state knows it). Pure: the clock comes in with the action; `ms` is
 * this machine's monotonic time, because its wall clock may be wrong.
 */
import { parseAt } from '../lib/time.mjs';

export const STALE_MS = 30000; // without a heartbeat
export const FRESH_MS = 60000; // called in the last minute: largest
export const TURN_MS = 8000;
export const ROWS = 8;
const HEROES = 2;

export function begin({ zone, ms, wall, shape }) {
  return {
    zone,
    shape,
    ms,
    wall,
    skew_ms: 0,
    link: 'lost',
    given: null,
    board: null,
    extra: [],
    gone: [],
    flash: 0,
    day: null,
    online: true,
    beat: ms,
    beat_wall: wall,
    alive: false,
  };
}

/** Whether what stands there may be old: no heartbeat for 30 s, or the house said good-bye. */
export function stale(state) {
  return !state.online || state.ms - state.beat > STALE_MS;
}

/** All calls that stand, newest first: {number, window, at, seq?, fresh}. */
export function callsOf(state) {
  const gone = new Set(state.gone.map((one) => one.number));
  const known = (state.board?.calls ?? []).filter((one) => !gone.has(one.number));
  const extra = state.extra.filter((one) => !gone.has(one.number));
  const newer = new Set(extra.map((one) => one.number));
  return [...extra, ...known.filter((one) => !newer.has(one.number))]
    .map((one) => ({ ...one, called: parseAt(one.at)?.ms ?? 0 }))
    .sort((a, b) => b.called - a.called);
}

/** What is shown now: at most two heroes (called in the last minute) and rows, eight in all. */
export function shown(state) {
  const calls = callsOf(state);
  const newest = calls[0]?.called ?? 0;
  const now = Math.max(newest, hallNow(state));
  const heroes = calls.filter((one) => now - one.called < FRESH_MS).slice(0, HEROES);
  const rest = calls.slice(heroes.length);
  return { heroes, ...turning(rest, ROWS - heroes.length, state.ms) };
}

/** The hall's time: this machine's wall clock, put right by each live heartbeat. */
export function hallNow(state) {
  return state.wall + state.skew_ms;
}

/** The page of a list that stands now; longer lists turn every 8 s. */
export function turning(list, size, ms) {
  const pages = Math.max(1, Math.ceil(list.length / size));
  const page = Math.floor(ms / TURN_MS) % pages;
  return { items: list.slice(page * size, (page + 1) * size), page, pages };
}

const STEPS = {
  tick: (state, { ms, wall, shape }) => ({ ...state, ms, wall, shape }),
  link: (state, { link, given }) => ({ ...state, link, given: given ?? state.given }),
  board(state, { body }) {
    if (state.board && body.seq < state.board.seq) return state;
    // What this state knows of needs no extra row; what it does not know yet keeps its row.
    const after = (one) => one.seq > body.seq;
    return {
      ...state,
      board: body,
      extra: state.extra.filter(after),
      gone: state.gone.filter(after),
    };
  },
  call(state, { body }) {
    const { seq, at, number, window } = body;
    const others = state.extra.filter((one) => one.number !== number);
    if (body.do === 'withdraw') {
      return { ...state, extra: others, gone: [...state.gone, { seq, number }] };
    }
    if (body.do !== 'call' && body.do !== 'recall') return state;
    const gone = state.gone.filter((one) => one.number !== number);
    return { ...state, gone, extra: [{ seq, at, number, window }, ...others], flash: seq };
  },
  // A retained heartbeat says what was, not that somebody is there now.
  beat(state, { body, retained, ms, wall }) {
    const next = { ...state, day: body.day, online: body.online };
    if (retained && body.online) return next;
    if (!body.online)
      return { ...next, beat_wall: state.alive ? state.beat_wall : wallOf(body, wall), ms };
    const skew_ms = (parseAt(body.at)?.ms ?? wall) - wall;
    return { ...next, beat: ms, beat_wall: wall + skew_ms, skew_ms, alive: true, ms, wall };
  },
};

function wallOf(body, wall) {
  return parseAt(body.at)?.ms ?? wall;
}

export function step(state, action) {
  return STEPS[action.do](state, action);
}
