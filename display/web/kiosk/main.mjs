// SPDX-License-Identifier: Apache-2.0
/* The kiosk: its hall by stream, its tickets by POST, its key out of the address (#key=…). */
import { askSurely, again, freshKey, problem } from '../lib/api.mjs';
import { wear } from '../lib/colour.mjs';
import { listen } from '../lib/events.mjs';
import { everyHalfSecond, focusHeading, stage, takeFragment } from '../lib/page.mjs';
import { askedLanguage, speak, texts } from '../lib/text.mjs';
import { begin, step, wish } from './model.mjs';
import { view } from './views.mjs';

const token = takeFragment('kiosk').get('key') ?? undefined;
const OFTEN = { tries: 4 };

const page = stage({
  state: begin({ language: askedLanguage() ?? 'zh', now: Date.now() }),
  // A wish gets its key here, at the edge: the model knows no randomness.
  step: (state, action) =>
    step(state, action.do === 'want' ? { do: 'take', key: freshKey() } : action),
  view,
  after(state, before, act) {
    if (state.language !== before.language)
      speak(state.language, texts(state.language)('kiosk.title'));
    if (state.large !== before.large)
      document.documentElement.classList.toggle('large', state.large);
    if (state.hall?.accent !== before.hall?.accent) wear(state.hall.accent);
    if (state.screen !== before.screen) focusHeading();
    if (state.screen === 'taking' && before.screen !== 'taking') take(state, act);
  },
});

async function take(state, act) {
  const options = { body: wish(state), key: state.key, token };
  const trying = (tries) => act({ do: 'trying', tries });
  const answer = await askSurely('POST', 'tickets', options, { ...OFTEN, trying });
  const now = Date.now();
  if (answer.ok) return act({ do: 'taken', ticket: answer.data, now });
  const { language } = page.now();
  const said = saidOf(answer, language);
  act({ do: 'refused', trouble: { ...said, again: again(answer) || answer.status === 507 }, now });
}

/** Codes that mean this machine, not this person, have words of their own. */
function saidOf(answer, language) {
  const t = texts(language);
  if (answer.code === 801 || answer.code === 802) {
    return { title: t('kiosk.unknown'), detail: t('kiosk.unknown.do') };
  }
  if (answer.status === 507) {
    // said only of what surely was not stored
    return { title: t('kiosk.full'), detail: t('kiosk.full.do') };
  }
  return problem(answer, language, t);
}

speak(page.now().language, texts(page.now().language)('kiosk.title'));
listen('stream', {
  token,
  hear: (event, hall) => event === 'hall' && page.act({ do: 'hall', hall, now: Date.now() }),
  link: (link) => page.act({ do: 'link', link }),
});
everyHalfSecond((now) => page.act({ do: 'tick', now }));
for (const touch of ['pointerdown', 'keydown']) {
  addEventListener(touch, () => page.act({ do: 'touch', now: Date.now() }), { capture: true });
}
addEventListener('keydown', (event) => {
  if (event.key === 'Escape') page.act({ do: 'back' });
});
// A long touch must not open the browser's own menu.
addEventListener('contextmenu', (event) => event.preventDefault());
