import net from 'node:net';

/** PostgreSQL behind a connection that can be cut, or that can silently drop all data. */
export interface Cable {
  /** The database's address through the cable. */
  url: string;
  /** Ends every connection, and refuses new ones. */
  pull(): void;
  /** Keeps every connection open, and lets nothing through. */
  swallow(): void;
  mend(): void;
  close(): Promise<void>;
}

/** @param database a `postgresql://` address. */
export async function startCable(database: string): Promise<Cable> {
  const target = new URL(database);
  const ends = new Set<net.Socket>();
  let state: 'whole' | 'pulled' | 'swallowing' = 'whole';
  const drop = () => {
    for (const end of ends) end.destroy();
  };
  const server = net.createServer((client) => {
    ends.add(client.on('error', () => {}).on('close', () => ends.delete(client)));
    if (state === 'pulled') return void client.destroy();
    const upstream = net.connect(Number(target.port || 5432), target.hostname);
    ends.add(upstream.on('error', () => {}).on('close', () => client.destroy()));
    upstream.on('close', () => ends.delete(upstream));
    client.on('close', () => upstream.destroy());
    client.on('data', (data) => state === 'swallowing' || upstream.write(data));
    upstream.on('data', (data) => state === 'swallowing' || client.write(data));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(database);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as net.AddressInfo).port);
  return {
    url: url.href,
    pull() {
      state = 'pulled';
      drop();
    },
    swallow() {
      state = 'swallowing';
    },
    mend() {
      // The dropped data is lost, so these connections end too.
      if (state === 'swallowing') drop();
      state = 'whole';
    },
    close() {
      drop();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
