/**
 * `name=value` as the option `--name=value`: PowerShell's npm swallows the `--` that options need.
 *
 * @param names the options that take a value.
 */
export const namedWords = (args: readonly string[], names: readonly string[]): string[] =>
  args.map((word) => (names.some((name) => word.startsWith(`${name}=`)) ? `--${word}` : word));
