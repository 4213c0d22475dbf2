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
