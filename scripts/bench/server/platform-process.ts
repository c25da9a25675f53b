/** The emulator's DingTalk in a process of its own: thousands of people must not keep it from answering. */
import { startPlatform } from './platform.ts';
import { serveUsage } from './usage.ts';

const { url, close } = await startPlatform(Number(process.env.PER_SECOND));
serveUsage(url, close);
