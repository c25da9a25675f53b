import type { createRequire } from 'node:module';
import { JSDOM } from 'jsdom';
import type { OracleCase } from './cases.ts';

/** The part of `miniprogram-simulate` that is used; it ships wider types that need WeChat's. */
interface Simulate {
  load(definition: Readonly<Record<string, unknown>>): string;
  render(id: string): { dom: { textContent: string | null }; attach(parent: unknown): void; detach(): void };
}

/**
 * AXML as WXML: the same template with the other names of directives. Nothing else differs: neither texts, nor
 * values, nor expressions.
 */
export function toWxml(template: string): string {
  return template.replace(/<[a-z](?:"[^"]*"|'[^']*'|[^"'>])*>/g, (tag) =>
    tag.replace(/"[^"]*"|'[^']*'|(\s)a:(?=[a-z])/g, (found, space?: string) =>
      space === undefined ? found : `${space}wx:`,
    ),
  );
}

/**
 * `miniprogram-simulate`, which looks for a browser in the global scope when it is loaded. It is WeChat's, written
 * by others, and knows nothing of the compiler here.
 */
export function loadWechat(require: ReturnType<typeof createRequire>): (example: OracleCase) => string {
  const { window } = new JSDOM('<!DOCTYPE html><body></body>', { pretendToBeVisual: true });
  const names = ['window', 'document', 'Event', 'CustomEvent', 'HTMLElement', 'Node', 'navigator'] as const;
  for (const name of names) {
    Object.defineProperty(globalThis, name, { value: window[name], configurable: true, writable: true });
  }
  const simulate = require('miniprogram-simulate') as Simulate;
  return ({ template, data = {}, part }) => {
    const usingComponents: Record<string, string> = {};
    if (part !== undefined) {
      usingComponents['my-part'] = simulate.load({
        template: toWxml(part),
        // `null` is WeChat's word for a property of any type, which all are on this platform.
        properties: { word: null },
        options: { multipleSlots: part.includes('<slot name') },
      });
    }
    const component = simulate.render(simulate.load({ template: toWxml(template), data, usingComponents }));
    component.attach(window.document.body);
    const text = component.dom.textContent ?? '';
    component.detach();
    return text;
  };
}
