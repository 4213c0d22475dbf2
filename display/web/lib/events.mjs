// SPDX-License-Identifier: Apache-2.0
/*
 * Server-sent events over fetch. The browser's own EventSource hides the beats (comments), so it
 * cannot tell a silent stream from a dead one, and it gives up for good after a 503. This reader
 * hears the beats, takes a silent line for a broken one, and comes back by itself, for ever.
 */

const BACK_MS = [500, 1000, 2000, 3000];

/** Splits a stream into frames: {event, data, id} or {beat: true}. Chunks may end anywhere. */
export class Frames {
  #rest = '';

  push(chunk) {
    const frames = [];
    this.#rest += chunk.replaceAll('\r', '');
    for (;;) {
      const end = this.#rest.indexOf('\n\n');
      if (end < 0) return frames;
      const frame = readFrame(this.#rest.slice(0, end));
      this.#rest = this.#rest.slice(end + 2);
      if (frame) frames.push(frame);
    }
  }
}

function readFrame(block) {
  const frame = { event: 'message', data: '', id: null };
  let beat = false;
  for (const line of block.split('\n')) {
    if (line.startsWith(':')) beat = true;
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') frame.event = value;
    if (name === 'id') frame.id = value;
    if (name === 'data') frame.data += (frame.data ? '\n' : '') + value;
  }
  if (frame.data) return frame;
  return beat ? { beat: true } : null;
}

/**
 * Reads the stream until stopped. hear(event, data) gets each frame's JSON; link(state) hears
 * 'open', 'lost' and 'denied' (signed out: it stops then).
 * @returns {() => void} stop
 */
export function listen(path, { hear, link, token, silence_ms = 40000 }) {
  const stopping = new AbortController();
  run().catch(() => {});
  return () => stopping.abort();

  async function run() {
    for (let tries = 0; !stopping.signal.aborted; tries++) {
      const end = await readOnce(() => {
        tries = 0;
      });
      if (stopping.signal.aborted) return;
      if (end === 'denied') return void link('denied');
      link('lost');
      const wait_ms = BACK_MS[Math.min(tries, BACK_MS.length - 1)];
      await new Promise((resolve) => setTimeout(resolve, wait_ms * (0.75 + Math.random() / 2)));
    }
  }

  async function readOnce(opened) {
    const attempt = new AbortController();
    const give = () => attempt.abort();
    stopping.signal.addEventListener('abort', give);
    let quiet = setTimeout(give, silence_ms);
    try {
      const headers = { Accept: 'text/event-stream' };
      if (token) headers.Authorization = `Bearer ${token}`;
      const options = {
        headers,
        signal: attempt.signal,
        cache: 'no-store',
        credentials: 'same-origin',
      };
      const reply = await fetch(`/api/v1/${path}`, options);
      if (reply.status === 401 || reply.status === 403) return 'denied';
      if (!reply.ok || !reply.body) return 'lost';
      opened();
      link('open');
      await readBody(reply.body, () => {
        clearTimeout(quiet);
        quiet = setTimeout(give, silence_ms);
      });
    } catch {
      // aborted or cut: the same to us
    } finally {
      clearTimeout(quiet);
      stopping.signal.removeEventListener('abort', give);
      attempt.abort();
    }
    return 'lost';
  }

  async function readBody(body, alive) {
    const frames = new Frames();
    const decoder = new TextDecoder();
    const reader = body.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      alive();
      for (const frame of frames.push(decoder.decode(value, { stream: true }))) {
        if (!frame.beat) hear(frame.event, JSON.parse(frame.data));
      }
    }
  }
}
