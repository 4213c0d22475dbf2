// SPDX-License-Identifier: Apache-2.0
// What all pages share: frames of a stream, hall time, readable colours.
import assert from 'node:assert/strict';
import test from 'node:test';
import { again } from '../../../display/web/lib/api.mjs';
import { contrast, readable } from '../../../display/web/lib/colour.mjs';
import { Frames } from '../../../display/web/lib/events.mjs';
import { texts } from '../../../display/web/lib/text.mjs';
import {
  clock,
  clockOf,
  offsetOf,
  parseAt,
  span,
  waitText,
  weekday,
} from '../../../display/web/lib/time.mjs';

test('frames come out whole, wherever the chunks end', () => {
  const stream =
    ': beat\n\nevent: hall\nid: 7\ndata: {"a":1}\n\ndata: x\r\ndata: y\r\n\r\n: beat\n\n';
  const whole = new Frames().push(stream);
  for (let size = 1; size < 9; size++) {
    const frames = new Frames();
    const pieces = [];
    for (let at = 0; at < stream.length; at += size)
      pieces.push(...frames.push(stream.slice(at, at + size)));
    assert.deepEqual(pieces, whole);
  }
  assert.deepEqual(whole, [
    { beat: true },
    { event: 'hall', data: '{"a":1}', id: '7' },
    { event: 'message', data: 'x\ny', id: null },
    { beat: true },
  ]);
});

test('hall time is shown in the hall’s offset, wherever the page stands', () => {
  const at = parseAt('2026-11-23T10:42:07.120+08:00');
  assert.equal(at.offset_min, 480);
  assert.equal(clock(at.ms, at.offset_min), '10:42');
  assert.equal(clockOf('2026-11-23T00:05:00-03:30'), '00:05');
  assert.equal(weekday(at.ms, 480), 1);
  assert.equal(parseAt('yesterday'), null);
  assert.equal(offsetOf('Asia/Shanghai', at.ms), 480);
  assert.equal(offsetOf('America/New_York', Date.parse('2026-07-01T00:00:00Z')), -240);
});

test('spans count up without jumping back', () => {
  assert.deepEqual([0, 59.9, 60, 3599, 3600, -5].map(span), [
    '0:00',
    '0:59',
    '1:00',
    '59:59',
    '1:00:00',
    '0:00',
  ]);
});

test('a wait is never said more exactly than it is known', () => {
  const t = texts('en');
  const range = (low_s, high_s) => waitText({ kind: 'range', low_s, high_s }, t);
  assert.equal(range(0, 60), 'under 5 min');
  assert.equal(range(900, 1510), 'about 15–30 min');
  assert.equal(range(310, 590), 'about 5–10 min');
  assert.equal(range(2400, 3600), 'over 40 min');
  assert.equal(range(3600, 3600), 'over 60 min');
  assert.equal(waitText({ kind: 'paused' }, t), 'no calls just now');
  assert.equal(waitText({ kind: 'not-today' }, t), 'probably not today');
});

test('any accent becomes readable, on light and on dark', () => {
  for (const accent of ['#0B5FA5', '#ffff00', '#e11d48', '#ffffff', '#000000', '#7f7f7f']) {
    for (const ground of ['#ffffff', '#0d1117']) {
      assert.ok(contrast(readable(accent, ground), ground) >= 7, `${accent} on ${ground}`);
    }
  }
});

test('only what may be repeated is repeated', () => {
  assert.ok(again({ status: 0, code: 0 }));
  assert.ok(again({ status: 503, code: 902 }));
  assert.ok(!again({ status: 507, code: 901 }));
  assert.ok(!again({ status: 409, code: 303 }));
  assert.ok(!again({ status: 201, code: 0 }));
});
