// SPDX-License-Identifier: Apache-2.0
/*
 * What the manager's page shows: four figures, then the floor, services as rows, and beside them
 * what needs somebody. A state has a colour, a mark and a word. Templates; questions: dialogs.mjs.
 */
import { html, nothing } from '../vendor/lit-html.js';
import { named, texts } from '../lib/text.mjs';
import { clock, clockOf, waitText } from '../lib/time.mjs';
import { dialog } from './dialogs.mjs';
import { alarms, faulty, figures, floorByZone, isOld, levelOf, rows } from './model.mjs';

export function view(state, act) {
  const t = texts(state.language);
  const at = { state, act, t, say: (name) => named(name, state.language) };
  if (!state.session || !state.floor) return html`<div class="door">${signIn(at)}</div>`;
  return html`<div class="hall ${isOld(state) ? 'old' : ''}">
    ${header(at)}
    <main>
      ${said(at)}
      ${four(at)}
      <div class="parts">
        ${floor(at)}
        ${services(at)}
        <aside>${needed(at)}${notices(at)}${devices(at)}${day(at)}</aside>
      </div>
    </main>
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
  return html`<main class="sign-in">
    <h1>${t('manager.title')}</h1>
    ${
      state.session === null
        ? html`<form @submit=${submit}>
          <label>${t('console.name')}
            <input name="name" autocomplete="username" required maxlength="64" autofocus></label>
          <label>${t('console.pin')}
            <input name="pin" type="password" autocomplete="current-password" inputmode="numeric"
              required maxlength="64"></label>
          <button class="go" ?disabled=${state.signing}>
            ${state.signing ? t('console.signing') : t('console.sign-in')}</button>
        </form>`
        : html`<p role="status">${t('console.connecting')}</p>`
    }
    ${said(at)}
    <p>${tongue(at)}</p>
  </main>`;
}

function tongue({ state, act }) {
  const other = state.language === 'zh' ? 'en' : 'zh';
  return html`<button class="quiet" lang=${other === 'zh' ? 'zh-CN' : 'en'}
    @click=${() => act({ do: 'language', language: other })}>
    ${other === 'zh' ? '中文' : 'English'}</button>`;
}

function said({ state, act, t }) {
  const { trouble, done } = state;
  if (state.dialog || (!trouble && !done)) return nothing; // a question says its own
  return html`<div class=${trouble ? 'trouble' : 'done'} role=${trouble ? 'alert' : 'status'}>
    <p>${trouble ? html`<b>${trouble.title}</b> ${trouble.detail}` : t(`done.${done.what}`)}</p>
    <button class="quiet" aria-label=${t('console.dismiss')}
      @click=${() => act({ do: 'calm' })}>✕</button>
  </div>`;
}

// --- head --------------------------------------------------------------------------------------

function header(at) {
  const { state, act, t, say } = at;
  const since = clock(state.heard + state.skew_ms, state.offset_min);
  return html`<header>
    <h1>${say(state.hall?.name) || t('manager.title')}</h1>
    ${isOld(state)
      ? html`<p class="stale" role="status">${t('link.lost', { at: since })}</p>`
      : nothing}
    <p class="who">${state.session.person.name}</p>
    <time>${clock(state.now + state.skew_ms, state.offset_min)}</time>
    ${tongue(at)}
    <button class="quiet" @click=${() => act({ do: 'leave' })}>${t('console.sign-out')}</button>
  </header>`;
}

function minutes(t, seconds) {
  return t('manager.minutes', { n: Math.floor(seconds / 60) });
}

function four({ state, t, say }) {
  const one = figures(state);
  const { longest, over } = one;
  return html`<section class="four" aria-label=${t('manager.now')}>
    ${figure('waiting', t('manager.waiting'), one.waiting, t('manager.people'))}
    ${figure(
      `longest ${longest ? levelOf(longest.longest_s) ?? '' : ''}`,
      t('manager.longest'),
      longest ? minutes(t, longest.longest_s) : '—',
      longest ? say(longest.name) : t('manager.nobody'),
    )}
    ${figure(
      'over',
      t('manager.over', { n: one.over_count }),
      over ? `+${minutes(t, over.longest_s - over.target_s)}` : '—',
      over ? say(over.name) : t('manager.within'),
    )}
    ${figure(
      'windows',
      t('manager.windows'),
      `${one.serving} / ${one.open}`,
      t('manager.of', { n: one.windows }),
    )}
  </section>`;
}

function figure(kind, title, value, more) {
  return html`<div class="figure ${kind}"><h2>${title}</h2><p class="value">${value}</p>
    <p class="more">${more}</p></div>`;
}

// --- floor -------------------------------------------------------------------------------------

export const MARKS = { closed: '–', open: '○', calling: '▲', serving: '●', paused: '‖' };

function floor(at) {
  const { state, t, say } = at;
  return html`<section class="floor" aria-label=${t('manager.floor')}>
    <h2>${t('manager.floor')}</h2>
    ${floorByZone(state).map(
      ({ zone, windows }) => html`<h3>${say(zone.name) || t('manager.no-zone')}</h3>
      <ul class="tiles">${windows.map((one) => tile(at, one))}</ul>`,
    )}
    <p class="key">${Object.entries(MARKS).map(
      ([name, mark]) => html`<span class=${name}><i aria-hidden="true">${mark}</i>
        ${t(`window.${name}`)}</span>`,
    )}</p>
  </section>`;
}

function tile({ act, t }, one) {
  const word = t(`window.${one.state}`);
  const label = `${t('console.window', { n: one.number })} ${word} ${one.ticket ?? ''}`;
  return html`<li><button class="tile ${one.state}" aria-label=${label} data-window=${one.number}
    title=${one.assigned ? t('manager.assigned', { at: clockOf(one.assigned_until) || '—' }) : ''}
    @click=${() => act({ do: 'dialog', dialog: { kind: 'assign', window: one.number } })}>
    <b>${one.number}${one.assigned ? html`<sup>*</sup>` : nothing}</b>
    <i>${MARKS[one.state]}</i>
    <span>${one.ticket ?? word}</span></button></li>`;
}

// --- services ----------------------------------------------------------------------------------

const COLUMNS = ['waiting', 'range', 'longest', 'issued', 'called', 'finished', 'missed'];

function services(at) {
  const { state, t } = at;
  return html`<section class="services" aria-label=${t('manager.services')}>
    <h2 id="services">${t('manager.services')}</h2>
    <div class="scroll" tabindex="0" role="region" aria-labelledby="services">
      <table>
        <thead><tr><th scope="col">${t('ask.service')}</th>
          ${COLUMNS.map((name) => html`<th scope="col">${t(`column.${name}`)}</th>`)}
          <th scope="col"><span class="hidden">${t('manager.act')}</span></th></tr></thead>
        <tbody>${rows(state).map((one) => row(at, one))}</tbody>
      </table>
    </div>
  </section>`;
}

function row({ act, t, say }, one) {
  const level = one.waiting ? levelOf(one.longest_s) : null;
  const target = t('manager.target', { n: Math.round(one.target_s / 60) });
  const cells = {
    waiting: html`<b>${one.waiting}</b>`,
    range: one.stopped ? '—' : waitText(one.wait, t),
    longest: html`<b class="wait ${level ?? ''}">${one.waiting ? minutes(t, one.longest_s) : '—'}</b>
      <small>${target}</small>`,
    issued: one.issued,
    called: one.called,
    finished: one.finished,
    missed: one.missed,
  };
  const kind = one.stopped ? 'resume' : 'stop';
  return html`<tr class=${one.stopped ? 'stopped' : ''} data-service=${one.code}>
    <th scope="row"><span class="code">${one.code}</span> ${say(one.name)}${
      one.stopped
        ? html` <span class="word">${t('manager.stopped')} ${one.stop_reason}</span>`
        : nothing
    }</th>
    ${COLUMNS.map((name) => html`<td data-label=${t(`column.${name}`)}>${cells[name]}</td>`)}
    <td class="act"><button class="quiet" data-act=${kind}
      aria-label="${t(`manager.${kind}`)} ${one.code}"
      @click=${() => act({ do: 'dialog', dialog: { kind, service: one.code } })}>
      ${t(`manager.${kind}`)}</button></td>
  </tr>`;
}

// --- beside ------------------------------------------------------------------------------------

/** The worst; the others stand first among the services anyway. */
const ALARMS_MOST = 4;

function needed(at) {
  const { state, t } = at;
  const list = alarms(state);
  const more = list.length - ALARMS_MOST;
  return html`<section class="alarms" aria-live="polite">
    <h2>${t('manager.alarms')} <b>${list.length}</b></h2>
    ${list.length
      ? html`<ul>${list.slice(0, ALARMS_MOST).map((one) => alarm(at, one))}</ul>
        ${more > 0 ? html`<p>${t('manager.more', { n: more })}</p>` : nothing}`
      : html`<p>${t('manager.calm')}</p>`}
  </section>`;
}

function alarm({ state, act, t, say }, { kind, level, service, text }) {
  const ask = (to) => () => act({ do: 'dialog', dialog: to });
  if (kind === 'clock') {
    const confirms = state.session.person.role !== 'lead';
    return html`<li class="alarm ${level}"><p><b>${t(`level.${level}`)}</b> ${t('alarm.clock')}</p>
      ${confirms
        ? html`<button data-act="clock" @click=${ask({ kind: 'clock' })}>${t('manager.clock')}</button>`
        : nothing}</li>`;
  }
  if (kind === 'house')
    return html`<li class="alarm ${level}"><p><b>${t(`level.${level}`)}</b> ${text}</p></li>`;
  const wait = minutes(t, service.longest_s);
  return html`<li class="alarm ${level}">
    <p><b>${t(`level.${level}`)}</b> ${say(service.name)}
      <span>${t('alarm.wait', { wait, n: service.waiting })}</span></p>
    <button data-act="help" @click=${ask({ kind: 'assign', service: service.code })}>
      ${t('manager.help')}</button></li>`;
}

function notices({ state, act, t, say }) {
  const { notices: list } = state.floor;
  const zoneOf = (code) => (state.hall?.zones ?? []).find((one) => one.code === code)?.name;
  return html`<section class="notices">
    <h2>${t('console.notices')} <b>${list.length}</b></h2>
    <ul>${list.map((one) => html`<li>
      <p>${say(one.text)} <small>${say(zoneOf(one.zone)) || t('manager.all-zones')}
        ${one.until ? t('manager.until', { at: clockOf(one.until) }) : ''}</small></p>
      <button class="quiet" data-act="withdraw" @click=${() =>
        act({ do: 'dialog', dialog: { kind: 'withdraw', notice: one } })}>
        ${t('manager.withdraw')}</button></li>`)}</ul>
    <button data-act="notice" @click=${() => act({ do: 'dialog', dialog: { kind: 'notice' } })}>
      ${t('manager.notice')}</button>
  </section>`;
}

function devices({ state, t }) {
  if (!state.devices) return nothing;
  const bad = faulty(state.devices);
  const fine = state.devices.length - bad.length;
  return html`<section class="devices">
    <h2>${t('manager.devices')} <b>${t('manager.fine', { n: fine, of: state.devices.length })}</b></h2>
    <ul>${bad.map((one) => html`<li>
      <p><b>${one.name}</b> ${t(`device.${one.kind}`)}</p>
      <p class="fault"><i aria-hidden="true">✕</i>
        ${one.online ? one.faults.map((word) => faultWord(t, word)).join(', ') : t('manager.away')}
        <small>${one.since ? t('manager.since', { at: clockOf(one.since) }) : ''}</small></p>
    </li>`)}</ul>
  </section>`;
}

/** A device's own word when we have none for it. */
function faultWord(t, word) {
  const said_ = t(`fault.${word}`);
  return said_ === `fault.${word}` ? word : said_;
}

function day({ state, act, t }) {
  if (!state.floor.day) return html`<section><h2>${t('manager.shut')}</h2></section>`;
  return html`<section class="day"><h2>${t('manager.day')} <b>${state.floor.day}</b></h2>
    <button data-act="extend" @click=${() => act({ do: 'dialog', dialog: { kind: 'extend' } })}>
      ${t('manager.extend')}</button></section>`;
}
