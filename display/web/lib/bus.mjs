// SPDX-License-Identifier: Apache-2.0
/*
 * The broker, over WebSocket. Asks the house for an address and an account, connects, subscribes,
 * and comes back by itself with a fresh account whenever the line is lost: accounts are lent, and a
 * house that restarted may lend another. Clean session: an hour of old calls is never shown.
 */
import mqtt from '../vendor/mqtt.js';
import { ask } from './api.mjs';

const AGAIN_MS = [1000, 1000, 2000, 3000];

/**
 * device = {name, key} connects as that board and publishes its will; else a lent page account.
 * topics(link) names what to read, below the prefix. hear(topic, body, retained) gets each message,
 * link(state, given) hears 'open' and 'lost'.
 * @returns {{publish: (topic: string, body: object, retain?: boolean) => void, stop: () => void}}
 */
export function join({ device, topics, hear, link }) {
  let client = null;
  let given = null;
  let stopped = false;
  let tries = 0;
  connect();
  return {
    publish(topic, body, retain = false) {
      if (client?.connected)
        client.publish(given.prefix + topic, JSON.stringify(body), { qos: 1, retain });
    },
    stop() {
      stopped = true;
      client?.end(true);
    },
  };

  async function connect() {
    if (stopped) return;
    const answer = await ask('GET', 'boards/link');
    if (answer.ok) given = answer.data; // a house that is away may have left its broker running
    if (!given?.url) return retry();
    client = mqtt.connect(given.url, optionsOf(given, device));
    client.on('connect', opened);
    client.on('message', (topic, bytes, packet) => heard(topic, bytes, packet.retain));
    client.on('error', () => {}); // 'close' follows
    client.on('close', closed);
  }

  function opened() {
    tries = 0;
    client.subscribe(
      topics(given).map((topic) => given.prefix + topic),
      { qos: 1 },
    );
    if (device) {
      const body = { online: true, kind: 'board', faults: [], since: new Date().toISOString() };
      client.publish(`${given.prefix}device/${device.name}`, JSON.stringify(body), {
        qos: 1,
        retain: true,
      });
    }
    link('open', given);
  }

  function heard(topic, bytes, retained) {
    try {
      hear(topic.slice(given.prefix.length), JSON.parse(new TextDecoder().decode(bytes)), retained);
    } catch {
      // not JSON: not ours
    }
  }

  function closed() {
    client?.end(true);
    client = null;
    link('lost', given);
    retry();
  }

  function retry() {
    if (!stopped) setTimeout(connect, AGAIN_MS[Math.min(tries++, AGAIN_MS.length - 1)]);
  }
}

function optionsOf(given, device) {
  const account = device?.name ?? given.account;
  const options = {
    protocolVersion: 5,
    clean: true,
    clientId: account,
    username: account,
    password: device?.key ?? given.password,
    keepalive: 15,
    connectTimeout: 8000,
    reconnectPeriod: 0, // we come back ourselves, with a fresh account
    timerVariant: 'native', // a worker from a blob is refused by our Content-Security-Policy
  };
  if (device) {
    const body = { online: false, kind: 'board', faults: [], since: new Date().toISOString() };
    const payload = JSON.stringify(body);
    options.will = { topic: `${given.prefix}device/${device.name}`, payload, qos: 1, retain: true };
  }
  return options;
}
