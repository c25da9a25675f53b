const results = new Map<string, unknown>();

/**
 * What an npm package's file compiles to, remembered for the life of the process: packages do not change while
 * one works, and they are most of what hot reload would compile again. Files of the project are not remembered.
 * @param key everything that the result depends on
 */
export function forPackage<T>(isPackage: boolean, key: readonly unknown[], compile: () => T): T {
  if (!isPackage) return compile();
  const text = JSON.stringify(key);
  if (!results.has(text)) results.set(text, compile());
  return results.get(text) as T;
}
