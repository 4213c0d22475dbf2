// SPDX-License-Identifier: Apache-2.0
// The index links what this door serves, in both languages.
import assert from 'node:assert/strict';
import test from 'node:test';
import { accessible, close, fits, launch, open } from './chromium.mjs';
import { devServer } from './devserver.mjs';

test('the index links only pages that exist, in zh and en', async (t) => {
  const browser = await launch();
  const server = await devServer();
  const page = await open(browser, `${server.url}/`);
  t.after(async () => {
    await close(page);
    await browser.close();
    await server.close();
  });
  await page.waitForSelector('a[href="/window/12"]');
  const links = await page.locator('a').evaluateAll((all) => all.map((one) => one.href));
  assert.ok(links.length >= 15);
  for (const link of links) assert.equal((await fetch(link)).status, 200, link);
  await accessible(page, 'zh');
  await page.locator('button').click();
  await page.waitForSelector('text=Window console');
  await accessible(page, 'en');
  for (const width of [360, 768, 1920]) {
    await page.setViewportSize({ width, height: 800 });
    await fits(page, `${width} px`);
  }
});
