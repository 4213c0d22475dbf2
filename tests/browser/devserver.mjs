// SPDX-License-Identifier: Apache-2.0
/*
 * A test tool, not the product: serves the pages and speaks the shapes of the API from a made-up
 * hall, for states that are hard to bring about in a real one: 62 windows, 300 waiting, names of
 * extreme length, an empty or closed hall, a full disk. Nothing here decides anything as the house
 * would; what the house does is tested against the house (house.mjs).
 *
 *   node tests/browser/devserver.mjs [PORT] [SCENE]     SCENE: small big mixed empty closed
 */
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { devicesOf, floorOf, hallOf, ticketOf, windowOf } from './scenes.mjs';

const WEB = new URL('../../display/web/', import.meta.url);
const TYPES = { css: 'text/css', mjs: 'text/javascript', js: 'text/javascript', html: 'text/html' };
const PAGES = [
  [/^\/$/, 'index.html'],
  [/^\/kiosk$/, 'kiosk.html'],
  [/^\/board$/, 'board.html'],
  [/^\/window\/\d+$/, 'window.html'],
  [/^\/t$/, 'ticket.html'],
  [/^\/manager$/, 'manager.html'],
];

/** @returns {Promise<{url: string, house: object, close: () => Promise<void>}>} */
export async function devServer({ port = 0, scene = 'small', board = null } = {}) {
  const house = {
    hall: hallOf(scene),
    window: windowOf(scene),
    ticket: ticketOf('waiting'),
    floor: floorOf(scene),
    devices: devicesOf(),
    role: 'manager',
    signed: false,
    fault: null,
    posts: [],
    streams: new Set(),
    board,
    issued: new Map(),
    count: 36,
    say(event, data) {
      for (const stream of house.streams) {
        stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      }
    },
    cut() {
      for (const stream of house.streams) stream.destroy();
    },
  };
  const server = createServer((request, reply) => {
    serve(house, request, reply).catch((error) => {
      reply.writeHead(500).end(String(error));
    });
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  const beat = setInterval(
    () => house.streams.forEach((stream) => stream.write(': beat\n\n')),
    5000,
  );
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    house,
    async close() {
      clearInterval(beat);
      house.cut();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function serve(house, request, reply) {
  const url = new URL(request.url, 'http://house');
  const socket = house.board ? ` ${house.board.url}` : '';
  reply.setHeader(
    'Content-Security-Policy',
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
      `connect-src 'self'${socket}; base-uri 'none'; form-action 'none'`,
  );
  if (url.pathname.startsWith('/api/v1/')) return api(house, url, request, reply);
  const page = PAGES.find(([path]) => path.test(url.pathname))?.[1] ?? url.pathname.slice(1);
  const file = new URL(page, WEB);
  if (!file.href.startsWith(WEB.href)) return reply.writeHead(404).end();
  try {
    const bytes = await readFile(fileURLToPath(file));
    const type = TYPES[page.split('.').pop()] ?? 'text/plain';
    reply.writeHead(200, { 'Content-Type': `${type}; charset=utf-8` }).end(bytes);
  } catch {
    reply.writeHead(404).end();
  }
}

async function api(house, url, request, reply) {
  const path = url.pathname.slice('/api/v1/'.length);
  let text = '';
  for await (const chunk of request) text += chunk;
  const body = text ? JSON.parse(text) : {};
  if (request.method !== 'GET')
    house.posts.push({
      path,
      body,
      method: request.method,
      key: request.headers['idempotency-key'],
    });
  if (house.fault) {
    if (house.fault === 'cut') return request.socket.destroy();
    return problem(reply, house.fault);
  }
  const route = ROUTES.find(([method, pattern]) => method === request.method && pattern.test(path));
  if (!route) return problem(reply, { status: 404, code: 704 });
  return route[2](house, reply, { path, body, url, request });
}

const ROUTES = [
  ['GET', /^hall$/, (house, reply) => send(reply, 200, house.hall)],
  ['GET', /^stream$/, stream],
  ['POST', /^tickets$/, issue],
  [
    'GET',
    /^boards\/link$/,
    (house, reply) =>
      send(reply, 200, {
        prefix: 'jiaohao/test/',
        url: house.board?.url,
        account: 'page-1',
        password: 'page',
        languages: ['zh', 'en'],
        name: house.hall.name,
        zones: house.hall.zones,
        accent: house.hall.accent,
        timezone: 'Asia/Shanghai',
      }),
  ],
  [
    'GET',
    /^sessions\/current$/,
    (house, reply) =>
      house.signed ? send(reply, 200, session(house)) : problem(reply, { status: 401, code: 801 }),
  ],
  [
    'POST',
    /^sessions$/,
    (house, reply, { body }) => {
      if (body.pin !== '246810') return problem(reply, { status: 401, code: 803 });
      house.signed = true;
      return send(reply, 201, session(house));
    },
  ],
  [
    'DELETE',
    /^sessions\/current$/,
    (house, reply) => {
      house.signed = false;
      reply.writeHead(204).end();
    },
  ],
  ['GET', /^ticket$/, holder((house, reply) => send(reply, 200, house.ticket))],
  ['GET', /^ticket\/events$/, holder(stream)],
  ['DELETE', /^ticket$/, holder(act)],
  ['POST', /^ticket\/(return|defer|rating)$/, holder(act)],
  ['GET', /^floor$/, (house, reply) => send(reply, 200, house.floor)],
  ['GET', /^devices$/, (house, reply) => send(reply, 200, { devices: house.devices })],
  ['POST', /^(services\/\w+\/(stop|resume)|windows\/\d+\/assign|day\/extend)$/, act],
  ['POST', /^(notices|clock\/confirm)$/, act],
  ['DELETE', /^notices\/\d+$/, act],
  ['GET', /^windows\/\d+$/, (house, reply) => send(reply, 200, house.window)],
  [
    'POST',
    /^windows\/\d+\/[a-z-]+$/,
    (house, reply, { path }) => {
      const next = house.verb?.(path.split('/')[2], house.window);
      if (next?.status) return problem(reply, next);
      if (next) house.window = next;
      return send(reply, 200, { window: house.window, why: next?.why });
    },
  ],
];

/** Only with the ticket's token; without it, as the house answers one that is over. */
function holder(route) {
  return (house, reply, asked) => {
    if (asked.request.headers.authorization !== 'Bearer t.test')
      return problem(reply, { status: 401, code: 806 });
    return route(house, reply, asked);
  };
}

/** What a test wants to come of it (`house.acted`), else the ticket as it is. */
function act(house, reply, { path, body, request }) {
  const next = house.acted?.(request.method, path, body);
  if (next?.status) return problem(reply, next);
  if (next) house.ticket = next;
  return send(reply, 200, path.startsWith('ticket') ? house.ticket : {});
}

function session(house) {
  return {
    person: { id: 1, name: '示例', role: house.role },
    window: house.window.number,
    expires_at: house.hall.at,
  };
}

function stream(house, reply, { url }) {
  reply.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  house.streams.add(reply);
  reply.on('close', () => house.streams.delete(reply));
  const [event, data] = url.pathname.endsWith('/ticket/events')
    ? ['ticket', house.ticket]
    : url.searchParams.has('window')
      ? ['window', house.window]
      : ['hall', house.hall];
  reply.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

function issue(house, reply, { body, request }) {
  const key = request.headers['idempotency-key'];
  const service = house.hall.services.find((one) => one.code === body.service);
  if (!house.issued.has(key)) {
    house.issued.set(key, {
      id: house.count,
      number: `${service.code[0]}${String(house.count++).padStart(3, '0')}`,
      service: body.service,
      class: body.class ?? 'normal',
      state: 'waiting',
      ahead: service.waiting,
      wait: service.wait,
      token: 't.test',
      url: null,
      issued_at: house.hall.at,
      zone: service.zone,
      materials: service.materials,
    });
  }
  send(reply, 201, house.issued.get(key));
}

function send(reply, status, body) {
  reply.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

function problem(reply, fault) {
  const body = {
    type: '/problems/test',
    title: 'This window changed meanwhile',
    title_zh: '窗口情况已变化',
    detail: 'Look at what it shows now, then decide.',
    detail_zh: '请看现在显示的内容再操作。',
    ...fault,
  };
  reply.writeHead(fault.status, { 'Content-Type': 'application/problem+json' });
  reply.end(JSON.stringify(body));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , port = '8088', scene = 'small'] = process.argv;
  const server = await devServer({ port: Number(port), scene });
  console.log(`${server.url}/kiosk`);
}
