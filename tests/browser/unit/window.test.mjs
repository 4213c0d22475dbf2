// SPDX-License-Identifier: Apache-2.0
// The console's steps: what Space does in each state, what is possible, what an answer changes.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  ACTIONS,
  BOUNCE_MS,
  begin,
  choices,
  graceLeft,
  keyed,
  possible,
  primary,
  step,
} from '../../../display/web/window/model.mjs';
import { hallOf, windowOf, withPerson } from '../scenes.mjs';

const LATER = 10000;

function at(view, more = {}) {
  const state = step(begin({ number: 3, language: 'zh', now: 0 }), { do: 'view', view, now: 1000 });
  return { ...state, hall: hallOf('small'), ...more };
}

test('Space opens, calls, starts and finishes, each as it says', () => {
  const view = windowOf('small');
  const verbs = [
    { ...view, state: 'closed' },
    view,
    withPerson(view, 'called'),
    withPerson(view, 'serving'),
    { ...view, state: 'paused' },
  ].map((one) => primary(one).verb);
  assert.deepEqual(verbs, ['open', 'next', 'start', 'finish', 'resume']);
  assert.equal(primary(view).number, 'A012');
  assert.equal(primary({ ...view, next: null }), null);
});

test('plain finishing says accepted', () => {
  const wish = keyed(at(withPerson(windowOf('small'), 'serving')), ' ', LATER);
  assert.deepEqual(wish, { send: 'finish', body: { outcome: 'accepted' } });
});

test('a key that bounces does not press the next action too', () => {
  const state = at(withPerson(windowOf('small'), 'called'));
  assert.equal(keyed(state, ' ', 1000 + BOUNCE_MS - 1), null);
  assert.equal(keyed(state, ' ', 1000 + BOUNCE_MS).send, 'start');
  assert.equal(keyed({ ...state, busy: 'start' }, ' ', LATER), null);
});

test('each key is used once', () => {
  assert.equal(new Set(ACTIONS.map((one) => one.key)).size, ACTIONS.length);
});

test('only what the house allows is possible', () => {
  const state = at(withPerson(windowOf('small'), 'called', { grace_left_s: 30 }));
  const now = ACTIONS.filter((action) => possible(action, state)).map((action) => action.name);
  assert.deepEqual(now, ['recall', 'park', 'transfer', 'undo', 'close']);
  assert.equal(keyed(state, 'n', LATER), null);
});

test('a no-show waits for its grace, and for somebody to have been told', () => {
  const called = (more) => at(withPerson(windowOf('small'), 'called', more));
  const miss = ACTIONS.find((one) => one.name === 'miss');
  assert.equal(graceLeft(called({ grace_left_s: null })), null);
  assert.equal(possible(miss, called({ grace_left_s: null })), false);
  const soon = called({ grace_left_s: 10 });
  assert.equal(graceLeft({ ...soon, now: soon.heard + 4000 }), 6);
  assert.equal(possible(miss, { ...soon, now: soon.heard + 4000 }), false);
  assert.equal(possible(miss, { ...soon, now: soon.heard + 10000 }), true);
});

test('an answer that was overtaken changes nothing', () => {
  const state = at({ ...windowOf('small'), seq: 95 });
  assert.equal(step(state, { do: 'view', view: windowOf('small'), now: 2000 }), state);
});

test('why stays with its person', () => {
  const called = step(at(windowOf('small')), {
    do: 'answered',
    view: withPerson(windowOf('small'), 'called'),
    why: { sentence: { zh: '先到' } },
    now: 2000,
  });
  const serving = withPerson({ ...windowOf('small'), seq: 95 }, 'serving');
  assert.ok(step(called, { do: 'view', view: serving, now: 3000 }).why);
  const free = { ...windowOf('small'), seq: 99 };
  assert.equal(step(called, { do: 'view', view: free, now: 3000 }).why, null);
});

test('a window that changed shows what it is now, and says so', () => {
  const state = step(at(windowOf('small'), { busy: 'next' }), {
    do: 'trouble',
    trouble: { title: 'changed', detail: '' },
    view: withPerson(windowOf('small'), 'called'),
    now: 2000,
  });
  assert.deepEqual(
    [state.view.ticket.number, state.busy, state.trouble.title],
    ['A012', null, 'changed'],
  );
  assert.equal(step(state, { do: 'tick', now: 2000 + 12001 }).trouble, null);
});

test('undo lists what can be mended', () => {
  const open = choices(at(windowOf('small'), { dialog: { kind: 'undo' } }));
  assert.deepEqual(
    open.map((one) => [one.verb, one.body.number]),
    [
      ['reopen', 'A009'],
      ['take-back', 'A008'],
    ],
  );
  const called = choices(at(withPerson(windowOf('small'), 'called'), { dialog: { kind: 'undo' } }));
  assert.equal(called[0].verb, 'withdraw');
});

test('refusing in writing asks for the decision, advice does not', () => {
  const list = choices(
    at(withPerson(windowOf('small'), 'serving'), { dialog: { kind: 'outcome' } }),
  );
  assert.deepEqual(list[4].dialog, { kind: 'delivery', outcome: 'refused' });
  assert.deepEqual(list[5], {
    verb: 'finish',
    body: { outcome: 'advice' },
    text: ['outcome.advice'],
  });
});
