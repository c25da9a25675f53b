import { type Static, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { PlatformError } from './platform.ts';

/**
 * A reader for one shape of upstream answers: returns the value, typed, or throws PlatformError `fault` that
 * names the place that does not fit. It never quotes the value: that may be a token or a mobile number.
 */
export function guard<const Schema extends TSchema>(schema: Schema): Guard<Static<Schema>> {
  const validator = Compile(schema);
  return (api, value) => {
    if (validator.Check(value)) return value as Static<Schema>;
    const place = validator.Errors(value)[0]?.instancePath || '/';
    throw new PlatformError('fault', api, `平台 ${api} 的回答与文档不符（位置 ${place}），请稍后重试`);
  };
}

export type Guard<T> = (api: string, value: unknown) => T;

/** A field that may be absent or null. */
export function maybe<const Schema extends TSchema>(schema: Schema) {
  return Type.Optional(Type.Union([schema, Type.Null()]));
}

/** The documents' samples show integers as strings, real answers as numbers. */
export const IntegerLike = Type.Union([Type.Integer(), Type.String({ pattern: '^\\s*-?\\d+\\s*$' })]);

/** An id: a non-empty string, or an integer that lost no digit (see parseJson). */
export const IdLike = Type.Union([
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  Type.String({ minLength: 1, maxLength: 128 }),
]);

/** A text field that the platform may also leave out or null. */
export const MaybeText = maybe(Type.String());

/** Trims; what is empty or absent becomes null. */
export function textOrNull(value: string | null | undefined): string | null {
  return value?.trim() || null;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Only what looks like an error code gets into an error: nothing that a platform may have echoed. */
export function safeCode(code: string): string {
  return /^-?[A-Za-z0-9][\w.-]{0,79}$/.test(code) ? code : 'unknown';
}

/** The platform's id of a request, for its support desk; null unless it looks like one. */
export function safeId(id: string | null | undefined): string | null {
  return id && /^[\w-]{1,64}$/.test(id) ? id : null;
}
