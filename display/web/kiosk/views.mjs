// SPDX-License-Identifier: Apache-2.0
/* What the kiosk shows for each state. Templates only: it decides nothing and asks nobody. */
import { html, nothing } from '../vendor/lit-html.js';
import { named, texts } from '../lib/text.mjs';
import { clock, clockOf, parseAt, waitText, weekday } from '../lib/time.mjs';
import {
  NEEDS,
  boardsHere,
  classOf,
  homeIn,
  pageOf,
  phoneWhole,
  ready,
  servicesHere,
  shutBy,
} from './model.mjs';

export function view(state, act) {
  const t = texts(state.language);
  const at = { state, act, t, say: (name) => named(name, state.language) };
  return html`
    <div class="kiosk ${state.large ? 'large' : ''}" data-screen=${state.screen}>
      ${header(at)}
      <main>${screen(at)}</main>
      ${footer(at)}
    </div>`;
}

function screen(at) {
  const { state, t } = at;
  if (!state.hall) return message(t('kiosk.starting'), t('kiosk.starting.do'));
  const choosing = ['boards', 'services'].includes(state.screen);
  if (choosing && !state.hall.online) return message(t('kiosk.halted'), t('kiosk.halted.do'));
  if (choosing && !state.hall.open) return message(t('kiosk.closed'), opensAt(at));
  return SCREENS[state.screen](at);
}

const SCREENS = {
  boards,
  services,
  who,
  phone,
  taking,
  ticket,
  trouble,
};

// --- frame -------------------------------------------------------------------------------------

function header({ state, t, say }) {
  const here = parseAt(state.hall?.at);
  const offset = here?.offset_min ?? 0;
  return html`
    <header>
      <p class="hall">${say(state.hall?.name)}</p>
      ${
        state.hall
          ? html`<p class="clock"><span class="day">${t(`day.${weekday(state.now, offset)}`)}</span>
        <time>${clock(state.now, offset)}</time></p>`
          : nothing
      }
      ${
        state.link === 'open' || !state.hall
          ? nothing
          : html`<p class="stale" role="status">
        ${t('link.lost', { at: clock(state.heard, offset) })}</p>`
      }
    </header>`;
}

function footer({ state, act, t }) {
  const other = state.language === 'zh' ? 'en' : 'zh';
  const left = homeIn(state);
  const start = state.screen === 'boards' || !state.hall;
  return html`
    ${
      left !== null && state.screen !== 'ticket'
        ? html`
      <p class="countdown" role="timer">${t('kiosk.home-in', { n: left })}</p>`
        : nothing
    }
    <footer>
      <button class="back" ?disabled=${start || state.screen === 'taking'}
        @click=${() => act({ do: state.screen === 'ticket' ? 'home' : 'back' })}>
        ${
          state.screen === 'ticket'
            ? t('kiosk.done')
            : html`<span aria-hidden="true">‹</span> ${t('kiosk.back')}`
        }
      </button>
      <button class="size" aria-pressed=${state.large} @click=${() => act({ do: 'large' })}>
        ${state.large ? t('kiosk.normal') : t('kiosk.large')}</button>
      <button class="tongue" lang=${other === 'zh' ? 'zh-CN' : 'en'}
        @click=${() => act({ do: 'language', language: other })}>
        ${other === 'zh' ? '中文' : 'English'}</button>
    </footer>`;
}

function heading(text, hint) {
  return html`<div class="heading">
    <h1 data-heading tabindex="-1">${text}</h1>
    ${hint ? html`<p>${hint}</p>` : nothing}
  </div>`;
}

function message(text, advice) {
  return html`<div class="message" role="status">
    <h1 data-heading tabindex="-1">${text}</h1>
    <p>${advice}</p>
  </div>`;
}

function opensAt({ state, t }) {
  const times = state.hall.services
    .map((service) => service.opens_at)
    .filter(Boolean)
    .sort();
  return times.length ? t('kiosk.opens', { at: clockOf(times[0]) }) : t('kiosk.closed.do');
}

function pager({ state, act, t }, pages) {
  if (pages.pages < 2) return nothing;
  const to = (page) => () => act({ do: 'page', page });
  return html`<nav class="pager" aria-label=${t('kiosk.pages')}>
    <button ?disabled=${pages.page === 0} @click=${to(pages.page - 1)}>${t('kiosk.before')}</button>
    <p>${t('kiosk.page', { n: pages.page + 1, of: pages.pages })}</p>
    <button ?disabled=${pages.page === pages.pages - 1} @click=${to(pages.page + 1)}>
      ${t('kiosk.more')}</button>
  </nav>`;
}

/** Few choices stand one below the other, as wide as the screen. */
function few(pages) {
  return pages.pages === 1 && pages.items.length <= 4 ? 'few' : '';
}

// --- what --------------------------------------------------------------------------------------

function boards(at) {
  const { state, act, t, say } = at;
  const pages = pageOf(boardsHere(state), state);
  return html`
    ${heading(t('kiosk.what'), t('kiosk.what.hint'))}
    <ul class="choices ${few(pages)}">${pages.items.map(
      (board) => html`
      <li><button class="choice" @click=${() => act({ do: 'board', code: board.code })}>
        <span class="name">${say(board.name)}</span>
        <span class="state">${waitingAt(at, board)}</span>
      </button></li>`,
    )}</ul>
    ${pager(at, pages)}`;
}

function waitingAt({ state, t }, board) {
  const here = state.hall.services.filter((service) => service.board === board.code);
  if (here.every(shutBy)) return t('kiosk.all-shut');
  return t('kiosk.waiting', { n: here.reduce((sum, service) => sum + service.waiting, 0) });
}

function services(at) {
  const { state, t, say } = at;
  const list = servicesHere(state);
  const board = boardsHere(state).find((one) => one.code === state.board);
  const pages = pageOf(list, state);
  return html`
    ${heading(
      board && boardsHere(state).length > 1 ? say(board.name) : t('kiosk.what'),
      t('kiosk.service.hint'),
    )}
    ${
      list.length
        ? html`
      <ul class="choices ${few(pages)}">${pages.items.map((one) => service(at, one))}</ul>`
        : html`<p class="empty">${t('kiosk.none')}</p>`
    }
    ${pager(at, pages)}`;
}

function service(at, one) {
  const { act, t, say } = at;
  const shut = shutBy(one);
  return html`<li>
    <button class="choice ${shut ? 'shut' : ''}" aria-disabled=${Boolean(shut)}
      @click=${() => act({ do: 'service', code: one.code })}>
      <span class="name">${say(one.name)}</span>
      <span class="state">${
        shut
          ? shutText(at, one, shut)
          : html`
        <b>${t('kiosk.waiting', { n: one.waiting })}</b> <span>${waitText(one.wait, t)}</span>`
      }
      </span>
    </button></li>`;
}

function shutText({ t }, one, shut) {
  if (shut === 'closed' && one.opens_at) return t('kiosk.opens', { at: clockOf(one.opens_at) });
  return t(`kiosk.shut.${shut}`);
}

// --- who and needs -----------------------------------------------------------------------------

function who(at) {
  const { state, act, t, say } = at;
  const service_ = state.hall.services.find((one) => one.code === state.service);
  const classes = state.hall.classes.filter((one) => one.open_to_all);
  const chosen = classOf(state);
  return html`
    ${heading(say(service_.name), t('kiosk.who.hint'))}
    <div class="who">
      ${
        service_.wait?.kind === 'not-today'
          ? html`
        <p class="warning" role="alert">${t('kiosk.not-today')}</p>`
          : nothing
      }
      <div class="groups">
      ${
        classes.length < 2
          ? nothing
          : group(
              'one',
              t('kiosk.class'),
              classes.map((one) =>
                chip(say(one.name), one.code === chosen?.code, () =>
                  act({ do: 'class', code: one.code }),
                ),
              ),
            )
      }
      ${chosen?.needs_reason ? group('one reason', t('kiosk.reason'), reasons(at)) : nothing}
      ${group(
        '',
        t('kiosk.needs'),
        NEEDS.map((need) =>
          chip(t(`need.${need}`), state.needs.includes(need), () => act({ do: 'need', need })),
        ),
      )}
      ${
        messagesPossible(state.hall)
          ? group('', t('kiosk.phone'), [
              chip(
                state.phone ? masked(state.phone) : t('kiosk.phone.give'),
                state.phone !== '',
                () => act({ do: 'phone' }),
              ),
            ])
          : nothing
      }
      </div>
      <button class="primary" ?disabled=${!ready(state)} @click=${() => act({ do: 'want' })}>
        ${ready(state) ? t('kiosk.take') : t('kiosk.reason.first')}</button>
    </div>`;
}

/** Messages are only offered where something can carry them. */
function messagesPossible(hall) {
  return hall.messages;
}

function reasons({ state, act, say }) {
  return state.hall.reasons
    .filter((one) => one.use === 'priority')
    .map((one) =>
      chip(say(one.name), one.code === state.reason, () => act({ do: 'reason', code: one.code })),
    );
}

function group(kind, label, chips) {
  return html`<section class="group ${kind}" role="group" aria-label=${label}>
    <h2>${label}</h2><div class="chips">${chips}</div></section>`;
}

function chip(text, on, press) {
  return html`<button class="chip" aria-pressed=${on} @click=${press}>
    <span class="mark" aria-hidden="true">${on ? '✓' : ''}</span><span>${text}</span></button>`;
}

export function masked(phone) {
  return `${phone.slice(0, 3)} •••• ${phone.slice(7)}`;
}

function phone({ state, act, t }) {
  const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
  const key = (digit) =>
    html`<button @click=${() => act({ do: 'digit', digit })}>${digit}</button>`;
  return html`
    ${heading(t('kiosk.phone.ask'), t('kiosk.phone.hint'))}
    <div class="keypad">
      <output aria-live="polite">${grouped(state.phone)}</output>
      <div class="keys">${digits.map(key)}
        <button class="quiet" @click=${() => act({ do: 'erase' })}>${t('kiosk.erase')}</button>
        ${key('0')}
        <button class="primary" ?disabled=${!phoneWhole(state.phone)}
          @click=${() => act({ do: 'phoned' })}>${t('kiosk.ok')}</button>
      </div>
      <button class="quiet" @click=${() => act({ do: 'back' })}>${t('kiosk.phone.none')}</button>
    </div>`;
}

function grouped(phone_) {
  const whole = phone_.padEnd(11, '·');
  return `${whole.slice(0, 3)} ${whole.slice(3, 7)} ${whole.slice(7)}`;
}

// --- take --------------------------------------------------------------------------------------

function taking({ state, t }) {
  return html`<div class="message" role="status">
    <h1 data-heading tabindex="-1">${t('kiosk.taking')}</h1>
    <p>${state.tries ? t('kiosk.taking.again') : t('kiosk.taking.do')}</p></div>`;
}

function ticket({ state, act, t, say }) {
  const one = state.ticket;
  const service_ = state.hall.services.find((each) => each.code === one.service);
  const zone = state.hall.zones.find((each) => each.code === one.zone);
  const left = homeIn(state);
  return html`<article class="ticket" aria-labelledby="number">
    <p class="what">${say(service_?.name)}</p>
    <h1 id="number" class="number n${one.number.length}" data-heading tabindex="-1"
      aria-label=${t('kiosk.yours', { number: one.number })}>
      ${one.number}</h1>
    <dl>
      <div><dt>${t('kiosk.ahead')}</dt><dd>${t('kiosk.people', { n: one.ahead })}</dd></div>
      <div><dt>${t('kiosk.wait')}</dt><dd>${waitText(one.wait, t)}</dd></div>
      ${zone ? html`<div><dt>${t('kiosk.area')}</dt><dd>${say(zone.name)}</dd></div>` : nothing}
    </dl>
    ${
      say(one.materials)
        ? html`<section class="bring"><h2>${t('kiosk.bring')}</h2>
      <p>${say(one.materials)}</p></section>`
        : nothing
    }
    <div class="leaving">
      <p role="timer">${t('kiosk.ends-in', { n: left })}</p>
      <button class="quiet" @click=${() => act({ do: 'longer' })}>${t('kiosk.longer')}</button>
    </div>
  </article>`;
}

function trouble({ state, act, t }) {
  return html`<div class="message trouble" role="alert">
    <h1 data-heading tabindex="-1">${state.trouble.title}</h1>
    <p>${state.trouble.detail}</p>
    <div class="both">
      ${
        state.trouble.again
          ? html`<button class="primary" @click=${() => act({ do: 'want' })}>
        ${t('kiosk.retry')}</button>`
          : nothing
      }
      <button class="quiet" @click=${() => act({ do: 'home' })}>${t('kiosk.over')}</button>
    </div></div>`;
}
