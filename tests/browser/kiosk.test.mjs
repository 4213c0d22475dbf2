// SPDX-License-Identifier: Apache-2.0
// The kiosk with halls of every size: it fits, can be reached and read, and says what is wrong.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { TALL, WIDE, accessible, close, fits, launch, open, until } from './chromium.mjs';
import { devServer } from './devserver.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function kiosk(t, scene, { viewport = TALL, language = 'zh', hash = '' } = {}) {
  const server = await devServer({ scene });
  const page = await open(browser, `${server.url}/kiosk?lang=${language}${hash}`, { viewport });
  t.after(async () => {
    await close(page);
    await server.close();
  });
  await page.waitForSelector('.kiosk:has(h1)');
  return { page, house: server.house };
}

async function toWho(page) {
  await page.locator('.choice:not(.shut)').last().click();
  await page.waitForSelector('[data-screen=services]');
  await page.locator('.choice:not(.shut)').first().click();
  await page.waitForSelector('[data-screen=who]');
}

/** Every target is at least 76 px high and wide, and whole within the screen's width. */
async function targets(page, where) {
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('button')]
      .filter((one) => getComputedStyle(one).visibility !== 'hidden')
      .map((one) => ({ text: one.innerText.slice(0, 40), box: one.getBoundingClientRect() }))
      .filter(
        ({ box }) => box.height < 76 || box.width < 76 || box.left < 0 || box.right > innerWidth,
      )
      .map(({ text, box }) => `${text}: ${box.width}x${box.height}`),
  );
  assert.deepEqual(small, [], where);
}

/** No text is smaller than 28 px or cut off. */
async function readable(page, where) {
  const bad = await page.evaluate(() =>
    [...document.querySelectorAll('.kiosk *')]
      .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
      .filter((one) => !one.closest('[aria-hidden]'))
      .filter(
        (one) =>
          parseFloat(getComputedStyle(one).fontSize) < 28 ||
          (one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline'),
      )
      .map((one) => `${one.innerText.slice(0, 40)}: ${getComputedStyle(one).fontSize}`),
  );
  assert.deepEqual(bad, [], where);
}

for (const [shape, viewport] of [
  ['upright', TALL],
  ['wide', WIDE],
]) {
  for (const language of ['zh', 'en']) {
    test(`kiosk ${shape} ${language}: every step fits, is reachable and accessible`, async (t) => {
      const { page } = await kiosk(t, 'big', { viewport, language });
      const look = async (where) => {
        await fits(page, where);
        await targets(page, where);
        await readable(page, where);
        await accessible(page, where, { far: true });
      };
      await look('home');
      await page.locator('.choice').last().click();
      await page.waitForSelector('[data-screen=services]');
      assert.equal(await page.locator('.choice').count(), 8);
      await look('services');
      await page.locator('.choice').first().click();
      await page.locator('.chip').nth(1).click();
      await page.waitForSelector('.reason');
      await look('who');
      await page.locator('.size').click();
      await page.waitForSelector('html.large');
      await look('large');
      await page.locator('.reason .chip').first().click();
      await page.locator('.primary').click();
      await page.waitForSelector('[data-screen=ticket]');
      await look('ticket');
    });
  }
}

test('main choices stand in the lower two thirds of an upright kiosk', async (t) => {
  const { page } = await kiosk(t, 'small');
  const tops = await page.evaluate(() =>
    [...document.querySelectorAll('.choice')].map(
      (one) => one.getBoundingClientRect().top / innerHeight,
    ),
  );
  assert.equal(tops.length, 6);
  assert.ok(Math.min(...tops) >= 1 / 3, `${tops}`);
});

test('by keyboard alone, from home to a ticket', async (t) => {
  const { page, house } = await kiosk(t, 'small');
  await page.locator('.choice').last().focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-screen=services]');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-screen=who]');
  await page.locator('.primary').focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-screen=ticket]');
  assert.deepEqual(
    house.posts.map((post) => post.body),
    [{ service: 'A', language: 'zh' }],
  );
});

test('a lost network: the same key again, one ticket', async (t) => {
  const { page, house } = await kiosk(t, 'small');
  await toWho(page);
  house.fault = 'cut';
  await page.locator('.primary').click();
  await page.waitForSelector('text=不会重复取号');
  await until(() => house.posts.length >= 2, 'a second try');
  house.fault = null;
  await page.waitForSelector('[data-screen=ticket]');
  assert.equal(new Set(house.posts.map((post) => post.key)).size, 1);
  assert.equal(house.issued.size, 1);
});

test('a full disk is said in one sentence, with what to do', async (t) => {
  const { page, house } = await kiosk(t, 'small', { language: 'en' });
  await toWho(page);
  house.fault = { status: 507, code: 901 };
  await page.locator('.primary').click();
  await page.waitForSelector('[data-screen=trouble]');
  assert.match(await page.locator('main').innerText(), /cannot be stored[\s\S]*help desk/);
  await accessible(page, 'trouble', { far: true });
});

test('the key leaves the address and goes with the request only', async (t) => {
  const { page } = await kiosk(t, 'small', { hash: '#key=k.secret' });
  assert.ok(!page.url().includes('secret'));
  await toWho(page);
  const [request] = await Promise.all([
    page.waitForRequest((one) => one.url().endsWith('/tickets')),
    page.locator('.primary').click(),
  ]);
  assert.equal(request.headers().authorization, 'Bearer k.secret');
  assert.ok(!request.url().includes('secret'));
});

test('a shut service says why and when', async (t) => {
  const { page, house } = await kiosk(t, 'mixed');
  await page.locator('.choice').last().click();
  await page.waitForSelector('[data-screen=services]');
  const text = await page.locator('main').innerText();
  assert.match(text, /暂停取号/);
  assert.match(text, /13:30 开始取号/);
  await page.locator('.choice.shut').first().click({ force: true });
  assert.equal(await page.locator('[data-screen=services]').count(), 1);
  assert.equal(house.posts.length, 0);
});

test('a closed hall says when it opens', async (t) => {
  const { page } = await kiosk(t, 'closed');
  assert.match(await page.locator('main').innerText(), /未开放取号[\s\S]*13:30/);
  await accessible(page, 'closed', { far: true });
});

test('"not today" is said before the number is taken', async (t) => {
  const { page } = await kiosk(t, 'mixed', { language: 'en' });
  await page.locator('.choice').first().click();
  await page.locator('.choice', { hasText: 'identity' }).click();
  assert.match(await page.locator('[role=alert]').innerText(), /may not be your turn today/);
});

test('a broken stream is said, and comes back by itself', async (t) => {
  const { page, house } = await kiosk(t, 'small');
  house.fault = 'cut';
  house.cut();
  await page.waitForSelector('.stale');
  house.fault = null;
  house.hall.services[0].waiting = 77;
  await page.waitForSelector('.stale', { state: 'detached' });
  await page.waitForSelector('text=77');
});

test('no horizontal scroll from 360 to 1920 px', async (t) => {
  const { page } = await kiosk(t, 'big', { language: 'en' });
  for (const width of [360, 480, 768, 1024, 1080, 1366, 1920]) {
    await page.setViewportSize({ width, height: 900 });
    await fits(page, `${width} px`);
  }
});
