// SPDX-License-Identifier: Apache-2.0
/* What the window console shows. Templates only; dialogs are in dialogs.mjs. */
import { html, nothing } from '../vendor/lit-html.js';
import { named, texts } from '../lib/text.mjs';
import { clock, clockOf, span } from '../lib/time.mjs';
import { dialog } from './dialogs.mjs';
import {
  ACTIONS,
  bodyOf,
  graceLeft,
  possible,
  pressed,
  primary,
  serviceName,
  since,
} from './model.mjs';

export function view(state, act) {
  const t = texts(state.language);
  const at = { state, act, t, say: (name) => named(name, state.language) };
  if (!state.view) return html`<div class="door">${signIn(at)}</div>`;
  return html`
    <div class="console" data-state=${state.view.state}>
      ${header(at)}
      <main>
        ${person(at)}
        ${middle(at)}
        ${lines(at)}
      </main>
      ${recent(at)}
      ${dialog(at)}
    </div>`;
}

// --- sign in -----------------------------------------------------------------------------------

function signIn(at) {
  const { state, act, t } = at;
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    act({ do: 'sign-in', name: form.get('name').trim(), pin: form.get('pin') });
  };
  const waiting = state.session === undefined || (state.session && !state.view);
  return html`
    <main class="sign-in">
      <h1>${t('console.window', { n: state.number })}</h1>
      ${
        waiting
          ? html`<p role="status">${t('console.connecting')}</p>`
          : html`
        <form @submit=${submit}>
          <label>${t('console.name')}
            <input name="name" autocomplete="username" required maxlength="64" autofocus></label>
          <label>${t('console.pin')}
            <input name="pin" type="password" autocomplete="current-password" inputmode="numeric"
              required maxlength="64">
          </label>
          <button class="go" ?disabled=${state.signing}>
            ${state.signing ? t('console.signing') : t('console.sign-in')}</button>
        </form>`
      }
      ${trouble(at)}
      <p class="tongue">${tongue(at)}</p>
    </main>`;
}

function tongue({ state, act }) {
  const other = state.language === 'zh' ? 'en' : 'zh';
  return html`<button class="quiet" lang=${other === 'zh' ? 'zh-CN' : 'en'}
    @click=${() => act({ do: 'language', language: other })}>
    ${other === 'zh' ? '中文' : 'English'}</button>`;
}

// --- frame -------------------------------------------------------------------------------------

function header(at) {
  const { state, act, t, say } = at;
  const { view: window_ } = state;
  return html`
    <header>
      <h1>${t('console.window', { n: window_.number })}<small>${say(window_.name)}</small></h1>
      <p class="badge ${window_.state}">${t(`window.${window_.state}`)}${pauseWord(at)}</p>
      ${
        state.link === 'open'
          ? nothing
          : html`<p class="stale" role="status">
        ${t('link.lost', { at: clock(state.heard + state.skew_ms, state.offset_min) })}</p>`
      }
      <p class="who">${state.session?.person?.name ?? ''} ·
        ${t('console.served', { n: window_.served_today })}</p>
      <time>${clock(state.now + state.skew_ms, state.offset_min)}</time>
      ${tongue(at)}
      <button class="quiet" @click=${() => act({ do: 'leave' })}>${t('console.sign-out')}</button>
    </header>`;
}

function pauseWord({ state, say }) {
  const { pause } = state.view;
  if (!pause) return nothing;
  const reason = (state.hall?.reasons ?? []).find((one) => one.code === pause.reason);
  return html` · ${say(reason?.name) || pause.reason}`;
}

function trouble({ state, act, t }) {
  if (!state.trouble) return nothing;
  return html`<div class="trouble" role="alert">
    <p><b>${state.trouble.title}</b> ${state.trouble.detail}</p>
    <button class="quiet" aria-label=${t('console.dismiss')}
      @click=${() => act({ do: 'calm' })}>✕</button>
  </div>`;
}

// --- left: the person --------------------------------------------------------------------------

function person(at) {
  const { state, t, say } = at;
  const one = state.view.ticket;
  if (!one) return nobody(at);
  return html`
    <section class="person" aria-label=${t('console.person')}>
      <p class="number">${one.number}</p>
      <p class="service">${say(one.service_name)}</p>
      <p class="tags">${classTag(at, one.class)}
        ${one.cases > 1 ? html`<span class="tag">${t('console.cases', { n: one.cases })}</span>` : nothing}</p>
      ${needs(at, one)}
      <dl>
        <div><dt>${t('console.waited')}</dt><dd>${span(one.waited_s)}</dd></div>
        <div><dt>${t('console.called')}</dt>
          <dd>${span(since(one.recalled_at ?? one.called_at, state))}${
            one.recalls
              ? html` <small>${t('console.recalls', { n: one.recalls })}</small>`
              : nothing
          }</dd></div>
        ${
          one.state === 'serving'
            ? html`<div class="now"><dt>${t('console.serving')}</dt>
          <dd>${span(since(one.started_at, state))}</dd></div>`
            : nothing
        }
      </dl>
      ${told(at, one)}
      ${one.state === 'called' ? grace(at) : nothing}
      ${state.why ? html`<p class="why">${say(state.why.sentence)}</p>` : nothing}
    </section>`;
}

function nobody({ state, t, say }) {
  const { view: window_ } = state;
  const advice = window_.state === 'open' && !window_.next ? 'waiting' : window_.state;
  return html`<section class="person none" aria-label=${t('console.person')}>
    <p class="number">—</p>
    <p class="service">${t(`console.none.${advice}`)}</p>
    ${
      window_.next
        ? html`<p class="upnext">${t('console.next-is')} <b>${window_.next.number}</b>
      ${say(serviceName(state, window_.next.service))}</p>
      ${needs({ state, t, say }, window_.next)}`
        : nothing
    }
  </section>`;
}

function classTag({ state, say }, code) {
  const classes = state.hall?.classes ?? [];
  const found = classes.find((one) => one.code === code);
  if (!found || found === classes[0]) return nothing;
  return html`<span class="tag strong">${say(found.name)}</span>`;
}

function needs({ t }, one) {
  if (!one.needs?.length) return nothing;
  const words = one.needs.map((need) => html`<li>${t(`console.need.${need}`)}</li>`);
  return html`<ul class="needs">${words}</ul>`;
}

const MARKS = { done: '✓', failed: '✕', waiting: '…' };

function told({ t }, { told: tell, silent }) {
  if (!tell) return nothing;
  const devices = tell.devices ?? [];
  return html`<ul class="told" aria-label=${t('console.told')}>
    ${devices.map(
      (one) => html`<li class=${one.state}><span aria-hidden="true">${MARKS[one.state]}</span>
      ${t(`device.${one.kind}`)} ${t(`told.${one.state}`)}${
        one.state === 'failed' ? html` <small>${one.name}</small>` : nothing
      }</li>`,
    )}
    ${devices.length ? nothing : html`<li class="failed">${t('told.nobody')}</li>`}
    ${silent ? html`<li class="silent">${t('told.silent')}</li>` : nothing}
  </ul>`;
}

function grace({ state, t }) {
  const left = graceLeft(state);
  if (left === null) return html`<p class="grace">${t('console.grace.untold')}</p>`;
  return html`<p class="grace" role="timer">${
    left > 0 ? t('console.grace', { time: span(left) }) : t('console.grace.over')
  }</p>`;
}

// --- middle: what to do ------------------------------------------------------------------------

function middle(at) {
  const { state, act, t } = at;
  const first = primary(state.view);
  const label = first ? t(`do.${first.name}`) : t('do.nobody');
  return html`
    <section class="doing" aria-label=${t('console.doing')}>
      ${trouble(at)}
      <button class="primary ${first?.name ?? 'idle'}" ?disabled=${!first || state.busy}
        aria-busy=${Boolean(state.busy)}
        @click=${(event) => press(event, act, { send: first.verb, body: bodyOf(first) })}>
        <span class="label">${label}${first?.name === 'next' ? html` <b>${first.number}</b>` : nothing}</span>
        <kbd>${first ? t('key.space') : t('do.nobody.hint')}</kbd>
      </button>
      <div class="grid">${ACTIONS.map((action) => secondary(at, action))}</div>
    </section>`;
}

function secondary(at, action) {
  const { state, act, t } = at;
  const paused = action.name === 'pause' && state.view.state === 'paused';
  return html`<button ?disabled=${!possible(action, state)} aria-keyshortcuts=${action.key}
    data-verb=${action.name}
    @click=${(event) => press(event, act, pressed(action, state))}>
    <kbd>${action.key}</kbd><span>${t(`do.${paused ? 'resume' : action.name}`)}</span></button>`;
}

/** A click gives the focus back, so that Space stays the primary action. */
function press(event, act, { send, body, dialog: opened }) {
  if (event.detail > 0) event.currentTarget.blur();
  act(send ? { do: 'send', verb: send, body } : { do: 'dialog', dialog: opened });
}

// --- right: my lines ---------------------------------------------------------------------------

function lines({ state, t, say }) {
  const { view: window_ } = state;
  const sum = window_.waiting.reduce((all, one) => all + one.count, 0);
  return html`
    <section class="lines" aria-label=${t('console.lines')}>
      <h2>${t('console.waiting')} <b>${sum}</b></h2>
      <ul class="services" tabindex="0" aria-label=${t('console.waiting')}>${window_.waiting.map(
        (one) => html`<li>
        <span class="name">${say(one.name)}</span>
        <b>${one.count}</b><small>${one.count ? span(one.longest_s) : '—'}</small></li>`,
      )}</ul>
      ${held(t('console.missed'), window_.missed, (one) => t('console.misses', { n: one.misses }))}
      ${held(t('console.parked'), window_.parked, (one) => t(`park.short.${one.park}`))}
      ${
        window_.notices.length
          ? html`<div class="notices"><h2>${t('console.notices')}</h2>
        <ul>${window_.notices.map((one) => html`<li>${say(one.text)}</li>`)}</ul></div>`
          : nothing
      }
    </section>`;
}

function held(title, list, word) {
  if (!list.length) return html`<div class="held"><h2>${title} <b>0</b></h2></div>`;
  return html`<div class="held"><h2>${title} <b>${list.length}</b></h2>
    <ul>${list.slice(0, 6).map((one) => html`<li><b>${one.number}</b>
      <small>${clockOf(one.at)} ${word(one)}</small></li>`)}</ul></div>`;
}

// --- below: the last three ---------------------------------------------------------------------

function recent({ state, act, t, say }) {
  return html`<footer aria-label=${t('console.recent')}>
    <h2>${t('console.recent')}</h2>
    ${
      state.view.recent.length
        ? html`<ul>${state.view.recent.map(
            (one) => html`<li>
      <b>${one.number}</b>
      <span>${say(serviceName(state, one.service))}
        <small>${t(`ticket.${one.state}`)} ${clockOf(one.ended_at)}</small></span>
      ${(one.can ?? []).map(
        (verb) => html`
        <button class="quiet" ?disabled=${Boolean(state.busy)} @click=${(event) =>
          press(event, act, {
            send: verb,
            body: { number: one.number },
          })}>${t(`do.${verb}`)}</button>`,
      )}
    </li>`,
          )}</ul>`
        : html`<p>${t('console.recent.none')}</p>`
    }
  </footer>`;
}
