// SPDX-License-Identifier: Apache-2.0
// The pages on the real house: a whole visit by keyboard, a call shown and acknowledged, and pages
// that stay open while the daemon and the broker go away and come back.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { DESK, TALL, WIDE, accessible, close, launch, open, until } from './chromium.mjs';
import { House, PIN } from './house.mjs';

const WINDOW = 3;
const SETTLED_MS = 450; // longer than the console's guard against bouncing keys

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** A house of its own for a test, its hall as GET /hall says, a clerk and a kiosk. */
async function openHouse(t) {
  const house = await House.open();
  t.after(() => house.close());
  house.clerk('lin');
  const key = house.kiosk();
  const hall = await (await fetch(house.url('public', '/api/v1/hall'))).json();
  const desk = hall.windows.find((one) => one.number === WINDOW);
  const service = hall.services.find((one) => one.code === desk.services[0]);
  const board = hall.boards.find((one) => one.code === service.board);
  return { house, key, desk, service, board };
}

async function openKiosk(t, { house, key }) {
  const page = await open(browser, `${house.url('public', '/kiosk')}#key=${key}`, {
    viewport: TALL,
  });
  t.after(() => close(page));
  await page.waitForSelector('.choice');
  return page;
}

/** Walks to the last step by keyboard. */
async function choose(page, { board, service }) {
  await page.locator('.choice', { hasText: board.name.zh }).focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-screen=services]');
  await page.locator('.choice', { hasText: service.name.zh }).focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-screen=who]');
  await page.locator('.primary').focus();
}

async function takeNumber(page, visit) {
  await choose(page, visit);
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-screen=ticket]');
  const number = (await page.locator('.number').innerText()).trim();
  await page.locator('.back').focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-screen=boards]');
  return number;
}

async function openConsole(t, { house }) {
  const page = await open(browser, house.url('staff', `/window/${WINDOW}`), { viewport: DESK });
  t.after(() => close(page));
  await page.fill('[name=name]', 'lin');
  await page.keyboard.press('Tab');
  await page.keyboard.type(PIN);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.console');
  return page;
}

/** Presses Space once the console says what it will do, and waits for what it did. */
async function space(page, says, then) {
  await page.locator(`.primary.${says}:enabled`).waitFor();
  await page.waitForTimeout(SETTLED_MS);
  await page.keyboard.press('Space');
  await page.waitForSelector(`.console[data-state=${then}]`);
}

async function openBoard(t, { house, desk }, device) {
  let address = `/board?zone=${desk.zone}`;
  if (device) address += `#device=${device}&key=${await house.password(device)}`;
  const page = await open(browser, house.url('public', address), { viewport: WIDE });
  t.after(() => close(page));
  await page.waitForSelector('.board');
  return page;
}

test('a visit from kiosk to finish by keyboard; the board shows and acknowledges', async (t) => {
  const visit = await openHouse(t);
  const { house, desk } = visit;
  const device = house.devices.find((one) => one.kind === 'board' && one.zone === desk.zone);
  assert.ok(device, 'the hall has a board in that zone');
  const board = await openBoard(t, visit, device.name);
  const kiosk = await openKiosk(t, visit);
  const number = await takeNumber(kiosk, visit);
  await accessible(kiosk, 'kiosk', { far: true });

  const console_ = await openConsole(t, visit);
  await space(console_, 'open', 'open');
  assert.match(await console_.locator('.primary').innerText(), new RegExp(number));
  await space(console_, 'next', 'calling');
  assert.equal(await console_.locator('.person .number').innerText(), number);
  await board.locator(`.hero[data-number=${number}]`).waitFor();
  assert.match(await board.locator('.hero').first().innerText(), new RegExp(`${WINDOW}`));
  await console_.locator('.told .done').first().waitFor();
  await accessible(console_, 'calling');
  await accessible(board, 'board', { far: true });
  await space(console_, 'start', 'serving');
  await space(console_, 'finish', 'open');
  await console_.locator('footer', { hasText: number }).waitFor();

  const events = await house.events();
  const ours = events.filter((one) => one.ticket?.number === number).map((one) => one.kind);
  for (const kind of ['ticket.issued', 'ticket.called', 'ticket.started', 'ticket.finished']) {
    assert.equal(ours.filter((one) => one === kind).length, 1, `${kind} in ${ours}`);
  }
  const called = events.find((one) => one.kind === 'ticket.called');
  assert.ok(
    events.some((one) => one.kind === 'call.shown' && one.seq > called.seq),
    'call.shown',
  );
});

test('a call that is withdrawn leaves the board', async (t) => {
  const visit = await openHouse(t);
  const number = await takeNumber(await openKiosk(t, visit), visit);
  const board = await openBoard(t, visit);
  const console_ = await openConsole(t, visit);
  await space(console_, 'open', 'open');
  await space(console_, 'next', 'calling');
  await board.locator(`li[data-number=${number}]`).waitFor();
  await console_.keyboard.press('u');
  await console_.waitForSelector('dialog[open]');
  await console_.keyboard.press('1');
  await console_.waitForSelector('.console[data-state=open]');
  await board.locator(`li[data-number=${number}]`).waitFor({ state: 'detached' });
  assert.match(await console_.locator('.primary').innerText(), new RegExp(number));
});

test('the daemon is killed and comes back: pages say so; one wish is one ticket', async (t) => {
  const visit = await openHouse(t);
  const { house } = visit;
  const kiosk = await openKiosk(t, visit);
  const first = await takeNumber(kiosk, visit);
  const console_ = await openConsole(t, visit);
  await space(console_, 'open', 'open');
  const board = await openBoard(t, visit);
  await choose(kiosk, visit);

  await house.stop('SIGKILL');
  await Promise.all([kiosk, console_].map((page) => page.waitForSelector('.stale')));
  await board.waitForSelector('.stale'); // the broker told its will
  await kiosk.keyboard.press('Enter');
  await kiosk.waitForSelector('text=不会重复取号');
  await console_.keyboard.press('Space');
  await house.start();

  await Promise.all(
    [console_, board].map((page) => page.waitForSelector('.stale', { state: 'detached' })),
  );
  await until(async () => {
    const retry = kiosk.locator('.trouble .primary');
    if (await retry.count()) await retry.click();
    return kiosk.locator('[data-screen=ticket]').count();
  }, 'the ticket');
  await console_.waitForSelector('.console[data-state=calling]');
  assert.equal(await console_.locator('.person .number').innerText(), first);
  await board.locator(`li[data-number=${first}]`).waitFor();
  await kiosk.waitForSelector('.stale', { state: 'detached' });

  const kinds = (await house.events()).map((one) => one.kind);
  assert.equal(kinds.filter((kind) => kind === 'ticket.issued').length, 2);
  assert.equal(kinds.filter((kind) => kind === 'ticket.called').length, 1);
});

test('the broker restarts: the board says since when it is old, and comes back', async (t) => {
  const visit = await openHouse(t);
  const { house } = visit;
  const number = await takeNumber(await openKiosk(t, visit), visit);
  const board = await openBoard(t, visit);
  const console_ = await openConsole(t, visit);
  await space(console_, 'open', 'open');
  await house.brokerStop();
  await board.locator('.stale').waitFor({ timeout: 40000 });
  assert.match(await board.locator('.stale').innerText(), /\d\d:\d\d/);
  await space(console_, 'next', 'calling'); // the hall goes on without its broker
  await house.brokerStart();
  await board.locator(`li[data-number=${number}]`).waitFor({ timeout: 20000 });
  await board.locator('.stale').waitFor({ state: 'detached', timeout: 20000 });
});

const PHONE = { width: 360, height: 640 };

/** Takes a ticket as the kiosk does: {number, token}. */
async function ticketOf({ house, key, service }) {
  const reply = await fetch(house.url('public', '/api/v1/tickets'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` },
    body: JSON.stringify({ service: service.code, language: 'zh' }),
  });
  assert.equal(reply.status, 201);
  return reply.json();
}

async function openPhone(t, { house }, { token }) {
  const page = await open(browser, 'about:blank', { viewport: PHONE, locale: 'en-GB' });
  t.after(() => close(page));
  page.asked = [];
  page.on('request', (request) => page.asked.push(request));
  await page.goto(`${house.url('public', '/t')}#${token}`);
  return page;
}

async function openManager(t, { house }, role = 'manager') {
  house.cli('user', 'add', `zhou-${role}`, '--role', role, '--pin', PIN);
  const page = await open(browser, house.url('staff', '/manager'), { viewport: WIDE });
  t.after(() => close(page));
  await page.fill('[name=name]', `zhou-${role}`);
  await page.fill('[name=pin]', PIN);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.four');
  return page;
}

const onPhone = (page, screen) => page.waitForSelector(`.phone[data-screen=${screen}]`);

test('a visit on the phone, from waiting to rated; its token is in no address or log', async (t) => {
  const visit = await openHouse(t);
  const { house } = visit;
  const first = await ticketOf(visit);
  const second = await ticketOf(visit);
  const phone = await openPhone(t, visit, second);
  await onPhone(phone, 'waiting');
  await phone.waitForSelector('text=还有 1 人'); // in the ticket's language, not the browser's
  await accessible(phone, 'waiting');
  const console_ = await openConsole(t, visit);
  await space(console_, 'open', 'open');
  await space(console_, 'next', 'calling');
  assert.equal(await console_.locator('.person .number').innerText(), first.number);
  await phone.waitForSelector('text=下一位就是您');
  await space(console_, 'start', 'serving');
  await space(console_, 'finish', 'open');
  await space(console_, 'next', 'calling');
  await onPhone(phone, 'called');
  assert.equal(await phone.locator('.call .window').innerText(), String(WINDOW));
  await house.stop('SIGKILL'); // in the middle of the call
  await phone.waitForSelector('.stale');
  await house.start();
  await phone.waitForSelector('.stale', { state: 'detached' });
  await onPhone(phone, 'called');
  await space(console_, 'start', 'serving');
  await onPhone(phone, 'serving');
  await space(console_, 'finish', 'open');
  await onPhone(phone, 'rate');
  await phone.reload(); // the fragment is enough
  await onPhone(phone, 'rate');
  await phone.locator('.face').first().click();
  await phone.locator('.tags button').first().click();
  await phone.fill('textarea', '很好');
  await phone.locator('form .main').click();
  await onPhone(phone, 'thanks');
  const given = (await house.events()).filter((one) => one.kind === 'rating.given');
  assert.deepEqual(
    given.map((one) => [one.ticket.number, one.level]),
    [[second.number, 5]],
  );
  const { token } = second;
  for (const one of phone.asked) {
    const { origin, pathname, search } = new URL(one.url());
    assert.equal(origin, house.url('public', ''));
    assert.ok(!(pathname + search).includes(token));
    assert.equal((await one.allHeaders()).referer, undefined);
  }
  assert.ok(!(await house.log()).includes(token));
});

test('on the phone: later, once; cancelled after asking; a link that nobody has', async (t) => {
  const visit = await openHouse(t);
  const ticket = await ticketOf(visit);
  await ticketOf(visit);
  const phone = await openPhone(t, visit, ticket);
  await phone.waitForSelector('text=下一位就是您');
  await phone.locator('[data-wish=defer]').click();
  await phone.locator('dialog .main').click();
  await phone.waitForSelector('text=还有 1 人');
  assert.equal(await phone.locator('[data-wish=defer]').count(), 0);
  await phone.locator('[data-wish=cancel]').click();
  await phone.locator('dialog .main').click();
  await onPhone(phone, 'cancelled');
  const gone = await openPhone(t, visit, { token: 't.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' });
  await onPhone(gone, 'dead');
});

test('a manager stops a service, the kiosk shows it, also after a restart', async (t) => {
  const visit = await openHouse(t);
  const { house, service, board, desk } = visit;
  await ticketOf(visit);
  const kiosk = await openKiosk(t, visit);
  await kiosk.locator('.choice', { hasText: board.name.zh }).click();
  const choice = kiosk.locator('.choice', { hasText: service.name.zh });
  await choice.waitFor();
  const manager = await openManager(t, visit);
  await manager.waitForSelector('.figure.waiting >> text=1');
  const row = manager.locator(`[data-service=${service.code}]`);
  await row.locator('[data-act=stop]').click();
  await manager.fill('[name=reason]', '设备故障');
  await manager.locator('dialog .go').click();
  await row.locator('[data-act=resume]').waitFor();
  await kiosk.locator('.choice', { hasText: '暂停取号' }).first().waitFor();
  await accessible(manager, 'stopped');

  await house.stop('SIGKILL');
  await manager.waitForSelector('.stale');
  await house.start();
  await manager.waitForSelector('.stale', { state: 'detached' });
  assert.match(await row.innerText(), /设备故障/);
  await row.locator('[data-act=resume]').click();
  await manager.locator('dialog .go').click();
  await row.locator('[data-act=stop]').waitFor();

  await manager.locator('[data-act=notice]').click();
  await manager.fill('[name=zh]', '今天系统检修');
  await manager.locator('dialog .go').click();
  const board_ = await openBoard(t, visit);
  await board_.locator('footer', { hasText: '今天系统检修' }).waitFor();
  await manager.locator('[data-act=withdraw]').click();
  await manager.locator('dialog .go').click();
  await board_.locator('footer').waitFor({ state: 'detached' });

  const lead = await openManager(t, visit, 'lead');
  await lead.locator(`[data-window="${desk.number}"]`).click();
  const picked = lead.locator('dialog .pick input:checked');
  while (await picked.count()) await picked.first().click();
  await lead.locator('dialog .pick', { hasText: service.name.zh }).first().click();
  await lead.locator('dialog .go').click();
  await manager.locator(`[data-window="${desk.number}"] sup`).waitFor(); // both see it
});
