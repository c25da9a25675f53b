import type { Client } from '../contract/auth.ts';
import type { ClientKind } from '../database/generated/client.ts';

/** The contract's name of a client and the database's, one way and the other. */
export const kindOf = { mini: 'MINI', h5: 'H5' } as const satisfies Record<Client, ClientKind>;
export const clientOf = { MINI: 'mini', H5: 'h5' } as const satisfies Record<ClientKind, Client>;
