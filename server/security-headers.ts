import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet, { type HelmetOptions } from 'helmet';

/**
 * helmet's headers, by name in lower case. Without nonces they are the same for every answer, so they are made
 * once: as a middleware helmet makes them anew for each request, and sets them one by one.
 */
export function securityHeaders(options: Readonly<HelmetOptions>): OutgoingHttpHeaders {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet(options)(request, response, (error) => {
    if (error !== undefined) throw error;
  });
  return response.getHeaders();
}
