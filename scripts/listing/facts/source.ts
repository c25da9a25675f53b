import type { ProjectFiles } from '../check/project-files.ts';

/** A line of the project's source. */
export interface SourceLine {
  file: string;
  /** From 1. */
  line: number;
  text: string;
}

const isSource = (file: string): boolean =>
  /\.(ts|tsx|js|mjs|vue)$/.test(file) &&
  !/\.d\.ts$|\.(test|e2e|testing)\.ts$|\/(testing|generated|chaos|e2e)\//.test(file);

/** Every line below a folder that is not a comment of its own, without tests and generated files. */
export async function sourceLines(files: ProjectFiles, folder: string): Promise<SourceLine[]> {
  const found = await Promise.all(
    (await files.list(folder))
      .filter(isSource)
      .map(async (file) =>
        ((await files.read(file)) ?? '')
          .split('\n')
          .flatMap((text, index) =>
            /^\s*(?:\/\/|\/?\*)/.test(text) ? [] : { file, line: index + 1, text: text.trim() },
          ),
      ),
  );
  return found.flat();
}

/** `server/app.ts:12 …`, for evidence. */
export const at = ({ file, line, text }: SourceLine): string => `${file}:${line} ${text.slice(0, 80)}`;
