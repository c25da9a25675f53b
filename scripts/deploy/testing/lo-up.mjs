/** First step on a machine without a network: its own loopback, then the script. */
import { spawn, spawnSync } from 'node:child_process';

spawnSync('ip', ['link', 'set', 'lo', 'up'], { stdio: 'inherit' });
const child = spawn(process.execPath, process.argv.slice(2), { stdio: 'inherit' });
child.on('exit', (code) => process.exit(code ?? 1));
