/**
 * An id for a request, in the form of a UUID of version 4, by which support finds the request in the server's log.
 * `Math.random` is enough for a unique id; containers have no `crypto`.
 */
export function newRequestId(): string {
  return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () =>
    Math.floor(Math.random() * 16).toString(16),
  );
}
