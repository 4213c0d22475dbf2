// SPDX-License-Identifier: Apache-2.0
// The phone's steps: what stands there, what is counted, when it rings, what is sent.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  LEVELS,
  begin,
  leftOfWay,
  ratingOf,
  screenOf,
  step,
  tagsOf,
} from '../../../display/web/ticket/model.mjs';
import { ticketOf } from '../scenes.mjs';

function at(view, more = {}) {
  const state = begin({ language: 'zh', chosen: false, token: 't.test', now: 0 });
  return step({ ...state, ...more }, { do: 'view', view, now: 1000 });
}

const then = (state, view) => step(state, { do: 'view', view, now: 2000 });

test('a screen for each state; a rating is asked for only where the house takes it', () => {
  const states = ['waiting', 'called', 'serving', 'parked', 'missed', 'cancelled', 'void'];
  for (const state of states) assert.equal(screenOf(at(ticketOf(state))), state);
  assert.equal(screenOf(at(ticketOf('finished'))), 'rate');
  assert.equal(screenOf(at(ticketOf('finished', { can: { rate: false } }))), 'over');
  assert.equal(screenOf(at(ticketOf('finished', { rated: 1 }))), 'thanks');
  assert.equal(screenOf(at(ticketOf('called', { rated: 1 }))), 'called'); // it was reopened
  assert.equal(screenOf(begin({ token: '' })), 'dead');
  assert.equal(screenOf(step(at(ticketOf('waiting')), { do: 'dead' })), 'dead');
});

test('who stood before counts down, whoever stood behind or elsewhere does not', () => {
  const state = at(ticketOf('waiting'));
  const left = (number, service = 'B') => step(state, { do: 'left', left: number, service });
  assert.equal(left('A009').ticket.ahead, 3);
  assert.equal(left('A1').ticket.ahead, 3);
  for (const other of ['A013', 'A012', 'C001', 'rubbish']) assert.equal(left(other), state, other);
  assert.equal(left('A009', 'C'), state);
  const next = at(ticketOf('waiting', { ahead: 0 }));
  assert.equal(step(next, { do: 'left', left: 'A001', service: 'B' }), next);
});

test('the bar shrinks from the most that was seen, and is never empty before the turn', () => {
  const state = at(ticketOf('waiting', { ahead: 50 }));
  assert.equal(leftOfWay(state), 100);
  assert.equal(leftOfWay(then(state, ticketOf('waiting', { ahead: 25, seq: 101 }))), 50);
  assert.equal(leftOfWay(then(state, ticketOf('waiting', { ahead: 1, seq: 101 }))), 4);
  assert.equal(leftOfWay(then(state, ticketOf('waiting', { ahead: 0, seq: 101 }))), 0);
});

test('each call and recall rings once; an older view changes nothing', () => {
  let state = at(ticketOf('waiting'));
  assert.equal(state.calls, 0);
  state = then(state, ticketOf('called', { seq: 101 }));
  state = then(state, ticketOf('called', { seq: 102 }));
  assert.equal(state.calls, 1);
  state = then(state, ticketOf('called', { seq: 103, recalls: 1 }));
  assert.equal(state.calls, 2);
  assert.equal(then(state, ticketOf('waiting', { seq: 99 })), state);
  assert.equal(at(ticketOf('called')).calls, 1); // opened when it was called already
});

test('a question is over when its ticket is somewhere else', () => {
  const asking = step(at(ticketOf('waiting')), { do: 'ask', what: 'cancel' });
  assert.equal(then(asking, ticketOf('waiting', { seq: 101 })).asking, 'cancel');
  assert.equal(then(asking, ticketOf('called', { seq: 101 })).asking, null);
});

test('the language of the ticket, unless one was chosen', () => {
  const view = ticketOf('waiting', { language: 'en' });
  assert.equal(at(view).language, 'en');
  assert.equal(at(view, { chosen: true }).language, 'zh');
  assert.equal(at(ticketOf('waiting')).language, 'zh');
});

test('a rating holds what was said and nothing else; another level forgets its tags', () => {
  let state = at(ticketOf('finished'));
  assert.deepEqual(LEVELS.map((level) => tagsOf(level).length), [4, 4, 4, 4, 4]);
  state = step(step(state, { do: 'level', level: 5 }), { do: 'tag', tag: 'fast' });
  assert.deepEqual(ratingOf(state, {}), { level: 5, tags: ['fast'] });
  assert.deepEqual(ratingOf(step(state, { do: 'tag', tag: 'fast' }), {}), { level: 5 });
  state = step(state, { do: 'level', level: 1 });
  assert.deepEqual(ratingOf(state, { comment: ' ', contact: ' 0570 ' }), {
    level: 1,
    contact: '0570',
  });
});

test('what went wrong is said for a while, then gone', () => {
  const trouble = { title: 'no', detail: '' };
  const state = step(at(ticketOf('waiting')), { do: 'trouble', trouble, now: 1000 });
  assert.equal(step(state, { do: 'tick', now: 12000 }).trouble.title, 'no');
  assert.equal(step(state, { do: 'tick', now: 13001 }).trouble, null);
});
