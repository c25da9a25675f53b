import { faultCode } from '../plugins/errors.ts';

/** An outcome with its reason, where it has one. */
export function labelOf(result: { outcome: string; reason?: string }): string {
  return result.reason === undefined ? result.outcome : `${result.outcome} ${result.reason}`;
}

/** Counts how a sign-in or a binding ended, whichever way it did. */
export async function counted<T>(
  count: (outcome: string) => void,
  work: Promise<T>,
  label: (result: T) => string,
): Promise<T> {
  try {
    const result = await work;
    count(label(result));
    return result;
  } catch (error) {
    count(`fault ${faultCode(error)}`);
    throw error;
  }
}
