// SPDX-License-Identifier: Apache-2.0
/*
 * A test tool: a broker that lets anybody in, on loopback only, so that a board can be shown any
 * state. The hall's own broker is made by tools/broker.sh (see house.mjs).
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';

/** A port nobody listens on just now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

export async function devBroker() {
  const folder = await mkdtemp(join(tmpdir(), 'jiaohao-broker-'));
  const [port, ws] = [await freePort(), await freePort()];
  const conf = join(folder, 'mosquitto.conf');
  await writeFile(
    conf,
    [
      'per_listener_settings false',
      'allow_anonymous true',
      'persistence false',
      `listener ${port} 127.0.0.1`,
      'socket_domain ipv4',
      `listener ${ws} 127.0.0.1`,
      'protocol websockets',
      'socket_domain ipv4',
      '',
    ].join('\n'),
  );
  const process_ = spawn('mosquitto', ['-c', conf], { stdio: 'ignore' });
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
    protocolVersion: 5,
    reconnectPeriod: 100,
  });
  await new Promise((resolve) => client.once('connect', resolve));
  return {
    url: `ws://127.0.0.1:${ws}`,
    client,
    say: (topic, body, retain = topic.startsWith('state/')) =>
      client.publishAsync(`jiaohao/test/${topic}`, JSON.stringify(body), { qos: 1, retain }),
    async close() {
      await client.endAsync(true);
      process_.kill();
      await new Promise((resolve) => process_.once('exit', resolve));
      await rm(folder, { recursive: true });
    },
  };
}
