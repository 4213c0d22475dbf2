// SPDX-License-Identifier: Apache-2.0
// The manager's steps: figures, alarms, which window could help, what an answer sends.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  OLD_MS,
  actOf,
  alarms,
  begin,
  faulty,
  figures,
  floorByZone,
  helper,
  isOld,
  levelOf,
  rows,
  step,
  untilOf,
} from '../../../display/web/manager/model.mjs';
import { devicesOf, floorOf, hallOf } from '../scenes.mjs';

const NOW = Date.parse('2026-11-23T10:42:07+08:00');

function at(scene) {
  const state = { ...begin({ language: 'zh', now: NOW }), hall: hallOf(scene), link: 'open' };
  return step(state, { do: 'floor', floor: floorOf(scene), now: NOW });
}

test('levels begin at 15, 30 and 45 minutes', () => {
  assert.deepEqual([899, 900, 1799, 1800, 2699, 2700].map(levelOf), [
    null,
    'yellow',
    'yellow',
    'orange',
    'orange',
    'red',
  ]);
});

test('figures are facts of the floor; nobody waiting is no wait', () => {
  const big = figures(at('big'));
  assert.deepEqual([big.waiting, big.serving, big.open, big.windows], [300, 13, 50, 62]);
  assert.equal(big.longest.longest_s, 2880);
  assert.equal(big.over.longest_s - big.over.target_s, 1980);
  const empty = figures(at('empty'));
  assert.deepEqual([empty.longest, empty.over, empty.over_count], [null, null, 0]);
});

test('a service without a target is never beyond it', () => {
  const state = at('big');
  for (const one of state.floor.services) one.target_s = 0;
  assert.equal(figures(state).over, null);
});

test('alarms: the clock first, then the longest wait; rows with an alarm stand on top', () => {
  const state = at('big');
  const list = alarms(state);
  assert.equal(list[0].kind, 'clock');
  const waits = list.slice(1).map((one) => one.service.longest_s);
  assert.deepEqual(waits, [...waits].sort((a, b) => b - a));
  const first = rows(state).slice(0, waits.length);
  assert.ok(first.every((one) => levelOf(one.longest_s)));
  assert.equal(rows(state).length, 40);
});

test('what the house says of itself stands before the waits', () => {
  const state = at('small');
  state.floor.alarms = [{ code: 'clock' }, { code: 'storage' }];
  assert.deepEqual(
    alarms(state)
      .slice(0, 2)
      .map((one) => one.kind),
    ['clock', 'storage'],
  );
});

test('every window stands in one zone, also one whose zone is gone', () => {
  const state = at('big');
  state.floor.windows[0].zone = 'gone';
  const zones = floorByZone(state);
  assert.equal(zones.length, 3);
  assert.equal(zones.flatMap((one) => one.windows).length, 62);
});

test('a window that is free and does not serve it yet could help', () => {
  const state = at('big');
  assert.equal(helper(state, 'B1'), 3);
  state.hall.windows[2].services = ['B1'];
  assert.equal(helper(state, 'B1'), 8);
  const asked = step(state, { do: 'dialog', dialog: { kind: 'assign', service: 'B1' } });
  assert.deepEqual(asked.dialog.services, ['A', 'B1']);
});

test('only what is away or says so is faulty', () => {
  assert.deepEqual(
    faulty(devicesOf()).map((one) => one.name),
    ['printer-1', 'pad-3'],
  );
  assert.deepEqual(faulty(null), []);
});

test('a time of day is said in the hall’s offset, whatever this machine’s clock says', () => {
  const state = at('small');
  assert.equal(untilOf('14:30', state), '2026-11-23T14:30:00+08:00');
  const wrong = { ...state, now: state.now - 86400000, skew_ms: 86400000 };
  assert.equal(untilOf('14:30', wrong), '2026-11-23T14:30:00+08:00');
  const west = { ...state, offset_min: -210 };
  assert.equal(untilOf('14:30', west), '2026-11-22T14:30:00-03:30');
  assert.equal(untilOf('', state), undefined);
});

test('going back to the plan names no services and no time', () => {
  const dialog = { kind: 'assign', window: 3, services: [] };
  assert.deepEqual(actOf(dialog, { until: '14:30' }, at('small')).body, { services: [] });
});

test('old: the line is lost, or nothing was read for a while', () => {
  const state = at('small');
  assert.equal(isOld(state), false);
  assert.equal(isOld({ ...state, link: 'lost' }), true);
  assert.equal(isOld({ ...state, now: NOW + OLD_MS + 1 }), true);
});
