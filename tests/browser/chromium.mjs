// SPDX-License-Identifier: Apache-2.0
/* One Chromium for a test file, pages that fail a test when they log an error, and axe. */
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const TALL = { width: 1080, height: 1920 };
export const WIDE = { width: 1920, height: 1080 };
export const DESK = { width: 1366, height: 768 };

export function launch() {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: FLAGS });
}

/** A page without memory of others. Script faults and refused resources are collected. */
export async function open(browser, url, { viewport = DESK, ...options } = {}) {
  const context = await browser.newContext({ viewport, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(`script: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    if (/Content Security Policy|SyntaxError|Failed to load module/.test(text))
      page.faults.push(text);
  });
  await page.goto(url);
  return page;
}

/** Ends the page; whatever it logged as a fault fails the test. */
export async function close(page) {
  await page.context().close();
  assert.deepEqual(page.faults, []);
}

/** axe-core finds nothing serious or critical; with `far`, contrast is 7:1 or more. */
export async function accessible(page, where, { far = false } = {}) {
  const rules = { 'color-contrast-enhanced': { enabled: far } };
  const { violations } = await new AxeBuilder({ page }).options({ rules }).analyze();
  const bad = violations
    .filter((one) => ['serious', 'critical'].includes(one.impact))
    .map(
      (one) =>
        `${where}: ${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`,
    );
  assert.deepEqual(bad, []);
}

/** Nothing sticks out of the page sideways. */
export async function fits(page, where) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${where}: ${over} px too wide`);
}

/** Waits until check() is true, trying often. */
export async function until(check, what, seconds = 15) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) assert.fail(`${what}: not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
