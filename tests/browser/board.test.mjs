// SPDX-License-Identifier: Apache-2.0
// The board on a broker of its own: sizes, pages, flashing, staleness, acknowledging.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { TALL, WIDE, accessible, close, fits, launch, open, until } from './chromium.mjs';
import { devBroker } from './devbroker.mjs';
import { devServer } from './devserver.mjs';
import { boardOf } from './scenes.mjs';

let browser;
let broker;
let server;
before(async () => {
  [browser, broker] = await Promise.all([launch(), devBroker()]);
  server = await devServer({ board: broker });
});
after(async () => {
  await browser.close();
  await server.close();
  await broker.close();
});

const now = () => new Date().toISOString().replace('Z', '+00:00');
const beat = (online = true) =>
  broker.say('state/hall', { seq: 1, at: now(), online, day: '2026-11-23' });

async function board(t, scene, { viewport = WIDE, address = '', fresh = 1, ...options } = {}) {
  await broker.say('state/board/all', boardOf(scene, Date.now(), fresh));
  const page = await open(browser, `${server.url}/board${address}`, { viewport, ...options });
  t.after(() => close(page));
  await page.waitForSelector('.board');
  if (scene !== 'empty') await page.waitForSelector('.calls li');
  await beat();
  return page;
}

for (const [shape, viewport] of [
  ['wide', WIDE],
  ['upright', TALL],
]) {
  for (const scene of ['empty', 'small', 'big']) {
    for (const theme of ['light', 'dark']) {
      test(`board ${shape} ${scene} ${theme}: large enough, whole, accessible`, async (t) => {
        const page = await board(t, scene, { viewport, address: `?theme=${theme}`, fresh: 2 });
        await fits(page, scene);
        await accessible(page, scene, { far: true });
        const small = await page.evaluate(() =>
          [...document.querySelectorAll('.board *')]
            .filter((one) =>
              [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()),
            )
            .filter((one) => parseFloat(getComputedStyle(one).fontSize) < 40)
            .map((one) => one.innerText),
        );
        assert.deepEqual(small, []);
        const out = await page.evaluate(() =>
          [...document.querySelectorAll('.board li, .board h1, .board h2')]
            .map((one) => ({ text: one.innerText, box: one.getBoundingClientRect() }))
            .filter(({ box }) => box.bottom > innerHeight + 1 || box.right > innerWidth + 1)
            .map(({ text }) => text),
        );
        assert.deepEqual(out, []);
        if (scene === 'empty') return;
        const heroes = await page.evaluate(() =>
          [...document.querySelectorAll('.hero .number')].map((one) =>
            parseFloat(getComputedStyle(one).fontSize),
          ),
        );
        assert.equal(heroes.length, 2);
        assert.ok(Math.min(...heroes) >= 160, `${heroes}`);
        assert.ok((await page.locator('.calls li').count()) <= 8);
      });
    }
  }
}

test('longer lists turn their pages every 8 s', async (t) => {
  const page = await board(t, 'big');
  const rows = () => page.locator('.calls li:not(.hero)').allInnerTexts();
  const first = (await rows()).join();
  await until(async () => (await rows()).join() !== first, 'the next page', 9);
  assert.equal(await page.locator('.calls .hero').count(), 1, 'the newest stays');
});

test('a call flashes three times at 1 Hz, then stands; a withdrawn one is gone', async (t) => {
  const page = await board(t, 'small');
  await broker.say('call/west', { seq: 501, at: now(), do: 'call', number: 'E777', window: 62 });
  const hero = page.locator('.hero[data-number=E777]');
  await hero.waitFor();
  const animation = await hero.evaluate((one) => {
    const style = getComputedStyle(one);
    return [style.animationDuration, style.animationIterationCount];
  });
  assert.deepEqual(animation, ['1s', '3']);
  assert.match(await page.locator('.calls li').first().innerText(), /E777[\s\S]*62/);
  await broker.say('call/west', {
    seq: 502,
    at: now(),
    do: 'withdraw',
    number: 'E777',
    window: 62,
  });
  await hero.waitFor({ state: 'detached' });
});

test('nothing moves for those who asked for that', async (t) => {
  const page = await board(t, 'small', { reducedMotion: 'reduce' });
  await broker.say('call/west', { seq: 511, at: now(), do: 'call', number: 'E778', window: 1 });
  const hero = page.locator('.hero[data-number=E778]');
  await hero.waitFor();
  assert.equal(await hero.evaluate((one) => getComputedStyle(one).animationName), 'none');
});

test('a house that said good-bye is shown as old, and as back', async (t) => {
  const page = await board(t, 'small');
  await until(async () => (await page.locator('.stale').count()) === 0, 'fresh');
  await beat(false);
  await page.waitForSelector('.stale');
  assert.match(await page.locator('.stale').innerText(), /\d\d:\d\d/);
  await beat(true);
  await page.waitForSelector('.stale', { state: 'detached' });
});

test('with its key a board acknowledges what it painted, and says that it is there', async (t) => {
  const heard = [];
  broker.client.on('message', (topic, bytes) => heard.push([topic, JSON.parse(bytes)]));
  await broker.client.subscribeAsync(['jiaohao/test/ack/#', 'jiaohao/test/device/#']);
  const page = await board(t, 'small', { address: '#device=board-west&key=anything' });
  assert.ok(!page.url().includes('anything'));
  const told = (topic) =>
    heard.filter(([name]) => name === `jiaohao/test/${topic}`).map(([, body]) => body);
  await until(() => told('device/board-west').some((one) => one.online), 'online');
  await broker.say('call/west', { seq: 520, at: now(), do: 'call', number: 'E779', window: 1 });
  const [ack] = await until(
    () => told('ack/board-west').length && told('ack/board-west'),
    'an acknowledgement',
  );
  assert.equal(ack.seq, 520);
  assert.equal(ack.did, 'shown');
  assert.ok(ack.ms >= 0 && ack.ms < 5000, `${ack.ms} ms`);
  await page.goto('about:blank');
  await until(() => told('device/board-west').at(-1).online === false, 'its will');
});

test('without a key a board acknowledges nothing', async (t) => {
  const heard = [];
  const hear = (topic) => heard.push(topic);
  await broker.client.subscribeAsync('jiaohao/test/ack/#');
  const page = await board(t, 'small');
  broker.client.on('message', hear);
  t.after(() => broker.client.off('message', hear));
  await broker.say('call/west', { seq: 530, at: now(), do: 'call', number: 'E780', window: 1 });
  await page.locator('.hero[data-number=E780]').waitFor();
  await page.waitForTimeout(500);
  assert.deepEqual(
    heard.filter((topic) => topic.includes('/ack/')),
    [],
  );
});

test('a zone that does not exist is said', async (t) => {
  const page = await open(browser, `${server.url}/board?zone=nowhere`, { viewport: WIDE });
  t.after(() => close(page));
  await page.waitForSelector('text=nowhere');
});
