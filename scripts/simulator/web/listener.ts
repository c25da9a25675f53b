import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isPackage } from '../compiler/files.ts';
import { type Place, placeText, SourcePlaces } from '../compiler/source-places.ts';
import type { Heard, Said } from './setup.ts';

/** Longest text of one report in the terminal, in characters. */
const LONGEST = 400;

/** Tells the terminal what the mini program says and does wrong, with the place in its sources. */
export class Listener {
  private places = new SourcePlaces('');
  private last = '';
  private readonly root: string;
  private readonly say: (text: string) => void;

  /**
   * @param root folder of `app.json`
   * @param say takes what is for people, in Chinese: at most three lines
   */
  constructor(root: string, say: (text: string) => void) {
    this.root = root;
    this.say = say;
  }

  /** @param script the script that the phone runs from now on */
  runs(script: string): void {
    this.places = new SourcePlaces(script);
    this.last = '';
  }

  async hear(said: Said): Promise<Heard> {
    const { stack, place } = this.places.locate(said.stack);
    const line = place === undefined ? null : await this.lineOf(place);
    const text = this.inWords(said, place, line);
    // A message that repeats, in a timer for instance, is written once.
    if (text !== this.last) this.say(text);
    this.last = text;
    return { place: place === undefined ? null : placeText(place), line, stack };
  }

  private inWords({ how, message }: Said, place: Place | undefined, line: string | null): string {
    const flat = message.replace(/\s*\n\s*/g, ' ');
    const short = flat.length > LONGEST ? `${flat.slice(0, LONGEST)}…` : flat;
    const folder = path.relative(process.cwd(), this.root);
    const where = place === undefined ? '' : path.join(isPackage(place.file) ? '' : folder, placeText(place));
    if (how !== 'throw' && how !== 'error')
      return `小程序 console.${how}：${short}${where && `（${where}）`}`;
    const code = line === null ? [] : [`  ${String(place?.line)} | ${line.trim().slice(0, LONGEST)}`];
    return [`小程序出错：${short}`, ...(where ? [`  在 ${where}`] : []), ...code].join('\n');
  }

  private async lineOf({ file, line }: Place): Promise<string | null> {
    if (isPackage(file)) return null;
    const text = await readFile(path.join(this.root, file), 'utf8').catch(() => '');
    return text.split('\n')[line - 1] ?? null;
  }
}
