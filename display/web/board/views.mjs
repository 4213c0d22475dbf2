// SPDX-License-Identifier: Apache-2.0
/*
 * What a board shows, in all languages of the hall at once: the first large, the second beside it.
 * Seen from 5 m; nothing moves but a new call, three times. Templates only.
 */
import { html, nothing } from '../vendor/lit-html.js';
import { named, texts } from '../lib/text.mjs';
import { clock, offsetOf, weekday } from '../lib/time.mjs';
import { hallNow, shown, stale, turning } from './model.mjs';

const WAITING_ROWS = { wide: 3, tall: 4 };
const UPCOMING_MOST = { wide: 6, tall: 8 };

export function view(state) {
  if (!state.given) return message(texts('zh')('board.starting'), texts('en')('board.starting'));
  const [first, second] = state.given.languages.length ? state.given.languages : ['zh', 'en'];
  const both = (key, values) =>
    pair(texts(first)(key, values), second && texts(second)(key, values));
  const at = {
    state,
    first,
    second,
    both,
    t: texts(first),
    say: (name) => pair(named(name, first), second && named(name, second)),
    offset: offsetOf(state.given.timezone, state.wall),
  };
  const zone = state.given.zones.find((one) => one.code === state.zone);
  if (state.zone && !zone)
    return message(texts('zh')('board.wrong', state), texts('en')('board.wrong', state));
  return html`
    <div class="board ${stale(state) ? 'old' : ''}">
      ${header(at, zone)}
      ${calls(at)}
      <aside>${ready(at)}${waiting(at)}</aside>
      ${notices(at)}
    </div>`;
}

function pair(one, other) {
  return html`<span class="one">${one}</span>${
    other && other !== one ? html` <span class="other">${other}</span>` : nothing
  }`;
}

function message(one, other) {
  return html`<div class="board-message" role="status">
    <h1>${one}</h1>
    <p lang="en">${other}</p>
  </div>`;
}

function header({ state, both, say, t, offset }, zone) {
  return html`<header>
    <h1>${say(zone?.name ?? state.given.name)}</h1>
    ${
      stale(state)
        ? html`<p class="stale" role="status">
      ${both(state.online ? 'board.stale' : 'board.halted', { at: clock(state.beat_wall, offset) })}</p>`
        : nothing
    }
    <p class="clock"><time>${clock(hallNow(state), offset)}</time>
      <span>${t(`day.${weekday(hallNow(state), offset)}`)}</span></p>
  </header>`;
}

// --- calls -------------------------------------------------------------------------------------

function calls(at) {
  const { state, both } = at;
  const { heroes, items, page, pages } = shown(state);
  if (!heroes.length && !items.length) {
    return html`<section class="calls nobody"><h2>${both('board.nobody')}</h2>
      <p>${both('board.nobody.do')}</p></section>`;
  }
  return html`<section class="calls" aria-label=${at.t('board.calls')} aria-live="polite">
    <ul>
      ${heroes.map((one) => call(at, one, true))}
      ${items.map((one) => call(at, one, false))}
    </ul>
    ${pages > 1 ? mark(at, page, pages) : nothing}
  </section>`;
}

function call({ state, both }, one, hero) {
  // Two names of one animation, by turns, so that a second recall of a number flashes again.
  const flash = one.seq && one.seq === state.flash ? `flash-${one.seq % 2}` : '';
  return html`<li class="${hero ? 'hero' : ''} ${flash}" data-number=${one.number}>
    <b class="number n${one.number.length}">${one.number}</b>
    <span class="arrow" aria-hidden="true">→</span>
    <span class="where">${both('board.window', { n: one.window })}</span>
  </li>`;
}

const DOTS_MOST = 7;

function mark({ t }, page, pages) {
  if (pages > DOTS_MOST)
    return html`<p class="mark">${t('board.page', { n: page + 1, of: pages })}</p>`;
  return html`<p class="mark" role="img" aria-label=${t('board.page', { n: page + 1, of: pages })}>
    ${Array.from({ length: pages }, (_, i) => html`<i class=${i === page ? 'here' : ''}></i>`)}</p>`;
}

// --- beside ------------------------------------------------------------------------------------

function ready({ state, both }) {
  const list = (state.board?.upcoming ?? []).slice(0, UPCOMING_MOST[state.shape]);
  return html`<section class="ready"><h2>${both('board.ready')}</h2>
    ${
      list.length
        ? html`<ul>${list.map((number) => html`<li>${number}</li>`)}</ul>`
        : html`<p>${both('board.ready.none')}</p>`
    }</section>`;
}

function waiting(at) {
  const { state, both } = at;
  const lines = (state.board?.waiting ?? []).filter((one) => one.count > 0);
  const { items, page, pages } = turning(lines, WAITING_ROWS[state.shape], state.ms);
  return html`<section class="waiting">
    <h2>${both('board.waiting')}${pages > 1 ? mark(at, page, pages) : nothing}</h2>
    <ul>${items.map((one) => line(at, one))}</ul>
    ${lines.length ? nothing : html`<p>${both('board.waiting.none')}</p>`}</section>`;
}

function line(at, one) {
  return html`<li>
    <span class="name">${named(one.name, at.first)}</span>
    <span class="people"><b>${at.t('board.people', { n: one.count })}</b>
      ${range(at, one.wait)}</span>
  </li>`;
}

function range({ t }, wait) {
  if (!wait) return nothing;
  if (wait.kind !== 'range') return html`<span class="no">${t(`board.${wait.kind}`)}</span>`;
  const low = wait.low_s < 600 ? Math.floor(wait.low_s / 60) : Math.floor(wait.low_s / 300) * 5;
  const high = wait.high_s < 600 ? Math.ceil(wait.high_s / 60) : Math.ceil(wait.high_s / 300) * 5;
  if (wait.high_s >= 3600) return low >= 60 ? t('board.over') : t('board.fromto', { low });
  return high <= 5 ? t('board.upto', { high: 5 }) : t('board.minutes', { low, high });
}

/** One notice at a time, in one language at a time. */
function notices({ state, first, second }) {
  const languages = second ? [first, second] : [first];
  const list = (state.board?.notices ?? []).flatMap((one) =>
    languages.map((language) => ({
      title: texts(language)('board.notices'),
      text: named(one.text, language),
      language,
    })),
  );
  if (!list.length) return nothing;
  const { title, text, language } = turning(list, 1, state.ms).items[0];
  return html`<footer lang=${language}><h2>${title}</h2><p>${text}</p></footer>`;
}
