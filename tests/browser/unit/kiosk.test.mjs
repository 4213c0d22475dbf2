// SPDX-License-Identifier: Apache-2.0
// The kiosk's steps: what, who, take; one key a wish; home after 30 s; why a service is shut.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  begin,
  homeIn,
  pageOf,
  ready,
  servicesHere,
  shutBy,
  step,
  wish,
} from '../../../display/web/kiosk/model.mjs';
import { hallOf } from '../scenes.mjs';

function at(scene = 'small') {
  return step(begin({ language: 'zh', now: 0 }), { do: 'hall', hall: hallOf(scene), now: 0 });
}

function walk(state, ...actions) {
  return actions.reduce(
    (now, action) => step(now, typeof action === 'string' ? { do: action } : action),
    state,
  );
}

const TO_WHO = [
  { do: 'board', code: 'zh' },
  { do: 'service', code: 'A' },
];

test('a wish is what was chosen, and nothing else', () => {
  const state = walk(
    at(),
    ...TO_WHO,
    { do: 'class', code: 'priority' },
    { do: 'reason', code: 'elderly' },
    { do: 'need', need: 'text' },
    { do: 'need', need: 'slow' },
    { do: 'need', need: 'slow' },
  );
  assert.deepEqual(wish(state), {
    service: 'A',
    language: 'zh',
    class: 'priority',
    reason: 'elderly',
    needs: ['text'],
  });
  assert.deepEqual(wish(walk(at(), ...TO_WHO)), { service: 'A', language: 'zh' });
});

test('a class that needs a reason waits for one; another class forgets it', () => {
  const priority = walk(at(), ...TO_WHO, { do: 'class', code: 'priority' });
  assert.equal(ready(priority), false);
  assert.equal(walk(priority, { do: 'take', key: 'k' }).screen, 'who');
  const given = walk(priority, { do: 'reason', code: 'elderly' });
  assert.equal(ready(given), true);
  assert.equal(walk(given, { do: 'class', code: 'normal' }).reason, null);
});

test('a retry after an unknown outcome keeps its key; a new wish has a new one', () => {
  const first = walk(at(), ...TO_WHO, { do: 'take', key: 'k1' });
  assert.equal(walk(first, { do: 'take', key: 'k2' }).key, 'k1', 'pressed twice');
  const unknown = walk(first, { do: 'refused', trouble: { again: true }, now: 1 });
  assert.equal(walk(unknown, { do: 'take', key: 'k3' }).key, 'k1');
  const refused = walk(first, { do: 'refused', trouble: { again: false }, now: 1 });
  assert.equal(walk(refused, { do: 'take', key: 'k4' }).key, 'k4');
  assert.equal(walk(unknown, 'home').key, null);
});

test('30 s without a touch go home, the last ten counted; a touch stays', () => {
  const state = walk(at(), ...TO_WHO, { do: 'language', language: 'en' }, 'large', {
    do: 'touch',
    now: 1000,
  });
  assert.equal(homeIn(walk(state, { do: 'tick', now: 20900 })), null);
  assert.equal(homeIn(walk(state, { do: 'tick', now: 21500 })), 10);
  const touched = walk(
    state,
    { do: 'tick', now: 30000 },
    { do: 'touch', now: 30500 },
    { do: 'tick', now: 31500 },
  );
  assert.equal(touched.screen, 'who');
  const gone = walk(state, { do: 'tick', now: 31000 });
  assert.deepEqual(
    [gone.screen, gone.language, gone.large, gone.service],
    ['boards', 'zh', false, null],
  );
});

test('nobody is sent home while a number is being taken', () => {
  const taking = walk(at(), ...TO_WHO, { do: 'take', key: 'k' }, { do: 'tick', now: 90000 });
  assert.equal(taking.screen, 'taking');
  assert.equal(walk(taking, 'back').screen, 'taking');
});

test('the ticket stays 10 s, or 20 s more', () => {
  const shown = walk(
    at(),
    ...TO_WHO,
    { do: 'take', key: 'k' },
    { do: 'taken', ticket: { number: 'A036' }, now: 100000 },
  );
  assert.equal(homeIn(shown), 10);
  assert.equal(walk(shown, { do: 'tick', now: 109999 }).screen, 'ticket');
  assert.equal(walk(shown, { do: 'tick', now: 110000 }).screen, 'boards');
  assert.equal(walk(shown, 'longer', { do: 'tick', now: 129000 }).screen, 'ticket');
});

test('at most eight choices a screen, four when large', () => {
  const state = walk(at('big'), { do: 'board', code: 'zh' });
  const list = servicesHere(state);
  assert.equal(pageOf(list, state).items.length, 8);
  assert.equal(pageOf(list, walk(state, 'large')).items.length, 4);
  const last = pageOf(list, { ...state, page: 99 });
  assert.equal(last.page, last.pages - 1);
  const seen = Array.from(
    { length: last.pages },
    (_, page) => pageOf(list, { ...state, page }).items,
  ).flat();
  assert.deepEqual(seen, list);
});

test('a shut service says why and cannot be chosen', () => {
  const hall = hallOf('mixed');
  const why = Object.fromEntries(hall.services.map((one) => [one.code, shutBy(one)]));
  assert.deepEqual(why, { A: 'stopped', C: null, D: 'full', E: 'closed' });
  const state = walk(at('mixed'), { do: 'board', code: 'zh' }, { do: 'service', code: 'A' });
  assert.equal(state.screen, 'services');
});

test('a hall with one board begins with its services', () => {
  const hall = hallOf('small');
  hall.services = hall.services.filter((one) => one.board === 'zh');
  const state = step(begin({ language: 'zh', now: 0 }), { do: 'hall', hall, now: 0 });
  assert.deepEqual([state.screen, state.board], ['services', 'zh']);
  assert.equal(walk(state, { do: 'service', code: 'A' }, 'back', 'back').screen, 'services');
  assert.equal(homeIn(walk(state, { do: 'tick', now: 90000 })), null);
});

test('a phone number is whole or none', () => {
  const typed = walk(
    at(),
    ...TO_WHO,
    'phone',
    ...[...'13800'].map((digit) => ({ do: 'digit', digit })),
  );
  assert.equal(walk(typed, 'phoned').phone, '');
  assert.equal(walk(typed, 'back').phone, '');
  const whole = walk(typed, ...[...'0000009'].map((digit) => ({ do: 'digit', digit })));
  assert.equal(wish(walk(whole, 'phoned')).phone, '13800000000');
});
