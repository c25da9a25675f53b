/**
 * Starts the installed server in the present folder, asks it for what is named, stops it, and prints what happened
 * as JSON: `node visit-offline.mjs <port> <path or POST path body> …`.
 */
import { spawn } from 'node:child_process';
import net from 'node:net';
import os from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

const [port, ...requests] = process.argv.slice(2);
const server = spawn(process.execPath, ['dist/server/main.js'], {
  env: { ...process.env, PORT: port },
  stdio: ['ignore', 'pipe', 'inherit'],
});
let log = '';
server.stdout.on('data', (data) => {
  log += data;
});
const exited = new Promise((resolve) => server.on('exit', resolve));
const address = `http://127.0.0.1:${port}`;

async function ready() {
  while (server.exitCode === null) {
    const response = await fetch(`${address}/readyz`).catch(() => null);
    if (response?.status === 200) return;
    await delay(50);
  }
  throw new Error(`the server has ended: ${log}`);
}

/** Whether anything outside can be reached. */
const outside = () =>
  new Promise((resolve) => {
    const socket = net.connect({ host: '192.0.2.1', port: 443 });
    socket.setTimeout(1000, () => socket.destroy(new Error('ETIMEDOUT')));
    socket
      .on('connect', () => resolve('connected'))
      .on('error', (error) => resolve(error.code ?? error.message));
  });

await ready();
const answers = [];
for (const request of requests) {
  const [path, body] = request.split(' ');
  const response = await fetch(`${address}${path}`, {
    redirect: 'manual',
    ...(body && { method: 'POST', body, headers: { 'content-type': 'application/json' } }),
  });
  answers.push({ path, status: response.status, text: await response.text() });
}
const network = { interfaces: Object.keys(os.networkInterfaces()), outside: await outside() };
server.kill('SIGTERM');
console.log(
  JSON.stringify({ answers, network, exit: await exited, migrated: log.includes('migrations applied') }),
);
