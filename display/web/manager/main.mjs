// SPDX-License-Identifier: Apache-2.0
/*
 * The manager's page: signs in, is woken by the hall's stream, reads the floor, sends acts. The
 * stream says that something changed (the house sends it at most once a second); the figures come
 * by GET, at most twice a second, and every few seconds anyway, because waits grow without news.
 */
import { ask, askSurely, problem } from '../lib/api.mjs';
import { wear } from '../lib/colour.mjs';
import { listen } from '../lib/events.mjs';
import { everyHalfSecond, stage } from '../lib/page.mjs';
import { firstLanguage, speak, texts } from '../lib/text.mjs';
import { actOf, begin, step } from './model.mjs';
import { view } from './views.mjs';

const LEAST_MS = 500; // between two readings
const EVERY_MS = 4000;
const NOT_SIGNED_IN = 801;
const LEADS = ['lead', 'manager', 'admin'];
const ASKING = { 'sign-in': signIn, leave, send };
let stop = null; // of the stream
let reading = false;
let again = false; // something changed while the last reading was under way
let read_ms = 0;

const page = stage({
  state: begin({ language: firstLanguage(), now: Date.now() }),
  // Wishes that need the network leave the state as it is; main does them.
  step: (state, action) => (ASKING[action.do] ? state : step(state, action)),
  view: (state, act) => view(state, (action) => (ASKING[action.do] ?? act)(action)),
  after(state, before) {
    if (state.language !== before.language) named(state.language);
    if (state.hall?.accent !== before.hall?.accent) wear(state.hall?.accent);
    if (Boolean(state.session) !== Boolean(before.session)) follow(state.session);
  },
  drawn() {
    document.querySelector('dialog:not([open])')?.showModal();
  },
});

function named(language) {
  speak(language, texts(language)('manager.title'));
}

// --- session -----------------------------------------------------------------------------------

async function resume() {
  for (;;) {
    const answer = await ask('GET', 'sessions/current');
    if (answer.ok) return welcome(answer.data);
    if (answer.status === 401) return page.act({ do: 'signed-out' });
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
}

async function signIn({ name, pin }) {
  page.act({ do: 'signing' });
  const answer = await ask('POST', 'sessions', { body: { name, pin } });
  if (answer.ok) welcome(answer.data);
  else fail(answer);
}

/** Clerks sign in too, at their windows; this page is not for them. */
function welcome(session) {
  if (LEADS.includes(session.person.role)) return page.act({ do: 'signed', session });
  const t = texts(page.now().language);
  const trouble = { title: t('manager.not-yours'), detail: t('manager.not-yours.do') };
  page.act({ do: 'signed-out', trouble });
}

async function leave() {
  await ask('DELETE', 'sessions/current');
  page.act({ do: 'signed-out' });
}

function follow(session) {
  stop?.();
  stop = null;
  if (!session) return;
  read();
  stop = listen('stream', {
    hear(event, hall) {
      if (event !== 'hall') return;
      page.act({ do: 'hall', hall });
      read();
    },
    link: (link) => page.act({ do: 'link', link }),
  });
}

// --- reading -----------------------------------------------------------------------------------

async function read() {
  if (reading) {
    again = true;
    return;
  }
  reading = true;
  again = false;
  const wait_ms = read_ms + LEAST_MS - Date.now();
  if (wait_ms > 0) await new Promise((resolve) => setTimeout(resolve, wait_ms));
  read_ms = Date.now();
  if (page.now().session) await readAll();
  reading = false;
  if (again) read();
}

async function readAll() {
  const manages = page.now().session.person.role !== 'lead'; // devices are the manager's
  const [floor, devices] = await Promise.all([
    ask('GET', 'floor'),
    manages ? ask('GET', 'devices') : null,
  ]);
  if (floor.code === NOT_SIGNED_IN) return fail(floor);
  if (floor.ok) page.act({ do: 'floor', floor: floor.data, now: Date.now() });
  if (devices?.ok) page.act({ do: 'devices', devices: devices.data.devices });
}

// --- acts --------------------------------------------------------------------------------------

async function send({ form }) {
  const state = page.now();
  if (state.busy || !state.dialog) return;
  const { method, path, body } = actOf(state.dialog, form, state);
  page.act({ do: 'sending' });
  const answer = await askSurely(method, path, { body }, { tries: 4 });
  if (!answer.ok) return fail(answer);
  page.act({ do: 'done', what: state.dialog.kind, now: Date.now() });
  read();
}

function fail(answer) {
  const { language } = page.now();
  const trouble = problem(answer, language, texts(language));
  if (answer.code === NOT_SIGNED_IN) return page.act({ do: 'signed-out', trouble });
  page.act({ do: 'trouble', trouble, now: Date.now() });
}

named(page.now().language);
resume();
setInterval(() => page.now().session && read(), EVERY_MS);
everyHalfSecond((now) => page.act({ do: 'tick', now }));
