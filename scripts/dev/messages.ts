import type { Seeded } from '../../prisma/seed.ts';

/** What the server process tells `npm run dev`. */
export type ServerMessage =
  | {
      kind: 'ready';
      /** DingTalk's first; with real credentials the only one. */
      urls: string[];
      database: 'postgresql' | 'embedded';
      /** Migrations that this start applied. */
      applied: string[];
      /** Rows that this start added; null with real credentials. */
      seeded: Seeded | null;
    }
  | {
      kind: 'failed';
      /** Chinese where a person can act on it. */
      message: string;
    };
