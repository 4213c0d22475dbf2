// SPDX-License-Identifier: Apache-2.0
/*
 * The ticket on a phone. Its token stands in the fragment and in memory, nowhere else: the browser
 * sends no fragment, so that no log, proxy or Referer sees it. A page loaded again still has it.
 */
import { ask, askSurely, problem } from '../lib/api.mjs';
import { wear } from '../lib/colour.mjs';
import { listen } from '../lib/events.mjs';
import { everyHalfSecond, focusHeading, stage } from '../lib/page.mjs';
import { askedLanguage, named, speak, texts } from '../lib/text.mjs';
import { Bell } from './bell.mjs';
import { begin, ratingOf, screenOf, step } from './model.mjs';
import { view } from './views.mjs';

const DEAD = 806; // token unknown or over
const AGAIN_MS = { least: 2000, more: 5000 }; // spread, so that a line of phones does not ask at once
const OLD_MS = 60000; // a wait grows without any news

const token = location.hash.slice(1);
const bell = new Bell();
const ASKING = { cancel, defer, return: comeBack, rate };
let reading = null; // timer of the next reading

const page = stage({
  state: begin({
    language: askedLanguage() ?? (/^zh/i.test(navigator.language) ? 'zh' : 'en'),
    chosen: askedLanguage() !== null,
    token,
    now: Date.now(),
  }),
  // Wishes that need the network leave the state as it is; main does them.
  step: (state, action) => (ASKING[action.do] ? state : step(state, action)),
  view: (state, act) => view(state, (action) => (ASKING[action.do] ?? act)(action)),
  after(state, before) {
    const screen = screenOf(state);
    if (state.language !== before.language) {
      const address = new URL(location.href);
      address.searchParams.set('lang', state.language);
      if (state.chosen) history.replaceState(null, '', address);
    }
    if (state.ring !== before.ring) state.ring ? bell.allow() : bell.forbid();
    if (state.calls !== before.calls) bell.ring();
    if (state.most !== before.most) keepMost(state);
    if (state.hall?.accent !== before.hall?.accent) wear(state.hall.accent);
    if (screen !== screenOf(before)) focusHeading();
    titled(state);
  },
  drawn() {
    document.querySelector('dialog:not([open])')?.showModal();
  },
});

function titled({ language, ticket }) {
  const t = texts(language);
  if (!ticket) return speak(language, t('phone.title'));
  const called = ticket.state === 'called' && ticket.window;
  const where = called ? t('console.window', { n: ticket.window }) : named(ticket.hall_name, language);
  speak(language, `${ticket.number} · ${where}`);
}

/** The length the bar shrinks from; holds no secret. */
function keepMost({ ticket, most }) {
  sessionStorage.setItem('most', `${ticket.id}:${most}`);
}

function mostOf(id) {
  const [of, most] = (sessionStorage.getItem('most') ?? '').split(':').map(Number);
  return of === id ? most : 0;
}

// --- reading -----------------------------------------------------------------------------------

function soon(least_ms = AGAIN_MS.least) {
  if (reading) return;
  reading = setTimeout(read, least_ms + Math.random() * AGAIN_MS.more);
}

async function read() {
  clearTimeout(reading);
  reading = null;
  const answer = await ask('GET', 'ticket', { token });
  if (answer.ok) hear('ticket', answer.data);
  else if (answer.code === DEAD) die();
}

async function readHall() {
  if (page.now().hall) return;
  const answer = await ask('GET', 'hall');
  if (answer.ok) page.act({ do: 'hall', hall: answer.data, now: Date.now() });
}

function hear(event, data) {
  const now = Date.now();
  if (event === 'ahead') {
    page.act({ do: 'left', ...data });
    if (data.service === page.now().ticket?.service) soon();
  }
  if (event !== 'ticket') return;
  page.act({ do: 'view', view: data, most: mostOf(data.id), now });
}

function die() {
  stop?.();
  page.act({ do: 'dead' });
}

const stop =
  token &&
  listen('ticket/events', {
    token,
    hear,
    link(link) {
      if (link === 'denied') return die();
      page.act({ do: 'link', link, now: Date.now() });
      if (link === 'open') readHall();
    },
  });

// --- wishes ------------------------------------------------------------------------------------

async function wish(what, method, path, body) {
  if (page.now().busy) return;
  page.act({ do: 'sending', what });
  const answer = await askSurely(method, path, { token, body }, { tries: 4 });
  const now = Date.now();
  if (answer.ok) return page.act({ do: 'answered', view: answer.data, now });
  if (answer.code === DEAD) return die();
  const { language } = page.now();
  page.act({ do: 'trouble', trouble: problem(answer, language, texts(language)), now });
  soon(0); // what is refused now is perhaps no longer offered
}

function cancel() {
  wish('cancel', 'DELETE', 'ticket');
}

function defer() {
  wish('defer', 'POST', 'ticket/defer', {});
}

function comeBack() {
  wish('return', 'POST', 'ticket/return', {});
}

function rate({ words }) {
  wish('rate', 'POST', 'ticket/rating', ratingOf(page.now(), words));
}

titled(page.now());
setInterval(() => token && !page.now().dead && soon(0), OLD_MS);
everyHalfSecond((now) => page.act({ do: 'tick', now }));
addEventListener('hashchange', () => location.reload());
