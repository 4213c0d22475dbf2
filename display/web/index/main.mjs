// SPDX-License-Identifier: Apache-2.0
/* The index: a link to every page that this door serves, one line each, in both languages. */
import { html, nothing } from '../vendor/lit-html.js';
import { ask } from '../lib/api.mjs';
import { wear } from '../lib/colour.mjs';
import { stage } from '../lib/page.mjs';
import { firstLanguage, named, speak, texts } from '../lib/text.mjs';

const AGAIN_MS = 3000;

const page = stage({
  state: { language: firstLanguage(), hall: null, lost: false, staff: false },
  step: (state, action) => ({ ...state, ...action }),
  view,
  after(state, before) {
    if (state.language !== before.language) titled(state.language);
    if (state.hall?.accent !== before.hall?.accent) wear(state.hall.accent);
  },
});

function view(state, act) {
  const t = texts(state.language);
  const other = state.language === 'zh' ? 'en' : 'zh';
  return html`<main>
    <header>
      <div>
        <p>${t('index.title')}</p>
        <h1>${named(state.hall?.name, state.language) || 'Jiaohao'}</h1>
      </div>
      <button lang=${other === 'zh' ? 'zh-CN' : 'en'} @click=${() => act({ language: other })}>
        ${other === 'zh' ? '中文' : 'English'}</button>
    </header>
    ${state.lost ? html`<p class="stale" role="status">${t('index.offline')}</p>` : nothing}
    <ul>
      ${entry(state, 'kiosk', '/kiosk')}
      ${entry(state, 'board', '/board', boards(state))}
      ${entry(state, 'ticket', '/t')}
      ${state.staff ? entry(state, 'manager', '/manager') : nothing}
      ${state.staff ? entry(state, 'window', null, windows(state)) : nothing}
    </ul>
    <p class="about">${t('index.about')}</p>
  </main>`;
}

function entry({ language }, name, to, more = nothing) {
  const t = texts(language);
  return html`<li>
    <h2>${to ? html`<a href=${to}>${t(`index.${name}`)}</a>` : t(`index.${name}`)}</h2>
    <p>${t(`index.${name}.is`)}</p>
    ${more}
  </li>`;
}

function boards({ language, hall }) {
  const t = texts(language);
  const zones = hall?.zones ?? [];
  return html`<p class="more"><a href="/board?theme=dark">${t('index.board.dark')}</a>
    ${
      zones.length < 2
        ? nothing
        : zones.map(
            (zone) => html`
      <a href="/board?zone=${encodeURIComponent(zone.code)}">
        ${t('index.board.zone', { zone: named(zone.name, language) })}</a>`,
          )
    }</p>`;
}

function windows({ language, hall }) {
  const t = texts(language);
  return html`<p class="more">${(hall?.windows ?? []).map(
    (one) => html`
    <a href="/window/${one.number}" aria-label=${t('console.window', { n: one.number })}>
      ${one.number}</a>`,
  )}</p>`;
}

function titled(language) {
  speak(language, texts(language)('index.title'));
}

async function read() {
  const answer = await ask('GET', 'hall');
  page.act(answer.ok ? { hall: answer.data, lost: false } : { lost: true });
  if (!answer.ok) setTimeout(read, AGAIN_MS);
}

/** Consoles stand behind the staff door only; this page is the same on both. */
async function tryStaff() {
  const answer = await fetch('/window/1', { method: 'HEAD' }).catch(() => null);
  page.act({ staff: Boolean(answer?.ok) });
}

titled(page.now().language);
read();
tryStaff();
