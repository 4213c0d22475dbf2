// SPDX-License-Identifier: Apache-2.0
/*
 * A board: reads its zone from the broker and draws it. With an installer's key in the address
 * (#device=board-west&key=…) it is that board and says "shown" of each call, after the browser has
 * really painted it; without one it only reads.
 */
import { join } from '../lib/bus.mjs';
import { wear } from '../lib/colour.mjs';
import { everyHalfSecond, stage, takeFragment } from '../lib/page.mjs';
import { speak, texts } from '../lib/text.mjs';
import { begin, step } from './model.mjs';
import { view } from './views.mjs';

const asked = new URLSearchParams(location.search);
const zone = asked.get('zone') ?? '';
const theme = asked.get('theme') === 'dark' ? 'dark' : 'light';
const GROUND = { light: '#ffffff', dark: '#0d1117' };
const secret = takeFragment('board');
const device = secret.get('device') ? { name: secret.get('device'), key: secret.get('key') } : null;

document.documentElement.dataset.theme = theme;
speak('zh', texts('zh')('board.title'));

const times = () => ({
  ms: performance.now(),
  wall: Date.now(),
  shape: innerHeight > innerWidth ? 'tall' : 'wide',
});
let flashed = []; // calls that wait to be painted: {seq, since}

const page = stage({
  state: begin({ zone, ...times() }),
  step,
  view,
  after(state, before) {
    if (state.given?.accent !== before.given?.accent) wear(state.given.accent, GROUND[theme]);
  },
  drawn: acknowledge,
});

const bus = join({
  device,
  topics: () => [`state/board/${zone || 'all'}`, 'state/hall', `call/${zone || '+'}`],
  hear(topic, body, retained) {
    if (topic.startsWith('state/board/')) page.act({ do: 'board', body });
    else if (topic === 'state/hall') page.act({ do: 'beat', body, retained, ...times() });
    else if (!retained) called(body);
  },
  link: (link, given) => page.act({ do: 'link', link, given }),
});

function called(body) {
  if (device && (body.do === 'call' || body.do === 'recall')) {
    flashed.push({ seq: body.seq, since: performance.now() });
  }
  page.act({ do: 'call', body });
}

/** The second frame after drawing begins when the first was painted: then it was shown. */
function acknowledge() {
  const painted = flashed;
  flashed = [];
  for (const { seq, since } of painted) {
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        const ms = Math.round(performance.now() - since);
        bus.publish(`ack/${device.name}`, { seq, did: 'shown', ms });
      }),
    );
  }
}

everyHalfSecond(() => page.act({ do: 'tick', ...times() }));
