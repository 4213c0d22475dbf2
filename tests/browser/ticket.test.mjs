// SPDX-License-Identifier: Apache-2.0
// The phone page with made-up tickets: each state, what may be done, the call, the rating, a dead
// link, a lost line; nothing but its own house ever hears of the token.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { accessible, close, fits, launch, open, until } from './chromium.mjs';
import { devServer } from './devserver.mjs';
import { ticketOf } from './scenes.mjs';

const PHONE = { width: 360, height: 640 };

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function phone(t, { state = 'waiting', more = {}, language = 'zh', token = 't.test' } = {}) {
  const server = await devServer();
  const { house } = server;
  house.ticket = ticketOf(state, more);
  const page = await open(browser, 'about:blank', { viewport: PHONE, locale: 'zh-CN' });
  page.asked = [];
  page.on('request', (request) => page.asked.push(request));
  const lang = language ? `?lang=${language}` : '';
  await page.goto(`${server.url}/t${lang}#${token}`);
  t.after(async () => {
    await close(page);
    await server.close();
  });
  await page.waitForSelector('[data-screen]:not([data-screen=starting])');
  return { page, house, url: server.url };
}

const screen = (page, name) => page.waitForSelector(`[data-screen=${name}]`);
const sent = (house) => house.posts.map(({ method, path, body }) => [method, path, body]);

for (const language of ['zh', 'en']) {
  test(`phone ${language}: each state is accessible and fits, 360 to 1920 px`, async (t) => {
    const { page, house } = await phone(t, { language });
    const states = ['waiting', 'called', 'serving', 'parked', 'missed', 'cancelled', 'void'];
    let seq = 100;
    for (const state of [...states, 'finished']) {
      house.say('ticket', ticketOf(state, { seq: ++seq }));
      await screen(page, state === 'finished' ? 'rate' : state);
      if (state === 'finished') await page.locator('.face').last().click();
      await accessible(page, state);
      for (const width of [360, 390, 768, 1920]) {
        await page.setViewportSize({ width, height: 640 });
        await fits(page, `${state} ${width}`);
      }
      await page.setViewportSize(PHONE);
    }
  });
}

test('waiting: number, people ahead, range, and a bar that shrinks', async (t) => {
  const { page, house } = await phone(t);
  const text = await page.locator('main').innerText();
  assert.match(text, /A012[^]*还有 4 人[^]*约 10–15 分钟[^]*一楼西区/);
  const width = () => page.locator('.way .left').getAttribute('width').then(Number);
  assert.equal(await width(), 100);
  house.say('ahead', { left: 'A010', service: 'B' });
  await page.waitForSelector('text=还有 3 人');
  assert.equal(await width(), 75);
  house.say('ahead', { left: 'A013', service: 'B' }); // stood behind: not counted here
  house.say('ahead', { left: 'A011', service: 'C' }); // another line
  house.say('ticket', ticketOf('waiting', { ahead: 1, seq: 101 }));
  await page.waitForSelector('text=还有 1 人');
  assert.equal(await width(), 25);
  await page.reload();
  await page.waitForSelector('.way');
  assert.equal(await width(), 100); // the made-up house says 4 again: as far as it ever was
});

test('who has left is followed by a reading: the house counts, the page only guesses', async (t) => {
  const { page, house } = await phone(t);
  house.ticket = ticketOf('waiting', { ahead: 2, seq: 120 });
  house.say('ahead', { left: 'Z001', service: 'B' });
  await page.waitForSelector('text=还有 2 人');
});

test('the call turns the page, shakes and, once allowed by a tap, rings', async (t) => {
  const { page, house } = await phone(t);
  await page.evaluate(() => {
    window.heard = { shakes: 0, tones: 0 };
    navigator.vibrate = () => {
      window.heard.shakes++;
      return true;
    };
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...when) {
      window.heard.tones++;
      return start.apply(this, when);
    };
  });
  const heard = () => page.evaluate(() => window.heard);
  await page.locator('.ring').click();
  await page.waitForSelector('.ring[aria-pressed=true]');
  assert.deepEqual(await heard(), { shakes: 0, tones: 2 }); // it lets itself be heard
  house.say('ticket', ticketOf('called', { seq: 101 }));
  await screen(page, 'called');
  assert.equal(await page.locator('.call .window').innerText(), '12');
  assert.match(await page.title(), /A012 · 12 号窗口/);
  const look = await page.evaluate(() => ({
    ground: getComputedStyle(document.body).backgroundColor,
    accent: getComputedStyle(document.querySelector('.call h1')).color,
    size: parseFloat(getComputedStyle(document.querySelector('.call .window')).fontSize),
  }));
  assert.notEqual(look.ground, 'rgb(255, 255, 255)');
  assert.equal(look.accent, 'rgb(255, 255, 255)');
  assert.ok(look.size >= 96);
  assert.deepEqual(await heard(), { shakes: 1, tones: 4 });
  house.say('ticket', ticketOf('called', { seq: 102 })); // the same call: silent
  house.say('ticket', ticketOf('called', { seq: 103, recalls: 1 }));
  await page.waitForSelector('text=已再次呼叫');
  assert.deepEqual(await heard(), { shakes: 2, tones: 6 });
});

test('cancel asks once, later asks once, coming back is one tap', async (t) => {
  const { page, house } = await phone(t);
  await page.locator('[data-wish=cancel]').click();
  await page.waitForSelector('dialog[open]');
  await accessible(page, 'cancel');
  await page.locator('dialog .quiet').click();
  await page.waitForSelector('dialog', { state: 'detached' });
  assert.deepEqual(sent(house), []);
  house.acted = () => ticketOf('waiting', { seq: 101, ahead: 7, can: { cancel: true } });
  await page.locator('[data-wish=defer]').click();
  await page.locator('dialog .main').click();
  await page.waitForSelector('text=还有 7 人');
  assert.equal(await page.locator('[data-wish=defer]').count(), 0); // the house offers it once
  house.say('ticket', ticketOf('missed', { seq: 102 }));
  await screen(page, 'missed');
  house.acted = () => ticketOf('waiting', { seq: 103 });
  await page.locator('main .main').click();
  await screen(page, 'waiting');
  house.acted = () => ticketOf('cancelled', { seq: 104 });
  await page.locator('[data-wish=cancel]').click();
  await page.locator('dialog .main').click();
  await screen(page, 'cancelled');
  assert.deepEqual(sent(house), [
    ['POST', 'ticket/defer', {}],
    ['POST', 'ticket/return', {}],
    ['DELETE', 'ticket', {}],
  ]);
  assert.equal(new Set(house.posts.map((one) => one.key)).size, 3);
});

test('rating: a face is enough; tags and words go along; afterwards thanks', async (t) => {
  const { page, house } = await phone(t, { state: 'finished' });
  assert.equal(await page.locator('form .main').count(), 0); // nothing is chosen for anybody
  await page.locator('.face').nth(3).click();
  await page.locator('.tags button').first().click();
  await page.fill('textarea', '  排队太久  ');
  house.acted = () => ticketOf('finished', { rated: 2, can: {}, seq: 101 });
  await page.locator('form .main').click();
  await screen(page, 'thanks');
  assert.deepEqual(sent(house), [
    ['POST', 'ticket/rating', { level: 2, tags: ['long-wait'], comment: '排队太久' }],
  ]);
});

test('a rating by keyboard alone', async (t) => {
  const { page, house } = await phone(t, { state: 'finished' });
  await page.locator('.face input').first().focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowDown');
  house.acted = () => ticketOf('finished', { rated: 4, can: {}, seq: 101 });
  await page.locator('form .main').press('Enter');
  await screen(page, 'thanks');
  assert.deepEqual(sent(house)[0][2], { level: 4 });
});

test('what the house refuses is said calmly, and what it offers is read again', async (t) => {
  const { page, house } = await phone(t);
  house.acted = () => ({ status: 409, code: 301 });
  house.ticket = ticketOf('called', { seq: 130 });
  await page.locator('[data-wish=cancel]').click();
  await page.locator('dialog .main').click();
  await page.waitForSelector('[role=alert].trouble');
  await screen(page, 'called');
});

test('a dead link and a missing one: one calm sentence', async (t) => {
  const dead = await phone(t, { token: 't.gone' });
  await screen(dead.page, 'dead');
  assert.match(await dead.page.locator('main').innerText(), /^这个链接已失效[^\n]*$/);
  await accessible(dead.page, 'dead');
  const none = await phone(t, { token: '', language: 'en' });
  assert.match(await none.page.locator('main').innerText(), /link in your message/);
});

test('the language is the ticket’s, until one is chosen, and is kept by a reload', async (t) => {
  const { page } = await phone(t, { language: null, more: { language: 'en' } });
  await page.waitForSelector('text=4 ahead of you');
  await page.locator('header button').click();
  await page.waitForSelector('text=还有 4 人');
  await page.reload();
  await page.waitForSelector('text=还有 4 人');
});

test('a lost line: the page says since when, keeps its number, and comes back', async (t) => {
  const { page, house } = await phone(t);
  house.fault = 'cut';
  house.cut();
  await page.waitForSelector('.stale');
  assert.match(await page.locator('.stale').innerText(), /10:42/);
  assert.match(await page.locator('main').innerText(), /A012/);
  house.fault = null;
  await page.waitForSelector('.stale', { state: 'detached' });
});

test('the token is in no address, Referer or store; nobody else is asked', async (t) => {
  const { page, house, url } = await phone(t, { state: 'finished' });
  await page.locator('.face').first().click();
  house.acted = () => ticketOf('finished', { rated: 5, can: {}, seq: 101 });
  await page.locator('form .main').click();
  await screen(page, 'thanks');
  await until(() => page.asked.some((one) => one.url().endsWith('/ticket/rating')), 'rating');
  for (const one of page.asked) {
    const address = new URL(one.url());
    assert.equal(address.origin, url);
    assert.doesNotMatch(address.pathname + address.search, /t\.test/);
    assert.doesNotMatch((await one.allHeaders()).referer ?? '', /t\.test/);
  }
  const kept = await page.evaluate(() => JSON.stringify([sessionStorage, localStorage]));
  assert.doesNotMatch(kept, /t\.test/);
  assert.equal(await page.evaluate(() => document.cookie), '');
});
