import type { Attribute, ElementNode, TemplateNode } from './parse.ts';
import type { ProblemList } from './problem.ts';
import { BOOLEAN_ATTRIBUTES, BUILT_IN_TAGS, DIRECTIVES, foreignAttributeHint } from './tags.ts';
import { attributeOf, isBranch } from './template-nodes.ts';

/** Reports attributes that mean nothing or something else than they seem to. Packages answer for themselves. */
export function checkAttributes(node: ElementNode, problems: ProblemList, isPackage: boolean): void {
  const seen = new Set<string>();
  for (const attribute of node.attributes) {
    const { name, offset } = attribute;
    if (seen.has(name)) {
      problems.add(
        offset,
        'duplicate-attribute',
        `属性 ${name} 写了两次`,
        '请只保留一个；多个类名写在同一个 class 里，用空格隔开。',
      );
    }
    seen.add(name);
    if (isPackage) continue;
    checkDirective(node, attribute, problems);
    if (name.startsWith('a:') && !DIRECTIVES.has(name)) {
      problems.add(
        offset,
        'unknown-directive',
        `不认识的指令 ${name}`,
        `可用的指令：${[...DIRECTIVES].join('、')}。`,
      );
    }
    const builtIn = BUILT_IN_TAGS.has(node.name);
    const hint = foreignAttributeHint(name, builtIn);
    if (hint) problems.add(offset, 'unknown-directive', `不认识的写法 ${name}`, hint);
    if (builtIn && BOOLEAN_ATTRIBUTES.has(name) && attribute.raw === 'false') {
      problems.add(
        offset,
        'string-boolean',
        `${name}="false" 是字符串，会被当作 true`,
        `请写 ${name}="{{false}}"，或删去这个属性。`,
      );
    }
  }
}

function checkDirective(node: ElementNode, attribute: Attribute, problems: ProblemList): void {
  const { name, raw, parts, valueOffset } = attribute;
  if (name === 'a:if' || name === 'a:elif' || name === 'a:for') {
    if (parts?.some((part) => part.kind === 'expression')) return;
    const effect = name === 'a:for' ? '会按一个个字来循环' : '永远成立';
    problems.add(
      valueOffset,
      'directive-use',
      `${name} 的值没有写在 {{ }} 里，${effect}`,
      `请写成 ${name}="{{${raw.trim() || '…'}}}"。`,
    );
  } else if (name === 'a:else' && raw) {
    problems.add(valueOffset, 'directive-use', 'a:else 不看条件', '要判断条件请写 a:elif，否则删去它的值。');
  } else if (name === 'a:for-item' || name === 'a:for-index') {
    checkLoopName(node, attribute, problems);
  }
}

function checkLoopName(
  node: ElementNode,
  { name, raw, offset, valueOffset }: Attribute,
  problems: ProblemList,
): void {
  if (!attributeOf(node, 'a:for')) {
    problems.add(offset, 'directive-use', `${name} 所在的标签没有 a:for`, '请写在带 a:for 的同一个标签上。');
  }
  if (/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(raw)) return;
  problems.add(
    valueOffset,
    'directive-use',
    `${name}="${raw}" 不能用作名字`,
    '直接写名字，不加 {{ }}；只用字母、数字和下划线，例如 a:for-item="row"。',
  );
}

/** The documentation allows one child node alone (AXML 引用: template 的子节点只能是一个). */
export function checkDefinition(
  definition: ElementNode,
  content: readonly TemplateNode[],
  problems: ProblemList,
): void {
  const [, second] = content.filter((node) => node.kind === 'text' || !isBranch(node));
  if (!second) return;
  problems.add(
    second.offset,
    'directive-use',
    `<template name="${attributeOf(definition, 'name')?.raw}"> 里只能有一个标签`,
    '请用一个 <view> 或 <block> 把它们包起来。',
  );
}

/** Content for a slot whose name is known only later would be lost. */
export function checkSlotName(node: ElementNode, problems: ProblemList): void {
  const slot = attributeOf(node, 'slot');
  if (!slot?.parts?.some((part) => part.kind === 'expression')) return;
  problems.add(
    slot.valueOffset,
    'directive-use',
    'slot 的名字不能写成 {{ }}',
    '请写固定的名字；要按条件放进不同的位置，用 a:if 写两份。',
  );
}
