import { SourceMap, type SourceMapPayload } from 'node:module';

const MAP = /\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/;
const FRAME = /mini-program\.js:(\d+):(\d+)/g;

/** Puts the places of the sources into the stack of an error of the mini program, and the first into its message. */
export class SourcePlaces {
  private readonly map: SourceMap | undefined;

  /** @param script the script of a `BuiltApp` */
  constructor(script: string) {
    const payload = MAP.exec(script)?.[1];
    if (payload)
      this.map = new SourceMap(JSON.parse(Buffer.from(payload, 'base64').toString()) as SourceMapPayload);
  }

  locate(error: Error): Error {
    const cause = error.cause instanceof Error ? error.cause : error;
    let first: string | undefined;
    cause.stack = (cause.stack ?? '').replace(FRAME, (frame, line: string, column: string) => {
      const entry = this.map?.findEntry(Number(line) - 1, Number(column) - 1);
      if (!entry || !('originalSource' in entry)) return frame;
      const place = `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
      first ??= place;
      return place;
    });
    if (first !== undefined) error.message += `（${first}）`;
    return error;
  }
}
