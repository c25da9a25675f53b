import type { ElementNode } from './parse.ts';
import type { ProblemList } from './problem.ts';
import { BOOLEAN_ATTRIBUTES, BUILT_IN_TAGS, DIRECTIVES, foreignAttributeHint } from './tags.ts';

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
    if (name.startsWith('a:') && !DIRECTIVES.has(name)) {
      problems.add(
        offset,
        'unknown-directive',
        `不认识的指令 ${name}`,
        `可用的指令：${[...DIRECTIVES].join('、')}。`,
      );
    }
    const hint = foreignAttributeHint(name);
    if (hint) problems.add(offset, 'unknown-directive', `不认识的写法 ${name}`, hint);
    if (BUILT_IN_TAGS.has(node.name) && BOOLEAN_ATTRIBUTES.has(name) && attribute.raw === 'false') {
      problems.add(
        offset,
        'string-boolean',
        `${name}="false" 是字符串，会被当作 true`,
        `请写 ${name}="{{false}}"，或删去这个属性。`,
      );
    }
  }
}
