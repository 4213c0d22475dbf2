// SPDX-License-Identifier: Apache-2.0
// The console with made-up windows: every key and question by keyboard, every refusal calmly said.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { DESK, accessible, close, fits, launch, open, until } from './chromium.mjs';
import { devServer } from './devserver.mjs';
import { withPerson } from './scenes.mjs';

const SETTLED_MS = 450; // longer than the guard against bouncing keys

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function signedIn(t, { scene = 'small', state, language = 'zh' } = {}) {
  const server = await devServer({ scene });
  if (state) server.house.window = withPerson(server.house.window, state);
  const page = await open(browser, `${server.url}/window/3?lang=${language}`, { viewport: DESK });
  t.after(async () => {
    await close(page);
    await server.close();
  });
  await page.fill('[name=name]', '示例');
  await page.fill('[name=pin]', '246810');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.console');
  await page.waitForTimeout(SETTLED_MS);
  const { house } = server;
  house.posts.length = 0;
  return { page, house };
}

const sent = (house) => house.posts.map(({ path, body }) => [path.split('/')[2], body]);

for (const language of ['zh', 'en']) {
  test(`console ${language}: each state and question is accessible and fits 1366x768`, async (t) => {
    const { page, house } = await signedIn(t, { scene: 'big', language });
    const look = async (where) => {
      await fits(page, where);
      await accessible(page, where);
      const cut = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
      assert.ok(cut <= 0, `${where}: ${cut} px too high`);
    };
    await look('open');
    for (const state of ['called', 'serving']) {
      const view = withPerson(house.window, state);
      house.say('window', view);
      await page.waitForSelector(`[data-state=${view.state}]`);
      await look(state);
    }
    for (const [key, where] of [
      ['t', 'transfer'],
      ['f', 'outcome'],
      ['p', 'park'],
    ]) {
      await page.keyboard.press(key);
      await page.waitForSelector('dialog[open]');
      await look(where);
      await page.keyboard.press('Escape');
      await page.waitForSelector('dialog', { state: 'detached' });
    }
  });
}

test('a wrong PIN is said and can be tried again', async (t) => {
  const server = await devServer();
  const page = await open(browser, `${server.url}/window/3`);
  t.after(async () => {
    await close(page);
    await server.close();
  });
  await page.fill('[name=name]', '示例');
  await page.fill('[name=pin]', '000000');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[role=alert]');
  await accessible(page, 'sign in');
  await page.fill('[name=pin]', '246810');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.console');
  assert.equal(server.house.posts.at(-1).body.window, 3);
});

test('Space does what stands on the button, with what was seen', async (t) => {
  const { page, house } = await signedIn(t);
  house.verb = (verb, window) => withPerson(window, { next: 'called', start: 'serving' }[verb]);
  assert.match(await page.locator('.primary').innerText(), /A012/);
  await page.keyboard.press('Space');
  await page.waitForSelector('[data-state=calling]');
  await page.waitForTimeout(SETTLED_MS);
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-state=serving]');
  assert.deepEqual(sent(house), [
    ['next', { seen_seq: 90 }],
    ['start', { seen_seq: 91 }],
  ]);
  assert.ok(house.posts.every((post) => post.key));
  assert.notEqual(house.posts[0].key, house.posts[1].key);
});

test('a held or bouncing Space acts once', async (t) => {
  const { page, house } = await signedIn(t);
  house.verb = (verb, window) => withPerson(window, 'called');
  for (let n = 0; n < 5; n++) await page.keyboard.press('Space');
  await page.waitForSelector('[data-state=calling]');
  await page.keyboard.press('Space');
  assert.deepEqual(
    sent(house).map(([verb]) => verb),
    ['next'],
  );
});

test('a click does not take Space away from the primary action', async (t) => {
  const { page, house } = await signedIn(t, { state: 'called' });
  await page.locator('[data-verb=recall]').click();
  await until(() => sent(house).length === 1, 'recall');
  await page.waitForTimeout(SETTLED_MS);
  await page.keyboard.press('Space');
  await until(() => sent(house).length === 2, 'start');
  assert.deepEqual(
    sent(house).map(([verb]) => verb),
    ['recall', 'start'],
  );
});

const QUESTIONS = [
  ['serving', ['f', '6'], 'finish', { outcome: 'advice' }],
  ['serving', ['f', '1', 'Enter'], 'finish', { outcome: 'accepted' }],
  ['serving', ['p', '2'], 'park', { kind: 'here' }],
  ['serving', ['p', 'ArrowDown', 'ArrowDown', 'Enter'], 'park', { kind: 'wait' }],
  [null, ['z', '3'], 'pause', { reason: 'lunch' }],
  [null, ['l', '2'], 'take-late', { number: 'B101' }],
  [null, ['b', '1'], 'unpark', { number: 'B099' }],
  [null, ['u', '1'], 'reopen', { number: 'A009' }],
  [null, ['c', '1'], 'close', {}],
  ['called', ['u', '1'], 'withdraw', {}],
];

for (const [state, keys, verb, body] of QUESTIONS) {
  test(`keys ${keys.join(' ')} ${verb} ${JSON.stringify(body)}`, async (t) => {
    const { page, house } = await signedIn(t, { state });
    for (const key of keys) {
      await page.keyboard.press(key);
      await page.waitForTimeout(80);
    }
    await until(() => sent(house).length === 1, verb);
    const { seen_seq, ...rest } = sent(house)[0][1];
    assert.equal(sent(house)[0][0], verb);
    assert.equal(seen_seq, house.window.seq);
    assert.deepEqual(rest, body);
  });
}

test('forms by keyboard: call a number, refuse in writing, transfer, walk-in', async (t) => {
  const { page, house } = await signedIn(t);
  // Keys are for what the window shows: while a verb is under way they mean nothing.
  const free = (verb) => page.locator(`[data-verb=${verb}]:enabled`).waitFor();
  await page.keyboard.press('n');
  await page.keyboard.type('a015');
  await page.keyboard.press('Enter');
  await until(() => sent(house).length === 1, 'call');
  await free('walk-in');
  await page.keyboard.press('w');
  await page.waitForSelector('dialog');
  await page.keyboard.press('ArrowDown');
  await page.locator('dialog .go').press('Enter');
  await until(() => sent(house).length === 2, 'walk-in');
  const serving = withPerson(house.window, 'serving');
  house.window = serving;
  house.say('window', serving);
  await page.waitForSelector('[data-state=serving]');
  await page.keyboard.press('f');
  await page.waitForSelector('dialog');
  await page.keyboard.press('5');
  await page.waitForSelector('[name=decision]');
  await page.keyboard.type('2026-17');
  await page.keyboard.press('Enter');
  await until(() => sent(house).length === 3, 'refused');
  await free('transfer');
  await page.keyboard.press('t');
  await page.waitForSelector('[name=place]');
  await page.fill('[name=window]', '12');
  await page.keyboard.press('Enter');
  await until(() => sent(house).length === 4, 'transfer');
  assert.deepEqual(sent(house), [
    ['call', { seen_seq: 90, number: 'A015', reason: 'asked' }],
    ['walk-in', { seen_seq: 90, service: 'B', class: 'normal' }],
    ['finish', { seen_seq: 91, outcome: 'refused', decision: '2026-17' }],
    ['transfer', { seen_seq: 91, window: 12, place: 'order' }],
  ]);
});

test('what was told, what failed and the grace are shown', async (t) => {
  const { page, house } = await signedIn(t, { language: 'en' });
  house.say(
    'window',
    withPerson(house.window, 'called', {
      grace_left_s: 61,
      told: {
        expected: 2,
        done: 1,
        failed: 1,
        at: null,
        devices: [
          { name: 'board-west', kind: 'board', state: 'done' },
          { name: 'speaker-west', kind: 'speaker', state: 'failed' },
        ],
      },
    }),
  );
  await page.waitForSelector('.told');
  const text = await page.locator('.person').innerText();
  assert.match(text, /Board done/);
  assert.match(text, /Voice failed speaker-west/);
  assert.match(text, /Hard of hearing: wave/);
  assert.match(text, /No-show possible in 1:0/);
});

test('a window that changed: what it shows now, a calm bar, nothing lost', async (t) => {
  const { page, house } = await signedIn(t);
  house.fault = { status: 409, code: 303, window: withPerson(house.window, 'called') };
  await page.keyboard.press('Space');
  await page.waitForSelector('.trouble');
  assert.match(await page.locator('.trouble').innerText(), /窗口情况已变化/);
  assert.equal(await page.locator('.person .number').innerText(), 'A012');
  await page.keyboard.press('Escape');
  await page.waitForSelector('.trouble', { state: 'detached' });
});

test('a lost network: the same key until it is answered; the page says so', async (t) => {
  const { page, house } = await signedIn(t);
  house.fault = 'cut';
  house.cut();
  await page.waitForSelector('.stale');
  await page.keyboard.press('Space');
  await until(() => house.posts.length >= 2, 'a second try');
  house.fault = null;
  house.verb = (verb, window) => withPerson(window, 'called');
  await page.waitForSelector('[data-state=calling]');
  await page.waitForSelector('.stale', { state: 'detached' });
  assert.equal(new Set(house.posts.map((post) => post.key)).size, 1);
});
