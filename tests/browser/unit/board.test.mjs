// SPDX-License-Identifier: Apache-2.0
// The board's steps: newest on top, eight rows, stale after 30 s, a withdrawn call is gone at once.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  begin,
  callsOf,
  hallNow,
  shown,
  stale,
  step,
  turning,
} from '../../../display/web/board/model.mjs';
import { boardOf } from '../scenes.mjs';

const WALL = Date.parse('2026-11-23T02:42:00Z');

function at(body = boardOf('small', WALL)) {
  const state = begin({ zone: '', ms: 0, wall: WALL, shape: 'wide' });
  return body ? step(state, { do: 'board', body }) : state;
}

function call(number, seq, { verb = 'call', ago_s = 0 } = {}) {
  const at_ = new Date(WALL - ago_s * 1000).toISOString().replace('Z', '+00:00');
  return { do: 'call', body: { seq, at: at_, do: verb, number, window: 9 } };
}

test('a call stands on top at once, and flashes', () => {
  const state = step(at(), call('B500', 200));
  assert.equal(shown(state).heroes[0].number, 'B500');
  assert.equal(state.flash, 200);
});

test('what the next state knows is not shown twice; an older one takes no call away', () => {
  const called = step(at(), call('B500', 200));
  const older = step(called, { do: 'board', body: { ...boardOf('small', WALL), seq: 150 } });
  assert.equal(callsOf(older).filter((one) => one.number === 'B500').length, 1);
  const known = boardOf('small', WALL);
  known.calls.unshift({
    number: 'B500',
    window: 9,
    at: '2026-11-23T10:42:00+08:00',
    state: 'called',
  });
  const newer = step(older, { do: 'board', body: { ...known, seq: 200 } });
  assert.equal(callsOf(newer).filter((one) => one.number === 'B500').length, 1);
  assert.equal(newer.extra.length, 0);
  assert.equal(
    step(newer, { do: 'board', body: boardOf('empty', WALL) }),
    newer,
    'a state from before',
  );
});

test('a withdrawn call is gone at once, and stays gone until the next state', () => {
  const [first] = boardOf('small', WALL).calls;
  const state = step(at(), call(first.number, 201, { verb: 'withdraw' }));
  assert.ok(!callsOf(state).some((one) => one.number === first.number));
  const again = step(state, call(first.number, 202));
  assert.ok(callsOf(again).some((one) => one.number === first.number));
});

test('never more than eight rows, two of them large; the others turn every 8 s', () => {
  const state = at(boardOf('big', WALL, 5));
  const { heroes, items, pages } = shown(state);
  assert.deepEqual([heroes.length, items.length], [2, 6]);
  const seen = new Set();
  for (let page = 0; page < pages; page++) {
    for (const one of shown({ ...state, ms: page * 8000 }).items) seen.add(one.number);
  }
  assert.equal(seen.size + 2, 62);
});

test('after a minute a call is a row like others', () => {
  const state = step(at(boardOf('empty', WALL)), call('B500', 200));
  assert.equal(shown(step(state, { do: 'tick', ms: 0, wall: WALL + 59000 })).heroes.length, 1);
  const later = shown(step(state, { do: 'tick', ms: 0, wall: WALL + 61000 }));
  assert.deepEqual([later.heroes.length, later.items.length], [0, 1]);
});

test('stale after 30 s without a heartbeat, at once when the house says good-bye', () => {
  const beat = (online, retained, ms) => ({
    do: 'beat',
    body: { online, at: '2026-11-23T10:42:00+08:00' },
    retained,
    ms,
    wall: WALL,
  });
  const alive = step(at(), beat(true, false, 1000));
  assert.equal(stale({ ...alive, ms: 30999 }), false);
  assert.equal(stale({ ...alive, ms: 31001 }), true);
  assert.equal(stale(step(alive, beat(false, false, 2000))), true);
  const kept = step({ ...alive, ms: 40000 }, beat(true, true, 40000));
  assert.equal(stale(kept), true, 'a retained heartbeat is no sign of life');
  assert.equal(stale(step(kept, beat(true, false, 41000))), false);
});

test('a board with a wrong clock shows the hall’s time', () => {
  const body = { online: true, at: '2026-11-23T12:00:00+08:00' };
  const state = step(at(), { do: 'beat', body, retained: false, ms: 5, wall: WALL });
  assert.equal(hallNow(state), Date.parse('2026-11-23T04:00:00Z'));
});

test('pages turn and begin again', () => {
  const list = [1, 2, 3, 4, 5];
  assert.deepEqual(turning(list, 2, 0).items, [1, 2]);
  assert.deepEqual(turning(list, 2, 16000).items, [5]);
  assert.deepEqual(turning(list, 2, 24000).items, [1, 2]);
  assert.deepEqual(turning([], 2, 0), { items: [], page: 0, pages: 1 });
});
