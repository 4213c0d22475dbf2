// SPDX-License-Identifier: Apache-2.0
// The manager's page with made-up floors: figures, alarms, every act with what it says first, who
// may see it, and a lost house.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { WIDE, accessible, close, fits, launch, open, until } from './chromium.mjs';
import { devServer } from './devserver.mjs';
import { floorOf } from './scenes.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function manager(t, { scene = 'small', language = 'zh', role = 'manager' } = {}) {
  const server = await devServer({ scene });
  const { house } = server;
  Object.assign(house, { signed: true, role });
  const page = await open(browser, `${server.url}/manager?lang=${language}`, { viewport: WIDE });
  t.after(async () => {
    await close(page);
    await server.close();
  });
  await page.waitForSelector('.four');
  await page.waitForSelector('.tile');
  return { page, house };
}

const value = (page, kind) => page.locator(`.figure.${kind} .value`).innerText();
const sent = (house) => house.posts.map(({ method, path, body }) => [method, path, body]);

async function answer(page, { fill = {}, pick = [] } = {}) {
  await page.waitForSelector('dialog[open]');
  for (const code of pick) await page.locator('dialog .pick', { hasText: code }).first().click();
  for (const [name, text] of Object.entries(fill)) {
    const field = page.locator(`dialog [name=${name}]`);
    if ((await field.evaluate((one) => one.tagName)) === 'SELECT') await field.selectOption(text);
    else await field.fill(text);
  }
  await page.locator('dialog .go').click();
  await page.waitForSelector('.done');
}

for (const language of ['zh', 'en']) {
  for (const scene of ['big', 'small', 'empty', 'closed']) {
    test(`manager ${scene} ${language}: accessible, and fits from 360 to 1920 px`, async (t) => {
      const { page } = await manager(t, { scene, language });
      await accessible(page, 'wall');
      for (const width of [360, 390, 768, 1024, 1366, 1920]) {
        await page.setViewportSize({ width, height: 844 });
        await fits(page, `${width} px`);
        if (width === 390) await accessible(page, 'phone');
      }
    });
  }
}

test('four figures, and an alarm for each wait beyond 15, 30 and 45 minutes', async (t) => {
  const { page } = await manager(t, { scene: 'big' });
  assert.equal(await value(page, 'waiting'), '300');
  assert.equal(await value(page, 'longest'), '48 分');
  assert.equal(await value(page, 'over'), '+33 分');
  assert.equal(await value(page, 'windows'), '13 / 50');
  assert.equal(await page.locator('.tile').count(), 62);
  assert.equal(await page.locator('tbody tr').count(), 40);
  const levels = await page.locator('.alarm').evaluateAll((all) => all.map((one) => one.className));
  assert.deepEqual(levels.slice(0, 4), ['alarm red', 'alarm red', 'alarm orange', 'alarm yellow']);
  assert.match(await page.locator('.alarm').nth(1).innerText(), /▲▲▲ 红[^]*48 分/);
  assert.match(await page.locator('.devices').innerText(), /printer-1[^]*缺纸[^]*pad-3[^]*离线/);
});

test('an empty hall: nothing is over, nobody waits, nothing is made up', async (t) => {
  const { page } = await manager(t, { scene: 'empty', language: 'en' });
  assert.equal(await value(page, 'waiting'), '0');
  assert.equal(await value(page, 'longest'), '—');
  assert.equal(await value(page, 'over'), '—');
  assert.match(await page.locator('.alarms').innerText(), /Nothing needs you/);
});

test('each act says what it does, and is sent once with a key', async (t) => {
  const { page, house } = await manager(t, { scene: 'mixed' });
  house.floor = { ...floorOf('mixed'), alarms: [{ code: 'clock' }] };
  house.say('hall', house.hall);
  await page.waitForSelector('[data-act=clock]');
  await page.locator('[data-service=C] [data-act=stop]').click();
  assert.match(await page.locator('dialog .effect').innerText(), /96 人仍然有效/);
  await answer(page, { fill: { reason: '设备故障' } });
  await page.locator('[data-service=A] [data-act=resume]').click();
  await answer(page);
  await page.locator('[data-window="4"]').click();
  await accessible(page, 'assign');
  assert.match(await page.locator('dialog .effect').first().innerText(), /4 号窗口接下来只叫：A/);
  await page.locator('dialog .pick', { hasText: 'A' }).first().click();
  assert.match(await page.locator('dialog .effect').first().innerText(), /恢复原来的安排/);
  await answer(page, { pick: ['C', 'E'], fill: { until: '14:30' } });
  await page.locator('[data-act=notice]').click();
  await answer(page, { fill: { zh: '5 号窗口暂停', en: 'Window 5 is closed', zone: 'east' } });
  await page.locator('[data-act=withdraw]').click();
  await answer(page);
  await page.locator('[data-act=extend]').click();
  await answer(page, { fill: { until: '18:00' } });
  await page.locator('[data-act=clock]').click();
  await answer(page);
  assert.deepEqual(sent(house), [
    ['POST', 'services/C/stop', { reason: '设备故障' }],
    ['POST', 'services/A/resume', {}],
    ['POST', 'windows/4/assign', { services: ['C', 'E'], until: '2026-11-23T14:30:00+08:00' }],
    ['POST', 'notices', { text: { zh: '5 号窗口暂停', en: 'Window 5 is closed' }, zone: 'east' }],
    ['DELETE', 'notices/1', {}],
    ['POST', 'day/extend', { until: '2026-11-23T18:00:00+08:00' }],
    ['POST', 'clock/confirm', {}],
  ]);
  assert.equal(new Set(house.posts.map((one) => one.key)).size, 7);
});

test('leaving a question does nothing; an alarm offers a window that could help', async (t) => {
  const { page, house } = await manager(t, { scene: 'big' });
  await page.locator('[data-act=help]').nth(1).click();
  await page.waitForSelector('dialog[open]');
  assert.equal(await page.locator('dialog select[name=window]').inputValue(), '3'); // it is free
  assert.match(await page.locator('dialog .effect').first().innerText(), /只叫：(A, )?B1/);
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { state: 'detached' });
  assert.deepEqual(sent(house), []);
});

test('a refusal is said calmly, in the language of the page', async (t) => {
  const { page, house } = await manager(t, { language: 'en' });
  house.acted = () => ({ status: 409, code: 203, title: 'This time is over', detail: 'Later.' });
  await page.locator('[data-act=extend]').click();
  await page.fill('[name=until]', '09:00');
  await page.locator('dialog .go').click();
  await page.waitForSelector('.refused');
  assert.match(await page.locator('.refused').innerText(), /This time is over/);
  assert.equal(await page.inputValue('[name=until]'), '09:00'); // what was typed stays
  await accessible(page, 'refused');
});

test('a lead sees the floor without devices; a clerk is shown the door', async (t) => {
  const lead = await manager(t, { role: 'lead' });
  assert.equal(await lead.page.locator('.devices').count(), 0);
  const server = await devServer();
  Object.assign(server.house, { signed: true, role: 'staff' });
  const page = await open(browser, `${server.url}/manager`, { viewport: WIDE });
  t.after(async () => {
    await close(page);
    await server.close();
  });
  await page.waitForSelector('[role=alert]');
  await accessible(page, 'sign in');
  server.house.role = 'lead';
  await page.fill('[name=name]', '示例');
  await page.fill('[name=pin]', '246810');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.four');
});

test('many news, few readings; without news the page says since when it is old', async (t) => {
  const { page, house } = await manager(t);
  let readings = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/floor')) readings++;
  });
  for (let n = 0; n < 20; n++) {
    house.say('hall', house.hall);
    await page.waitForTimeout(50);
  }
  assert.ok(readings >= 1 && readings <= 4, `${readings} readings in a second`);
  house.fault = 'cut';
  house.cut();
  await page.waitForSelector('.stale');
  assert.match(await page.locator('.stale').innerText(), /10:42/);
  house.fault = null;
  house.floor = { ...house.floor, waiting: 71 };
  await page.waitForSelector('.stale', { state: 'detached' });
  await until(async () => (await value(page, 'waiting')) === '71', 'a fresh figure');
});
