import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 make every object young. By default V8 makes objects old at once where those made during the start have
 * lived long. In one start of six it did so with objects of Node's HTTP server: each request then took twice the
 * processor's time until the next start, because whatever an old object names stays until a full garbage collection.
 * NODE_OPTIONS does not take this flag.
 */
export function makeObjectsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
