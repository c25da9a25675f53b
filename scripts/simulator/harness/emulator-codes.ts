import type { Platform } from '../runtime/device.ts';

/** A person of a running platform emulator. */
export interface EmulatorCodes {
  emulatorUrl: string;
  /** Key of the person, such as `zhangsan`. */
  person: string;
}

/**
 * The platform's part of the code call: the emulator's control API gives a single-use code for a person.
 * @throws Error when the emulator gives none
 */
export function emulatorAuthCode(
  { emulatorUrl, person }: EmulatorCodes,
  platform: Platform,
): () => Promise<string> {
  return async () => {
    const response = await fetch(`${emulatorUrl}/_emulator/auth-codes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ personId: person, platform }),
    });
    const body = (await response.json()) as { authCode?: string; message?: string };
    if (!body.authCode) throw new Error(`平台仿真没有给出授权码：${body.message ?? response.status}`);
    return body.authCode;
  };
}
