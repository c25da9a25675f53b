import { compileExpression, type NameScope } from './expression.ts';
import type { Attribute } from './parse.ts';
import type { FileContext } from './template-files.ts';
import { condense, isEvent } from './template-nodes.ts';

export interface HandlerUse {
  name: string;
  file: string;
  offset: number;
}

/** The part of the template compiler that turns texts and values of attributes into JavaScript. */
export class TemplateValues {
  protected readonly handlers: HandlerUse[] = [];
  private readonly isPackage: boolean;
  private variables = 0;
  private keys = 0;

  constructor(isPackage: boolean) {
    this.isPackage = isPackage;
  }

  protected field(attribute: Attribute, context: FileContext, locals: ReadonlyMap<string, string>): string {
    const name = JSON.stringify(attribute.name);
    const isFunction = isEvent(attribute.name) || attribute.name === 'ref';
    if (!isFunction || !attribute.parts) return `${name}:${this.value(attribute, context, locals)}`;
    const dynamic = attribute.parts.some((part) => part.kind === 'expression');
    if (!dynamic && attribute.raw) {
      this.handlers.push({ name: attribute.raw, file: context.problems.file, offset: attribute.valueOffset });
    }
    return `${name}:r.f(s,${this.value(attribute, context, locals)})`;
  }

  protected value(attribute: Attribute, context: FileContext, locals: ReadonlyMap<string, string>): string {
    if (!attribute.parts) return 'true';
    return this.parts(attribute.parts, context, locals, false);
  }

  protected parts(
    parts: NonNullable<Attribute['parts']>,
    context: FileContext,
    locals: ReadonlyMap<string, string>,
    isText: boolean,
  ): string {
    const [only] = parts;
    const scope = this.scope(context, locals);
    const compile = (part: { value: string; offset: number }): string =>
      compileExpression(part.value, part.offset, scope, context.problems);
    if (!only) return '""';
    if (parts.length === 1)
      return only.kind === 'text'
        ? JSON.stringify(isText ? condense(only.value) : only.value)
        : compile(only);
    const pieces = parts.map((part) =>
      part.kind === 'text'
        ? JSON.stringify(isText ? condense(part.value) : part.value)
        : `r.s(${compile(part)})`,
    );
    return `(${pieces.join('+')})`;
  }

  protected scope(context: FileContext, locals: ReadonlyMap<string, string>): NameScope {
    return { locals, sjs: context.sjs, allowCalls: this.isPackage };
  }

  protected nextKey(): string {
    this.keys += 1;
    return `"k${this.keys}"`;
  }

  protected nextVariable(): string {
    this.variables += 1;
    return `v${this.variables}`;
  }
}
