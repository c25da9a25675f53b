import { realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import type { InlineConfig } from 'vite';
import { viteBase } from './development.ts';

const folder = path.dirname(fileURLToPath(import.meta.url));
const project = path.resolve(folder, '..', '..');

/** The folder of the built console. */
export const consoleDist = path.join(project, 'dist', 'console');

/**
 * The configuration of `npm run build`. The server writes the page (`page.ts`), with the files' names from the
 * manifest.
 */
export const consoleBuild = {
  configFile: false,
  root: path.join(folder, 'app'),
  base: '/console/',
  publicDir: false,
  logLevel: 'warn',
  clearScreen: false,
  plugins: [vue()],
  define: {
    __VUE_OPTIONS_API__: 'true',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
  build: {
    outDir: consoleDist,
    emptyOutDir: true,
    manifest: 'manifest.json',
    // The web views of DingTalk and 浙政钉 are not the newest browsers.
    target: ['chrome87', 'safari14'],
    // The policy allows no inline script without a nonce.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: { input: path.join(folder, 'app', 'main.ts') },
  },
} satisfies InlineConfig;

/** The configuration of `npm run dev`. */
export const consoleDev = {
  ...consoleBuild,
  base: viteBase,
  appType: 'custom',
  // Vite looks for packages in the pages of HTML by default, and there are none.
  optimizeDeps: { entries: ['main.ts'] },
  server: {
    fs: {
      // Packages may be outside the folder: in a copy of the project they are a link.
      allow: [
        ...['server/console/app', 'server/contract', 'mini'].map((part) => path.join(project, part)),
        realpathSync(path.join(project, 'node_modules')),
      ],
    },
  },
} satisfies InlineConfig;
