import type { EnvironmentReader } from './environment.ts';

/** A version such as `1.2.0`, as `npm run release:mini` writes it. */
export const versionPattern = /^(\d{1,5})\.(\d{1,5})\.(\d{1,5})$/;

/** Compares versions: negative if `a` is older than `b`; null if one of them is no version. */
export function compareVersions(a: string, b: string): number | null {
  const [left, right] = [versionPattern.exec(a), versionPattern.exec(b)];
  if (left === null || right === null) return null;
  for (let part = 1; part <= 3; part += 1) {
    const difference = Number(left[part]) - Number(right[part]);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Reads `MINI_MINIMUM_VERSION`; null: no mini program is too old. */
export function readMiniVersion(reader: EnvironmentReader): string | null {
  const version = reader.optional('MINI_MINIMUM_VERSION');
  if (version !== null && !versionPattern.test(version)) {
    reader.complain('MINI_MINIMUM_VERSION', '应为小程序的版本号', '1.2.0');
  }
  return version;
}
