// SPDX-License-Identifier: Apache-2.0
/*
 * The manager's questions: each says what will happen before it does, and is answered once.
 * Templates and the reading of forms; what an answer means is in model.mjs.
 */
import { html, nothing } from '../vendor/lit-html.js';
import { clock } from '../lib/time.mjs';
import { SERVICES_MOST, servicesOf } from './model.mjs';

const FORMS = { stop, resume, assign, notice, withdraw, extend, clock: time };

export function dialog(at) {
  const { state, act, t } = at;
  if (!state.dialog) return nothing;
  const { kind } = state.dialog;
  const leave = () => act({ do: 'dialog', dialog: null });
  const send = (event) => {
    event.preventDefault();
    act({ do: 'send', form: Object.fromEntries(new FormData(event.target)) });
  };
  const too_many = kind === 'assign' && state.dialog.services.length > SERVICES_MOST;
  return html`<dialog aria-labelledby="question" @close=${leave} @cancel=${leave}>
    <form @submit=${send}>
      <h2 id="question">${t(`act.${kind}`, asked(at))}</h2>
      ${FORMS[kind](at)}
      ${
        state.trouble
          ? html`<p class="refused" role="alert"><b>${state.trouble.title}</b>
          ${state.trouble.detail}</p>`
          : nothing
      }
      <p class="both">
        <button class="go" ?disabled=${state.busy || too_many}>${t(`act.${kind}.yes`)}</button>
        <button class="quiet" type="button" @click=${leave}>${t('act.no')}</button></p>
    </form>
  </dialog>`;
}

function serviceOf({ state }) {
  return state.floor.services.find((one) => one.code === state.dialog.service);
}

function asked(at) {
  const { dialog: one } = at.state;
  const service = serviceOf(at);
  return { n: one.window ?? '', service: service ? `${service.code} ${at.say(service.name)}` : '' };
}

function effect(text) {
  return html`<p class="effect">${text}</p>`;
}

function until({ t }, required = false) {
  return html`<label>${t(required ? 'act.until' : 'act.until.perhaps')}
    <input name="until" type="time" ?required=${required}></label>`;
}

function stop(at) {
  const { state, t, say } = at;
  const reasons = (state.hall?.reasons ?? []).filter((one) => one.use === 'pause');
  return html`<label>${t('act.stop.reason')}
      <input name="reason" maxlength="20" autocomplete="off" list="reasons" autofocus></label>
    <datalist id="reasons">${reasons.map((one) => html`<option value=${say(one.name)}></option>`)}
    </datalist>
    ${effect(t('act.stop.effect', { n: serviceOf(at).waiting }))}`;
}

function resume(at) {
  return effect(at.t('act.resume.effect'));
}

function assign(at) {
  const { state, act, t, say } = at;
  const { window, service, services } = state.dialog;
  const choose = (event) =>
    act({
      do: 'dialog',
      dialog: { kind: 'assign', service, window: Number(event.target.value) },
    });
  const names = state.floor.services.filter((one) => services.includes(one.code));
  return html`
    <label>${t('act.assign.window')} <select name="window" @change=${choose}>
      ${state.floor.windows.map((one) => html`<option value=${one.number}
        .selected=${one.number === window}>${one.number} ${t(`window.${one.state}`)}</option>`)}
    </select></label>
    <fieldset><legend>${t('act.assign.services', { n: SERVICES_MOST })}</legend>
      <div class="picks">${state.floor.services.map((one) => html`<label class="pick">
        <input type="checkbox" .checked=${services.includes(one.code)}
          @change=${() => act({ do: 'pick', code: one.code })}>
        <span><b>${one.code}</b> ${say(one.name)}</span></label>`)}</div></fieldset>
    ${services.length ? until(at) : nothing}
    ${effect(
      services.length
        ? t('act.assign.effect', { n: window, list: names.map((one) => one.code).join(', ') })
        : t('act.assign.plan', { n: window }),
    )}
    ${changes(at, servicesOf(state, window))}`;
}

/** What is taken away is said by name: that is where people wait longer. */
function changes({ state, t, say }, before) {
  const lost = state.floor.services.filter(
    (one) => before.includes(one.code) && !state.dialog.services.includes(one.code),
  );
  if (!lost.length || !state.dialog.services.length) return nothing;
  const list = lost.map((one) => `${one.code} ${say(one.name)} (${one.waiting})`).join('; ');
  return effect(t('act.assign.lost', { list }));
}

function notice(at) {
  const { state, t, say } = at;
  return html`
    <label>${t('act.notice.zh')}
      <input name="zh" required maxlength="80" lang="zh-CN" autocomplete="off" autofocus></label>
    <label>${t('act.notice.en')}
      <input name="en" maxlength="240" lang="en" autocomplete="off"></label>
    <label>${t('act.notice.zone')} <select name="zone">
      <option value="">${t('manager.all-zones')}</option>
      ${(state.hall?.zones ?? []).map((one) => html`
        <option value=${one.code}>${say(one.name)}</option>`)}
    </select></label>
    ${until(at)}
    ${effect(t('act.notice.effect'))}`;
}

function withdraw({ state, t, say }) {
  return html`<p>${say(state.dialog.notice.text)}</p>${effect(t('act.withdraw.effect'))}`;
}

function extend(at) {
  return html`${until(at, true)}${effect(at.t('act.extend.effect'))}`;
}

function time({ state, t }) {
  const hall = clock(state.now + state.skew_ms, state.offset_min);
  const here = clock(state.now, state.offset_min);
  return html`<p>${t('act.clock.times', { hall, here })}</p>${effect(t('act.clock.effect'))}`;
}
