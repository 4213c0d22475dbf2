// SPDX-License-Identifier: Apache-2.0
/* What a phone shows of its ticket: one screen for each state, the number always first. Templates. */
import { html, nothing } from '../vendor/lit-html.js';
import { named, texts } from '../lib/text.mjs';
import { clock, clockOf, parseAt, waitText } from '../lib/time.mjs';
import { LEVELS, leftOfWay, screenOf, tagsOf } from './model.mjs';

const SCREENS = {
  starting,
  dead,
  waiting,
  called,
  serving: plain,
  parked: plain,
  missed,
  rate,
  thanks: plain,
  over: plain,
  cancelled: plain,
  void: plain,
};

export function view(state, act) {
  const screen = screenOf(state);
  const at = {
    state,
    act,
    screen,
    t: texts(state.language),
    say: (name) => named(name, state.language),
  };
  return html`<div class="phone" data-screen=${screen}>
    ${head(at)}
    ${stale(at)}
    <main>${SCREENS[screen](at)}${trouble(at)}</main>
    ${question(at)}
  </div>`;
}

function head({ state, act, say }) {
  const other = state.language === 'zh' ? 'en' : 'zh';
  return html`<header>
    <p>${say(state.ticket?.hall_name)}</p>
    <button class="quiet" lang=${other === 'zh' ? 'zh-CN' : 'en'}
      @click=${() => act({ do: 'language', language: other })}>
      ${other === 'zh' ? '中文' : 'English'}</button>
  </header>`;
}

function stale({ state, screen, t }) {
  if (state.link !== 'lost' || screen === 'dead' || !state.ticket) return nothing;
  const offset = parseAt(state.ticket.issued_at)?.offset_min ?? 480;
  const at = clock(state.heard + state.skew_ms, offset);
  return html`<p class="stale" role="status">${t('link.lost', { at })}</p>`;
}

function trouble({ state }) {
  if (!state.trouble) return nothing;
  return html`<p class="trouble" role="alert">
    <b>${state.trouble.title}</b> ${state.trouble.detail}</p>`;
}

// --- screens -----------------------------------------------------------------------------------

function starting({ state, t }) {
  const lost = state.link === 'lost';
  return html`<section class="calm" role="status">
    <h1 tabindex="-1" data-heading>${t(lost ? 'trouble.offline' : 'phone.starting')}</h1>
    ${lost ? html`<p>${t('phone.offline.do')}</p>` : nothing}
  </section>`;
}

function dead({ state, t }) {
  return html`<section class="calm">
    <h1 tabindex="-1" data-heading>${state.token ? t('phone.dead') : t('phone.none')}</h1>
  </section>`;
}

function number({ state, t, say }) {
  const { ticket } = state;
  return html`<h1 tabindex="-1" data-heading>
      <span class="hidden">${t('phone.yours')}</span><b class="number">${ticket.number}</b></h1>
    <p class="service">${say(ticket.service_name)}</p>`;
}

function waiting(at) {
  const { state, t, say } = at;
  const { ticket } = state;
  const zone = (state.hall?.zones ?? []).find((one) => one.code === ticket.zone);
  return html`<section class="wait" aria-live="polite">
      ${number(at)}
      <p class="ahead">${ticket.ahead ? t('phone.ahead', { n: ticket.ahead }) : t('phone.next')}</p>
      <p class="range">${waitText(ticket.wait, t)}</p>
      <svg class="way" viewBox="0 0 100 3" preserveAspectRatio="none" role="img"
        aria-label=${t('phone.way')}>
        <rect class="all" width="100" height="3"></rect>
        <rect class="left" width=${leftOfWay(state)} height="3"></rect>
      </svg>
      ${zone ? html`<p class="area">${t('phone.area')} <b>${say(zone.name)}</b></p>` : nothing}
    </section>
    ${ring(at)}
    ${quiet(at, ['defer', 'cancel'])}
    <p class="hint">${t('phone.help')}</p>`;
}

function called(at) {
  const { state, t } = at;
  const { ticket } = state;
  return html`<section class="call" role="alert">
      <h1 tabindex="-1" data-heading>
        <span class="number">${ticket.number}</span>
        <span class="go">${t('phone.go')}</span>
        <b class="window">${ticket.window}</b>
        <span class="unit">${t('phone.unit')}</span></h1>
      <p>${ticket.recalls ? t('phone.again', { at: clockOf(ticket.called_at) }) : t('phone.come')}</p>
    </section>
    ${quiet(at, ['cancel'])}`;
}

function missed(at) {
  const { state, t } = at;
  return html`<section>
      ${number(at)}
      <p class="ahead">${t('phone.missed')}</p>
      <p>${t(state.ticket.can.return ? 'phone.missed.do' : 'phone.missed.desk')}</p>
    </section>
    ${state.ticket.can.return
      ? html`<button class="main" ?disabled=${Boolean(state.busy)}
          @click=${() => at.act({ do: 'return' })}>${t('phone.return')}</button>`
      : nothing}
    ${quiet(at, ['cancel'])}`;
}

/** States in which there is nothing to choose: what is so, and what comes next. */
function plain(at) {
  const { state, screen, t } = at;
  return html`<section>
      ${number(at)}
      <p class="ahead">${t(`phone.${screen}`, { n: state.ticket.window ?? '' })}</p>
      <p>${t(`phone.${screen}.do`)}</p>
    </section>
    ${quiet(at, screen === 'parked' ? ['cancel'] : [])}`;
}

// --- what the holder may do --------------------------------------------------------------------

function ring({ state, act, t }) {
  return html`<button class="ring" aria-pressed=${state.ring}
    @click=${() => act({ do: 'ring', on: !state.ring })}>
    <span>${t('phone.ring')}</span><b>${t(state.ring ? 'phone.on' : 'phone.off')}</b></button>`;
}

function quiet({ state, act, t }, what) {
  const offered = what.filter((one) => state.ticket.can[one]);
  if (!offered.length) return nothing;
  return html`<p class="may">${offered.map((one) => html`
    <button class="quiet" data-wish=${one} ?disabled=${Boolean(state.busy)}
      @click=${() => act({ do: 'ask', what: one })}>${t(`phone.${one}`)}</button>`)}</p>`;
}

function question({ state, act, t }) {
  const { asking } = state;
  if (!asking) return nothing;
  const leave = () => act({ do: 'ask', what: null });
  return html`<dialog aria-labelledby="question" @close=${leave} @cancel=${leave}>
    <h2 id="question">${t(`phone.ask.${asking}`, { number: state.ticket.number })}</h2>
    <p>${t(`phone.ask.${asking}.effect`)}</p>
    <button class="main" @click=${() => act({ do: asking })}>${t(`phone.ask.${asking}.yes`)}</button>
    <button class="quiet" autofocus @click=${leave}>${t('phone.ask.no')}</button>
  </dialog>`;
}

// --- rating ------------------------------------------------------------------------------------

const MOUTHS = {
  5: 'M12 24 Q20 36 28 24 Z',
  4: 'M12 25 Q20 33 28 25',
  3: 'M12 27 L28 27',
  2: 'M12 30 Q20 24 28 30',
  1: 'M12 31 Q20 20 28 31',
};

function rate(at) {
  const { state, act, t } = at;
  const send = (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const words = { comment: form.get('comment') ?? '', contact: form.get('contact') ?? '' };
    act({ do: 'rate', words });
  };
  return html`<form class="rating" @submit=${send}>
    <h1 tabindex="-1" data-heading>${t('phone.rate')}</h1>
    <p>${t('phone.rate.free', { number: state.ticket.number })}</p>
    <fieldset class="faces"><legend class="hidden">${t('phone.rate')}</legend>
      ${LEVELS.map((level) => face(at, level))}
    </fieldset>
    ${state.level ? more(at) : nothing}
  </form>`;
}

function face({ state, act, t }, level) {
  return html`<label class="face level-${level}">
    <input type="radio" name="level" value=${level} .checked=${state.level === level}
      @change=${() => act({ do: 'level', level })}>
    <svg viewBox="0 0 40 40" aria-hidden="true">
      <circle cx="20" cy="20" r="18"></circle>
      <circle class="eye" cx="14" cy="15" r="2.2"></circle>
      <circle class="eye" cx="26" cy="15" r="2.2"></circle>
      <path d=${MOUTHS[level]}></path>
    </svg>
    <span>${t(`rating.${level}`)}</span></label>`;
}

function more({ state, act, t }) {
  return html`
    <fieldset class="tags"><legend>${t('phone.tags')}</legend>
      ${tagsOf(state.level).map((tag) => html`<button type="button"
        aria-pressed=${state.tags.includes(tag)} @click=${() => act({ do: 'tag', tag })}>
        ${t(`tag.${tag}`)}</button>`)}
    </fieldset>
    <label>${t('phone.comment')}
      <textarea name="comment" rows="2" maxlength="190"></textarea></label>
    ${state.level <= 2
      ? html`<label>${t('phone.contact')}
          <input name="contact" type="tel" maxlength="20" autocomplete="off"></label>`
      : nothing}
    <button class="main" ?disabled=${Boolean(state.busy)}>${t('phone.send')}</button>`;
}
