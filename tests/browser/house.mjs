// SPDX-License-Identifier: Apache-2.0
/*
 * The real house for a page test, as tests/system/house.py is for system tests: a private broker
 * made by tools/broker.sh, the real daemon, all on loopback on ports of their own in a folder of
 * their own. Every process started here is ended by its own id. BUILD names the build to test.
 */
import { spawn, execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BUILD = process.env.BUILD ?? join(ROOT, 'build/plain');
const HALL = join(ROOT, 'docs/halls/quzhou/hall.yaml');
const HOST = '127.0.0.1';
export const PIN = '246810';

/** A port nobody listens on, outside the range that outgoing connections take theirs from. */
async function freePort() {
  for (;;) {
    const port = 15000 + Math.floor(Math.random() * 17000);
    const free = await new Promise((resolve) => {
      const probe = createServer().once('error', () => resolve(false));
      probe.listen(port, HOST, () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

function listens(port) {
  return new Promise((resolve) => {
    const socket = connect(port, HOST);
    socket.once('connect', () => socket.destroy(resolve(true)));
    socket.once('error', () => resolve(false));
  });
}

async function until(check, what, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export class House {
  #broker = null;
  #daemon = null;

  static async open() {
    const house = new House();
    house.folder = await mkdtemp(join(tmpdir(), 'jiaohao-pages-'));
    house.ports = {};
    for (const name of ['public', 'staff', 'operator', 'broker', 'ws'])
      house.ports[name] = await freePort();
    await house.#write();
    house.devices = house
      .cli('hall', 'show', '--devices')
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(/\s+/))
      .map(([kind, name, zone]) => ({ kind, name, zone }));
    await house.brokerStart();
    await house.start();
    return house;
  }

  async #write() {
    const { ports } = this;
    const door = (name) => `${name}: {address: ${HOST}, port: ${ports[name]}}`;
    await writeFile(
      this.file('jiaohao.yaml'),
      [
        'hall: hall.yaml',
        'data: data',
        door('public'),
        door('staff'),
        door('operator'),
        'broker:',
        `  address: ${HOST}`,
        `  port: ${ports.broker}`,
        '  account: jiaohaod',
        '  password_file: broker/accounts/jiaohaod',
        `  pages_port: ${ports.ws}`,
        '  pages_file: broker/pages',
        '',
      ].join('\n'),
    );
    // A test is open at any hour.
    await writeFile(
      this.file('hall.yaml'),
      `${await readFile(HALL, 'utf8')}\nhours_override: always\n`,
    );
  }

  file(...names) {
    return join(this.folder, ...names);
  }

  url(door, path) {
    return `http://${HOST}:${this.ports[door]}${path}`;
  }

  cli(...words) {
    const program = join(BUILD, 'jiaohao');
    return execFileSync(program, ['-c', this.file('jiaohao.yaml'), ...words], { encoding: 'utf8' });
  }

  /** Makes a clerk with PIN. */
  clerk(name) {
    this.cli('user', 'add', name, '--role', 'staff', '--pin', PIN);
  }

  /** A kiosk's token. */
  kiosk() {
    return /token (\S+)/.exec(this.cli('user', 'add', 'kiosk', '--role', 'kiosk'))[1];
  }

  /** The broker's password of a device. */
  async password(account) {
    return (await readFile(this.file('broker', 'accounts', account), 'utf8')).trim();
  }

  async brokerStart() {
    const { broker, ws } = this.ports;
    execFileSync(
      join(ROOT, 'tools/broker.sh'),
      [this.file('broker'), '--port', broker, '--websocket', ws],
      {
        input: this.devices.length ? this.cli('hall', 'show', '--devices') : '',
      },
    );
    this.#broker = this.#run(
      'mosquitto',
      ['-c', this.file('broker', 'mosquitto.conf')],
      'broker.log',
    );
    await until(async () => (await listens(broker)) && (await listens(ws)), 'the broker');
  }

  async start() {
    this.#daemon = this.#run(
      join(BUILD, 'jiaohaod'),
      ['-c', this.file('jiaohao.yaml')],
      'jiaohaod.log',
    );
    await until(async () => {
      if (this.#daemon.exitCode !== null) throw new Error(await this.log());
      return (await fetch(this.url('operator', '/health')).catch(() => null))?.ok;
    }, 'jiaohaod');
  }

  #run(program, words, log) {
    const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;
    const child = spawn(program, words, {
      env: { PATH, LANG: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out = createWriteStream(this.file(log), { flags: 'a' });
    child.stdout.pipe(out, { end: false });
    child.stderr.pipe(out, { end: false });
    return child;
  }

  log() {
    return readFile(this.file('jiaohaod.log'), 'utf8');
  }

  async brokerStop() {
    await end(this.#broker, 'SIGTERM');
  }

  /** SIGKILL is the plug pulled. */
  async stop(signal = 'SIGTERM') {
    await end(this.#daemon, signal);
  }

  /** All events of the log so far, read as a manager would. */
  async events() {
    const { token } = await this.#manager();
    const reply = await fetch(this.url('staff', '/api/v1/events?after=0&limit=1000'), {
      headers: { Authorization: `Bearer ${token}` },
    });
    return (await reply.json()).events;
  }

  async #manager() {
    if (!this.manager) {
      this.cli('user', 'add', 'boss', '--role', 'manager', '--pin', PIN);
      const reply = await fetch(this.url('staff', '/api/v1/sessions/token'), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ name: 'boss', pin: PIN }),
      });
      this.manager = await reply.json();
    }
    return this.manager;
  }

  async close() {
    await end(this.#daemon, 'SIGTERM');
    await end(this.#broker, 'SIGTERM');
    await rm(this.folder, { recursive: true, force: true });
  }
}

function end(child, signal) {
  if (!child || child.exitCode !== null || child.signalCode !== null) return null;
  return new Promise((resolve) => {
    const hard = setTimeout(() => child.kill('SIGKILL'), 15000);
    child.once('exit', () => resolve(clearTimeout(hard)));
    child.kill(signal);
  });
}
