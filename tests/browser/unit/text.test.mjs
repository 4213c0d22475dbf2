// SPDX-License-Identifier: Apache-2.0
// Both catalogues say the same things, and the pages ask for nothing that neither has.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import test from 'node:test';
import { en } from '../../../display/web/lib/text/en.mjs';
import { zh } from '../../../display/web/lib/text/zh.mjs';
import { named, texts } from '../../../display/web/lib/text.mjs';

const WEB = new URL('../../../display/web/', import.meta.url);
const PAGES = ['index', 'kiosk', 'window', 'board', 'ticket', 'manager'];

test('zh and en have the same keys', () => {
  assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
});

test('zh and en fill in the same values', () => {
  const holes = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((hole) => hole[1]).sort();
  for (const key of Object.keys(zh)) {
    if (key === 'kiosk.people') continue; // "3 人", "3"
    assert.deepEqual(holes(zh[key]), holes(en[key]), key);
  }
});

test('no text is empty', () => {
  for (const [key, text] of [...Object.entries(zh), ...Object.entries(en)])
    assert.ok(text.trim(), key);
});

test('every key named in a page is in the catalogue', async () => {
  let asked = 0;
  for (const page of PAGES) {
    for (const file of await readdir(new URL(`${page}/`, WEB))) {
      if (!file.endsWith('.mjs')) continue;
      const source = await readFile(new URL(`${page}/${file}`, WEB), 'utf8');
      for (const [, key] of source.matchAll(/\b(?:t|both)\('([a-z0-9.-]+)'/g)) {
        asked++;
        assert.ok(key in zh, `${page}/${file}: ${key}`);
      }
    }
  }
  assert.ok(asked > 80, `only ${asked} keys found: has the way of asking changed?`);
});

test('no page makes markup of strings, or carries styles or scripts inline', async () => {
  for (const page of PAGES) {
    const shell = await readFile(new URL(`${page}.html`, WEB), 'utf8');
    assert.doesNotMatch(shell, /<style|style=|<script>|onclick/);
    for (const file of await readdir(new URL(`${page}/`, WEB))) {
      const source = await readFile(new URL(`${page}/${file}`, WEB), 'utf8');
      assert.doesNotMatch(
        source,
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\sstyle=/,
        file,
      );
    }
  }
});

test('a text is filled in, an unknown key shows as itself', () => {
  assert.equal(texts('en')('kiosk.waiting', { n: 0 }), '0 waiting');
  assert.equal(texts('zh')('no.such.key'), 'no.such.key');
  assert.equal(texts('fr')('kiosk.take'), zh['kiosk.take']);
});

test('a name falls back to the language that it has', () => {
  assert.equal(named({ zh: '税务', en: '' }, 'en'), '税务');
  assert.equal(named(null, 'zh'), '');
});
