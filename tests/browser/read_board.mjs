// SPDX-License-Identifier: Apache-2.0
/*
 * read_board.mjs URL COUNT: opens a board page, waits until it shows COUNT calls, and prints them
 * as JSON, the newest first: [["A012", 3], …]. For tests that are not written in JavaScript.
 */
import { launch, open, until, WIDE } from './chromium.mjs';

const [url, count] = process.argv.slice(2);
const browser = await launch();
try {
  const page = await open(browser, url, { viewport: WIDE });
  const calls = () =>
    page.locator('.calls li').evaluateAll((rows) =>
      rows.map((row) => {
        const text = row.innerText.split(/\s+/).join(' ');
        const [, number, window] = /^([A-Z]+\d+) .*?(\d+)/.exec(text);
        return [number, Number(window)];
      }),
    );
  await until(async () => (await calls()).length >= Number(count), `${count} calls`);
  process.stdout.write(JSON.stringify(await calls()));
} finally {
  await browser.close();
}
