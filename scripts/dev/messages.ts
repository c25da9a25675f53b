/** What the server process tells `npm run dev`. */
export type ServerMessage =
  | {
      kind: 'ready';
      /** In Chinese: which database it runs on. */
      database: string;
    }
  | {
      kind: 'failed';
      /** Chinese where a person can act on it. */
      message: string;
    };
