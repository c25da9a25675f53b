/** `@wxml/parser` ships no types; `parse.ts` names the part of its tree that it reads. */
declare module '@wxml/parser' {
  export function parse(source: string): unknown;
}
