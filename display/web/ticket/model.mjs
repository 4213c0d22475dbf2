// SPDX-License-Identifier: Apache-2.0
/*
 * A ticket on its holder's phone as a state and its steps. Pure. What the ticket is and may do is
 * what the house last said; only "one who stood before me has left" is counted here, because the
 * whole line shares that frame, and the next reading puts the count right.
 */
import { parseAt } from '../lib/time.mjs';

const TROUBLE_MS = 12000;
export const LEVELS = [5, 4, 3, 2, 1];
const GOOD_TAGS = ['fast', 'kind', 'clear', 'one-visit'];
const BAD_TAGS = ['long-wait', 'unclear', 'unkind', 'many-visits'];

export function begin({ language, chosen, token, now }) {
  return {
    language,
    chosen, // the language was chosen here: the ticket's own does not replace it
    token,
    now,
    ticket: null,
    hall: null,
    dead: !token,
    link: 'starting',
    heard: now,
    skew_ms: 0,
    most: 0, // the most people that were seen ahead: what the bar shrinks from
    calls: 0, // calls and recalls heard of here: each one rings
    ring: false,
    asking: null,
    busy: null,
    trouble: null,
    level: 0,
    tags: [],
  };
}

/** What stands on the page now. */
export function screenOf({ dead, ticket }) {
  if (dead) return 'dead';
  if (!ticket) return 'starting';
  if (ticket.state !== 'finished') return ticket.state; // also one that was rated, then reopened
  if (ticket.rated !== null) return 'thanks';
  return ticket.can.rate ? 'rate' : 'over';
}

/** How much of the way is still ahead, 0 to 100. */
export function leftOfWay({ ticket, most }) {
  if (!ticket?.ahead) return 0;
  return Math.max(4, Math.round((100 * ticket.ahead) / Math.max(most, ticket.ahead)));
}

/** "Long wait" or "quick": what may be said in one tap beside a level. */
export function tagsOf(level) {
  return level >= 3 ? GOOD_TAGS : BAD_TAGS;
}

/** The rating as it is sent; what was left empty is left out. */
export function ratingOf({ level, tags }, { comment = '', contact = '' }) {
  const body = { level };
  if (tags.length) body.tags = tags;
  if (comment.trim()) body.comment = comment.trim();
  if (contact.trim()) body.contact = contact.trim();
  return body;
}

function told(state, { view, most = 0, now }) {
  const before = state.ticket;
  if (before && view.seq < before.seq) return state;
  const again = before && view.state === 'called' && view.recalls > before.recalls;
  const first = view.state === 'called' && before?.state !== 'called';
  const waits = view.state === 'waiting';
  return {
    ...state,
    ticket: view,
    heard: now,
    now,
    language: state.chosen ? state.language : (view.language ?? state.language),
    most: waits ? Math.max(state.most, most, view.ahead) : state.most,
    calls: state.calls + (again || first ? 1 : 0),
    asking: before?.state === view.state ? state.asking : null,
  };
}

/** "A7" before "A12"; numbers of another series cannot be compared and are left to the reading. */
function stoodBefore(left, own) {
  const [one, other] = [left, own].map((number) => /^([A-Z]+)(\d+)$/.exec(number));
  return Boolean(one && other && one[1] === other[1] && Number(one[2]) < Number(other[2]));
}

const STEPS = {
  tick(state, { now }) {
    const over = state.trouble && now - state.trouble.since > TROUBLE_MS;
    return { ...state, now, trouble: over ? null : state.trouble };
  },
  language: (state, { language }) => ({ ...state, language, chosen: true }),
  hall(state, { hall, now }) {
    return { ...state, hall, skew_ms: (parseAt(hall.at)?.ms ?? now) - now };
  },
  view: told,
  left(state, { left, service }) {
    const { ticket } = state;
    const mine = ticket?.state === 'waiting' && ticket.service === service && ticket.ahead > 0;
    if (!mine || !stoodBefore(left, ticket.number)) return state;
    return { ...state, ticket: { ...ticket, ahead: ticket.ahead - 1 } };
  },
  link(state, { link, now }) {
    // While the line is open every change comes by it, so what stands there is as new as a beat.
    return { ...state, link, heard: link === 'open' ? now : state.heard };
  },
  dead: (state) => ({ ...state, dead: true, asking: null }),
  ring: (state, { on }) => ({ ...state, ring: on }),
  ask: (state, { what }) => ({ ...state, asking: what }),
  sending: (state, { what }) => ({ ...state, busy: what, asking: null, trouble: null }),
  answered: (state, action) => told({ ...state, busy: null, trouble: null }, action),
  trouble(state, { trouble, now }) {
    return { ...state, busy: null, trouble: { ...trouble, since: now } };
  },
  level: (state, { level }) => ({ ...state, level, tags: [] }),
  tag(state, { tag }) {
    const on = state.tags.includes(tag);
    return { ...state, tags: on ? state.tags.filter((one) => one !== tag) : [...state.tags, tag] };
  },
};

export function step(state, action) {
  return STEPS[action.do](state, action);
}
