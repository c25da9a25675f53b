import { isStorable } from '../contract/schema.ts';

/** The parts of a decrypted event of DingTalk that this app uses. */
export interface DingTalkEvent {
  type: string;
  /** The organisation of the event; null if the event does not name it. */
  corpId: string | null;
  /** The same for every delivery of one event, and for no other event. */
  occurrence: string;
  /** The `userid`s of the people of the event. */
  people: string[];
}

/**
 * Reads both forms that DingTalk documents: `{EventType, UserId, CorpId, TimeStamp}` of HTTP callbacks and `{eventType,
 * eventId, eventCorpId, eventBornTime, data: {userId}}` of Stream. Fields may be missing, and lists may be single
 * values.
 *
 * @param json the decrypted message.
 * @param timestamp the request's, for an event that has no time of its own.
 * @returns null if the message is no event.
 */
export function readDingTalkEvent(json: string, timestamp: string): DingTalkEvent | null {
  const event = parseObject(json);
  if (event === null) return null;
  const type = text(event.EventType ?? event.eventType);
  if (type === null) return null;
  const data = typeof event.data === 'string' ? parseObject(event.data) : event.data;
  const corpId = text(event.CorpId ?? event.eventCorpId);
  const time = text(event.TimeStamp ?? event.eventBornTime) ?? timestamp;
  const id = text(event.eventId ?? event.EventId);
  return {
    type,
    corpId,
    occurrence: id === null ? JSON.stringify([type, corpId, time]) : `id ${id}`,
    people: texts(event.UserId ?? event.userId ?? (isObject(data) ? (data.userId ?? data.UserId) : null)),
  };
}

function parseObject(json: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function texts(value: unknown): string[] {
  const found = (Array.isArray(value) ? value : [value]).map(text);
  return [...new Set(found.filter((one) => one !== null))];
}

/** An id or a name, possibly sent as a number. PostgreSQL cannot store NUL. */
function text(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const found = String(value).trim();
  return found !== '' && found.length <= 128 && isStorable(found) ? found : null;
}
