// SPDX-License-Identifier: Apache-2.0
/* The window console: signs in, follows its window by stream, sends verbs with what was seen. */
import { ask, askSurely, problem } from '../lib/api.mjs';
import { wear } from '../lib/colour.mjs';
import { listen } from '../lib/events.mjs';
import { everyHalfSecond, stage } from '../lib/page.mjs';
import { firstLanguage, speak, texts } from '../lib/text.mjs';
import { choose } from './dialogs.mjs';
import { begin, choices, keyed, step } from './model.mjs';
import { view } from './views.mjs';

const number = Number(location.pathname.split('/').pop());
const ASKING = { 'sign-in': signIn, send, leave };
let stop = null; // of the stream

const page = stage({
  state: begin({ number, language: firstLanguage(), now: Date.now() }),
  // Wishes that need the network leave the state as it is; main does them.
  step: (state, action) => (ASKING[action.do] ? state : step(state, action)),
  view: (state, act) => view(state, (action) => (ASKING[action.do] ?? act)(action)),
  after(state, before) {
    if (state.language !== before.language) named(state.language);
    if (state.hall?.accent !== before.hall?.accent) wear(state.hall?.accent);
    if (Boolean(state.session) !== Boolean(before.session)) follow(state.session);
  },
  drawn() {
    const dialog = document.querySelector('dialog:not([open])');
    dialog?.showModal();
    if (!dialog && document.activeElement === document.body)
      document.querySelector('[autofocus]')?.focus();
  },
});

function named(language) {
  speak(language, texts(language)('console.window', { n: number }));
}

// --- session -----------------------------------------------------------------------------------

/** Signed in already, here? A page loaded again keeps its session; a lost house is waited for. */
async function resume() {
  for (;;) {
    const answer = await ask('GET', 'sessions/current');
    const here = answer.ok && answer.data.window === number;
    if (here) return page.act({ do: 'signed', session: answer.data });
    if (answer.ok || answer.status === 401) return page.act({ do: 'signed-out' });
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
}

async function signIn({ name, pin }) {
  page.act({ do: 'signing' });
  const answer = await ask('POST', 'sessions', { body: { name, pin, window: number } });
  if (answer.ok) page.act({ do: 'signed', session: answer.data });
  else fail(answer);
}

async function leave() {
  await ask('DELETE', 'sessions/current');
  page.act({ do: 'signed-out' });
}

function follow(session) {
  stop?.();
  stop = null;
  if (!session) return;
  stop = listen(`stream?window=${number}`, {
    hear: (event, data) =>
      event === 'window' && page.act({ do: 'view', view: data, now: Date.now() }),
    link(link) {
      if (link === 'denied') return page.act({ do: 'signed-out' });
      page.act({ do: 'link', link });
      if (link === 'open') readHall();
    },
  });
}

async function readHall() {
  const answer = await ask('GET', 'hall');
  if (answer.ok) page.act({ do: 'hall', hall: answer.data });
}

// --- verbs -------------------------------------------------------------------------------------

async function send({ verb, body = {} }) {
  const state = page.now();
  if (state.busy || !state.view) return;
  const seen_seq = state.view.seq;
  page.act({ do: 'sending', verb });
  const path = `windows/${number}/${verb}`;
  const answer = await askSurely('POST', path, { body: { seen_seq, ...body } }, { tries: 4 });
  if (!answer.ok) return fail(answer);
  const { window: view_, why } = answer.data;
  page.act({ do: 'answered', view: view_, why, now: Date.now() });
}

function fail(answer) {
  const { language } = page.now();
  const trouble = problem(answer, language, texts(language));
  if (answer.code === 801) return page.act({ do: 'signed-out', trouble });
  page.act({ do: 'trouble', trouble, view: answer.data?.window, now: Date.now() });
}

// --- keys --------------------------------------------------------------------------------------

const TYPING = 'input, select, textarea';

addEventListener(
  'keydown',
  (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const state = page.now();
    if (event.target.matches?.(TYPING)) return;
    if (state.dialog) return void pick(event, state);
    if (event.key === 'Escape') return page.act({ do: 'calm' });
    const onButton =
      event.target.matches?.('button, a') && event.target !== document.querySelector('.primary');
    // A button reached by Tab is meant itself.
    if (onButton && (event.key === ' ' || event.key === 'Enter')) return;
    const wish = keyed(state, event.key, Date.now());
    if (event.key === ' ' || event.key === 'Enter' || wish) event.preventDefault();
    if (!wish || event.repeat) return;
    if (wish.send) send({ verb: wish.send, body: wish.body });
    else page.act({ do: 'dialog', dialog: wish.dialog });
  },
  { capture: true },
);
// A button is pressed by keyup of Space too: the primary one was served already.
addEventListener(
  'keyup',
  (event) => {
    if (event.key === ' ' && event.target.matches?.('.primary')) event.preventDefault();
  },
  { capture: true },
);

/** 1 to 9 pick, arrows walk. */
function pick(event, state) {
  const choice = choices(state)[Number(event.key) - 1];
  if (choice) {
    event.preventDefault();
    return choose((action) => (ASKING[action.do] ?? page.act)(action), choice);
  }
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const buttons = [...document.querySelectorAll('dialog .choices button')];
  if (!way || !buttons.length) return;
  event.preventDefault();
  const now = buttons.indexOf(document.activeElement);
  buttons[(now + way + buttons.length) % buttons.length].focus();
}

named(page.now().language);
resume();
everyHalfSecond((now) => page.act({ do: 'tick', now }));
