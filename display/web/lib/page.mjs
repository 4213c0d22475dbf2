// SPDX-License-Identifier: Apache-2.0
/*
 * What every page does the same way: keep a state, step it, draw it; take a secret out of the
 * address; keep the focus where it makes sense. Must not know any page's words.
 */
import { render } from '../vendor/lit-html.js';

/**
 * A page is a state, a pure step(state, action) and a view(state, act). `after(state, before, act)`
 * does what the new state asks for: requests, timers; `drawn(state)` looks after what stands there.
 * Several actions in one turn are drawn once.
 */
export function stage({ state, step, view, after = () => {}, drawn = () => {} }) {
  const root = document.body;
  let drawing = false;
  const act = (action) => {
    const before = state;
    state = step(state, action);
    if (state === before) return;
    if (!drawing) {
      drawing = true;
      // Not with the next frame: what is typed after a key that asks must find the question.
      queueMicrotask(draw);
    }
    after(state, before, act);
  };
  function draw() {
    drawing = false;
    render(view(state, act), root);
    drawn(state);
  }
  draw();
  return { act, now: () => state };
}

/**
 * Takes `#key=…&device=…` out of the address into this tab's memory, so that it is neither seen
 * over a shoulder nor kept in a history. @returns {URLSearchParams} what was given now or before
 */
export function takeFragment(name) {
  const given = location.hash.slice(1);
  if (given.includes('=')) {
    sessionStorage.setItem(name, given);
    history.replaceState(null, '', location.pathname + location.search);
  }
  return new URLSearchParams(sessionStorage.getItem(name) ?? '');
}

/** Moves the focus to the screen's heading, so that it is read out after a change of screen. */
export function focusHeading() {
  // After the drawing that was queued before; a Tab pressed right then goes on from the heading.
  queueMicrotask(() => document.querySelector('[data-heading]')?.focus({ preventScroll: true }));
}

/** Calls tick(now_ms) twice a second; ages and countdowns need no more. */
export function everyHalfSecond(tick) {
  return setInterval(() => tick(Date.now()), 500);
}
