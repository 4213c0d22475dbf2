// SPDX-License-Identifier: Apache-2.0
/*
 * The console's questions. Each is answered by keyboard alone: a digit picks, Enter sends, Esc
 * leaves. Templates and the reading of forms; what a choice means is in model.mjs.
 */
import { html, nothing } from '../vendor/lit-html.js';
import { DELIVERIES, PLACES, choices, reasonsFor, serviceName } from './model.mjs';

const FORMS = { transfer, call, 'walk-in': walkIn, delivery };

export function dialog(at) {
  const { state, act, t } = at;
  if (!state.dialog) return nothing;
  const form = FORMS[state.dialog.kind];
  const leave = () => act({ do: 'dialog', dialog: null });
  return html`<dialog aria-labelledby="question" @close=${leave} @cancel=${leave}>
    <h2 id="question">${t(`ask.${state.dialog.kind}`)}</h2>
    ${form ? form(at) : list(at)}
    <p class="hint">${form ? t('ask.form.hint') : t('ask.list.hint')}</p>
  </dialog>`;
}

/** Sends a choice, or asks on. */
export function choose(act, choice) {
  if (choice.dialog) return act({ do: 'dialog', dialog: choice.dialog });
  return act({ do: 'send', verb: choice.verb, body: choice.body });
}

function list(at) {
  const { state, act, t, say } = at;
  const word = (one) => {
    if (one.name) return say(one.name);
    return one.number
      ? html`<b>${one.number}</b> ${say(serviceName(state, one.code))}`
      : t(...one.text);
  };
  return html`<ol class="choices">${choices(state).map(
    (one, i) => html`
    <li><button ?autofocus=${i === 0} @click=${() => choose(act, one)}>
      <kbd>${i < 9 ? i + 1 : ''}</kbd><span>${word(one)}</span></button></li>`,
  )}</ol>`;
}

/** Reads the form; empty fields are left out of the body. */
function sender({ act }, verb, more = {}) {
  return (event) => {
    event.preventDefault();
    const body = { ...more };
    for (const [key, value] of new FormData(event.target)) {
      if (value.trim()) body[key] = key === 'window' ? Number(value) : value.trim();
    }
    act({ do: 'send', verb, body });
  };
}

function go({ t }, key) {
  return html`<button class="go"><span>${t(key)}</span><kbd>${t('key.enter')}</kbd></button>`;
}

function serviceSelect({ state, t, say }, { optional }) {
  return html`<label>${t('ask.service')}
    <select name="service" ?required=${!optional} ?autofocus=${true}>
      ${optional ? html`<option value="">${t('ask.service.same')}</option>` : nothing}
      ${(state.hall?.services ?? []).map((one) => html`
        <option value=${one.code}>${one.code} ${say(one.name)}</option>`)}
    </select></label>`;
}

function transfer(at) {
  const { t } = at;
  return html`<form @submit=${sender(at, 'transfer')}>
    ${serviceSelect(at, { optional: true })}
    <label>${t('ask.window')} <input name="window" type="number" min="1" max="9999"></label>
    ${radios(at, 'place', PLACES, 'order')}
    ${go(at, 'do.transfer')}
  </form>`;
}

function call(at) {
  const { state, t, say } = at;
  return html`<form @submit=${sender(at, 'call')}>
    <label>${t('ask.number')} <input name="number" required maxlength="8" autocomplete="off"
      pattern="[A-Za-z]{1,2}[0-9]{1,5}" autofocus
      @input=${(event) => {
        event.target.value = event.target.value.toUpperCase();
      }}></label>
    <label>${t('ask.reason')} <select name="reason" required>
      ${reasonsFor(state.hall, 'call').map((one) => html`
        <option value=${one.code}>${say(one.name)}</option>`)}
    </select></label>
    ${go(at, 'do.call')}
  </form>`;
}

function walkIn(at) {
  const { state, t, say } = at;
  return html`<form @submit=${sender(at, 'walk-in')}>
    ${serviceSelect(at, { optional: false })}
    <label>${t('ask.class')} <select name="class">
      ${(state.hall?.classes ?? []).map((one) => html`
        <option value=${one.code}>${say(one.name)}</option>`)}
    </select></label>
    ${go(at, 'do.walk-in')}
  </form>`;
}

function delivery(at) {
  const { state, t } = at;
  const { outcome } = state.dialog;
  return html`<form @submit=${sender(at, 'finish', { outcome })}>
    <p class="chosen">${t(`outcome.${outcome}`)}</p>
    ${
      outcome === 'refused'
        ? html`<label>${t('ask.decision')}
      <input name="decision" required maxlength="47" autocomplete="off" autofocus></label>`
        : nothing
    }
    ${radios(at, 'delivery', ['', ...DELIVERIES], '')}
    ${go(at, 'do.finish')}
  </form>`;
}

function radios({ t }, name, values, first) {
  return html`<fieldset><legend>${t(`ask.${name}`)}</legend>${values.map(
    (value) => html`
    <label class="radio"><input type="radio" name=${name} value=${value} ?checked=${value === first}
      ?autofocus=${value === first && name === 'delivery'}>
      <span>${t(`${name}.${value || 'none'}`)}</span></label>`,
  )}</fieldset>`;
}
