// SPDX-License-Identifier: Apache-2.0
/*
 * What the pages say. One catalogue per language, the same keys in each (a test holds them to it).
 * The language is the page's: chosen there, kept for this tab, said to screen readers.
 */
import { en } from './text/en.mjs';
import { zh } from './text/zh.mjs';

const CATALOGUES = { zh, en };

/** t(key, values): "{n} ahead" with n filled in. An unknown key is our bug and shows as itself. */
export function texts(language) {
  const catalogue = CATALOGUES[language] ?? zh;
  return (key, values = {}) =>
    (catalogue[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** A name of the hall file in this language, in the other when it has none. */
export function named(name, language) {
  if (!name) return '';
  return name[language] || name.zh || name.en || '';
}

/** The language of the address (?lang=en), or null. */
export function askedLanguage() {
  const asked = new URLSearchParams(location.search).get('lang');
  return Object.hasOwn(CATALOGUES, asked ?? '') ? asked : null;
}

/** The language to begin with: of the address, of this tab, else zh. */
export function firstLanguage() {
  return askedLanguage() ?? (sessionStorage.getItem('lang') === 'en' ? 'en' : 'zh');
}

/** Keeps the choice and tells the browser, so that a screen reader speaks it rightly. */
export function speak(language, title) {
  sessionStorage.setItem('lang', language);
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.title = title;
}
