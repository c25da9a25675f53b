import { fileURLToPath } from 'node:url';
import { type OpenAppOptions, type OpenedApp, openApp } from './open-app.ts';

/** A folder without files of its own: the apps of tests live in memory. It lies inside the project, so that
 * packages are found. */
export const emptyRoot = fileURLToPath(new URL('../fixtures/empty', import.meta.url));

/** The files of an app, with the least that an app and its components must have. */
export function appFiles(files: Readonly<Record<string, string>>): Record<string, string> {
  const units = Object.keys(files).flatMap((file) => /^(.*)\.(?:js|ts)$/.exec(file)?.[1] ?? []);
  const components = units.filter((unit) => `${unit}.axml` in files && !unit.startsWith('pages/'));
  return {
    'app.json': '{"pages":["pages/main/main"]}',
    'app.js': 'App({});',
    ...Object.fromEntries(components.map((unit) => [`${unit}.json`, '{"component":true}'])),
    ...files,
  };
}

/** Opens an app whose files are given as text. */
export function openFiles(
  files: Readonly<Record<string, string>>,
  options: OpenAppOptions = {},
): Promise<OpenedApp> {
  return openApp({ root: emptyRoot, replace: appFiles(files), ...options });
}

/**
 * Opens an app of one page.
 * @param script what stands inside `Page({…})`
 * @param more further files, such as components
 */
export function openPage(
  template: string,
  script = '',
  more: Readonly<Record<string, string>> = {},
  options: OpenAppOptions = {},
): Promise<OpenedApp> {
  const page = { 'pages/main/main.axml': template, 'pages/main/main.js': `Page({${script}});` };
  return openFiles({ ...page, ...more }, options);
}

/** The JSON of the page, with components: tag → path. */
export function using(components: Readonly<Record<string, string>>): Record<string, string> {
  return { 'pages/main/main.json': JSON.stringify({ usingComponents: components }) };
}
