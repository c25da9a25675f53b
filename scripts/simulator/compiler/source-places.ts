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

/** Leads from the stack of an error of the mini program to the places in its sources. */
export class SourcePlaces {
  private readonly map: SourceMap | undefined;

  /** @param script the script of a `BuiltApp` */
  constructor(script: string) {
    const payload = MAP.exec(script)?.[1];
    if (payload)
      this.map = new SourceMap(JSON.parse(Buffer.from(payload, 'base64').toString()) as SourceMapPayload);
  }

  /**
   * @returns the stack with the places of the sources, and the first place in the app's own code; of a package, where
   * none is in its own; none for a stack that leads to no source
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
