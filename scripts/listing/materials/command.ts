import { loadEnvironment } from '../../../server/config/environment-file.ts';
import { StartFailure } from '../../../server/config/start-failure.ts';
import { readDevSettings } from '../../dev/settings.ts';
import { main as ask } from '../ask/command.ts';
import { type CheckRequest, listingUsage, readArguments } from '../check/arguments.ts';
import { createContext } from '../check/context.ts';
import { runRules } from '../check/run.ts';
import type { Context } from '../rule.ts';
import { rules } from '../rules/index.ts';
import { photograph } from './photograph.ts';
import { describeListing, type ListingResult, writeListing } from './run.ts';
import { screensFolder } from './screens.ts';

/**
 * @param timeoutMs how long an answer of the app may take, in milliseconds.
 * @returns the exit code.
 * @throws StartFailure with what a person can do.
 */
export async function main(args: readonly string[], timeoutMs?: number): Promise<number> {
  const [first, ...others] = args.filter((word) => word !== '--');
  if (first === 'ask') return ask(others);
  const request = readArguments(args, listingUsage);
  if (request === null) {
    console.log(listingUsage);
    return 0;
  }
  const [, ...more] = request.words;
  if (more.length > 0)
    throw new StartFailure(`只能写一个文件夹：${more.join(' ')} 多余。\n\n${listingUsage}`);
  const result = await build(request, timeoutMs);
  console.log(describeListing(result));
  return result.missing.length === 0 ? 0 : 1;
}

/** Takes new pictures of the mini program where `npm run dev` is running; otherwise the existing ones stay. */
async function takePictures({ listing }: Context): Promise<void> {
  if (listing.app.forms?.includes('miniprogram') !== true) return;
  const { emulatorPort, simulatorPort } = readDevSettings(loadEnvironment());
  const at = (port: number): string => `http://127.0.0.1:${port}`;
  const places = { emulator: at(emulatorPort), simulator: at(simulatorPort) };
  const none = await photograph(places, listing.app.platform);
  console.log(
    none === null ? `页面截图：在模拟器里拍好了，存在 ${screensFolder}` : `没有拍新的页面截图：${none}。`,
  );
}

async function build(request: CheckRequest, timeoutMs?: number): Promise<ListingResult> {
  console.log('正在体检……');
  const context = await createContext(request, timeoutMs);
  const report = await runRules(rules, context, { rehearsal: request.rehearsal });
  await takePictures(context);
  return writeListing(context, report, request.words[0] ?? 'listing');
}
