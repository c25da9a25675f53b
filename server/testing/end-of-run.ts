import { dropLeftDatabases } from './postgres.ts';

/** After the last test: the databases that are left. */
export const teardown = dropLeftDatabases;
