/**
 * A number for one request, in the shape of a UUID of version 4: the person reads it out, support finds it in the
 * server's log. It only has to differ from others, so `Math.random` will do; containers have no `crypto`.
 */
export function newRequestId(): string {
  return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () =>
    Math.floor(Math.random() * 16).toString(16),
  );
}
