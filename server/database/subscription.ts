import type { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { useUtc } from './time-zone.ts';

/** Receives PostgreSQL's notifications (NOTIFY) of one channel. */
export interface Subscription {
  /** Whether notifications arrive. While they do not, data in memory may be outdated. */
  readonly live: boolean;
  close(): Promise<void>;
}

export interface Subscriber {
  heard(payload: string): void;
  /** Notifications may have been lost: data in memory may be outdated. */
  interrupted(): void;
}

export type Subscribe = (channel: string, subscriber: Subscriber) => Subscription;

/** Pause between two checks of the connection, and the time that it has to answer, in milliseconds. */
const heartbeatMs = 500;
/** Waits between attempts to connect again, in milliseconds; the last one repeats. */
const reconnectMs = [100, 250, 500, 1000, 2000];

/**
 * Listens on a connection of its own, and opens it again when it is lost. A heartbeat finds a connection that is dead
 * but not closed (a pulled cable): `live` is false within a second.
 *
 * @param url the database's address.
 */
export function subscribePostgres(url: string): Subscribe {
  return (channel, subscriber) => {
    let closing = false;
    let live = false;
    let client: pg.Client | null = null;
    let timer: NodeJS.Timeout | undefined;
    let failures = 0;

    const lost = (from: pg.Client) => {
      if (client !== from) return;
      client = null;
      clearTimeout(timer);
      if (live) {
        live = false;
        subscriber.interrupted();
      }
      from.end().catch(() => {});
      if (!closing) later(() => void connect(), reconnectMs[Math.min(failures, reconnectMs.length - 1)] ?? 0);
      failures += 1;
    };
    const later = (work: () => void, ms: number) => {
      timer = setTimeout(work, ms);
      timer.unref();
    };
    const beat = (on: pg.Client) => {
      later(
        () =>
          on.query('SELECT 1').then(
            () => client === on && beat(on),
            () => lost(on),
          ),
        heartbeatMs,
      );
    };

    async function connect(): Promise<void> {
      const opened = new pg.Client({
        connectionString: url,
        connectionTimeoutMillis: 2000,
        query_timeout: heartbeatMs,
        keepAlive: true,
        application_name: 'miniapp-listener',
      });
      client = opened;
      opened.on('error', () => lost(opened));
      opened.on('end', () => lost(opened));
      opened.on('notification', (message) => subscriber.heard(message.payload ?? ''));
      try {
        await opened.connect();
        await useUtc(opened);
        await opened.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      } catch {
        return lost(opened);
      }
      failures = 0;
      live = true;
      beat(opened);
    }
    void connect();

    return {
      get live() {
        return live;
      },
      async close() {
        closing = true;
        clearTimeout(timer);
        live = false;
        await client?.end().catch(() => {});
      },
    };
  };
}

/** The embedded database runs in this process: its subscription cannot be lost. */
export function subscribeEmbedded(client: PGlite): Subscribe {
  return (channel, subscriber) => {
    const listening = client.listen(channel, (payload) => subscriber.heard(payload));
    let closed = false;
    let ready = false;
    void listening.then(() => {
      ready = true;
    });
    return {
      get live() {
        return ready && !closed;
      },
      async close() {
        closed = true;
        const stop = await listening;
        if (!client.closed) await stop();
      },
    };
  };
}
