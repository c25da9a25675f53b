import { SourceMap, type SourceMapPayload } from 'node:module';
import { isPackage } from './files.ts';

const MAP = /\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/;
const FRAME = /mini-program\.js:(\d+):(\d+)/g;

/** A place in a source file; line and column begin at 1. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

export const placeText = ({ file, line, column }: Place): string => `${file}:${line}:${column}`;

/** Finds the places in the sources for the stack of an error. */
export class SourcePlaces {
  private readonly map: SourceMap | undefined;

  /** @param script the script of a `BuiltApp` */
  constructor(script: string) {
    const payload = MAP.exec(script)?.[1];
    if (payload)
      this.map = new SourceMap(JSON.parse(Buffer.from(payload, 'base64').toString()) as SourceMapPayload);
  }

  /**
   * @returns the stack with places in the sources, and the first of these places: in the project's code if there is
   * one, else in an npm package, else undefined
   */
  locate(stack: string): { stack: string; place: Place | undefined } {
    const found: Place[] = [];
    const located = stack.replace(FRAME, (frame, line: string, column: string) => {
      const entry = this.map?.findEntry(Number(line) - 1, Number(column) - 1);
      if (!entry || !('originalSource' in entry)) return frame;
      const { originalSource: file, originalLine, originalColumn } = entry;
      const place = { file, line: originalLine + 1, column: originalColumn + 1 };
      found.push(place);
      return placeText(place);
    });
    return { stack: located, place: found.find(({ file }) => !isPackage(file)) ?? found[0] };
  }
}
