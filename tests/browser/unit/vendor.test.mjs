// SPDX-License-Identifier: Apache-2.0
// What stands in display/web/vendor is what its makers published, to the byte.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

const root = new URL('../../../', import.meta.url);
const read = (path) => readFile(new URL(path, root), 'utf8');
const withoutSourceMap = (text) => text.replace(/^\/\/# sourceMappingURL=.*\n?/m, '').trimEnd();

for (const [file, name, published] of [
  ['lit-html.js', 'lit-html', 'lit-html.js'],
  ['mqtt.js', 'mqtt', 'dist/mqtt.esm.js'],
]) {
  test(`${file} is ${name} as published`, async () => {
    const ours = await read(`display/web/vendor/${file}`);
    const theirs = await read(`node_modules/${name}/${published}`);
    assert.equal(withoutSourceMap(ours), withoutSourceMap(theirs));
  });
  test(`${file} is the version its list names`, async () => {
    const { version } = JSON.parse(await read(`node_modules/${name}/package.json`));
    assert.match(await read('display/web/vendor/README.md'), new RegExp(`${name} ${version} `));
  });
}
